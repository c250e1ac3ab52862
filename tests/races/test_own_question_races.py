"""The huvudman and the agencies with one question, or one dialogue, at the same moment."""

import threading

import pytest

from accounts.actors import person
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain import own_questions, records
from dialogues.models import DialogueState, OwnQuestion
from dialogues.models import OwnQuestionState as S
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_questions import answer, ask, withdraw
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def refusals(results: list[object]) -> list[object]:
    problems = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(problem, NotPossible) for problem in problems), problems
    return problems


def test_an_answer_against_taking_back_is_one_of_them(monkeypatch):
    def race() -> list[object]:
        dialogue, own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        question, guide = ask(dialogue, own), leader()
        return refusals(at_once(lambda: answer(question, guide), lambda: withdraw(question, own)))

    assert len(race()) == 1
    both_have_looked = threading.Barrier(2, timeout=20)
    require_seen = own_questions._require_seen

    def look_and_wait(question: OwnQuestion, seen: int) -> None:
        require_seen(question, seen)
        both_have_looked.wait()

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(own_questions, "_require_seen", look_and_wait)
    assert race() == [], "without the locks both are told that it is done"


def test_closing_against_a_new_question_leaves_none_open(monkeypatch):
    def race() -> tuple[list[object], str, list[str]]:
        dialogue, own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        guide = person(leader())
        results = at_once(
            lambda: records.close_dialogue(dialogue=dialogue, actor=guide), lambda: ask(dialogue, own)
        )
        dialogue.refresh_from_db()
        return refusals(results), dialogue.state, [q.state for q in dialogue.own_questions.all()]

    refused, state, questions = race()
    assert len(refused) == 1
    assert (state, questions) in [("closed", []), ("feedback_held", [S.OPEN])]

    both_have_looked = threading.Barrier(2, timeout=20)
    none_left = threading.Event()
    require_all_settled, words = own_questions.require_all_settled, own_questions._note_who
    leave = own_questions.leave_open_questions

    def look_and_wait(*args: object) -> None:
        require_all_settled(*args)
        both_have_looked.wait()

    def leave_and_tell(*args: object) -> object:
        left = leave(*args)
        none_left.set()
        return left

    def wait_and_note(*args: object) -> None:
        both_have_looked.wait()
        none_left.wait(20)
        words(*args)

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(records, "require_all_settled", look_and_wait)
    monkeypatch.setattr(records, "leave_open_questions", leave_and_tell)
    monkeypatch.setattr(own_questions, "_note_who", wait_and_note)
    assert race() == ([], "closed", [S.OPEN]), "without the lock a closed dialogue has a question that waits"


def test_the_same_question_asked_twice_at_once_is_one():
    dialogue, own = dialogue_with_contact(DialogueState.ACCEPTED)
    results = at_once(lambda: ask(dialogue, own), lambda: ask(dialogue, own))
    assert results[0] == results[1]
    assert OwnQuestion.objects.count() == 1
