"""One step of the counts: how many of each group go to each of a few parts.

`jump` walks from a drawn start, one unit of a group at a time, towards rows that are within their bounds;
rows that stay outside grow heavier. It uses whole numbers only, so it goes the same way on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dialogues.planning.grid import Ints, outside
from dialogues.planning.stream import Stream

FAR = 1 << 40


@dataclass(frozen=True)
class Step:
    """Groups with `numbers` units to part: each part within `least` and `most`, rows in `low` and `high`.

    One too many in a row counts `weight` times.
    """

    numbers: Ints
    least: Ints
    most: Ints
    member: Ints
    low: Ints
    high: Ints
    weight: Ints

    def excess(self, counts: Ints) -> int:
        """How far the rows are outside their bounds."""
        return outside(self.member.T @ counts, self.low, self.high, self.weight)

    def same(self, other: Step) -> bool:
        """Whether the other asks for the same."""
        return np.array_equal(self.low, other.low) and np.array_equal(self.high, other.high)


def start(step: Step, stream: Stream) -> Ints:
    """Counts within `least` and `most`, the rest drawn."""
    counts = step.least.copy()
    groups, parts = counts.shape
    order = np.argsort(stream.many(groups * parts).reshape(groups, parts), axis=1, kind="stable")
    left = step.numbers - counts.sum(axis=1)
    room = np.maximum((step.most - counts).min(axis=1), 0)
    to_all = np.minimum(left // parts, room)
    counts += to_all[:, None]
    left -= parts * to_all
    lines = np.arange(groups)
    while left.any():
        before = int(left.sum())
        for turn in range(parts):
            at = order[:, turn]
            more = (left > 0) & (counts[lines, at] < step.most[lines, at])
            counts[lines[more], at[more]] += 1
            left[more] -= 1
        if int(left.sum()) == before:
            raise ValueError("more units than the parts can hold")
    return counts


def jump(step: Step, stream: Stream, steps: int) -> Ints:
    """The best counts found in that many steps: none outside, if `step.excess` of them is 0."""
    counts = start(step, stream)
    best, least = counts.copy(), step.excess(counts)
    if least == 0:
        return best
    walk = _Walk(step, counts)
    for number in range(steps):
        walk.go(number, stream)
        if walk.outside < least:
            best, least = counts.copy(), walk.outside
            if least == 0:
                break
    return best


class _Walk:
    """Counts on their way, with the cost of one more and one less of each group in each part."""

    def __init__(self, step: Step, counts: Ints) -> None:
        self.step, self.counts = step, counts
        self.rows = step.member.T @ counts
        self.heavy = np.repeat(step.weight[:, None], self.rows.shape[1], axis=1)
        self.mine = np.nonzero(step.member)[1].reshape(len(counts), -1).T.copy()
        self.rest = np.zeros_like(counts)
        self.lines = np.arange(len(counts))
        self.gain_more, self.gain_less = np.zeros_like(counts), np.zeros_like(counts)
        self._weigh(list(range(self.rows.shape[1])))

    @property
    def outside(self) -> int:
        return outside(self.rows, self.step.low, self.step.high, self.step.weight)

    def _weigh(self, parts: list[int]) -> None:
        """What one more and one less of each group costs in these parts: summed over the rows it is in."""
        rows, heavy = self.rows[:, parts], self.heavy[:, parts]
        low, high = self.step.low[:, parts], self.step.high[:, parts]
        more = heavy * ((rows >= high).astype(np.int64) - (rows < low))
        less = heavy * ((rows <= low).astype(np.int64) - (rows > high))
        self.gain_more[:, parts] = more.take(self.mine, axis=0).sum(axis=0)
        self.gain_less[:, parts] = less.take(self.mine, axis=0).sum(axis=0)

    def go(self, number: int, stream: Stream) -> None:
        """Move one unit; where nothing helps, make the rows outside heavier, and mostly wait."""
        can = self.rest <= number
        take = np.where((self.counts > self.step.least) & can, self.gain_less, FAR)
        give = np.where((self.counts < self.step.most) & can, self.gain_more, FAR)
        source, target = take.argmin(axis=1), give.argmin(axis=1)
        cost = np.where(source == target, FAR, take[self.lines, source] + give[self.lines, target])
        lowest = int(cost.min(initial=FAR))
        if lowest >= 0:
            self._grow()
            if lowest > 0 and stream.below(10):
                return
            if lowest >= FAR // 2:
                return
        among = np.flatnonzero(cost == lowest)
        group = int(among[stream.below(len(among))])
        self._move(group, int(source[group]), int(target[group]))
        self.rest[group, [source[group], target[group]]] = number + 4 + stream.below(4)

    def _grow(self) -> None:
        self.heavy += (self.rows < self.step.low) | (self.rows > self.step.high)
        self._weigh(list(range(self.rows.shape[1])))

    def _move(self, group: int, source: int, target: int) -> None:
        self.counts[group, [source, target]] += [-1, 1]
        self.rows[self.mine[:, group], source] -= 1
        self.rows[self.mine[:, group], target] += 1
        self._weigh([source, target])
