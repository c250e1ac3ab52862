"""Requests that were made and answers that were given, for tests."""

import datetime
from collections.abc import Sequence

from django.apps import apps
from django.utils import timezone

from dialogues.domain.evaluations import answer_evaluation, questionnaire_in_force
from dialogues.evaluation.questionnaires import put_in_questionnaires
from dialogues.half_years import half_year_of
from dialogues.links import evaluation_holder
from dialogues.models import (
    Dialogue,
    DialogueState,
    EvaluationQuestion,
    EvaluationRequest,
    EvaluationTally,
    EvaluationText,
    Part,
    Questionnaire,
)
from tests.dialogues.factories import BatchFactory, DialogueFactory

LONG_AGO = "2025-1"
"""A half-year in which no more answers can come."""


def questionnaire(part: Part) -> Questionnaire:
    """The questions about a part."""
    put_in_questionnaires(apps=apps)
    found = questionnaire_in_force(part)
    assert found
    return found


def first_question(part: Part) -> EvaluationQuestion:
    """The question that must be answered."""
    return questionnaire(part).questions.get(number=1)


def asked_about(dialogue: Dialogue, part: Part, half_year: str = "") -> EvaluationRequest:
    """A request that can be answered for a month."""
    today = timezone.localdate()
    return EvaluationRequest.objects.create(
        dialogue=dialogue,
        questionnaire=questionnaire(part),
        part=part,
        half_year=half_year or half_year_of(today),
        closes_on=today + datetime.timedelta(days=30),
    )


def asked_of(part: Part, number: int, **huvudman: object) -> list[EvaluationRequest]:
    """Requests to so many huvudmän of a kind."""
    batch = BatchFactory()
    told = {f"huvudman__{name}": value for name, value in huvudman.items()}
    rows = DialogueFactory.create_batch(number, batch=batch, state=DialogueState.CLOSED, **told)
    return [asked_about(dialogue, part) for dialogue in rows]


def answer(request: EvaluationRequest, step: int, text: str = "") -> None:
    """Answer the first question with a step."""
    question = request.questionnaire.questions.get(number=1)
    answer_evaluation(request=request, answers={question: step}, text=text, actor=evaluation_holder())


def counted(question: EvaluationQuestion, kind: str, steps: Sequence[int], half_year: str = LONG_AGO) -> None:
    """Answers in the box of a kind (`enskild.s1`, `enskild`, nothing), one for each of the steps."""
    sort, _dot, size = kind.partition(".")
    for step in set(steps):
        EvaluationTally.objects.create(
            question=question,
            half_year=half_year,
            sort=sort,
            size_class=size,
            value=step,
            count=steps.count(step),
        )


def written(part: Part, *texts: str, half_year: str = LONG_AGO) -> None:
    """Texts in the box."""
    for text in texts:
        EvaluationText.objects.create(part=part, half_year=half_year, text=text)
