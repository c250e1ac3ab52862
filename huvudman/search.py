"""Finding huvudmän by what people type: a name in spite of slips, an orgnr, a school unit's code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.lookups import Contains, GreaterThanOrEqual, StartsWith

from huvudman.models import HuvudmanEvent, HuvudmanType, SchoolUnit
from huvudman.models.huvudman import PlainName

LIKE_ENOUGH = 0.4
"""How alike a name must be to what was searched for (0 to 1): lets a few slips of the pen through."""
SURELY_LIKE = 0.5
"""How alike a word must be to come before the same letters inside another word."""
LIKE, INSIDE, FAINTLY_LIKE = 2, 3, 4
"""The `hit` of a name without a word that begins so: one with a word like it, with the letters inside a word,
or with a word a little like it."""
LEGAL_PERSON = r"^..[2-9]"
NUMBER = re.compile(r"\d{3,10}")
Row = TypeVar("Row", bound=Model)


def found(
    rows: QuerySet[Row], q: str, *, huvudman: str = "", then: Sequence[str | OrderBy] = ("pk",)
) -> QuerySet[Row]:
    """The rows that `q` finds, the best first: names that begin so (kommuner before others), others with a
    word that begins so, then those with a word like it, with it inside a word, and a little like it, the
    whole name weighed.

    `huvudman` is the way from a row to its huvudman (`"huvudman__"`), nothing for huvudmän; `then` orders the
    rows of one huvudman. An orgnr that is a personnummer is never looked at.
    """
    by_name = (f"{huvudman}name", f"{huvudman}pk", *then)
    number = re.sub(r"[\s-]", "", q)
    if NUMBER.fullmatch(number):
        return rows.filter(_by_number(number, huvudman)).order_by(*by_name)
    name, wanted = PlainName(f"{huvudman}name"), PlainName(Value(q))
    begins, has = StartsWith(name, wanted), Contains(name, PlainName(Value(f" {q}")))
    has_word = TrigramWordSimilarity(wanted, name)  # type: ignore[arg-type]
    inside = Contains(name, wanted)
    ranked: QuerySet[Any] = rows.filter(Q(TrigramWordSimilar(name, wanted)) | Q(inside)).annotate(
        hit=Case(
            When(begins, then=0),
            When(has, then=1),
            When(inside, then=INSIDE),
            When(GreaterThanOrEqual(has_word, SURELY_LIKE), then=LIKE),
            default=FAINTLY_LIKE,
            output_field=IntegerField(),
        ),
        kommun=Case(When(begins & Q(**{f"{huvudman}type": HuvudmanType.KOMMUN}), then=0), default=1),
        alike=Case(When(begins | has, then=has_word), default=TrigramSimilarity(name, wanted)),  # type: ignore[arg-type]
    )
    return ranked.order_by("hit", "kommun", "-alike", *by_name)


def _by_number(number: str, huvudman: str) -> Q:
    units = SchoolUnit.objects.filter(code=number).values("huvudman_id")
    legal_person = Q(**{f"{huvudman}orgnr__startswith": number, f"{huvudman}orgnr__regex": LEGAL_PERSON})
    return legal_person | Q(**{f"{huvudman}pk__in": units}) | Q(**{f"{huvudman}pk__in": _had(number)})


def _had(number: str) -> QuerySet[Any, Any]:
    """Ids of those that have had an orgnr that begins so."""
    wanted = HuvudmanEvent.objects.filter(
        kind=HuvudmanEvent.Kind.NEW_ORGNR, orgnr_before__startswith=number, orgnr_before__regex=LEGAL_PERSON
    )
    return wanted.values_list("after_id", flat=True)
