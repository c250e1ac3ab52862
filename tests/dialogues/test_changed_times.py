"""Times wished away, moved and answered after a change; people changed; calendars that follow."""

import datetime
import re
from unittest.mock import Mock

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import Agency, AuditEntry, StaffRole
from dialogues.domain import meetings, staffing
from dialogues.models import DialogueState, Letter, LetterKind, MeetingKind, MeetingState
from tests.accounts.factories import leader, staff_user
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.times import (
    START,
    TWO_HOURS,
    accept,
    calendars,
    in_calendar,
    propose,
    propose_again,
    ready,
    wish,
)

pytestmark = pytest.mark.django_db


class TestAnotherTime:
    def test_a_wish_reopens_a_fixed_time_and_a_new_proposal_moves_those_booked(self):
        dialogue, own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        wish(meeting, person(own))
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.UNDERLAG_SENT
        later = START + datetime.timedelta(days=7)
        again = propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
        assert (again.state, again.wish) == (MeetingState.PROPOSED, "Helst en onsdag")
        assert {row.during.lower for row in again.staff.all()} == {later}
        assert Letter.objects.get(kind=LetterKind.TIME_PROPOSED).recipient == own.email
        assert accept(again, person(own)).sequence > meeting.sequence

    def test_an_empty_wish_is_refused(self):
        dialogue, _own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        with pytest.raises(NotPossible):
            wish(seat_at(dialogue), text="  ")

    def test_who_was_booked_for_a_time_wished_away_can_be_booked_elsewhere(self):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        wish(meeting)
        other, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        propose(other, staff)
        with pytest.raises(NotPossible, match="redan bokad"):
            propose_again(meeting, staff)

    def test_the_first_proposal_is_changed_without_a_letter_before_the_underlag(self):
        dialogue, _own, meeting, staff = ready(DialogueState.INTRODUCED, MeetingState.PROPOSED)
        later = START + datetime.timedelta(days=1)
        changed = propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
        assert (changed.state, changed.starts_at, changed.sequence) == (MeetingState.PROPOSED, later, 1)
        assert {row.during.lower for row in changed.staff.all()} == {later}
        assert not dialogue.letters.exists()

    def test_the_agencies_move_their_own_proposal_with_one_letter(self):
        _dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        later = START + datetime.timedelta(days=1)
        for _twice in range(2):
            propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
        letter = Letter.objects.get()
        assert (letter.kind, letter.recipient) == (LetterKind.TIME_PROPOSED, own.email)
        assert not letter.attachments.exists()

    @pytest.mark.parametrize("state", [MeetingState.PROPOSED, MeetingState.OTHER_WISHED, MeetingState.FIXED])
    def test_a_new_proposal_needs_somebody_from_each_agency(self, state):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, state)
        with pytest.raises(NotPossible, match="SPSM"):
            propose_again(meeting, staff[:1], place="Skolan")
        meeting.refresh_from_db()
        assert (meeting.state, meeting.place) == (state, "Rådhuset")

    @pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.CANCELLED])
    def test_what_is_over_gets_no_new_time(self, state):
        _dialogue, _own, meeting, staff = ready(DialogueState.DIALOGUE_HELD, state)
        with pytest.raises(WrongState):
            propose_again(meeting, staff, place="Skolan")

    @pytest.mark.parametrize("meeting_state", MeetingState.values)
    @pytest.mark.parametrize("state", ["introduced", "underlag_sent", "time_fixed"])
    def test_a_wish_is_noted_of_a_time_to_come_and_of_no_other(self, state, meeting_state):
        dialogue, own, meeting, _staff = ready(DialogueState(state), meeting_state)
        if meeting_state in {"held", "missed", "cancelled"}:
            with pytest.raises(Conflict, match="Mötet"):
                wish(meeting, person(own))
        elif state == "introduced" and meeting_state != "other_wished":
            with pytest.raises(NotPossible, match="inte skickats"):
                wish(meeting, person(own))
        else:
            assert wish(meeting, person(own)).state == MeetingState.OTHER_WISHED
        dialogue.refresh_from_db()
        reopened = state == "time_fixed" and meeting_state in {"proposed", "fixed"}
        assert dialogue.state == ("underlag_sent" if reopened else state)

    def test_two_who_wish_at_the_same_time_are_both_heard_and_once_each(self):
        _dialogue, own, meeting, _staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        for text in ("Helst en onsdag", "Inte vecka 10", "Helst en onsdag"):
            wish(meeting, person(own), text=text, seen=meeting.sequence)
        meeting.refresh_from_db()
        assert meeting.wish == "Helst en onsdag\n\nInte vecka 10"
        assert AuditEntry.objects.filter(verb="meeting.wish_added").count() == 1
        with pytest.raises(PermissionDenied):
            wish(meeting, person(staff_user(StaffRole.STATISTICIAN)), text="Aldrig")

    def test_a_proposed_time_that_has_passed_is_not_accepted(self):
        dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        with time_machine.travel(START, tick=False), pytest.raises(NotPossible, match="passerat"):
            accept(meeting, person(own))
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.UNDERLAG_SENT
        with time_machine.travel(START - datetime.timedelta(seconds=1), tick=False):
            assert accept(meeting, person(own)).state == MeetingState.FIXED

    def test_a_meeting_that_took_place_is_accepted_afterwards_and_nobody_is_written_to(self):
        dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        with pytest.raises(NotPossible, match="inte passerat än"):
            accept(meeting, afterwards=True)
        with time_machine.travel(START, tick=False):
            meeting.staff.filter(user=staff[1]).delete()
            with pytest.raises(NotPossible, match="SPSM"):
                accept(meeting, person(staff[0]), afterwards=True)
            staffing.book_staff(meeting, staff)
            assert accept(meeting, person(staff[0]), afterwards=True).state == MeetingState.FIXED
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.TIME_FIXED
        assert not Letter.objects.exists()
        entry = AuditEntry.objects.get(verb="meeting.fixed")
        assert (entry.facts["given_by"], entry.facts["afterwards"]) == ("Kim Ek", True)

    @pytest.mark.parametrize("role", [*StaffRole.values, "own"])
    def test_only_those_who_run_dialogues_accept_afterwards(self, role):
        _dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        actor = person(own if role == "own" else staff_user(StaffRole(role)))
        with time_machine.travel(START, tick=False):
            if role in {"planner", "leader"}:
                assert accept(meeting, actor, afterwards=True).state == MeetingState.FIXED
            else:
                with pytest.raises(PermissionDenied):
                    accept(meeting, actor, afterwards=True)

    def test_who_changed_what_is_in_the_log(self):
        _dialogue, _own, meeting, (stays, _goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        propose_again(meeting, [stays, leader("spsm")])
        propose_again(meeting, [stays, leader("spsm")], place="Skolan")
        wish(meeting)
        verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["meeting.staff_changed", "meeting.proposal_changed", "meeting.other_wished"]

    def test_a_failure_halfway_leaves_the_fixed_time_as_it_was(self, monkeypatch):
        dialogue, _own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        monkeypatch.setattr(meetings, "tell_staff_free", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            propose_again(meeting, [staff[0], leader("spsm")], place="Skolan")
        meeting.refresh_from_db()
        dialogue.refresh_from_db()
        assert (meeting.state, meeting.place, meeting.sequence) == (MeetingState.FIXED, "Rådhuset", 0)
        assert dialogue.state == DialogueState.TIME_FIXED
        assert {row.user for row in meeting.staff.all()} == set(staff)
        assert not Letter.objects.exists()
        assert not AuditEntry.objects.exists()


class TestSeen:
    """What the huvudman answers is what it read."""

    def test_a_time_moved_meanwhile_is_not_accepted(self):
        dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        propose_again(meeting, staff, place="Skolan")
        with pytest.raises(NotPossible, match="Läs det nya förslaget"):
            accept(meeting, person(own), seen=0)
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.UNDERLAG_SENT
        assert accept(meeting, person(own), seen=1).state == MeetingState.FIXED

    def test_a_time_moved_and_accepted_by_another_is_not_accepted_either(self):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        propose_again(meeting, staff, place="Skolan")
        accept(meeting, seen=1)
        with pytest.raises(NotPossible, match="Tiden är redan bestämd: 3 mars 2099 kl. 10.00–12.00"):
            accept(meeting, seen=0)

    def test_pressing_twice_is_once(self):
        _dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        for seen in (0, 0, 1):  # also from a page that was read after it was accepted
            assert accept(meeting, seen=seen).state == MeetingState.FIXED
        assert Letter.objects.filter(kind=LetterKind.TIME_FIXED, recipient=own.email).count() == 1

    def test_a_time_accepted_meanwhile_is_not_wished_away_by_who_has_not_seen_that(self):
        _dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting, person(own), seen=0)
        with pytest.raises(NotPossible, match="Tiden är redan bestämd: 3 mars 2099"):
            wish(meeting, seen=0)
        assert wish(meeting, seen=1).state == MeetingState.OTHER_WISHED

    @pytest.mark.parametrize("state", [MeetingState.PROPOSED, MeetingState.FIXED])
    def test_a_time_moved_meanwhile_is_not_wished_away(self, state):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, state)
        again = propose_again(meeting, staff, place="Skolan")
        with pytest.raises(NotPossible, match="Tiden har ändrats"):
            wish(meeting, seen=again.sequence - 1)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.PROPOSED
        assert wish(meeting, seen=again.sequence).state == MeetingState.OTHER_WISHED


