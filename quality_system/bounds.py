"""What can be worked out by adding and taking away: the least and the most that a hidden figure can be.

Plain Python. Amounts are in persons: how many reach a share, or how many whole scales a sum of points fills.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass

Interval = tuple[float, float]
ROUNDS = 20
"""So many times round the sums; what is not settled by then is left wider."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A whole and the parts that make it up, by their keys."""

    whole: Hashable
    parts: tuple[Hashable, ...]


def narrowed(intervals: Mapping[Hashable, Interval], sums: Collection[Sum]) -> dict[Hashable, Interval]:
    """The intervals as narrow as the sums make them, taken one at a time until nothing more follows."""
    found = dict(intervals)
    for _round in range(ROUNDS):
        before = dict(found)
        for each in sums:
            _narrow(found, each)
        if found == before:
            break
    return found


def _narrow(found: dict[Hashable, Interval], each: Sum) -> None:
    low, high = (sum(found[part][end] for part in each.parts) for end in (0, 1))
    least, most = found[each.whole] = _meet(found[each.whole], (low, high))
    for part in each.parts:
        own_low, own_high = found[part]
        found[part] = _meet(found[part], (least - (high - own_high), most - (low - own_low)))


def _meet(one: Interval, other: Interval) -> Interval:
    """What lies in both; where sources contradict each other, what lies in the first."""
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else one


def wider(key: Hashable, sums: Collection[Sum]) -> set[Hashable]:
    """The wholes that `key` is a part of, and those that they are parts of."""
    found: set[Hashable] = set()
    ahead = {key}
    while ahead:
        ahead = {each.whole for each in sums if not ahead.isdisjoint(each.parts)} - found
        found |= ahead
    return found
