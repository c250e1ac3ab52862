"""Who has said that they have a conflict of interest does nothing in the dialogue until it is taken back."""

import uuid

import pytest

from accounts.actors import Barred, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.desk import Desk, kinds_for, waiting
from dialogues.domain import meetings, records
from dialogues.domain.impartiality import declare_conflict
from dialogues.domain.introductions import hold_introduction
from dialogues.domain.many import for_each
from dialogues.domain.notes import NoteEdit, save_note
from dialogues.domain.skipping import note_missed, skip_part
from dialogues.domain.summaries import write_summary
from dialogues.domain.wishes import wish_other_time
from dialogues.models import AnsweredHow, Channel, DialogueState, MeetingKind, MeetingState, SkippedPart
from dialogues.rules import has_conflict, meets_huvudman
from dialogues.steps import STEPS
from huvudman.models import Skolform
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.own_questions import answer, ask
from tests.dialogues.pausing import put_to_rest
from tests.dialogues.portal.helpers import text
from tests.dialogues.summaries import WORDS
from tests.dialogues.test_records import hours_ago
from tests.dialogues.test_staff_pages import page_of, step_of
from tests.dialogues.times import accept, arranged, ready

pytestmark = pytest.mark.django_db


def with_conflict(dialogue, *, has: bool = True):
    """A planner who leads dialogues too, and has said whether there is a conflict of interest."""
    user = staff_user(StaffRole.LEADER, StaffRole.PLANNER)
    declare_conflict(dialogue=dialogue, has_conflict=has, reason="", actor=person(user))
    return user


def hold(dialogue, actor, **more):
    return records.hold_dialogue(
        dialogue=dialogue, summary="Vi talade.", discussed_skolformer=[Skolform.GR], actor=actor, **more
    )


def note(dialogue, actor):
    edit = NoteEdit(note=uuid.uuid4(), seen=None, form=uuid.uuid4())
    return save_note(dialogue=dialogue, edit=edit, text="Ring.", actor=actor)


VERBS = {
    "move": lambda _d, meeting, actor: meetings.propose_again(
        meeting=meeting, arrangement=arranged(pair()), actor=actor
    ),
    "staff": lambda _d, meeting, actor: meetings.change_staff(meeting=meeting, staff=pair(), actor=actor),
    "accept": lambda _d, meeting, actor: accept(meeting, actor),
    "wish": lambda _d, meeting, actor: wish_other_time(
        meeting=meeting, wish="Senare", given_by="Kim", channel=Channel.PHONE, actor=actor
    ),
    "miss": lambda _d, meeting, actor: note_missed(meeting=meeting, actor=actor),
    "hold": lambda dialogue, _m, actor: hold(dialogue, actor),
    "skip": lambda dialogue, _m, actor: skip_part(
        dialogue=dialogue, part=SkippedPart.DIALOGUE, reason="Vill inte", actor=actor
    ),
    "close": lambda dialogue, _m, actor: records.close_dialogue(dialogue=dialogue, actor=actor),
    "cancel": lambda dialogue, _m, actor: meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=actor),
    "summary": lambda dialogue, _m, actor: write_summary(dialogue=dialogue, words=WORDS, seen=0, actor=actor),
    "note": lambda dialogue, _m, actor: note(dialogue, actor),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb(verb):
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    with pytest.raises(Barred, match="jäv"):
        VERBS[verb](dialogue, meeting, person(with_conflict(dialogue)))


def test_nor_first_time_nor_answer():
    dialogue, own = dialogue_with_contact(DialogueState.INTRODUCED)
    user = with_conflict(dialogue)
    with pytest.raises(Barred):
        meetings.propose_time(dialogue=dialogue, arrangement=arranged(pair()), actor=person(user))
    with pytest.raises(Barred):
        answer(ask(dialogue, own), user, how=AnsweredHow.BEFORE)


@pytest.mark.parametrize("name", STEPS)
def test_no_step_but_to_say_it(client, name):
    dialogue, _own, _meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    client.force_login(with_conflict(dialogue))
    response = client.post(step_of(dialogue, name), {})
    if name == "jav":
        assert response.status_code == 422
    elif STEPS[name].form.permission == "dialogues.run_introduction":
        assert response.status_code == 422, "a group is nobody's own"
    else:
        assert response.status_code == 403
        assert "Du har anmält jäv" in text(response)


