"""Choosing an introduction at the same time: the last seat is one huvudman's, and nobody gets two."""

from __future__ import annotations

import functools
import threading

import pytest

from accounts.actors import SYSTEM
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain import introduction_groups
from dialogues.domain.introduction_choices import choose_introduction
from dialogues.domain.introduction_groups import set_up_groups
from dialogues.domain.introductions import make_group, place
from dialogues.links import link_holder
from dialogues.models import Channel, Dialogue, DialogueState, Letter, Meeting, MeetingKind, Seat, Sent
from tests.dialogues.factories import MeetingFactory, dialogue_with_contact
from tests.dialogues.test_introduction_groups import timed
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def choose(dialogue: Dialogue, meeting: Meeting) -> Seat:
    return choose_introduction(
        dialogue=dialogue,
        meeting=meeting,
        given_by="Kim Ek",
        channel=Channel.LINK,
        actor=link_holder(None),
    )


def seated(seats: int = 9) -> Dialogue:
    """A huvudman that has a seat in a group already."""
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    first = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=seats, batch=dialogue.batch)
    place(dialogue=dialogue, meeting=first, actor=SYSTEM)
    return dialogue


def test_two_choose_the_last_seat_and_who_is_late_keeps_its_own(monkeypatch):
    def race() -> tuple[int, int]:
        """How many have the last seat, and how many seats in all the two have."""
        first = seated()
        other, _user = dialogue_with_contact(DialogueState.ACCEPTED, batch=first.batch)
        place(dialogue=other, meeting=first.seats.get().meeting, actor=SYSTEM)
        last = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=1, batch=first.batch)
        told = at_once(lambda: choose(first, last), lambda: choose(other, last))
        seats = Seat.objects.filter(dialogue__in=[first, other], is_current=True)
        refused = [one for one in told if isinstance(one, NotPossible)]
        taken = seats.filter(meeting=last).count()
        assert taken + len(refused) == 2
        return taken, seats.count()

    assert race() == (1, 2)
    both_have_looked = threading.Barrier(2, timeout=20)

    def count_and_wait(meeting: Meeting, dialogue: Dialogue) -> bool:
        free = meeting.taken_seats.filter(is_current=True).count() < (meeting.seats or 0)
        if meeting.seats == 1:
            both_have_looked.wait()
        return free

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.introductions._has_free_seat", count_and_wait)
    assert race() == (2, 2)


def test_one_that_chooses_two_groups_at_once_has_one_seat():
    dialogue = seated()
    groups = [
        MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=dialogue.batch)
        for _n in range(2)
    ]
    at_once(*(lambda meeting=meeting: choose(dialogue, meeting) for meeting in groups))
    assert Seat.objects.filter(dialogue=dialogue, is_current=True).count() == 1


def test_pressed_twice_at_once_it_is_written_once():
    dialogue = seated()
    meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=dialogue.batch)
    first, second = at_once(lambda: choose(dialogue, meeting), lambda: choose(dialogue, meeting))
    assert first == second
    assert dialogue.receipts.filter(kind=Sent.INTRODUCTION).count() == 1
    assert Letter.objects.filter(dialogue=dialogue, kind="introduction").count() == 2


def test_two_who_book_groups_for_a_batch_at_once_book_them_once(monkeypatch):
    def race() -> int:
        """How many meetings there are for the two that wait."""
        first, _user = dialogue_with_contact(DialogueState.ACCEPTED)
        dialogue_with_contact(DialogueState.ACCEPTED, batch=first.batch)
        plans = [timed(first.batch, seats=2) for _n in range(2)]
        book = functools.partial(set_up_groups, batch=first.batch, seats=2, actor=SYSTEM)
        told = at_once(*(functools.partial(book, groups=plan) for plan in plans))
        made = Meeting.objects.filter(batch=first.batch).count()
        assert made + sum(isinstance(one, NotPossible) for one in told) == 2
        return made

    assert race() == 1
    both_have_looked = threading.Barrier(2, timeout=20)
    monkeypatch.setattr(introduction_groups, "lock_for_placing", lambda _meeting: None)

    def wait_once_read(**fields):
        both_have_looked.wait()
        return make_group(**fields)

    monkeypatch.setattr(introduction_groups, "make_group", wait_once_read)
    assert race() == 2
