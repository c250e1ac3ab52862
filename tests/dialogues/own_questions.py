"""The huvudman's own questions, as tests ask and settle them."""

from accounts.actors import person
from accounts.models import User
from dialogues.domain.own_questions import (
    answer_own_question,
    ask_agencies,
    leave_own_question,
    withdraw_own_question,
)
from dialogues.models import AnsweredHow, Channel, Dialogue, OwnQuestion, OwnQuestionState
from tests.accounts.factories import leader


def ask(dialogue: Dialogue, own: User, text: str = "Hur gör andra huvudmän?") -> OwnQuestion:
    return ask_agencies(
        dialogue=dialogue, text=text, asked_by="Anna Ek", channel=Channel.PORTAL, actor=person(own)
    )


def answer(
    question: OwnQuestion,
    staff: User,
    *,
    words: str = "Ja.",
    how: AnsweredHow = AnsweredHow.AFTER,
    seen: int | None = None,
) -> OwnQuestion:
    version = question.version if seen is None else seen
    return answer_own_question(question=question, answer=words, how=how, seen=version, actor=person(staff))


def leave(
    question: OwnQuestion, staff: User, *, reason: str = "Det avgör regeringen.", seen: int | None = None
) -> OwnQuestion:
    version = question.version if seen is None else seen
    return leave_own_question(question=question, reason=reason, seen=version, actor=person(staff))


def withdraw(question: OwnQuestion, own: User) -> OwnQuestion:
    return withdraw_own_question(
        question=question, asked_by="Anna Ek", seen=question.version, actor=person(own)
    )


def question_in(
    dialogue: Dialogue, own: User, state: OwnQuestionState, text: str = "Hur gör andra huvudmän?"
) -> OwnQuestion:
    """A question brought to a state by the verbs."""
    question = ask(dialogue, own, text)
    if state == OwnQuestionState.ANSWERED:
        return answer(question, leader())
    if state == OwnQuestionState.LEFT:
        return leave(question, leader())
    return withdraw(question, own) if state == OwnQuestionState.WITHDRAWN else question
