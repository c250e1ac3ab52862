"""No meeting was held before what comes before it: the invitation, the introduction, the dialogue."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry
from accounts.templatetags.look import moment
from dialogues.domain import records
from dialogues.domain.introductions import hold_introduction
from dialogues.models import Dialogue, DialogueState, Invitation, Meeting, MeetingKind, MeetingState
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact, seat_at
from tests.dialogues.pages import seen_on
from tests.dialogues.test_attendance import page_about
from tests.dialogues.test_records import hold, hours_ago
from tests.dialogues.test_staff_pages import step_of
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db

CHANGED = "dialogue.held_time_changed"
SUMMED_UP = {"summary": "Min egen text", "skolformer": ["GR"]}


def invited(state: DialogueState, hours: int = 99) -> Dialogue:
    """A dialogue that was invited so many hours ago."""
    dialogue, _own = dialogue_with_contact(state)
    InvitationFactory(dialogue=dialogue)
    Invitation.objects.update(created_at=hours_ago(hours))
    return dialogue


def introduced(hours: int = 50) -> Dialogue:
    """A dialogue whose time is fixed, and whose introduction was so many hours ago."""
    dialogue = invited(DialogueState.TIME_FIXED)
    seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state="held", seats=9, starts_at=hours_ago(hours))
    dialogue.seats.update(attended=True)
    seat_at(dialogue, state=MeetingState.FIXED)
    return dialogue


def typed(at: datetime.datetime) -> dict[str, str]:
    local = timezone.localtime(at)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def group_of(dialogue: Dialogue) -> Meeting:
    EditionFactory()
    return seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=9)


def test_an_introduction_is_not_held_before_its_batch_was_invited():
    dialogue = invited(DialogueState.ACCEPTED)
    meeting = group_of(dialogue)
    with pytest.raises(NotPossible, match="före inbjudan, som skickades"):
        hold_introduction(meeting=meeting, attended=set(), actor=SYSTEM, held_at=hours_ago(100))
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.FIXED
    assert hold_introduction(meeting=meeting, attended=set(), actor=SYSTEM, held_at=hours_ago(98))


def test_a_meeting_in_the_minute_of_the_invitation_is_not_before_it():
    dialogue = invited(DialogueState.ACCEPTED)
    then = hours_ago(5).replace(second=59)
    Invitation.objects.update(created_at=then)
    held_at = then.replace(second=0, microsecond=0)
    assert hold_introduction(meeting=group_of(dialogue), attended=set(), actor=SYSTEM, held_at=held_at)


def test_a_dialogue_is_not_held_before_its_introduction_was():
    dialogue = introduced()
    for hours, why in ((51, "före introduktionsmötet, som hölls"), (100, "före inbjudan")):
        with pytest.raises(NotPossible, match=why):
            hold(dialogue, person(leader()), held_at=hours_ago(hours))
    assert hold(dialogue, person(leader()), held_at=hours_ago(49)).state == DialogueState.DIALOGUE_HELD


def test_of_two_introductions_the_first_counts():
    EditionFactory()
    dialogue = introduced()
    dialogue.seats.filter(kind=MeetingKind.INTRODUCTION).update(attended=False, is_current=False)
    second = group_of(dialogue)
    hold(dialogue, person(leader()), held_at=hours_ago(49))
    assert hold_introduction(meeting=second, attended=set(), actor=SYSTEM, held_at=hours_ago(1))


def test_an_introduction_whose_seat_was_given_up_does_not_count():
    dialogue = introduced(hours=10)
    dialogue.seats.filter(kind=MeetingKind.INTRODUCTION).update(attended=None, is_current=False)
    assert hold(dialogue, person(leader()), held_at=hours_ago(20)).state == DialogueState.DIALOGUE_HELD


def test_feedback_is_not_before_the_dialogue():
    dialogue = introduced()
    hold(dialogue, person(leader()), held_at=hours_ago(20))
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED)
    told = {"dialogue": dialogue, "feedback": "Bra.", "actor": person(leader())}
    with pytest.raises(NotPossible, match="före dialogen, som hölls"):
        records.hold_feedback(held_at=hours_ago(21), **told)
    assert records.hold_feedback(held_at=hours_ago(19), **told).state == DialogueState.FEEDBACK_HELD


def test_the_page_says_so_at_the_field_and_keeps_what_was_typed(client):
    client.force_login(leader())
    dialogue = introduced()
    answer = client.post(step_of(dialogue, "dialog-hallen"), SUMMED_UP | typed(hours_ago(60)))
    assert answer.status_code == 422
    (why,) = answer.context["form"].errors["day"]
    assert why.startswith("Dialogen kan inte vara före introduktionsmötet, som hölls")
    assert "Min egen text</textarea>" in answer.text
    assert answer.context["form"]["day"].value() == typed(hours_ago(60))["day"]


def test_the_introductions_page_says_so_at_the_field(client):
    client.force_login(leader())
    dialogue = invited(DialogueState.ACCEPTED)
    meeting = group_of(dialogue)
    came = {"came": [dialogue.seats.get().pk], "day": "2020-01-01", "time": "09:00"}
    answer = client.post(page_about(meeting), came)
    assert answer.status_code == 422
    (why,) = answer.context["answer"].errors["day"]
    assert why.startswith("Mötet kan inte vara före inbjudan")
    assert answer.context["answer"]["came"].value() == [str(dialogue.seats.get().pk)]


def test_when_is_asked_of_a_meeting_whose_planned_time_is_out_of_order(client):
    client.force_login(leader())
    dialogue = introduced()
    Meeting.objects.filter(kind=MeetingKind.DIALOGUE).update(starts_at=hours_ago(60), ends_at=hours_ago(58))
    page = client.get(step_of(dialogue, "dialog-hallen"))
    assert "Vilken dag hölls mötet?" in page.text
    assert "har inte varit än" not in page.text
    held = client.post(step_of(dialogue, "dialog-hallen"), SUMMED_UP | typed(hours_ago(2)))
    assert held.status_code == 302


class TestCorrection:
    """A slip in when a meeting was held is put right, by the same rules."""

    def fed_back(self) -> Dialogue:
        dialogue = introduced()
        hold(dialogue, person(leader()), held_at=hours_ago(20))
        seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED)
        told = {"dialogue": dialogue, "feedback": "Bra.", "actor": person(leader())}
        return records.hold_feedback(held_at=hours_ago(10), **told)

    @pytest.mark.parametrize(
        ("name", "kind"), [("dialogen-holls", "dialogue"), ("aterkopplingen-holls", "feedback")]
    )
    def test_opens_with_what_is_noted_and_keeps_that_in_the_log(self, client, name, kind):
        client.force_login(leader())
        dialogue = self.fed_back()
        meeting = dialogue.seats.get(kind=kind).meeting
        form = client.get(step_of(dialogue, name)).context["form"]
        assert form["day"].value() == timezone.localtime(meeting.starts_at).date()
        unchanged = client.post(step_of(dialogue, name), typed(meeting.starts_at))
        assert (unchanged.status_code, AuditEntry.objects.filter(verb=CHANGED).exists()) == (302, False)
        then = (meeting.starts_at - datetime.timedelta(hours=2)).replace(second=0, microsecond=0)
        done = client.post(step_of(dialogue, name), typed(then), follow=True)
        assert "Tiden då mötet hölls ändrades." in done.text
        length = meeting.ends_at - meeting.starts_at
        was = meeting.starts_at.isoformat()
        meeting.refresh_from_db()
        assert (meeting.starts_at, meeting.ends_at) == (then, then + length)
        facts = AuditEntry.objects.get(verb=CHANGED).facts
        assert facts == {"kind": kind, "was": was, "now": then.isoformat()}

    @pytest.mark.parametrize(
        ("name", "kind", "hours"),
        [("dialogen-holls", "dialogue", 20), ("aterkopplingen-holls", "feedback", 5)],
    )
    def test_a_colleagues_correction_meanwhile_is_read_before_it_is_changed(self, client, name, kind, hours):
        own, colleague = leader(), leader("spsm")
        client.force_login(own)
        dialogue = self.fed_back()
        page = step_of(dialogue, name)
        mine = typed(hours_ago(hours)) | {"seen": seen_on(client.get(page).text)}
        theirs = hours_ago(hours + 1).replace(second=0, microsecond=0)
        told = {"dialogue": dialogue, "kind": MeetingKind(kind), "seen": 0}
        records.change_held_time(held_at=theirs, actor=person(colleague), **told)
        refused = client.post(page, mine)
        assert refused.status_code == 409
        assert f"{colleague} ändrade tiden" in refused.context["form"].non_field_errors()[0]
        assert [words for _label, words in refused.context["form"].stands] == [moment(theirs)]
        assert refused.context["form"]["time"].value() == mine["time"]
        assert dialogue.seats.get(kind=kind).meeting.starts_at == theirs
        assert client.post(page, mine | {"seen": seen_on(refused.text)}).status_code == 302
        assert typed(dialogue.seats.get(kind=kind).meeting.starts_at).items() <= mine.items()

    def test_the_same_correction_twice_is_no_conflict(self, client):
        client.force_login(leader())
        dialogue = self.fed_back()
        page = step_of(dialogue, "dialogen-holls")
        mine = typed(hours_ago(15)) | {"seen": seen_on(client.get(page).text)}
        assert [client.post(page, mine).status_code for _press in range(2)] == [302, 302]
        assert AuditEntry.objects.filter(verb=CHANGED).count() == 1

    @pytest.mark.parametrize(
        ("name", "hours", "why"),
        [
            ("dialogen-holls", 60, "före introduktionsmötet"),
            ("dialogen-holls", 9, "efter återkopplingen"),
            ("aterkopplingen-holls", 21, "före dialogen"),
            ("aterkopplingen-holls", -1, "Välj en tid som har varit"),
        ],
    )
    def test_minds_the_order(self, client, name, hours, why):
        client.force_login(leader())
        dialogue = self.fed_back()
        before = list(Meeting.objects.order_by("pk").values_list("starts_at"))
        refused = client.post(step_of(dialogue, name), typed(hours_ago(hours)))
        assert refused.status_code == 422
        assert why in refused.context["form"].errors["day"][0]
        assert list(Meeting.objects.order_by("pk").values_list("starts_at")) == before

    def test_is_for_leaders_until_the_dialogue_is_closed(self):
        dialogue = self.fed_back()
        told = {"dialogue": dialogue, "kind": MeetingKind.DIALOGUE, "held_at": hours_ago(15), "seen": 0}
        with pytest.raises(PermissionDenied):
            records.change_held_time(actor=person(planner()), **told)
        records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        with pytest.raises(WrongState):
            records.change_held_time(actor=person(leader()), **told)
