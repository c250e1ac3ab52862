"""What was answered about a part in a half-year: by groups that are large enough, so that no smaller one is
left when one is taken from another.

The groups are a tree: all, by owner, and within an owner by size. Nothing is counted across it, and no
half-years are added up, so that all one can subtract is a group's parts from the group (`shown_parts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import SystemRandom

from django.db.models import F, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.domain.evaluations import Kind
from dialogues.evaluation.periods import is_shown
from dialogues.models import (
    EvaluationQuestion,
    EvaluationRequest,
    EvaluationTally,
    EvaluationText,
    Part,
    Scale,
    Sort,
)
from huvudman.models import SizeClass
from quality_system.disclosure import shown_parts

SMALLEST = 5
"""The fewest answers that are shown together."""
STEPS = range(1, 6)
EVERYBODY = ""
ENDS: dict[str, tuple[str | Promise, str | Promise]] = {
    Scale.AGREE: (gettext_lazy("stämmer inte alls"), gettext_lazy("stämmer helt")),
    Scale.EXTENT: (gettext_lazy("inte alls"), gettext_lazy("mycket")),
}
"""What the first and the last step of a scale mean."""


@dataclass(frozen=True)
class Row:
    """A question and how a group answered it: how many, and the percentages of the five steps; neither where
    too few answered.
    """

    question: EvaluationQuestion
    count: int = 0
    shares: tuple[Decimal, ...] = ()

    @property
    def ends(self) -> tuple[str | Promise, str | Promise]:
        """What the first and the last step mean."""
        return ENDS[self.question.scale]


@dataclass(frozen=True)
class Results:
    """The questions about a part as a group answered them, and the texts, which are of all groups."""

    rows: list[Row]
    texts: list[str]


def half_years() -> list[str]:
    """The half-years in which somebody has answered, latest first. One query."""
    rows = EvaluationTally.objects.order_by().values_list("half_year", flat=True).distinct()
    return sorted(rows, reverse=True)


def may_be_shown(half_year: str) -> bool:
    """Tell whether no more answers can come in the half-year. At most one query."""
    still_open = EvaluationRequest.objects.filter(half_year=half_year, closes_on__gte=timezone.localdate())
    return is_shown(half_year) and not still_open.exists()


def answered() -> set[tuple[str, str]]:
    """The half-years and parts about which enough have answered to show something. One query."""
    rows = EvaluationTally.objects.order_by().values_list("half_year", "question__questionnaire__part")
    counted = rows.annotate(of=F("question"), n=Sum("count")).filter(n__gte=SMALLEST)
    return {(half_year, part) for half_year, part, *_counts in counted}


def groups() -> list[tuple[str, str]]:
    """The groups by which results can be shown: their keys, and what to call them."""
    found = [(EVERYBODY, _("Alla huvudmän"))]
    for sort in Sort:
        name = str(sort.label).capitalize()
        found.append((sort.value, name))
        found += [(f"{sort}.{size}", f"{name}, {label}") for size, label in SizeClass.choices]
    return found


def results(part: Part, half_year: str, group: str = EVERYBODY) -> Results:
    """What `group` answered about a part in a half-year; nothing while answers can come. Three queries."""
    if not may_be_shown(half_year):
        return Results([], [])
    tallies = EvaluationTally.objects.filter(question__questionnaire__part=part, half_year=half_year)
    of_question: dict[EvaluationQuestion, list[EvaluationTally]] = {}
    for tally in tallies.select_related("question").order_by("question__questionnaire", "question__number"):
        of_question.setdefault(tally.question, []).append(tally)
    rows = [_row(question, found, group) for question, found in of_question.items()]
    return Results(rows, _texts(part, half_year) if group == EVERYBODY else [])


def shown_groups(counts: Mapping[Kind, int]) -> set[str]:
    """The groups that may be shown of a question, by how many of each kind answered it."""
    if sum(counts.values()) < SMALLEST:
        return set()
    shown = {EVERYBODY}
    for sort in _shown(_added((kind.sort, n) for kind, n in counts.items())):
        sizes = _added((kind.size_class, n) for kind, n in counts.items() if kind.sort == sort)
        shown |= {sort, *(f"{sort}.{size}" for size in _shown(sizes))}
    return shown


def _shown(parts: Mapping[str, int]) -> set[str]:
    return shown_parts(parts, smallest=SMALLEST, never={""})


def _added(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    added: Counter[str] = Counter()
    for name, n in counts:
        added[name] += n
    return added


def _row(question: EvaluationQuestion, tallies: Iterable[EvaluationTally], group: str) -> Row:
    of_kind: Counter[Kind] = Counter()
    of_step: Counter[int] = Counter()
    for tally in tallies:
        kind = Kind(tally.sort, tally.size_class)
        of_kind[kind] += tally.count
        if _is_of(kind, group):
            of_step[tally.value] += tally.count
    if group not in shown_groups(of_kind):
        return Row(question)
    count = of_step.total()
    return Row(question, count, tuple(Decimal(100) * of_step[step] / count for step in STEPS))


def _is_of(kind: Kind, group: str) -> bool:
    sort, _dot, size = group.partition(".")
    return kind.sort == (sort or kind.sort) and kind.size_class == (size or kind.size_class)


def _texts(part: Part, half_year: str) -> list[str]:
    """The texts in another order each time; none while they are few."""
    rows = EvaluationText.objects.filter(part=part, half_year=half_year)
    texts = list(rows.values_list("text", flat=True))
    SystemRandom().shuffle(texts)
    return texts if len(texts) >= SMALLEST else []
