"""Somebody is booked while they say that they have a conflict of interest."""

import threading

import pytest

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain import impartiality, meetings, staffing
from dialogues.domain.impartiality import declare_conflict
from dialogues.models import ConflictDeclaration, DialogueState, MeetingStaff
from tests.accounts.factories import pair
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.times import arranged
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def race() -> tuple[list[type], bool]:
    """What was refused, and whether somebody with a conflict is booked."""
    dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
    ours, theirs = pair()
    results = at_once(
        lambda: meetings.propose_time(dialogue=dialogue, arrangement=arranged([ours, theirs]), actor=SYSTEM),
        lambda: declare_conflict(dialogue=dialogue, has_conflict=True, reason="", actor=person(theirs)),
    )
    assert ConflictDeclaration.objects.filter(dialogue=dialogue, has_conflict=True).count() == 1
    problems = [type(result) for result in results if isinstance(result, Exception)]
    return problems, MeetingStaff.objects.filter(user=theirs, is_booked=True).exists()


def test_who_has_a_conflict_is_never_booked(monkeypatch):
    problems, is_booked = race()
    assert problems in ([], [NotPossible])
    assert not is_booked
    nobody_has_said = threading.Barrier(2, timeout=20)
    require, go = staffing.require_no_conflict, impartiality._let_go

    def require_and_wait(meeting, people):
        require(meeting, people)
        nobody_has_said.wait()

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(staffing, "require_no_conflict", require_and_wait)

    def go_and_wait(dialogue, user):
        go(dialogue, user)
        nobody_has_said.wait()

    monkeypatch.setattr(impartiality, "_let_go", go_and_wait)
    problems, is_booked = race()
    assert (problems, is_booked) == ([], True), "without the lock both have looked before either wrote"
