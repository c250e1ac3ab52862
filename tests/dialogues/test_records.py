"""What is written about a dialogue that was held, and by whom: no words of two people get lost."""

import datetime
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole
from accounts.templatetags.look import moment
from dialogues.domain import records
from dialogues.domain.introductions import hold_introduction
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.meetings import accept_time, cancel_dialogue, set_up_feedback
from dialogues.models import (
    Answer,
    Channel,
    Dialogue,
    DialogueState,
    InvitationAnswer,
    MeetingKind,
    MeetingState,
)
from huvudman.models import Skolform
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.conflicts import declared
from tests.dialogues.factories import (
    InvitationFactory,
    MeetingFactory,
    both_agencies,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.pages import seen_on
from tests.dialogues.test_staff_pages import page_of, step_of
from tests.dialogues.times import arranged, propose, propose_again, ready

pytestmark = pytest.mark.django_db

ROLES = [*StaffRole, None]
TYPED = {"summary": "Min egen text", "skolformer": ["GR"]}


def hours_ago(hours: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(hours=hours)


def met() -> Dialogue:
    """A dialogue whose meeting was a while ago, and is not noted yet."""
    dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
    seat_at(dialogue, state=MeetingState.FIXED, starts_at=hours_ago(72))
    return dialogue


def hold(
    dialogue: Dialogue, actor: Actor, summary: str = "Vi talade om läsning.", **more: object
) -> Dialogue:
    return records.hold_dialogue(
        dialogue=dialogue, summary=summary, discussed_skolformer=[Skolform.GR], actor=actor, **more
    )


def fed_back(actor: Actor, feedback: str = "Vi går vidare.") -> Dialogue:
    """A dialogue whose feedback is held."""
    dialogue = hold(met(), actor)
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED, starts_at=hours_ago(3))
    return records.hold_feedback(dialogue=dialogue, feedback=feedback, actor=actor)


def change(dialogue: Dialogue, actor: Actor, **told: object) -> Dialogue:
    row = records.DialogueRecord.objects.get(dialogue=dialogue)
    stands = {"summary": row.summary, "discussed_skolformer": row.discussed_skolformer}
    seen = {"seen": records.record_version(dialogue), "feedback": row.feedback}
    return records.change_record(dialogue=dialogue, actor=actor, **stands | seen | told)


def record_of(dialogue: Dialogue) -> tuple[str, list[str], str]:
    row = records.DialogueRecord.objects.get(dialogue=dialogue)
    return row.summary, row.discussed_skolformer, row.feedback


def entries(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("pk"))


class TestTwoWhoWrite:
    def test_another_summary_is_refused_and_the_same_once_more_is_not(self):
        dialogue = met()
        first, second = person(leader()), person(leader("spsm"))
        hold(dialogue, first)
        hold(dialogue, second, " Vi talade om läsning. ")
        with pytest.raises(Conflict, match=first.label):
            hold(dialogue, second, "Vi talade om matematik.")
        with pytest.raises(Conflict):
            records.hold_dialogue(
                dialogue=dialogue,
                summary="Vi talade om läsning.",
                discussed_skolformer=[Skolform.GR, Skolform.FSK],
                actor=second,
            )
        assert record_of(dialogue) == ("Vi talade om läsning.", ["GR"], "")
        assert len(entries("dialogue.dialogue_held")) == 1

    def test_other_words_about_the_feedback_are_refused(self):
        first, second = person(leader()), person(leader("spsm"))
        dialogue = fed_back(first)
        records.hold_feedback(dialogue=dialogue, feedback="Vi går vidare.", actor=second)
        with pytest.raises(Conflict, match=first.label):
            records.hold_feedback(dialogue=dialogue, feedback="Vi hörs till hösten.", actor=second)
        assert record_of(dialogue)[2] == "Vi går vidare."

    def test_the_page_shows_what_stands_and_keeps_what_was_typed_and_goes_on(self, client):
        dialogue, first, second = met(), leader(), leader("spsm")
        hold(dialogue, person(first))
        client.force_login(second)
        refused = client.post(step_of(dialogue, "dialog-hallen"), TYPED)
        assert refused.status_code == 409
        written = entries("dialogue.dialogue_held")[0]
        for words in (
            f"{first} skrev det som står nu, {moment(written.at)}. Din text är inte sparad.",
            "Det här står nu",
            "Vi talade om läsning.",
            "Min egen text</textarea>",
            f'action="{step_of(dialogue, "dokumentation")}"',
        ):
            assert words in refused.text
        both = TYPED | {"summary": "Vi talade om läsning. Min egen text", "seen": seen_on(refused.text)}
        shown = client.post(step_of(dialogue, "dokumentation"), both, follow=True)
        assert "Dokumentationen är ändrad." in shown.text
        assert "Dokumentationen ändrades." in shown.text
        assert record_of(dialogue)[0] == "Vi talade om läsning. Min egen text"

    def test_pressing_the_button_twice_is_no_conflict(self, client):
        client.force_login(leader())
        dialogue = met()
        for _n in range(2):
            assert client.post(step_of(dialogue, "dialog-hallen"), TYPED).status_code == 302
        assert len(entries("dialogue.dialogue_held")) == 1

    def test_the_page_of_the_feedback_keeps_what_was_typed_beside_the_summary(self, client):
        dialogue = fed_back(person(leader()))
        client.force_login(leader("spsm"))
        refused = client.post(step_of(dialogue, "aterkoppling-hallen"), {"feedback": "Vi hörs till hösten."})
        assert refused.status_code == 409
        for words in (
            "Vi går vidare.",
            "Vi hörs till hösten.</textarea>",
            "Vi talade om läsning.</textarea>",
        ):
            assert words in refused.text
        assert re.search(r'value="GR"[^>]*checked|checked[^>]*value="GR"', refused.text)
        form = refused.context["form"]
        typed = {name: form[name].value() for name in form.fields} | {"seen": seen_on(refused.text)}
        assert client.post(step_of(dialogue, "dokumentation"), typed).status_code == 302
        assert record_of(dialogue) == ("Vi talade om läsning.", ["GR"], "Vi hörs till hösten.")


class TestWhen:
    def test_nothing_is_held_before_its_time(self):
        guide = person(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED, starts_at=hours_ago(-1))
        with pytest.raises(NotPossible, match="tid har inte varit än"):
            hold(dialogue, guide)
        with pytest.raises(NotPossible, match="tid har inte varit än"):
            hold(dialogue, guide, held_at=hours_ago(-2))
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.TIME_FIXED

    def test_an_introduction_is_not_held_before_its_time(self):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5)
        with pytest.raises(NotPossible, match="tid har inte varit än"):
            hold_introduction(meeting=meeting, attended=set(), actor=person(leader()))

    def test_what_was_held_earlier_has_that_time_and_its_people_are_free_at_the_other(self):
        dialogue, _own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        planned, length, held_at = meeting.starts_at, meeting.ends_at - meeting.starts_at, hours_ago(2)
        hold(dialogue, person(staff[0]), held_at=held_at)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.HELD
        assert (meeting.starts_at, meeting.ends_at) == (held_at, held_at + length)
        assert entries("meeting.held")[0].facts["starts_at_was"] == planned.isoformat()
        other, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        proposed = propose(other, staff, starts_at=planned, ends_at=planned + length)
        for row in (proposed, meeting):
            assert {booked.user for booked in row.staff.filter(is_booked=True)} == {*staff}

    def test_feedback_is_not_before_the_dialogue(self):
        guide, staff = person(leader()), pair()
        dialogue = hold(met(), guide)
        before = hours_ago(73)
        early = {"starts_at": before, "ends_at": before + datetime.timedelta(hours=1)}
        with pytest.raises(NotPossible, match="före dialogen"):
            set_up_feedback(dialogue=dialogue, arrangement=arranged(staff, **early), actor=guide)
        meeting = set_up_feedback(dialogue=dialogue, arrangement=arranged(staff), actor=guide)
        with pytest.raises(NotPossible, match="före dialogen"):
            propose_again(meeting, staff, **early)
        declared(dialogue, staff)
        for held_at, why in ((before, "före dialogen"), (None, "tid har inte varit än")):
            with pytest.raises(NotPossible, match=why):
                records.hold_feedback(dialogue=dialogue, feedback="Bra.", actor=guide, held_at=held_at)
        held = records.hold_feedback(dialogue=dialogue, feedback="Bra.", actor=guide, held_at=hours_ago(1))
        assert held.state == DialogueState.FEEDBACK_HELD


