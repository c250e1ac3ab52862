"""Asking what huvudmän think of the parts of a dialogue, and putting the answers in the box.

The box of a part and half-year holds counts and texts. It is written anew, in one order, with each answer: in
it no row is newer than another, and no row belongs to an answer.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from random import SystemRandom
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from accounts.personnummer import mask_personnummer
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.half_years import half_year_of
from dialogues.links import evaluation_link
from dialogues.minutes import MINUTES as ALL_MINUTES
from dialogues.models import (
    Dialogue,
    DialogueState,
    EvaluationQuestion,
    EvaluationRequest,
    EvaluationTally,
    EvaluationText,
    LetterKind,
    MeetingKind,
    MeetingState,
    Part,
    Questionnaire,
    Seat,
    Sort,
)
from huvudman.models import Contact, Huvudman, HuvudmanType
from huvudman.queries import recipients_of

MINUTES = ALL_MINUTES["evaluation"]
"""What answering takes."""
LATEST_AFTER = datetime.timedelta(days=365)
"""How long after the dialogue it is too late to ask how it went on."""
ASKED_AT_LEAST = 10
"""How many of a kind must have been asked in the half-year before an answer is kept as one of that kind."""
ALREADY_ANSWERED = gettext_lazy(
    "Er huvudman har redan svarat. Var det du nyss är svaret sparat. Ett svar går inte att ändra: ingen kan "
    "se vilket som är ert."
)
MONTH = datetime.timedelta(days=30.44)
KINDS = {
    Part.INTRODUCTION: MeetingKind.INTRODUCTION,
    Part.DIALOGUE: MeetingKind.DIALOGUE,
    Part.FEEDBACK: MeetingKind.FEEDBACK,
    Part.AFTERWARDS: MeetingKind.DIALOGUE,
}


class AlreadyAnswered(NotPossible):
    """Somebody at the huvudman has answered. What it was, nobody can look up."""


class Kind(NamedTuple):
    """What is kept of who answered: the owner and the size, each only where many were asked."""

    sort: str
    size_class: str


Box = Counter[tuple[int, Kind, int]]
"""How many gave an answer: by question, kind and step."""


def ask_all(*, actor: Actor) -> None:
    """Ask about every part that is due to be asked about, one huvudman in each transaction."""
    for part in Part:
        for dialogue in to_ask(part).order_by("pk"):
            ask_for_evaluation(dialogue=dialogue, part=part, actor=actor)


def to_ask(part: Part) -> QuerySet[Dialogue]:
    """The dialogues whose huvudman was there when a part was held, not today, and has not been asked about
    it; never long afterwards, as when the part was noted late.
    """
    seats = Seat.objects.filter(dialogue=OuterRef("pk"), kind=KINDS[part], is_current=True, attended=True)
    earliest, latest = _held_between(part)
    held = seats.filter(
        meeting__state=MeetingState.HELD, meeting__ends_at__gte=earliest, meeting__ends_at__lt=latest
    )
    asked = EvaluationRequest.objects.filter(dialogue=OuterRef("pk"), part=part)
    rows = Dialogue.objects.filter(Exists(held), ~Exists(asked), paused_at=None)
    return rows.exclude(state=DialogueState.CANCELLED)


@transaction.atomic
def ask_for_evaluation(*, dialogue: Dialogue, part: Part, actor: Actor) -> EvaluationRequest | None:
    """Ask a huvudman what it thinks of a part, once, by a letter to each of its recipients; nothing when no
    letter reaches it, it is paused, or there are no questions.
    """
    row = DIALOGUES.locked_as_it_stands(dialogue)
    actor.require("dialogues.ask_for_evaluation", row)
    asked = EvaluationRequest.objects.filter(dialogue=row, part=part).first()
    questionnaire = questionnaire_in_force(part)
    if asked or questionnaire is None or row.is_paused or not recipients_of(row.huvudman):
        return asked
    today = timezone.localdate()
    request = EvaluationRequest.objects.create(
        dialogue=row,
        questionnaire=questionnaire,
        part=part,
        half_year=half_year_of(today),
        closes_on=today + datetime.timedelta(days=settings.EVALUATION_DAYS),
    )
    _write(request)
    return request


def questionnaire_in_force(part: Part) -> Questionnaire | None:
    """The latest edition of the questions about a part that is valid today."""
    return Questionnaire.objects.filter(part=part, valid_from__lte=timezone.localdate()).first()


def open_requests(dialogue: Dialogue) -> QuerySet[EvaluationRequest]:
    """What the huvudman is asked about now and has not answered. For the huvudman alone."""
    rows = dialogue.evaluation_requests.filter(is_answered=False, closes_on__gte=timezone.localdate())
    return rows.order_by("pk")


def is_open(request: EvaluationRequest) -> bool:
    """Tell whether the request can still be answered, to the end of its last day in Stockholm."""
    return timezone.localdate() <= request.closes_on


def answer_evaluation(
    *,
    request: EvaluationRequest,
    answers: Mapping[EvaluationQuestion, int],
    text: str,
    actor: Actor,
) -> None:
    """Put a huvudman's answers (steps 1–5) and its text in the box, and note that it has answered.

    Nothing is written in the audit log: what, who and when must not meet. Therefore an answer can't be
    changed or taken back either. Raises AlreadyAnswered, and NotPossible when it is closed, a needed answer
    is missing, or the text has a personnummer.
    """
    with transaction.atomic():
        row = EvaluationRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        actor.require("dialogues.evaluate", row)
        _require_open(row)
        # One answer at a time about a part, as each writes the box anew.
        questionnaire = Questionnaire.objects.select_for_update(no_key=True).get(pk=row.questionnaire_id)
        _require_answers(questionnaire, answers, text)
        row.is_answered = True
        row.save(update_fields=["is_answered"])
        _put_in_counts(row, answers)
        _put_in_text(row, text.strip())


def _held_between(part: Part) -> tuple[datetime.datetime, datetime.datetime]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if part == Part.AFTERWARDS:
        return midnight - LATEST_AFTER, midnight - settings.EVALUATION_MONTHS_AFTER * MONTH
    return midnight - datetime.timedelta(days=settings.EVALUATION_DAYS), midnight


def _write(request: EvaluationRequest) -> None:
    def links(contact: Contact | None) -> dict[str, object]:
        return {"answer_url": evaluation_link(request, contact)}

    write_to_huvudman(
        kind=LetterKind.EVALUATION,
        dialogue=request.dialogue,
        occasion=f"evaluation-{request.part}",
        context={"part": request.part, "closes_on": request.closes_on, "minutes": MINUTES},
        personal=links,
    )


def _require_open(request: EvaluationRequest) -> None:
    if request.is_answered:
        raise AlreadyAnswered(str(ALREADY_ANSWERED))
    if not is_open(request):
        raise NotPossible(_("Utvärderingen är stängd och tar inte emot fler svar."))


def _require_answers(
    questionnaire: Questionnaire, answers: Mapping[EvaluationQuestion, int], text: str
) -> None:
    if any(question.questionnaire_id != questionnaire.pk for question in answers):
        raise ValueError("a question of another questionnaire")
    if set(questionnaire.questions.filter(is_required=True)) - answers.keys():
        raise NotPossible(_("Svara på den första frågan."))
    if mask_personnummer(text) != text:
        raise NotPossible(_("Ta bort personnumret ur texten innan ni skickar."))


def _put_in_counts(request: EvaluationRequest, answers: Mapping[EvaluationQuestion, int]) -> None:
    rows = EvaluationTally.objects.filter(
        question__questionnaire__part=request.part, half_year=request.half_year
    )
    box: Box = Counter()
    for tally in rows:
        box[tally.question_id, Kind(tally.sort, tally.size_class), tally.value] = tally.count
    kind = _kind_kept(request)
    for question, value in answers.items():
        box[question.pk, kind, value] += 1
    rows.delete()
    EvaluationTally.objects.bulk_create(_in_one_order(box, request.half_year))


def _in_one_order(box: Box, half_year: str) -> Iterable[EvaluationTally]:
    for question, kind, value in sorted(box):
        yield EvaluationTally(
            question_id=question,
            half_year=half_year,
            sort=kind.sort,
            size_class=kind.size_class,
            value=value,
            count=box[question, kind, value],
        )


def _put_in_text(request: EvaluationRequest, text: str) -> None:
    rows = EvaluationText.objects.filter(part=request.part, half_year=request.half_year)
    texts = [*rows.values_list("text", flat=True), *([text] if text else [])]
    rows.delete()
    SystemRandom().shuffle(texts)
    EvaluationText.objects.bulk_create(
        EvaluationText(part=request.part, half_year=request.half_year, text=text) for text in texts
    )


def _kind_kept(request: EvaluationRequest) -> Kind:
    """The kind of the one who answers, no closer than that many of the kind were asked."""
    huvudman = request.dialogue.huvudman
    asked = Dialogue.objects.filter(
        evaluation_requests__part=request.part, evaluation_requests__half_year=request.half_year
    )
    sort = sort_of(huvudman)
    private = {"huvudman__type": HuvudmanType.ENSKILD}
    alike = asked.filter(**private) if sort == Sort.PRIVATE else asked.exclude(**private)
    if alike.count() < ASKED_AT_LEAST:
        return Kind("", "")
    same_size = alike.filter(huvudman__size_class=huvudman.size_class)
    return Kind(sort, huvudman.size_class if same_size.count() >= ASKED_AT_LEAST else "")


def sort_of(huvudman: Huvudman) -> Sort:
    """Who owns the huvudman, coarsely."""
    return Sort.PRIVATE if huvudman.type == HuvudmanType.ENSKILD else Sort.PUBLIC
