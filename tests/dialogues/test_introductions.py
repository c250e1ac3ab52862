"""Introductions: set up with both agencies, changed, cancelled; another seat for who missed theirs."""

import datetime
from unittest.mock import Mock

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import introductions as verbs
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.meetings import cancel_dialogue
from dialogues.models import (
    Answer,
    Channel,
    DialogueState,
    Letter,
    LetterKind,
    MeetingKind,
    MeetingState,
)
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.factories import (
    BatchFactory,
    InvitationFactory,
    MeetingFactory,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.times import calendars, in_calendar
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
LINK = "https://mote.example/1"


def in_days(days: int) -> datetime.datetime:
    return timezone.now().replace(microsecond=0) + datetime.timedelta(days=days)


def details(starts_at=None, *, link=LINK, seats=2, staff=None):
    starts_at = starts_at or in_days(20)
    arrangement = Arrangement(starts_at=starts_at, ends_at=starts_at + HOUR, link=link, staff=staff)
    return {"arrangement": arrangement, "seats": seats}


def set_up(batch, staff, **more):
    return verbs.set_up_introduction(batch=batch, actor=SYSTEM, **details(staff=staff, **more))


def change(meeting, staff, actor=SYSTEM, **more):
    same = {"starts_at": meeting.starts_at, "link": meeting.link, "seats": meeting.seats}
    return verbs.change_introduction(meeting=meeting, actor=actor, **details(staff=staff, **same | more))


def accepted(batch, number=1):
    return [dialogue_with_contact(DialogueState.ACCEPTED, batch=batch) for _n in range(number)]


def letters_to(user, kind=LetterKind.INTRODUCTION):
    return Letter.objects.filter(recipient=user.email, kind=kind)


class TestSetUp:
    @pytest.mark.parametrize("agencies", [[], ["skolverket"], ["spsm"]])
    def test_needs_somebody_from_each_agency(self, agencies):
        batch = BatchFactory()
        accepted(batch)
        with pytest.raises(NotPossible, match="Mötet behöver någon från"):
            set_up(batch, [leader(agency) for agency in agencies])
        assert not batch.meetings.exists()

    def test_those_from_the_agencies_get_it_in_their_calendars(self):
        batch = BatchFactory()
        ((_dialogue, own),) = accepted(batch)
        staff = pair()
        set_up(batch, staff)
        for user in (own, *staff):
            assert in_calendar(calendars(LetterKind.INTRODUCTION, user.email)) == [("REQUEST", 0)]
        assert str(batch) in letters_to(staff[0]).get().text


class TestChange:
    def test_a_new_time_is_told_to_all_with_a_new_calendar_file(self):
        batch = BatchFactory()
        ((_dialogue, own),) = accepted(batch)
        staff = pair()
        meeting = set_up(batch, staff)
        moved = change(meeting, staff, starts_at=in_days(30))
        assert (moved.state, moved.sequence) == (MeetingState.FIXED, 1)
        assert {row.during.lower for row in moved.staff.all()} == {moved.starts_at}
        for user in (own, *staff):
            files = calendars(LetterKind.INTRODUCTION, user.email)
            assert in_calendar(files) == [("REQUEST", 0), ("REQUEST", 1)]
            assert "Introduktionsmötet är ändrat" in letters_to(user).latest("pk").title

    def test_more_seats_are_given_to_those_who_wait_and_nobody_else_is_told(self):
        batch = BatchFactory()
        seated, waiting = accepted(batch, 2)
        staff = pair()
        meeting = set_up(batch, staff, seats=1)
        change(meeting, staff, seats=2)
        assert {seat.dialogue for seat in meeting.taken_seats.all()} == {seated[0], waiting[0]}
        for user in (seated[1], waiting[1], *staff):
            assert letters_to(user).count() == 1

    def test_not_fewer_seats_than_are_taken(self):
        batch = BatchFactory()
        accepted(batch, 2)
        staff = pair()
        meeting = set_up(batch, staff)
        with pytest.raises(NotPossible, match="2 huvudmän har redan plats"):
            change(meeting, staff, seats=1, starts_at=in_days(30))
        meeting.refresh_from_db()
        assert (meeting.seats, meeting.sequence) == (2, 0)

    def test_new_people_are_told_and_those_who_leave(self):
        batch = BatchFactory()
        ((_dialogue, own),) = accepted(batch)
        stays, goes = pair()
        comes = leader("spsm")
        meeting = set_up(batch, [stays, goes])
        change(meeting, [stays, comes])
        assert in_calendar(calendars(LetterKind.INTRODUCTION, comes.email)) == [("REQUEST", 0)]
        assert in_calendar(calendars(LetterKind.MEETING_CANCELLED, goes.email)) == [("CANCEL", 0)]
        assert letters_to(stays).count() == letters_to(own).count() == 1

    def test_both_agencies_stay(self):
        batch = BatchFactory()
        staff = pair()
        meeting = set_up(batch, staff)
        with pytest.raises(NotPossible, match="SPSM"):
            change(meeting, staff[:1])

    @pytest.mark.parametrize("state", ["held", "cancelled"])
    def test_what_is_over_is_not_changed(self, state):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state=state, seats=2)
        with pytest.raises(WrongState):
            change(meeting, pair())

    @pytest.mark.parametrize("role", StaffRole.values)
    def test_only_those_who_run_dialogues_may(self, role):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=2)
        actor, staff = person(staff_user(StaffRole(role))), pair()
        if role in {"planner", "leader"}:
            assert change(meeting, staff, actor=actor, seats=3).seats == 3
        else:
            with pytest.raises(PermissionDenied):
                change(meeting, staff, actor=actor)