class TestChange:
    def test_keeps_in_the_log_what_it_was(self):
        guide = person(leader())
        dialogue = fed_back(guide)
        change(dialogue, guide, summary=" Vi talade om mer. ", feedback="Nytt.")
        assert record_of(dialogue) == ("Vi talade om mer.", ["GR"], "Nytt.")
        change(dialogue, guide, discussed_skolformer=[Skolform.GY, Skolform.GR])
        change(dialogue, guide)
        first, second = entries("dialogue.record_changed")
        assert first.facts == {"was": {"summary": "Vi talade om läsning.", "feedback": "Vi går vidare."}}
        assert second.facts == {"was": {"discussed_skolformer": ["GR"]}}

    def test_over_a_colleagues_newer_text_it_is_refused(self):
        guide, colleague = person(leader()), person(leader("spsm"))
        dialogue = fed_back(guide)
        seen = records.record_version(dialogue)
        change(dialogue, colleague, summary="Kollegans")
        change(dialogue, guide, summary="Kollegans", seen=seen)
        with pytest.raises(Conflict, match=colleague.label):
            change(dialogue, guide, summary="Min", seen=seen)
        assert record_of(dialogue)[0] == "Kollegans"

    def test_a_page_from_before_the_feedback_does_not_take_that_away(self, client):
        dialogue, guide = hold(met(), person(leader())), leader("spsm")
        client.force_login(guide)
        seen = seen_on(client.get(step_of(dialogue, "dokumentation")).text)
        seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED, starts_at=hours_ago(3))
        records.hold_feedback(dialogue=dialogue, feedback="Vi går vidare.", actor=person(leader()))
        refused = client.post(step_of(dialogue, "dokumentation"), TYPED | {"seen": seen})
        assert refused.status_code == 409
        assert "Min egen text</textarea>" in refused.text
        assert "Vi går vidare.</textarea>" in refused.text

    @pytest.mark.parametrize("state", sorted(DialogueState.values))
    def test_is_possible_from_the_dialogue_until_it_is_over(self, client, state):
        guide = leader()
        client.force_login(guide)
        dialogue = hold(met(), person(guide))
        Dialogue.objects.filter(pk=dialogue.pk).update(state=state)
        is_possible = state in {"dialogue_held", "feedback_held"}
        address = step_of(dialogue, "dokumentation")
        assert (address in client.get(page_of(dialogue)).text) is is_possible
        assert client.get(address).status_code == (200 if is_possible else 302)
        typed = TYPED | {"seen": records.record_version(dialogue)}
        answer = client.post(address, typed)
        assert answer.status_code == (302 if is_possible else 422)
        assert is_possible or "Min egen text</textarea>" in answer.text
        assert record_of(dialogue)[0] == ("Min egen text" if is_possible else "Vi talade om läsning.")

    def test_before_the_dialogue_there_is_nothing_to_change(self, client):
        client.force_login(leader())
        assert client.post(step_of(met(), "dokumentation"), TYPED | {"seen": "0"}).status_code == 422

    @pytest.mark.parametrize(
        "told", [{"summary": " "}, {"discussed_skolformer": []}, {"feedback": "Än så länge"}]
    )
    def test_needs_what_the_dialogue_needed_and_no_feedback_before_it_is_held(self, told):
        guide = person(leader())
        dialogue = hold(met(), guide)
        with pytest.raises(NotPossible):
            change(dialogue, guide, **told)

    @pytest.mark.parametrize("agency", ["skolverket", "spsm"])
    @pytest.mark.parametrize("role", ROLES)
    def test_only_leaders_of_either_agency_may(self, client, role, agency):
        dialogue = hold(met(), person(leader()))
        own = dialogue.huvudman.contacts.get().user
        user = staff_user(role, agency=agency) if role else own
        client.force_login(user)
        address = step_of(dialogue, "dokumentation")
        if role == StaffRole.LEADER:
            assert client.get(address).status_code == 200
            assert change(dialogue, person(user), summary="Min").record.summary == "Min"
            return
        statuses = {client.get(address).status_code, client.post(address, TYPED).status_code}
        assert statuses == ({403} if role else {404})
        with pytest.raises(PermissionDenied):
            change(dialogue, person(user), summary="Min")