def test_it_is_read_and_another_planner_goes_on(client):
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    user = with_conflict(dialogue)
    client.force_login(user)
    page = client.get(page_of(dialogue))
    assert "Du har anmält jäv" in text(page)
    assert "/steg/avboka/" not in page.content.decode()
    client.force_login(with_conflict(dialogue, has=False))
    assert "Du har anmält jäv" not in text(client.get(page_of(dialogue)))
    assert accept(meeting, person(staff_user(StaffRole.PLANNER))).state == MeetingState.FIXED


def test_taken_back_it_is_lifted():
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    user = with_conflict(dialogue)
    assert has_conflict(user, dialogue)
    assert not meets_huvudman(user, dialogue)
    declare_conflict(dialogue=dialogue, has_conflict=False, reason="", actor=person(user))
    assert meets_huvudman(user, dialogue)
    assert accept(meeting, person(user)).state == MeetingState.FIXED


def test_another_dialogue_and_a_group_are_other_matters():
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    user = with_conflict(dialogue)
    _other, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    assert accept(meeting, person(user)).state == MeetingState.FIXED
    about = {"state": MeetingState.FIXED, "starts_at": hours_ago(3), "seats": 9}
    group = seat_at(dialogue, kind=MeetingKind.INTRODUCTION, **about)
    hold_introduction(meeting=group, attended=[dialogue.pk], actor=person(user))
    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.INTRODUCED


def test_of_many_just_that_one_is_left_out():
    first, _own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    second, _own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    actor = person(with_conflict(first))
    outcome = for_each([first, second], lambda d: actor.require("dialogues.close_dialogue", d))
    assert (outcome.done, outcome.left_out[0][0]) == ([second], first)
    assert "jäv" in outcome.left_out[0][1]


class TestSilent:
    """Somebody has not said whether there is a conflict of interest, and the meeting is held."""

    def met(self):
        dialogue, _own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        meeting.starts_at, meeting.ends_at = hours_ago(3), hours_ago(1)
        meeting.save()
        dialogue.conflict_declarations.filter(user=staff[0]).delete()
        return dialogue, staff

    def test_it_is_asked_and_kept(self):
        dialogue, (silent, other) = self.met()
        with pytest.raises(NotPossible, match=f"{silent} har inte svarat om jäv"):
            hold(dialogue, person(other))
        hold(dialogue, person(other), although_silent=True)
        assert AuditEntry.objects.get(verb=records.HELD_UNDECLARED).facts["people"] == [str(silent)]

    def test_the_page_warns_and_wants_a_tick(self, client):
        dialogue, (silent, other) = self.met()
        client.force_login(other)
        assert f"{silent} (Skolverket) – har inte svarat om jäv" in text(client.get(page_of(dialogue)))
        step = step_of(dialogue, "dialog-hallen")
        assert f"Har inte svarat om jäv: {silent}." in text(client.get(step))
        typed = {"summary": "Vi talade.", "skolformer": ["GR"]}
        assert client.post(step, typed).status_code == 422
        assert client.post(step, typed | {"although_silent": "on"}).status_code == 302
        assert "hade svarat om jäv" in text(client.get(page_of(dialogue)))

    def test_when_all_have_said_it_nothing_is_asked(self, client):
        dialogue, (silent, other) = self.met()
        declare_conflict(dialogue=dialogue, has_conflict=False, reason="", actor=person(silent))
        client.force_login(other)
        assert "although_silent" not in client.get(step_of(dialogue, "dialog-hallen")).content.decode()
        hold(dialogue, person(other))
        assert not AuditEntry.objects.filter(verb=records.HELD_UNDECLARED).exists()


def test_the_page_says_when_an_agency_is_missing(client):
    dialogue, _own, meeting, (_ours, theirs) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    client.force_login(leader())
    assert "är bokad. Boka någon" not in text(client.get(page_of(dialogue)))
    declare_conflict(dialogue=dialogue, has_conflict=True, reason="", actor=person(theirs))
    assert "Dialog: ingen från SPSM är bokad." in text(client.get(page_of(dialogue)))
    put_to_rest(dialogue)
    assert "ingen från SPSM är bokad" not in text(client.get(page_of(dialogue)))
    assert meeting.staff.count() == 1


def test_it_is_on_others_desks_alone():
    dialogue, _own, _meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.OTHER_WISHED)
    held, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    for has, kinds in ((True, set()), (False, {"ny-tid", "avsluta-dialog"})):
        user = with_conflict(dialogue, has=has)
        declare_conflict(dialogue=held, has_conflict=has, reason="", actor=person(user))
        assert {entry.kind for entry in waiting(kinds_for(user), Desk.of(user)).entries} == kinds
