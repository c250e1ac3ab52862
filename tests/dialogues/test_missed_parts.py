"""A dialogue or feedback meeting that did not take place: offered again, or left out with a reason."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain import records
from dialogues.domain.meetings import propose_again, set_up_feedback
from dialogues.domain.skipping import note_missed, skip_part
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingNeeds,
    MeetingState,
    SkippedPart,
)
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.desk.kinds import only, todos
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.portal.helpers import address, both_booked, issued_underlag, text
from tests.dialogues.test_staff_pages import page_of
from tests.dialogues.times import arranged

pytestmark = pytest.mark.django_db

REASON = "Vi hittade ingen tid som passade."
PARTS = {
    SkippedPart.DIALOGUE: (MeetingKind.DIALOGUE, DialogueState.UNDERLAG_SENT, DialogueState.TIME_FIXED),
    SkippedPart.FEEDBACK: (MeetingKind.FEEDBACK, DialogueState.DIALOGUE_HELD, DialogueState.DIALOGUE_HELD),
}


def with_meeting(
    part: SkippedPart, state: MeetingState, *, over: bool = True, held: DialogueState | None = None
) -> tuple[Dialogue, User, Meeting]:
    """A dialogue that waits for a part, with that part's meeting."""
    kind, waits, is_fixed = PARTS[part]
    dialogue, own = dialogue_with_contact(held or (is_fixed if state == MeetingState.FIXED else waits))
    issued_underlag(dialogue)
    then = timezone.now() + datetime.timedelta(days=-2 if over else 20)
    return dialogue, own, both_booked(seat_at(dialogue, kind=kind, state=state, starts_at=then))


def skip(dialogue: Dialogue, part: SkippedPart, reason: str = REASON, user: User | None = None) -> Dialogue:
    return skip_part(dialogue=dialogue, part=part, reason=reason, actor=person(user or leader()))


def step(dialogue: Dialogue, name: str) -> str:
    return reverse("admin:dialogue_step", args=[dialogue.public_id, name])


@pytest.mark.parametrize("part", SkippedPart)
class TestMissed:
    @pytest.mark.parametrize("over", [True, False])
    @pytest.mark.parametrize("state", MeetingState)
    def test_which_meetings_can_have_been_missed(self, part, state, over):
        dialogue, _own, meeting = with_meeting(part, state, over=over)
        possible = {MeetingState.OTHER_WISHED, MeetingState.MISSED}
        possible |= {MeetingState.FIXED, MeetingState.PROPOSED} if over else set()
        if state in possible:
            assert note_missed(meeting=meeting, actor=person(leader())).state == MeetingState.MISSED
        else:
            with pytest.raises(NotPossible):
                note_missed(meeting=meeting, actor=person(leader()))
        dialogue.refresh_from_db()
        assert dialogue.state == (
            PARTS[part][2] if state == MeetingState.FIXED and not over else PARTS[part][1]
        )
        assert not Letter.objects.exists()

    def test_it_is_a_thing_to_do_until_a_new_time_is_proposed(self, part):
        dialogue, own, meeting = with_meeting(part, MeetingState.FIXED)
        assert todos("blev-inte-av") == []
        missed = note_missed(meeting=meeting, actor=person(leader()))
        todo = only("blev-inte-av")
        assert todo.due == timezone.localdate() + datetime.timedelta(days=14)
        assert str(dialogue.huvudman) in todo.what
        propose_again(meeting=missed, arrangement=arranged(pair()), actor=person(planner()))
        assert todos("blev-inte-av") == []
        assert Letter.objects.filter(kind=LetterKind.TIME_PROPOSED, recipient=own.email).exists()

    def test_both_sides_read_it(self, part, client):
        dialogue, own, meeting = with_meeting(part, MeetingState.FIXED)
        note_missed(meeting=meeting, actor=person(leader()))
        client.force_login(own)
        page = "portal_time" if part == SkippedPart.DIALOGUE else "portal_feedback"
        assert "Mötet blev inte av" in text(client.get(address(page, dialogue)))
        front = text(client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])))
        assert "Mötet blev inte av. Vi hör av oss med en ny tid." in front
        client.force_login(leader())
        staffs = client.get(page_of(dialogue)).text
        assert "blev inte av" in staffs
        assert "Ett möte blev inte av." in staffs

    def test_by_the_steps(self, part, client):
        dialogue, _own, _meeting = with_meeting(part, MeetingState.FIXED)
        prefix = "" if part == SkippedPart.DIALOGUE else "aterkoppling-"
        client.force_login(planner())
        done = client.post(step(dialogue, f"{prefix}blev-inte-av"), {}, follow=True)
        assert step(dialogue, f"{prefix}ny-tid") in done.text
        name = "hoppa-over" if part == SkippedPart.DIALOGUE else "hoppa-over-aterkoppling"
        assert client.post(step(dialogue, name), {"reason": " "}).status_code == 422
        done = client.post(step(dialogue, name), {"reason": REASON}, follow=True)
        assert REASON in done.text
        assert step(dialogue, "avsluta") in done.text
        assert step(dialogue, name) not in done.text


def test_what_is_done_beside_a_task_bears_its_own_name(client):
    dialogue, _own, _meeting = with_meeting(SkippedPart.DIALOGUE, MeetingState.FIXED)
    client.force_login(planner())
    page = client.get(page_of(dialogue)).text
    assert f'<a href="{step(dialogue, "blev-inte-av")}">Dialogen blev inte av</a>' in page
    assert "Håll och dokumentera dialogen</a>" not in page


