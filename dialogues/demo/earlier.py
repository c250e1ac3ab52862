"""A cycle before the one under way, in which the kommun that can be tried had its first dialogue.

It was before the system: its rows are put in as they would have been brought over, without letters or log.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from dialogues.analysis.document import pdf_of as analysis_pdf
from dialogues.analysis.parts import RATINGS
from dialogues.demo.summing import FIRST
from dialogues.domain.files import store_file
from dialogues.models import (
    BatchState,
    Channel,
    Cycle,
    Dialogue,
    DialogueRecord,
    DialogueState,
    InvitationBatch,
    PriorityQuestion,
    QuestionForm,
    RoundState,
    SituationAnalysis,
    SummaryRound,
)
from dialogues.summary.document import pdf_of
from huvudman.models import Huvudman, Skolform
from quality_system.models import Area, SuccessFactor

YEARS = 4
TOLD_BY = "Kim Exempel, skolchef"
TITLES = ("Det här talade vi om", "Det här kom vi överens om", "Stöd som erbjöds")


def put_in_earlier(huvudman: Huvudman, *, before: Cycle, by: User) -> Dialogue:
    """Give a huvudman a dialogue that ended in the cycle before `before`."""
    first_year = before.first_year - YEARS
    at = timezone.now() - datetime.timedelta(days=365 * YEARS)
    cycle = Cycle.objects.create(
        name=f"Cykel {first_year}–{before.first_year - 1}",
        first_year=first_year,
        years=YEARS,
        batches_per_year=before.batches_per_year,
        seed="",
    )
    batch = InvitationBatch.objects.create(
        cycle=cycle, year=first_year, number=1, state=BatchState.CLOSED, send_at=at, answer_by=at.date()
    )
    dialogue = Dialogue.objects.create(
        cycle=cycle, batch=batch, huvudman=huvudman, state=DialogueState.CLOSED
    )
    Dialogue.objects.filter(pk=dialogue.pk).update(state_since=at)
    dialogue.refresh_from_db(fields=["state_since"])
    DialogueRecord.objects.create(
        dialogue=dialogue, summary=FIRST.talked_about, discussed_skolformer=[Skolform.GR]
    )
    _questions(dialogue, at)
    _summary(dialogue, at, by)
    _self_rating(dialogue, at, by)
    return dialogue


def _questions(dialogue: Dialogue, at: datetime.datetime) -> None:
    form = QuestionForm.objects.create(dialogue=dialogue, channel=Channel.PHONE, told_by=TOLD_BY, sent_at=at)
    asked = [
        (Area.EQUITY, "Hur minskar vi skillnaderna mellan skolorna?"),
        (Area.QUALITY, "Hur får vi fler behöriga lärare i de lägre årskurserna?"),
    ]
    PriorityQuestion.objects.bulk_create(
        PriorityQuestion(form=form, rank=rank, area=area, text=text)
        for rank, (area, text) in enumerate(asked, start=1)
    )


def _summary(dialogue: Dialogue, at: datetime.datetime, by: User) -> None:
    content = {
        "schema": 1,
        "huvudman": dialogue.huvudman.name,
        "cycle": str(dialogue.cycle),
        "met": "",
        "skolformer": [str(Skolform.GR.label)],
        "parts": [
            {"title": title, "text": text} for title, text in zip(TITLES, vars(FIRST).values(), strict=True)
        ],
    }
    pdf = store_file(pdf_of(content, made=f"Version 1, överenskommen {at.year}"), "application/pdf")
    SummaryRound.objects.create(
        dialogue=dialogue,
        number=1,
        state=RoundState.AGREED,
        content=content,
        pdf=pdf,
        agreed_pdf=pdf,
        sent_by=by,
        sent_at=at,
        answer_by=at.date(),
        answered_by=TOLD_BY,
        answered_at=at,
        settled_at=at,
    )


def _self_rating(dialogue: Dialogue, at: datetime.datetime, by: User) -> None:
    factors = SuccessFactor.objects.order_by("edition", "number")[:4]
    answers = [str(words) for words in RATINGS.values()]
    ratings = [
        {"factor": factor.text, "is_example": factor.is_example_text, "answer": answer}
        for factor, answer in zip(factors, answers, strict=False)
    ]
    content = {
        "schema": 1,
        "huvudman": dialogue.huvudman.name,
        "cycle": str(dialogue.cycle),
        "parts": [],
        "ratings": ratings,
    }
    SituationAnalysis.objects.create(
        dialogue=dialogue,
        version=1,
        content=content,
        pdf=store_file(analysis_pdf(content, made=f"Skickad {at.year}"), "application/pdf"),
        told_by=TOLD_BY,
        sent_by=by,
        sent_at=at,
    )
