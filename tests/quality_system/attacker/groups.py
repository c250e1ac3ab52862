"""An attacker on a comparison group: a member that knows its own figures, and wants those of a named other.

It knows how many the members are and the percentiles as they are shown, but not who is where in the order.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from decimal import Decimal

from quality_system.comparison import Spread
from tests.quality_system.attacker.solver import Knowledge

PERCENTILES = {"p5": 5, "q1": 25, "median": 50, "q3": 75, "p95": 95}
ROUNDED = 0.05
"""Percentiles are shown with one decimal."""


def named_range(spread: Spread, own: Sequence[Decimal], top: float) -> tuple[float, float]:
    """The least and the most that the figure of one named other can be, on a scale from 0 to `top`."""
    mind = Knowledge(whole=False)
    for rank in range(spread.members):
        mind.add(rank, 0, top)
        if rank:
            mind.know({rank: 1, rank - 1: -1}, 0, top)
    for name, percent in PERCENTILES.items():
        shown = getattr(spread, name)
        if shown is not None:
            _know_percentile(mind, spread.members, percent, float(shown))
    mind.add("other", 0, top)
    for who, number in [("other", None), *enumerate(own)]:
        _place(mind, spread.members, ("at", who), number, top)
    for rank in range(spread.members):
        mind.know({("at", who, rank): 1 for who in ("other", *range(len(own)))}, 0, 1)
    return mind.range_of({"other": 1})


def _know_percentile(mind: Knowledge, members: int, percent: int, shown: float) -> None:
    at = (members - 1) * percent / 100
    low, part = int(at), at - int(at)
    weights = {low: 1 - part} | ({low + 1: part} if part else {})
    mind.know(weights, shown - ROUNDED, shown + ROUNDED)


def _place(mind: Knowledge, members: int, who: tuple, number: Decimal | None, top: float) -> None:
    """Somebody stands at one rank, and has the figure of that rank."""
    for rank in range(members):
        mind.add_choice((*who, rank))
        figure = {rank: 1.0} if number is not None else {rank: 1.0, "other": -1.0}
        known = float(number or 0)
        mind.know(figure | {(*who, rank): top}, -2 * top, top + known)
        mind.know(figure | {(*who, rank): -top}, known - top, 2 * top)
    mind.know({(*who, rank): 1 for rank in range(members)}, 1, 1)


def overlapping_range(
    groups: Sequence[tuple[Sequence[Hashable], Spread]], named: Hashable, top: float
) -> tuple[float, float]:
    """The least and the most that a named one's figure can be, by the quartiles of several groups at once.

    The attacker knows who is in each group, and how many; it has no figure of its own. A quartile that is a
    member's own figure says how many lie on either side of it: the same for groups that share members.
    """
    mind = Knowledge(whole=False)
    for member in sorted({member for members, _spread in groups for member in members}, key=str):
        mind.add(member, 0, top)
    for at, (members, spread) in enumerate(groups):
        for name in ("q1", "median", "q3"):
            _know_rank(mind, members, (at, name), float(getattr(spread, name)), top)
    return mind.range_of({named: 1})


def _know_rank(
    mind: Knowledge, members: Sequence[Hashable], quartile: tuple[int, str], shown: float, top: float
) -> None:
    """So many members are at most a quartile, and so many at least it."""
    below, above = _counts(len(members), PERCENTILES[quartile[1]])
    for side, sign, least in (("below", 1, below), ("above", -1, above)):
        for member in members:
            choice = (*quartile, side, member)
            mind.add_choice(choice)
            mind.know({member: sign, choice: top}, -2 * top, sign * shown + ROUNDED + top)
        mind.know({(*quartile, side, member): 1 for member in members}, least, len(members))


def _counts(members: int, percent: int) -> tuple[int, int]:
    at = (members - 1) * percent / 100
    return int(at) + 1, members - math.ceil(at)