class TestLeftOut:
    @pytest.mark.parametrize("part", SkippedPart)
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_only_while_the_part_waits(self, part, state):
        dialogue, _own, _meeting = with_meeting(part, MeetingState.MISSED, held=DialogueState(state))
        if state == PARTS[part][1]:
            assert skip(dialogue, part).skipped == part
            return
        with pytest.raises(NotPossible):
            skip(dialogue, part)
        dialogue.refresh_from_db()
        assert (dialogue.skipped, dialogue.state) == ("", state)

    @pytest.mark.parametrize("part", SkippedPart)
    @pytest.mark.parametrize("state", [MeetingState.FIXED, MeetingState.PROPOSED])
    def test_never_while_a_meeting_is_to_come(self, part, state):
        dialogue, _own, meeting = with_meeting(part, state, over=False)
        with pytest.raises(NotPossible, match="inte över"):
            skip(dialogue, part)
        meeting.refresh_from_db()
        assert meeting.state == state

    @pytest.mark.parametrize("part", SkippedPart)
    @pytest.mark.parametrize("state", [MeetingState.FIXED, MeetingState.PROPOSED, MeetingState.OTHER_WISHED])
    def test_a_meeting_that_has_been_is_noted_as_missed(self, part, state):
        dialogue, _own, meeting = with_meeting(part, state)
        skip(dialogue, part)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.MISSED
        for kind in ("ny-tid", "passerad-tid", "blev-inte-av", "dokumentera", "aterkoppling"):
            assert todos(kind) == [], kind
        assert only("avsluta-dialog").due == timezone.localdate() + datetime.timedelta(days=14)

    def test_a_feedback_that_was_never_booked(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        skip(dialogue, SkippedPart.FEEDBACK)
        assert todos("aterkoppling") == []

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_a_reason_is_needed(self, reason):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        with pytest.raises(NotPossible, match="Skriv varför"):
            skip(dialogue, SkippedPart.FEEDBACK, reason)

    def test_the_same_twice_is_once_and_another_reason_a_conflict(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        for _n in range(2):
            skip(dialogue, SkippedPart.FEEDBACK)
        assert AuditEntry.objects.filter(verb="dialogue.part_skipped").count() == 1
        with pytest.raises(Conflict):
            skip(dialogue, SkippedPart.FEEDBACK, "Något annat")

    @pytest.mark.parametrize("role", StaffRole)
    def test_who_may(self, role):
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        with pytest.raises(PermissionDenied):
            skip(dialogue, SkippedPart.FEEDBACK, user=own)
        if role in (StaffRole.PLANNER, StaffRole.LEADER):
            skip(dialogue, SkippedPart.FEEDBACK, user=staff_user(role))
        else:
            with pytest.raises(PermissionDenied):
                skip(dialogue, SkippedPart.FEEDBACK, user=staff_user(role))

    def test_what_was_needed_is_taken_away_with_the_dialogue(self):
        dialogue, _own, _meeting = with_meeting(SkippedPart.DIALOGUE, MeetingState.MISSED)
        MeetingNeeds.objects.create(dialogue=dialogue, hearing_loop=True)
        skip(dialogue, SkippedPart.DIALOGUE)
        assert not MeetingNeeds.objects.exists()

    def test_the_database_wants_a_reason(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        for wrong in ({"skipped": "feedback"}, {"skipped_because": "Varför"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Dialogue.objects.filter(pk=dialogue.pk).update(**wrong)


class TestOfferedAgain:
    @pytest.mark.parametrize("part", SkippedPart)
    def test_a_new_time_takes_it_back(self, part):
        dialogue, _own, meeting = with_meeting(part, MeetingState.MISSED)
        skip(dialogue, part)
        propose_again(meeting=meeting, arrangement=arranged(pair()), actor=person(planner()))
        dialogue.refresh_from_db()
        assert (dialogue.skipped, dialogue.skipped_because) == ("", "")
        assert AuditEntry.objects.filter(verb="dialogue.part_offered_again").count() == 1
        with pytest.raises(NotPossible):
            records.close_dialogue(dialogue=dialogue, actor=person(leader()))

    def test_a_feedback_meeting_that_is_booked_after_all(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        skip(dialogue, SkippedPart.FEEDBACK)
        set_up_feedback(dialogue=dialogue, arrangement=arranged(pair()), actor=person(planner()))
        dialogue.refresh_from_db()
        assert dialogue.skipped == ""


class TestClosing:
    @pytest.mark.parametrize("skipped", ["", *SkippedPart])
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_with_every_part_held_or_left_out(self, state, skipped):
        dialogue, _own = dialogue_with_contact(DialogueState(state), skipped=skipped, skipped_because=skipped)
        waits = state in {"underlag_sent", "dialogue_held"}
        if state in {"feedback_held", "closed"} or (waits and skipped):
            assert records.close_dialogue(dialogue=dialogue, actor=person(leader())).state == "closed"
            return
        with pytest.raises(NotPossible if waits else WrongState):
            records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        dialogue.refresh_from_db()
        assert dialogue.state == state

    @pytest.mark.parametrize("part", SkippedPart)
    def test_the_huvudman_reads_the_reason_in_letter_and_portal(self, part, client):
        dialogue, own, _meeting = with_meeting(part, MeetingState.MISSED)
        skip(dialogue, part)
        client.force_login(own)
        for _closed in (False, True):
            page = "portal_time" if part == SkippedPart.DIALOGUE else "portal_feedback"
            assert REASON in text(client.get(address(page, dialogue)))
            front = text(client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])))
            assert "Hoppas över" in front
            if dialogue.state != "closed":
                dialogue = records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        letter = Letter.objects.get(kind=LetterKind.CLOSED)
        assert REASON in letter.text
        assert "alla tre delarna" not in letter.text

    def test_whole_dialogues_are_thanked_as_before(self):
        dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        assert "alla tre delarna" in Letter.objects.get(kind=LetterKind.CLOSED).text
