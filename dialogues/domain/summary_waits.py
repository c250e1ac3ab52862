"""What a summary that was sent waits for: of a version in hand, and as a query of many dialogues."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Case, CharField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from dialogues.models import Dialogue, RoundState, SummaryRound


class Waits(StrEnum):
    """What the version that was sent last waits for; nothing when none was sent, or it is settled."""

    NOTHING = ""
    HUVUDMAN = "huvudman"
    DAY_HAS_PASSED = "day_has_passed"
    AGENCY = "agency"
    NEW_VERSION = "new_version"


def waits_for(last: SummaryRound | None) -> Waits:
    """What a dialogue's summary waits for, by the version that was sent last. No query."""
    if last is None or last.state not in (RoundState.OPEN, RoundState.RETURNED):
        return Waits.NOTHING
    if last.state == RoundState.RETURNED:
        return Waits.NEW_VERSION
    if last.answered_at:
        return Waits.AGENCY
    return Waits.DAY_HAS_PASSED if last.answer_by < timezone.localdate() else Waits.HUVUDMAN


def summary_waits() -> Coalesce:
    """What the summary of each dialogue in a query waits for, as `waits_for` tells of one: rows are annotated
    with it as `summary_waits`.
    """
    last = SummaryRound.objects.filter(dialogue=OuterRef("pk")).order_by("-number")
    waits = last.annotate(waits=_waits()).values("waits")[:1]
    return Coalesce(Subquery(waits), Value(Waits.NOTHING.value))


def summary_answer_by() -> Subquery:
    """The last day to answer about the version that was sent last, of each dialogue in a query."""
    last = SummaryRound.objects.filter(dialogue=OuterRef("pk")).order_by("-number")
    return Subquery(last.values("answer_by")[:1])


def waits_of(dialogue: Dialogue) -> Waits:
    """What the dialogue's summary waits for. A query, unless the row has it already (`summary_waits`)."""
    known: str | None = getattr(dialogue, "summary_waits", None)
    if known is not None:
        return Waits(known)
    return waits_for(dialogue.summary_rounds.defer("content").first())


def _waits() -> Case:
    is_open = Q(state=RoundState.OPEN)
    return Case(
        When(state=RoundState.RETURNED, then=Value(Waits.NEW_VERSION.value)),
        When(is_open & Q(answered_at__isnull=False), then=Value(Waits.AGENCY.value)),
        When(is_open & Q(answer_by__lt=timezone.localdate()), then=Value(Waits.DAY_HAS_PASSED.value)),
        When(is_open, then=Value(Waits.HUVUDMAN.value)),
        default=Value(Waits.NOTHING.value),
        output_field=CharField(),
    )