class TestCancel:
    def test_everyone_is_told_and_freed_and_placed_elsewhere_as_far_as_seats_go(self):
        batch = BatchFactory()
        (first, first_own), (second, second_own) = accepted(batch, 2)
        staff = pair()
        meeting = set_up(batch, staff)
        other = set_up(batch, pair(), starts_at=in_days(25), seats=1)
        verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.CANCELLED
        assert first.seats.get(is_current=True).meeting == other
        assert not second.seats.filter(is_current=True).exists()
        for user in (first_own, second_own, *staff):
            assert in_calendar(calendars(LetterKind.MEETING_CANCELLED, user.email)) == [("CANCEL", 1)]
        assert "I ett eget brev" in letters_to(first_own, LetterKind.MEETING_CANCELLED).get().text
        assert "Vi hör av oss" in letters_to(second_own, LetterKind.MEETING_CANCELLED).get().text
        assert letters_to(first_own).count() == 2
        assert not meeting.staff.filter(is_booked=True).exists()

    def test_nobody_is_placed_where_the_time_has_passed(self):
        batch = BatchFactory()
        ((dialogue, _own),) = accepted(batch)
        meeting = set_up(batch, pair())
        MeetingFactory(
            kind=MeetingKind.INTRODUCTION, state="fixed", seats=9, batch=batch, starts_at=in_days(-1)
        )
        verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)
        assert not dialogue.seats.filter(is_current=True).exists()

    def test_twice_is_once(self):
        batch = BatchFactory()
        ((_dialogue, own),) = accepted(batch)
        meeting = set_up(batch, pair())
        for _twice in range(2):
            verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)
        assert letters_to(own, LetterKind.MEETING_CANCELLED).count() == 1

    def test_what_was_held_stays_held(self):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="held", seats=2)
        with pytest.raises(WrongState):
            verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)

    @pytest.mark.parametrize("role", StaffRole.values)
    def test_only_those_who_run_dialogues_may(self, role):
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=2)
        actor = person(staff_user(StaffRole(role)))
        if role in {"planner", "leader"}:
            assert verbs.cancel_introduction(meeting=meeting, actor=actor).state == MeetingState.CANCELLED
        else:
            with pytest.raises(PermissionDenied):
                verbs.cancel_introduction(meeting=meeting, actor=actor)

    def test_a_failure_halfway_leaves_every_seat_as_it_was(self, monkeypatch):
        batch = BatchFactory()
        ((dialogue, own),) = accepted(batch)
        meeting = set_up(batch, pair())
        set_up(batch, pair(), starts_at=in_days(25))
        entries = AuditEntry.objects.count()
        monkeypatch.setattr(verbs, "tell_staff_free", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.FIXED
        assert dialogue.seats.get(is_current=True).meeting == meeting
        assert not letters_to(own, LetterKind.MEETING_CANCELLED).exists()
        assert AuditEntry.objects.count() == entries

    def test_the_only_huvudman_in_a_group_may_not(self):
        batch = BatchFactory()
        ((_dialogue, own),) = accepted(batch)
        meeting = set_up(batch, pair())
        with pytest.raises(PermissionDenied):
            verbs.cancel_introduction(meeting=meeting, actor=person(own))


def test_who_did_what_with_an_introduction_is_in_the_log():
    batch = BatchFactory()
    accepted(batch)
    staff = pair()
    meeting = set_up(batch, staff)
    change(meeting, staff, seats=3)
    verbs.cancel_introduction(meeting=meeting, actor=SYSTEM)
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "meeting.introduction_set_up",
        "dialogue.placed",
        "meeting.introduction_changed",
        "meeting.cancelled",
    ]


