"""Whom the least time between two dialogues holds back in a draw, and what chance that leaves them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from dialogues.domain.intervals import too_early
from dialogues.domain.plan_writing import block_from
from dialogues.models import Draw
from huvudman.models import Huvudman

TOO_EARLY_SHOWN = 100


@dataclass(frozen=True)
class FirstYear:
    """Those whose first possible year is the same: how many, and in the plan as drawn what percentage of them
    has each year of the cycle. `is_later` tells whether they are held back.
    """

    year: int
    count: int
    is_later: bool
    shares: list[float]


def interval_of(draw: Draw) -> dict[str, Any]:
    """What the rule does in a draw: how many it holds back, from when, and with which chance."""
    rows = first_years(draw)
    return {
        "least_years": draw.least_years_between,
        "held_back": sum(row.count for row in rows if row.is_later),
        "first_years": rows,
        "cycle_years": [draw.cycle.first_year + at for at in range(draw.years)],
        "early_count": json.loads(draw.commitment).get("too_early", 0) if draw.commitment else 0,
    }


def first_years(draw: Draw) -> list[FirstYear]:
    """The units of a draw by the first year that they can have; none where the draw has no such rule."""
    if not draw.least_years_between:
        return []
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for row in draw.units:
        block = draw.assignment.get(row["id"])
        counts[max(row["not_before_year"], 1)][block_from(block).year if block else 0] += 1
    return [_first_year(draw, first, years) for first, years in sorted(counts.items())]


def held_too_early(draw: Draw) -> list[tuple[Huvudman, int]]:
    """Those who have the last year since none is late enough, with the year of their last dialogue."""
    found = too_early(draw.cycle, years=draw.years, least=draw.least_years_between)
    ids = found.keys() & {row["id"] for row in draw.units}
    rows = Huvudman.objects.filter(public_id__in=ids).order_by("name", "pk")
    return [(row, found[str(row.public_id)]) for row in rows[:TOO_EARLY_SHOWN]]


def _first_year(draw: Draw, first: int, years: Counter[int]) -> FirstYear:
    count = years.total()
    shares = [100 * years[year] / count for year in range(1, draw.years + 1)] if draw.assignment else []
    return FirstYear(draw.cycle.first_year + first - 1, count, first > 1, shares)
