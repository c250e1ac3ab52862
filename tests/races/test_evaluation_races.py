"""Two at one huvudman say what they thought at the same moment: one answer is kept."""

import threading

import pytest

from dialogues.domain import evaluations
from dialogues.domain.evaluations import AlreadyAnswered
from dialogues.models import EvaluationTally, Part
from tests.dialogues.evaluation.helpers import answer, asked_of
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_a_huvudman_answers_once_and_no_answer_of_others_is_lost():
    first, second = asked_of(Part.DIALOGUE, 2)
    results = at_once(lambda: answer(first, 4), lambda: answer(first, 2))
    assert [type(r) for r in results if isinstance(r, Exception)] == [AlreadyAnswered]
    at_once(lambda: answer(second, 5))
    assert sum(row.count for row in EvaluationTally.objects.all()) == 2


def test_two_huvudman_at_once_lose_neither():
    first, second = asked_of(Part.DIALOGUE, 2)
    results = at_once(lambda: answer(first, 4), lambda: answer(second, 4))
    assert [r for r in results if isinstance(r, Exception)] == []
    assert EvaluationTally.objects.get().count == 2


def test_without_the_lock_the_race_is_there(monkeypatch):
    request = asked_of(Part.DIALOGUE, 1)[0]
    both_have_looked = threading.Barrier(2, timeout=20)
    monkeypatch.setattr(evaluations, "_require_open", lambda _row: both_have_looked.wait())
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **_how: rows.all())
    at_once(lambda: answer(request, 4), lambda: answer(request, 2))
    assert sum(row.count for row in EvaluationTally.objects.all()) != 1 or request.is_answered is False