class TestCalendar:
    """Nobody keeps a time in the calendar that does not hold any more."""

    def test_a_wish_takes_a_fixed_time_out_of_every_calendar(self):
        _dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        wish(meeting)
        for recipient in (own.email, *(user.email for user in staff)):
            files = calendars(LetterKind.TIME_FIXED, recipient)
            files += calendars(LetterKind.MEETING_CANCELLED, recipient)
            assert in_calendar(files) == [("REQUEST", 1), ("CANCEL", 2)]

    def test_a_wish_before_a_time_is_fixed_tells_nobody(self):
        _dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        wish(meeting)
        assert not Letter.objects.exclude(kind=LetterKind.SENT).exists(), "a receipt is all that is written"

    def test_moving_a_fixed_time_takes_the_old_one_out_of_every_calendar(self):
        _dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        later = START + datetime.timedelta(days=1)
        propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
        for recipient, kind in (
            (own.email, LetterKind.TIME_PROPOSED),
            *((user.email, LetterKind.MEETING_CANCELLED) for user in staff),
        ):
            (file,) = calendars(kind, recipient)
            assert in_calendar([file]) == [("CANCEL", 2)]
            assert "20990303T100000" in file
        accept(meeting)
        assert in_calendar(calendars(LetterKind.TIME_FIXED, own.email)) == [("REQUEST", 1), ("REQUEST", 3)]

    def test_cancelling_the_dialogue_takes_its_fixed_time_out_of_every_calendar(self):
        dialogue, own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)
        for recipient in (own.email, *(user.email for user in staff)):
            assert in_calendar(calendars(LetterKind.CANCELLED, recipient)) == [("CANCEL", 2)]

    def test_cancelling_takes_nothing_out_that_was_never_in(self):
        dialogue, own, _meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)
        assert Letter.objects.filter(kind=LetterKind.CANCELLED, recipient=own.email).exists()
        assert calendars(LetterKind.CANCELLED, own.email) == []

    def test_everyone_who_comes_is_in_the_file_and_who_leaves_in_the_one_that_takes_it_away(self):
        _dialogue, own, meeting, (stays, goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        for recipient in (own.email, stays.email):
            (file,) = calendars(LetterKind.TIME_FIXED, recipient)
            assert {*re.findall("ATTENDEE.*mailto:(.*)\r", file)} == {own.email, stays.email, goes.email}
        meetings.change_staff(meeting=meeting, staff=[stays, leader("spsm")], actor=SYSTEM)
        (away,) = calendars(LetterKind.MEETING_CANCELLED, goes.email)
        assert goes.email in re.findall("ATTENDEE.*mailto:(.*)\r", away)
        wish(meeting)
        (away,) = calendars(LetterKind.MEETING_CANCELLED, stays.email)
        assert {own.email, stays.email} < {*re.findall("ATTENDEE.*mailto:(.*)\r", away)}

    def test_a_time_moved_with_other_people_is_taken_away_from_those_who_had_it(self):
        _dialogue, own, meeting, (stays, goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        propose_again(meeting, [stays, leader("spsm")], place="Skolan")
        (away,) = calendars(LetterKind.TIME_PROPOSED, own.email)
        assert {*re.findall("ATTENDEE.*mailto:(.*)\r", away)} == {own.email, stays.email, goes.email}

    def test_the_organizer_is_who_the_letters_come_from(self):
        _dialogue, own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        Agency.objects.filter(code="skolverket").update(sender="Dialoger <dialoger@verket.example>")
        accept(meeting)
        (file,) = calendars(LetterKind.TIME_FIXED, own.email)
        assert "ORGANIZER;CN=Dialoger:mailto:dialoger@verket.example" in file


class TestStaff:
    def test_the_people_of_a_fixed_time_change_and_only_they_are_told(self):
        dialogue, own, meeting, (stays, goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        accept(meeting)
        Letter.objects.all().delete()
        comes = leader("spsm")
        changed = meetings.change_staff(meeting=meeting, staff=[stays, comes], actor=SYSTEM)
        dialogue.refresh_from_db()
        assert (changed.state, dialogue.state) == (MeetingState.FIXED, DialogueState.TIME_FIXED)
        assert {row.user for row in meeting.staff.all()} == {stays, comes}
        told = {(letter.recipient, letter.kind) for letter in Letter.objects.all()}
        assert told == {
            (comes.email, LetterKind.TIME_FIXED),
            (goes.email, LetterKind.MEETING_CANCELLED),
        }
        assert in_calendar(calendars(LetterKind.MEETING_CANCELLED, goes.email)) == [("CANCEL", 1)]
        assert goes.meetings.count() == 0
        assert own.email not in {recipient for recipient, _kind in told}

    def test_a_proposal_with_nothing_new_but_people_lets_the_time_stand(self):
        _dialogue, _own, meeting, (stays, _goes) = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        again = propose_again(meeting, [stays, leader("spsm")])
        assert (again.state, again.sequence) == (MeetingState.FIXED, 0)

    def test_who_was_there_is_put_right_afterwards_without_letters(self):
        _dialogue, _own, meeting, (stays, _goes) = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        was_there = leader("spsm")
        with time_machine.travel(meeting.ends_at, tick=False):
            meetings.change_staff(meeting=meeting, staff=[stays, was_there], actor=SYSTEM)
        assert {row.user for row in meeting.staff.all()} == {stays, was_there}
        assert not Letter.objects.exists()

    def test_the_people_of_a_proposal_change_without_letters(self):
        _dialogue, _own, meeting, (stays, _goes) = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
        meetings.change_staff(meeting=meeting, staff=[stays, leader("spsm")], actor=SYSTEM)
        assert not Letter.objects.exists()

    def test_both_agencies_stay(self):
        _dialogue, _own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        with pytest.raises(NotPossible, match="SPSM"):
            meetings.change_staff(meeting=meeting, staff=staff[:1], actor=SYSTEM)
        assert {row.user for row in meeting.staff.all()} == set(staff)

    @pytest.mark.parametrize("state", ["other_wished", "held", "cancelled"])
    def test_only_of_a_meeting_with_a_time(self, state):
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, state)
        with pytest.raises(WrongState):
            meetings.change_staff(meeting=meeting, staff=staff, actor=SYSTEM)

    @pytest.mark.parametrize("role", StaffRole.values)
    def test_only_those_who_run_dialogues_may(self, role):
        _dialogue, own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        change = lambda actor: meetings.change_staff(meeting=meeting, staff=staff, actor=actor)  # noqa: E731
        with pytest.raises(PermissionDenied):
            change(person(own))
        actor = person(staff_user(StaffRole(role)))
        if role in {"planner", "leader"}:
            assert change(actor).state == MeetingState.FIXED
        else:
            with pytest.raises(PermissionDenied):
                change(actor)


class TestFeedback:
    def test_can_be_moved_and_wished_away_and_accepted_anew(self):
        dialogue, own, meeting, staff = ready(
            DialogueState.DIALOGUE_HELD, MeetingState.FIXED, MeetingKind.FEEDBACK
        )
        wish(meeting, person(own), seen=0)
        later = START + datetime.timedelta(days=7)
        again = propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
        assert Letter.objects.get(kind=LetterKind.TIME_PROPOSED).title.startswith(
            "Nytt förslag på tid för återkopplingsmötet"
        )
        accept(again, person(own), seen=again.sequence)
        meeting.refresh_from_db()
        dialogue.refresh_from_db()
        assert (meeting.state, meeting.starts_at) == (MeetingState.FIXED, later)
        assert dialogue.state == DialogueState.DIALOGUE_HELD
        told = Letter.objects.filter(kind=LetterKind.FEEDBACK)
        assert {letter.recipient for letter in told} == {own.email, *(user.email for user in staff)}