class TestAnotherSeat:
    def missed(self, state=DialogueState.INTRODUCED):
        dialogue, own = dialogue_with_contact(state)
        held = seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=5)
        dialogue.seats.update(attended=False)
        return dialogue, own, held

    @pytest.mark.parametrize("state", ["introduced", "underlag_sent", "time_fixed"])
    def test_who_could_not_come_gets_a_seat_and_goes_on_as_before(self, state):
        dialogue, own, held = self.missed(DialogueState(state))
        other = set_up(dialogue.batch, pair())
        verbs.place(dialogue=dialogue, meeting=other, actor=SYSTEM)
        dialogue.refresh_from_db()
        assert dialogue.state == state
        assert dialogue.seats.get(is_current=True).meeting == other
        assert dialogue.seats.get(meeting=held).attended is False
        assert "kunde inte vara med" in letters_to(own).get().text
        assert not letters_to(own, LetterKind.MEETING_CANCELLED).exists()

    def test_is_noted_when_the_other_group_has_met(self):
        EditionFactory()
        dialogue, _own, _held = self.missed()
        other = set_up(dialogue.batch, pair())
        verbs.place(dialogue=dialogue, meeting=other, actor=SYSTEM)
        verbs.hold_introduction(meeting=other, attended={dialogue.pk}, actor=SYSTEM, held_at=timezone.now())
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.INTRODUCED
        assert dialogue.seats.get(meeting=other).attended is True
        assert not verbs.needs_seat(dialogue)

    def test_who_came_needs_no_other(self):
        dialogue, _own, _held = self.missed()
        dialogue.seats.update(attended=True)
        with pytest.raises(NotPossible, match="behöver ingen plats"):
            verbs.place(dialogue=dialogue, meeting=set_up(dialogue.batch, pair()), actor=SYSTEM)

    @pytest.mark.parametrize("state", sorted(set(DialogueState.values) - {"accepted", "introduced"}))
    def test_only_between_the_yes_and_the_dialogue(self, state):
        dialogue, _own, _held = self.missed(DialogueState(state))
        assert verbs.needs_seat(dialogue) == (state in {"underlag_sent", "time_fixed"})

    def test_changing_group_takes_the_first_out_of_the_calendar(self):
        batch = BatchFactory()
        ((dialogue, own),) = accepted(batch)
        first = set_up(batch, pair())
        other = set_up(batch, pair(), starts_at=in_days(30))
        verbs.place(dialogue=dialogue, meeting=other, actor=SYSTEM)
        assert not first.taken_seats.filter(is_current=True).exists()
        (old, _new) = calendars(LetterKind.INTRODUCTION, own.email)
        cancelled = calendars(LetterKind.MEETING_CANCELLED, own.email)
        assert in_calendar([old, *cancelled]) == [("REQUEST", 0), ("CANCEL", 1)]
        assert "ett annat introduktionsmöte" in letters_to(own).latest("pk").text


class TestSeatGivenUp:
    def give(self, invitation, answer):
        return answer_invitation(
            invitation=invitation, answer=answer, given_by="Kim", channel=Channel.PHONE, actor=SYSTEM
        )

    @pytest.mark.parametrize("answer", [Answer.NO, Answer.LATER])
    def test_a_changed_answer_takes_the_meeting_out_of_the_calendar_and_a_yes_enters_it_anew(self, answer):
        dialogue, own = dialogue_with_contact(DialogueState.INVITED)
        invitation = InvitationFactory(dialogue=dialogue)
        set_up(dialogue.batch, pair())
        self.give(invitation, Answer.YES)
        self.give(invitation, answer)
        (first,) = calendars(LetterKind.INTRODUCTION, own.email)
        gone = calendars(LetterKind.RECEIPT, own.email)
        assert in_calendar([first, *gone]) == [("REQUEST", 0), ("CANCEL", 1)]
        assert "är avbokad" in letters_to(own, LetterKind.RECEIPT).latest("pk").text
        self.give(invitation, Answer.YES)
        assert letters_to(own).count() == 2
        (_first, again) = calendars(LetterKind.INTRODUCTION, own.email)
        assert in_calendar([again]) == [("REQUEST", 0)]

    def test_cancelling_the_dialogue_takes_the_meeting_out_of_the_calendar(self):
        batch = BatchFactory()
        ((dialogue, own),) = accepted(batch)
        set_up(batch, pair())
        cancel_dialogue(dialogue=dialogue, reason="", actor=person(own))
        files = calendars(LetterKind.INTRODUCTION, own.email) + calendars(LetterKind.CANCELLED, own.email)
        assert in_calendar(files) == [("REQUEST", 0), ("CANCEL", 1)]