class TestOtherWords:
    """What people type in other steps that somebody else has taken already."""

    def test_another_reason_for_cancelling_is_refused_and_kept_on_the_page(self, client):
        dialogue, first = met(), planner()
        client.force_login(planner())
        address = step_of(dialogue, "avboka")
        cancel_dialogue(dialogue=dialogue, reason="Skolan läggs ner.", actor=person(first))
        assert client.post(address, {"reason": "Skolan läggs ner."}).status_code == 302
        refused = client.post(address, {"reason": "De vill vänta."})
        assert refused.status_code == 409
        assert f"{first} avbokade dialogen" in refused.text
        assert "det skälet gäller: ”Skolan läggs ner.”" in refused.text
        assert "De vill vänta.</textarea>" in refused.text
        assert len(entries("dialogue.cancelled")) == 1

    def test_leaving_without_a_word_is_always_possible(self):
        dialogue = met()
        cancel_dialogue(dialogue=dialogue, reason="Skolan läggs ner.", actor=person(planner()))
        own = dialogue.huvudman.contacts.get().user
        assert cancel_dialogue(dialogue=dialogue, reason="", actor=person(own)).state == "cancelled"

    def test_who_else_accepted_the_time_is_kept_once(self):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        for name in ("Kim Ek", "Kim Ek", "Bo Al", "Bo Al"):
            accept_time(meeting=meeting, given_by=name, channel=Channel.PHONE, actor=person(staff[0]))
        assert len(entries("meeting.fixed")) == 1
        (again,) = entries("meeting.accepted_again")
        assert again.facts == {"given_by": "Bo Al", "channel": "phone"}

    def test_who_else_gave_the_same_answer_is_kept_once(self):
        both_agencies()
        invitation = InvitationFactory()
        for name in ("Kim Ek", "Kim Ek", "Bo Al", "Bo Al"):
            answer_invitation(
                invitation=invitation,
                answer=Answer.LATER,
                given_by=name,
                channel=Channel.PHONE,
                actor=person(planner()),
            )
        assert InvitationAnswer.objects.get().given_by == "Kim Ek"
        (again,) = entries("dialogue.answered_again")
        assert again.facts == {"given_by": "Bo Al", "channel": "phone"}


def test_a_record_that_is_shown_again_with_an_error_still_answers_for_what_it_showed(client):
    first, second = leader(), leader("spsm")
    dialogue = hold(met(), person(first))
    client.force_login(second)
    page = step_of(dialogue, "dokumentation")
    typed = TYPED | {"seen": seen_on(client.get(page).text)}
    change(dialogue, person(first), summary="En kollegas nya text")
    again = client.post(page, typed | {"skolformer": []})
    assert again.status_code == 422
    assert client.post(page, typed | {"seen": seen_on(again.text)}).status_code == 409
    assert record_of(dialogue)[0] == "En kollegas nya text"
