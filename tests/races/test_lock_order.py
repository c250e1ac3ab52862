"""Verbs that want the same rows at the same moment: all follow one order, so none waits in a ring."""

import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from accounts.models import User
from dialogues.domain import introductions, staffing
from dialogues.domain.cycles import delete_cycle
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.introductions import set_up_introduction, taken_seats
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.meetings import cancel_dialogue, change_staff
from dialogues.domain.plans import plan_cycle
from dialogues.models import Answer, Channel, Dialogue, DialogueState, Meeting
from tests.accounts.factories import leader, pair
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import BatchFactory, InvitationFactory, both_agencies, dialogue_with_contact
from tests.dialogues.times import arranged, propose
from tests.huvudman.factories import ContactFactory, HuvudmanFactory
from tests.races.test_batch_races import BOUND, eventually, somebody_waits_for_a_lock
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def while_uncommitted(first: Callable[[], object], then: Callable[[], object]) -> list[object]:
    """Do `first`, and `then` before it is committed: it is when `then` is done or waits for it."""
    is_done, may_end = threading.Event(), threading.Event()

    def hold_back() -> object:
        with transaction.atomic():
            done = first()
            is_done.set()
            assert may_end.wait(BOUND)
        return done

    def follow() -> object:
        assert is_done.wait(BOUND)
        try:
            return then()
        finally:
            may_end.set()

    def let_go() -> None:
        eventually(lambda: may_end.is_set() or somebody_waits_for_a_lock())
        may_end.set()

    results = at_once(hold_back, follow, let_go)
    problems = [result for result in results if isinstance(result, Exception)]
    assert problems == []
    return results


def invited(batch) -> Dialogue:
    dialogue, _own = dialogue_with_contact(DialogueState.INVITED, batch=batch)
    InvitationFactory(dialogue=dialogue, batch=batch)
    return dialogue


def answering(dialogue: Dialogue, answer: Answer) -> Callable[[], object]:
    return lambda: answer_invitation(
        invitation=dialogue.invitations.get(),
        answer=answer,
        given_by="Kim",
        channel=Channel.PHONE,
        actor=SYSTEM,
    )


def setting_up(batch, seats: int = 5) -> Callable[[], Meeting]:
    staff = pair()
    return lambda: set_up_introduction(
        batch=batch, arrangement=arranged(staff, form="digital"), seats=seats, actor=SYSTEM
    )


def test_who_says_yes_while_an_introduction_is_set_up_gets_a_seat(monkeypatch):
    def race(*, answer_first: bool) -> int:
        both_agencies()
        batch = BatchFactory()
        deeds = [answering(invited(batch), Answer.YES), setting_up(batch)]
        while_uncommitted(*(deeds if answer_first else reversed(deeds)))
        return taken_seats(batch.meetings.get())

    assert (race(answer_first=True), race(answer_first=False)) == (1, 1)
    monkeypatch.setattr(introductions, "lock_for_placing", lambda _meeting: None)
    assert (race(answer_first=True), race(answer_first=False)) == (0, 0)


def test_who_says_no_while_an_introduction_is_set_up_is_passed_over():
    both_agencies()
    batch = BatchFactory()
    leaves, stays = invited(batch), invited(batch)
    for dialogue in (leaves, stays):
        answering(dialogue, Answer.YES)()
    while_uncommitted(answering(leaves, Answer.NO), setting_up(batch, seats=1))
    assert list(batch.meetings.get().taken_seats.values_list("dialogue", flat=True)) == [stays.pk]


def proposing(people: list[User]) -> Callable[[], Meeting]:
    dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
    return lambda: propose(dialogue, people)


def in_different_order() -> list[Callable[[], object]]:
    people = pair()
    return [proposing(people), proposing(people[::-1])]


def one_given_up_for_another() -> list[Callable[[], object]]:
    """A meeting gives one person up for another; the other meeting wants both."""
    stays, comes, given_up = leader("skolverket"), leader("spsm"), leader("spsm")
    meeting = proposing([stays, given_up])()
    changing = lambda: change_staff(meeting=meeting, staff=[stays, comes], actor=SYSTEM)  # noqa: E731
    return [changing, proposing([comes, given_up, leader("skolverket")])]


@pytest.mark.parametrize("deeds", [in_different_order, one_given_up_for_another])
def test_two_who_book_the_same_people_take_turns(deeds, monkeypatch):
    def race() -> list[str]:
        return sorted(type(result).__name__ for result in at_once(*deeds()))

    assert race() == ["Meeting", "NotPossible"]
    both_have_booked_one = threading.Barrier(2, timeout=BOUND)
    book, has_booked = staffing._book, threading.local()

    def book_and_wait(meeting: Meeting, user: User) -> object:
        row = book(meeting, user)
        if not hasattr(has_booked, "one") and threading.current_thread() is not threading.main_thread():
            has_booked.one = both_have_booked_one.wait()
        return row

    monkeypatch.setattr(staffing, "_lock", lambda _people: None)
    monkeypatch.setattr(staffing, "_book", book_and_wait)
    assert "OperationalError" in race()


@pytest.mark.parametrize("verb", [delete_cycle, plan_cycle])
def test_one_that_is_cancelled_as_its_cycle_is_deleted_or_drawn_again_stays(verb):
    both_agencies()
    HuvudmanFactory.create_batch(4)
    cycle = plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    HuvudmanFactory()
    dialogue = cycle.dialogues.order_by("pk")[0]
    ContactFactory(huvudman=dialogue.huvudman)
    is_locked = threading.Event()

    def cancel() -> Dialogue:
        with transaction.atomic():
            DIALOGUES.locked(dialogue)
            is_locked.set()
            eventually(somebody_waits_for_a_lock)
            return cancel_dialogue(dialogue=dialogue, reason="Ny skolchef", actor=SYSTEM)

    def take_away() -> object:
        assert is_locked.wait(BOUND)
        return verb(cycle=cycle, actor=SYSTEM)

    results = at_once(cancel, take_away)
    assert [type(result) for result in results] == [Dialogue, NotPossible]
    assert cycle.dialogues.count() == 4
