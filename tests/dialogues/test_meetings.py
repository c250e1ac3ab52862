"""Times: proposed, accepted, moved; both agencies there; nobody in two meetings at once."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import StaffRole
from dialogues.domain import meetings, staffing
from dialogues.domain.meetings import MEETINGS
from dialogues.forms.steps import WhenFields
from dialogues.models import (
    DialogueState,
    Letter,
    LetterKind,
    MeetingKind,
    MeetingStaff,
    MeetingState,
)
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.factories import MeetingFactory, dialogue_with_contact, seat_at
from tests.dialogues.times import START, TWO_HOURS, accept, arranged, propose

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("proposed", "fixed"),
    ("proposed", "other_wished"),
    ("proposed", "missed"),
    ("proposed", "cancelled"),
    ("other_wished", "proposed"),
    ("other_wished", "missed"),
    ("other_wished", "cancelled"),
    ("fixed", "proposed"),
    ("fixed", "other_wished"),
    ("fixed", "held"),
    ("fixed", "missed"),
    ("fixed", "cancelled"),
    ("missed", "proposed"),
    ("missed", "cancelled"),
}


@pytest.mark.parametrize("to", MeetingState.values)
@pytest.mark.parametrize("was", MeetingState.values)
def test_only_the_allowed_states_follow(was, to):
    meeting = MeetingFactory(state=was)
    if was == to or (was, to) in ALLOWED:
        assert MEETINGS.walk(meeting, to=to, actor=SYSTEM).state == to
    else:
        with pytest.raises(WrongState):
            MEETINGS.walk(meeting, to=to, actor=SYSTEM)


MAY = {
    "proposed": {"planner", "leader"},
    "other_wished": {"planner", "leader", "own"},
    "fixed": {"planner", "leader", "own"},
    "held": {"planner", "leader"},
    "missed": {"planner", "leader"},
    "cancelled": {"planner", "leader", "own"},
}


@pytest.mark.parametrize("to", MeetingState.values)
@pytest.mark.parametrize("who", [*StaffRole.values, "own", "other"])
def test_only_the_right_people_may(who, to):
    was = next(was for was, then in sorted(ALLOWED) if then == to)
    dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    meeting = seat_at(dialogue, state=was)
    people = {"own": own, "other": dialogue_with_contact(DialogueState.PLANNED)[1]}
    actor = person(people.get(who) or staff_user(StaffRole(who)))
    if who in MAY[to]:
        assert MEETINGS.walk(meeting, to=to, actor=actor).state == to
    else:
        with pytest.raises(PermissionDenied):
            MEETINGS.walk(meeting, to=to, actor=actor)


class TestPropose:
    def test_waits_until_the_introduction_is_held(self):
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        with pytest.raises(NotPossible, match="introduktionen"):
            propose(dialogue, pair())

    def test_only_one_proposal_at_a_time(self):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        propose(dialogue, pair())
        with pytest.raises(NotPossible, match="redan en tid"):
            propose(dialogue, pair())

    @pytest.mark.parametrize("agencies", [[], ["skolverket"], ["spsm", "spsm"]])
    def test_needs_somebody_from_each_agency(self, agencies):
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        with pytest.raises(NotPossible, match="Mötet behöver någon från"):
            propose(dialogue, [leader(agency) for agency in agencies])
        assert not dialogue.seats.exists()

    def test_says_who_is_booked_already_and_keeps_nothing(self):
        busy, *others = pair()
        first, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        second, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        propose(first, [busy, *others])
        with pytest.raises(NotPossible, match=busy.name):
            propose(second, [busy, leader("spsm")], starts_at=START + datetime.timedelta(hours=1))
        assert not second.seats.exists()

    def test_back_to_back_is_fine(self):
        staff = pair()
        first, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        second, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        propose(first, staff)
        propose(second, staff, starts_at=START + TWO_HOURS, ends_at=START + 2 * TWO_HOURS)
        assert MeetingStaff.objects.filter(user__in=staff).count() == 4


class TestAccept:
    def test_needs_somebody_from_each_agency(self):
        dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        meeting = seat_at(dialogue)
        staffing.book_staff(meeting, [leader("skolverket")])
        with pytest.raises(NotPossible, match="SPSM"):
            accept(meeting, person(own))
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.PROPOSED

    def test_fixes_the_time_and_tells_everyone_with_a_calendar_file(self):
        dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        meeting = seat_at(dialogue)
        staff = pair()
        staffing.book_staff(meeting, staff)
        accept(meeting, person(own))
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.TIME_FIXED
        letters = Letter.objects.filter(kind=LetterKind.TIME_FIXED)
        assert {letter.recipient for letter in letters} == {own.email, *(user.email for user in staff)}
        assert all(letter.attachments.get().name.endswith(".ics") for letter in letters)

    def test_twice_is_once(self):
        dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
        meeting = seat_at(dialogue)
        staffing.book_staff(meeting, pair())
        accept(meeting, person(own))
        accept(meeting, person(own))
        assert Letter.objects.filter(kind=LetterKind.TIME_FIXED, recipient=own.email).count() == 1


class TestDatabase:
    def test_refuses_one_person_in_two_meetings_at_once(self):
        user = leader()
        during = DateTimeTZRange(START, START + TWO_HOURS)
        for_both = {"user": user, "agency": user.staff.agency, "during": during}
        MeetingStaff.objects.create(meeting=MeetingFactory(), **for_both)
        with pytest.raises(IntegrityError, match="nobody_in_two_meetings_at_once"), transaction.atomic():
            MeetingStaff.objects.create(meeting=MeetingFactory(), **for_both)
        MeetingStaff.objects.update(is_booked=False)
        MeetingStaff.objects.create(meeting=MeetingFactory(), **for_both)

    def test_says_that_somebody_is_busy_for_no_other_reason(self, monkeypatch):
        def refuse(**_fields):
            raise IntegrityError("something else")

        monkeypatch.setattr(MeetingStaff.objects, "update_or_create", refuse)
        with pytest.raises(IntegrityError, match="something else"):
            staffing.book_staff(MeetingFactory(), [leader()])


class TestCancel:
    def test_frees_everyone_and_tells_everyone_without_blame(self):
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        meeting = seat_at(dialogue, state=MeetingState.FIXED)
        guide = leader("spsm")
        staffing.book_staff(meeting, [guide])
        meetings.cancel_dialogue(dialogue=dialogue, reason="Ny skolchef", actor=person(own))
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.CANCELLED
        assert not MeetingStaff.objects.filter(is_booked=True).exists()
        letters = Letter.objects.filter(kind=LetterKind.CANCELLED)
        assert {letter.recipient for letter in letters} == {own.email, guide.email}
        told = letters.get(recipient=own.email).text
        assert "Att delta är frivilligt." in told
        assert "nästa cykel" not in told

    def test_what_was_held_stays_held(self):
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        held = seat_at(dialogue, state=MeetingState.HELD)
        meetings.cancel_dialogue(dialogue=dialogue, reason="Skolan läggs ned", actor=SYSTEM)
        held.refresh_from_db()
        assert held.state == MeetingState.HELD


class TestFeedback:
    def test_is_set_only_after_the_dialogue_and_with_both_agencies(self):
        staff = pair()
        wanted = arranged(staff, form="digital", place="", link="https://mote.example/3")
        early, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        with pytest.raises(NotPossible):
            meetings.set_up_feedback(dialogue=early, arrangement=wanted, actor=SYSTEM)
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        with pytest.raises(NotPossible, match="SPSM"):
            meetings.set_up_feedback(dialogue=dialogue, arrangement=arranged(staff[:1]), actor=SYSTEM)
        assert not dialogue.seats.exists()
        meeting = meetings.set_up_feedback(dialogue=dialogue, arrangement=wanted, actor=SYSTEM)
        assert (meeting.kind, meeting.state) == (MeetingKind.FEEDBACK, MeetingState.FIXED)
        assert Letter.objects.filter(kind=LetterKind.FEEDBACK, recipient=own.email).count() == 1


def test_a_meeting_calls_itself_by_the_time_in_stockholm():
    starts_at = datetime.datetime(2026, 12, 15, 8, tzinfo=datetime.UTC)
    assert str(MeetingFactory(starts_at=starts_at)).endswith(" 2026-12-15 09.00")


def test_a_meeting_is_as_long_as_said_when_the_clocks_change():
    form = WhenFields()
    form.cleaned_data = {"day": datetime.date(2027, 3, 28), "time": datetime.time(1, 30), "minutes": 90}
    span = form.span()
    assert span["ends_at"] - span["starts_at"] == datetime.timedelta(minutes=90)
    assert span["ends_at"].astimezone(ZoneInfo("Europe/Stockholm")).time() == datetime.time(4)


def test_of_an_hour_that_comes_twice_the_first_is_meant():
    form = WhenFields()
    form.cleaned_data = {"day": datetime.date(2027, 10, 31), "time": datetime.time(2, 30)}
    assert form.moment().astimezone(datetime.UTC).hour == 0
