"""A huvudman beside others of the same type and size, without showing any of them. Plain Python."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MINIMUM_MEMBERS = 10
RANGE_MEMBERS = 41
"""So many that two are outside each end: one alone there would know that all others are inside."""


class Place(StrEnum):
    """Where a value stands in its group: below, within or above the middle half."""

    LOWER = "lower"
    MIDDLE = "middle"
    UPPER = "upper"


@dataclass(frozen=True, slots=True)
class Member:
    """A member's number. `owner` is who stands behind it: huvudmän of one koncern are one owner."""

    owner: Hashable
    number: Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """How a group's numbers spread. `p5` and `p95` are None where the group is too small to show its ends."""

    members: int
    q1: Decimal
    median: Decimal
    q3: Decimal
    p5: Decimal | None = None
    p95: Decimal | None = None

    @property
    def middle_half(self) -> Decimal:
        """The width of the middle half."""
        return self.q3 - self.q1


def spread_of(
    members: Collection[Member], *, minimum: int = MINIMUM_MEMBERS, for_range: int = RANGE_MEMBERS
) -> Spread | None:
    """The spread of the members' numbers, or None when fewer than `minimum` owners stand behind them.

    Counting owners and not huvudmän keeps a koncern from reading the few others' figures out of the spread.
    Nor may one owner have all that lie outside the middle half on either side: it would know that all others
    are inside. The ends (5th and 95th percentile) need `for_range` owners, and two owners outside each.
    """
    owners = len({member.owner for member in members})
    if owners < max(minimum, 1) or not _several_outside(members, 25):
        return None
    ordered = sorted(member.number for member in members)
    ends = owners >= for_range and _several_outside(members, 5)
    return Spread(
        members=len(ordered),
        q1=quantile(ordered, 25),
        median=quantile(ordered, 50),
        q3=quantile(ordered, 75),
        p5=quantile(ordered, 5) if ends else None,
        p95=quantile(ordered, 95) if ends else None,
    )


def _several_outside(members: Collection[Member], percent: int) -> bool:
    """Tell whether two owners or more have the members outside the percentile, and outside its mirror."""
    outside = (len(members) - 1) * percent // 100
    ordered = sorted(members, key=lambda member: member.number)
    sides = (ordered[:outside], ordered[len(ordered) - outside :])
    return all(len({member.owner for member in side}) > 1 for side in sides)


def quantile(ordered: Sequence[Decimal], percent: int) -> Decimal:
    """The `percent`:th percentile of ordered numbers, linear between neighbours (Hyndman and Fan, type 7)."""
    at = Decimal((len(ordered) - 1) * percent) / 100
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def place_in(spread: Spread, own: Decimal) -> Place:
    """Where `own` stands; the borders belong to the middle half."""
    if own < spread.q1:
        return Place.LOWER
    return Place.UPPER if own > spread.q3 else Place.MIDDLE
