"""What huvudmän thought of the dialogues of the earlier cycle: so many that it can be shown.

Their dialogues were before the system and are put in as rows; they were asked then, and answer by the verb.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from random import Random

from django.conf import settings
from django.utils import timezone

from dialogues.demo.another_day import moment
from dialogues.demo.summing import FIRST
from dialogues.domain.evaluations import answer_evaluation
from dialogues.half_years import half_year_of
from dialogues.links import evaluation_holder
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    EvaluationRequest,
    InvitationBatch,
    Part,
    Questionnaire,
)
from huvudman.models import Huvudman, HuvudmanType, Skolform

OF_EACH = 13
"""So many enskilda and so many others had a dialogue: more than must be asked for their kind to be kept."""
SILENT = 6
"""One in so many did not answer."""
STEPS, OFTEN = range(1, 6), (1, 2, 6, 11, 7)
"""The steps of an answer, and how often each is given."""
SOME_DAYS = datetime.timedelta(days=2)
ASKED_AFTER = {
    Part.INTRODUCTION: datetime.timedelta(days=-75),
    Part.DIALOGUE: datetime.timedelta(days=-40),
    Part.FEEDBACK: datetime.timedelta(days=-5),
    Part.AFTERWARDS: datetime.timedelta(days=230),
}
"""When they were asked about each part, seen from when their dialogue was closed."""
TEXTS = {
    Part.INTRODUCTION: (
        "Bra att det var digitalt och kort.",
        "Vi hade gärna sett ett exempel på ett underlag.",
        "Nu vet vi vad som väntar.",
        "Skönt att inget behövde förberedas.",
        "Det var fint att höra de andra huvudmännens frågor.",
    ),
    Part.DIALOGUE: (
        "Samtalet gav oss nya tankar om hur vi följer upp undervisningen.",
        "Två timmar räckte precis.",
        "Gärna fler exempel från huvudmän av vår storlek.",
        "Nämnden uppskattade att få vara med.",
        "Underlaget var lättare att läsa än vi hade trott.",
        "Bra att båda myndigheterna var på plats.",
    ),
    Part.FEEDBACK: (
        "Vi fick svar på det vi undrade över.",
        "Sammanfattningen går att använda i nämnden.",
        "Gärna ett möte till om ett halvår.",
        "Kort och bra.",
        "Det hjälpte oss att välja var vi börjar.",
    ),
    Part.AFTERWARDS: (
        "Vi har börjat planera undervisningen gemensamt på alla skolor.",
        "Rektorerna följer upp samma sak nu.",
        "Det tog längre tid än vi trodde, men det går framåt.",
        "Frågorna från dialogen finns med i vår kvalitetsrapport.",
        "Ny skolchef sedan dess, så vi har fått börja om.",
    ),
}


def put_in_others(before: Dialogue, later: Sequence[InvitationBatch]) -> list[Dialogue]:
    """Give huvudmän of both kinds, that are invited again in `later` batches, a dialogue that ended with
    `before`, as it would have been brought over.
    """
    rows = Dialogue.objects.bulk_create(
        Dialogue(
            cycle=before.cycle,
            batch=before.batch,
            huvudman=huvudman,
            state=DialogueState.CLOSED,
        )
        for huvudman in _both_kinds(later)
    )
    Dialogue.objects.filter(batch=before.batch).update(state_since=before.state_since)
    DialogueRecord.objects.bulk_create(
        DialogueRecord(dialogue=row, summary=FIRST.talked_about, discussed_skolformer=[Skolform.GR])
        for row in rows
    )
    return rows


def _both_kinds(later: Sequence[InvitationBatch]) -> Iterable[Huvudman]:
    coming = Huvudman.objects.filter(dialogues__batch__in=later)
    private = {"type": HuvudmanType.ENSKILD}
    for rows in (coming.filter(**private, pupils__gt=0), coming.exclude(**private)):
        yield from rows.order_by("pk")[:OF_EACH]


def evaluate(dialogues: Sequence[Dialogue], closed: datetime.datetime) -> None:
    """Let most of those whose dialogues were closed then say what they thought of each part, when they were
    asked. Needs `travelling`.
    """
    random = Random("evaluated")  # noqa: S311  (examples, not secrets)
    for part, after in ASKED_AFTER.items():
        with moment(closed + after):
            requests = _ask(dialogues, part)
        with moment(closed + after + SOME_DAYS):
            _answer([r for n, r in enumerate(requests, start=1) if n % SILENT], part, random)


def _ask(dialogues: Iterable[Dialogue], part: Part) -> list[EvaluationRequest]:
    today, questionnaire = timezone.localdate(), Questionnaire.objects.filter(part=part).latest("-edition")
    return EvaluationRequest.objects.bulk_create(
        EvaluationRequest(
            dialogue=dialogue,
            questionnaire=questionnaire,
            part=part,
            half_year=half_year_of(today),
            closes_on=today + datetime.timedelta(days=settings.EVALUATION_DAYS),
        )
        for dialogue in dialogues
    )


def _answer(requests: Sequence[EvaluationRequest], part: Part, random: Random) -> None:
    questions = list(requests[0].questionnaire.questions.all())
    texts = [*TEXTS[part], *[""] * (len(requests) - len(TEXTS[part]))]
    for request, text in zip(requests, texts, strict=True):
        answers = dict(zip(questions, random.choices(STEPS, OFTEN, k=len(questions)), strict=True))
        answer_evaluation(request=request, answers=answers, text=text, actor=evaluation_holder())
