"""Two at a huvudman with one goal at the same moment."""

import threading
import uuid

import pytest

from accounts.actors import person
from accounts.domain.machine import Machine
from dialogues.domain import goals
from dialogues.domain.drafts import ChangedSince, Edit
from dialogues.domain.goals import save_goal, share_goal
from dialogues.models import DialogueState, Goal, GoalKind, SharedGoal
from tests.dialogues.factories import dialogue_with_contact
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def told(dialogue, own, text: str, edit: Edit) -> Goal:
    what = {"kind": GoalKind.PROCESSES, "text": text, "success_factor": None}
    return save_goal(dialogue=dialogue, edit=edit, actor=person(own), **what)


def test_two_changes_at_once_are_one_change_and_one_refusal(monkeypatch):
    def race() -> list[type]:
        dialogue, own = dialogue_with_contact(DialogueState.CLOSED)
        goal = told(dialogue, own, "Först", Edit(question=uuid.uuid4(), seen=None, form=uuid.uuid4()))
        edits = [Edit(question=goal.public_id, seen=goal.saved_in, form=uuid.uuid4()) for _n in range(2)]
        results = at_once(
            lambda: told(dialogue, own, "Den ena", edits[0]),
            lambda: told(dialogue, own, "Den andra", edits[1]),
        )
        return [type(r) for r in results if isinstance(r, Exception)]

    assert race() == [ChangedSince]
    both_have_looked = threading.Barrier(2, timeout=20)
    find = goals._find

    def find_and_wait(rows: list[Goal], goal: uuid.UUID) -> Goal | None:
        found = find(rows, goal)
        if found:
            both_have_looked.wait()
        return found

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(goals, "_find", find_and_wait)
    assert race() == [], "without the lock the later one overwrites the other"


def test_shared_twice_at_once_there_is_one_copy():
    dialogue, own = dialogue_with_contact(DialogueState.CLOSED)
    goal = told(dialogue, own, "Mål", Edit(question=uuid.uuid4(), seen=None, form=uuid.uuid4()))
    share = lambda: share_goal(dialogue=dialogue, goal=goal.public_id, shared_by="Kim", actor=person(own))  # noqa: E731
    results = at_once(share, share)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert SharedGoal.objects.count() == 1
