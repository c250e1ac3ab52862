"""Whole counts for every group and place, as even as they can be: first over years, then inside each year.

A share rounded down or up stays so when it is parted again, so that the years can be settled first and then
each year by itself, in few parts at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dialogues.planning.grid import Grid, Ints, outside
from dialogues.planning.node import Step, jump
from dialogues.planning.solver import Impossible, solve_loosely, solve_near
from dialogues.planning.stream import Stream

MOST_PARTS = 8
STEPS, LONG_STEPS = 300, 6_000
NODES = 300
AGAIN = 3
"""Steps of a walk, nodes of a program, and how often a part that could not be kept even is drawn anew."""


@dataclass(frozen=True)
class Found:
    """Counts of groups and places, and how much they are outside in all (0: as even as can be)."""

    counts: Ints
    excess: int


GIVEN_UP = Found(np.empty((0, 0), dtype=np.int64), 1 << 30)


def spread(grid: Grid, seed: str, turn: int = 0, *, evenly: bool = False) -> Found:
    """Counts for every group and place: others in another turn.

    With `evenly` it is GIVEN_UP where something would be outside: what is least so is not sought then, which
    can take many times as long as the rest.
    """
    if not len(grid.numbers):
        return Found(np.zeros((0, grid.places), dtype=np.int64), 0)
    return _Spreading(grid, seed, evenly).below(grid.numbers, np.arange(grid.places), f"counts {turn}")


class _Spreading:
    """One division of everything; `again` is how many more times a part may be drawn anew."""

    def __init__(self, grid: Grid, seed: str, evenly: bool) -> None:
        self.grid, self.seed, self.evenly, self.again = grid, seed, evenly, AGAIN

    def below(self, numbers: Ints, places: Ints, name: str) -> Found:
        """Counts of `numbers` in these places. Where only what is below went wrong, it is parted anew."""
        if len(places) == 1:
            return Found(numbers[:, None], 0)
        best, own = self._once(numbers, places, name)
        while best.excess > own and self.again and len(places) > self.grid.batches:
            self.again -= 1
            found, _own = self._once(numbers, places, f"{name} again {self.again}")
            best = min(best, found, key=lambda each: each.excess)
        return best

    def _once(self, numbers: Ints, places: Ints, name: str) -> tuple[Found, int]:
        """Counts, and how much this parting is outside by itself."""
        parts = part_places(self.grid, places)
        counts, own = part(self.grid, numbers, parts, Stream(self.seed, name), evenly=self.evenly)
        if own and self.evenly:
            return GIVEN_UP, GIVEN_UP.excess
        found = []
        for at, inside in enumerate(parts):
            found.append(self.below(counts[:, at], inside, f"{name}.{at}"))
            if found[-1].excess and self.evenly:
                return GIVEN_UP, own
        joined = np.concatenate([each.counts for each in found], axis=1)
        return Found(joined, _excess(self.grid, joined, places)), own


def _excess(grid: Grid, counts: Ints, places: Ints) -> int:
    rows = grid.member.T @ counts
    found = outside(rows, grid.low[:, places], grid.high[:, places], grid.weight)
    if len(places) % grid.batches or places[0] % grid.batches:
        return found
    years = rows.reshape(len(rows), len(places) // grid.batches, grid.batches).sum(axis=2)
    at = places[:: grid.batches] // grid.batches
    return found + outside(years, grid.year_low[:, at], grid.year_high[:, at], grid.weight)


def part_places(grid: Grid, places: Ints) -> list[Ints]:
    """The next few parts: whole years while there are several, then batches of the year."""
    units = places.reshape(-1, grid.batches) if len(places) > grid.batches else places[:, None]
    return [chunk.ravel() for chunk in np.array_split(units, parts_of(len(units)))]


def parts_of(count: int) -> int:
    """In how many parts to part so many: all at once when they are few, else an even division."""
    if count <= MOST_PARTS:
        return count
    return next((parts for parts in (5, 4, 6, 7, 8, 3) if count % parts == 0), 4)


def part(
    grid: Grid, numbers: Ints, parts: list[Ints], stream: Stream, *, evenly: bool = False
) -> tuple[Ints, int]:
    """Counts of each group in each part, and how much is outside: as little as could be found."""
    step = make_step(grid, numbers, parts, tight=True)
    found, apart = _within(step, stream)
    if apart:
        loose = make_step(grid, numbers, parts, tight=False)
        if not loose.same(step):
            step = loose
            found, apart = _within(step, stream)
    if apart and not evenly:
        solved = solve_loosely(step, stream, NODES, found)
        found = found if solved is None else min(solved, found, key=step.excess)
    return found, step.excess(found)


def _within(step: Step, stream: Stream) -> tuple[Ints, int]:
    """Walked, else solved near where it ended, else walked longer: the counts, and how much is outside."""
    found = jump(step, stream, min(STEPS, 40 + step.least.size))
    if step.excess(found) == 0:
        return found, 0
    try:
        solved = solve_near(step, stream, NODES, found)
    except Impossible:
        return found, step.excess(found)
    if solved is not None and step.excess(solved) == 0:
        return solved, 0
    if step.excess(found):
        found = jump(step, stream, LONG_STEPS)
    return found, step.excess(found)


def make_step(grid: Grid, numbers: Ints, parts: list[Ints], *, tight: bool) -> Step:
    """What to part now. `tight` asks every part for its share of these numbers, else for what it can take."""
    shares = np.array([grid.shares[part].sum() for part in parts], dtype=np.int64)
    low, high = _row_bounds(grid, parts)
    if tight:
        total = (grid.member.T @ numbers)[:, None] * shares[None, :]
        down, up = total // shares.sum(), -(-total // shares.sum())
        narrow_low, narrow_high = np.maximum(low, down), np.minimum(high, up)
        fits = narrow_low <= narrow_high
        low, high = np.where(fits, narrow_low, low), np.where(fits, narrow_high, high)
    least, most = _group_bounds(grid, numbers, parts, shares)
    return Step(numbers, least, most, grid.member, low, high, grid.weight)


def _row_bounds(grid: Grid, parts: list[Ints]) -> tuple[Ints, Ints]:
    low = np.stack([grid.low[:, part].sum(axis=1) for part in parts], axis=1)
    high = np.stack([grid.high[:, part].sum(axis=1) for part in parts], axis=1)
    if len(parts[0]) % grid.batches:
        return low, high
    years = [part[:: grid.batches] // grid.batches for part in parts]
    year_low = np.stack([grid.year_low[:, year].sum(axis=1) for year in years], axis=1)
    year_high = np.stack([grid.year_high[:, year].sum(axis=1) for year in years], axis=1)
    return np.maximum(low, year_low), np.minimum(high, year_high)


def _group_bounds(grid: Grid, numbers: Ints, parts: list[Ints], shares: Ints) -> tuple[Ints, Ints]:
    """What each part can take of each group; of groups that are cells of their own also its share."""
    low = np.stack([grid.group_low[:, part].sum(axis=1) for part in parts], axis=1)
    high = np.stack([grid.group_high[:, part].sum(axis=1) for part in parts], axis=1)
    high = np.minimum(high, numbers[:, None])
    product = numbers[:, None] * shares[None, :]
    down, up = product // shares.sum(), -(-product // shares.sum())
    narrow_low, narrow_high = np.maximum(low, down), np.minimum(high, up)
    fits = (narrow_low <= narrow_high).all(axis=1)
    fits &= (narrow_low.sum(axis=1) <= numbers) & (numbers <= narrow_high.sum(axis=1)) & grid.alone
    return np.where(fits[:, None], narrow_low, low), np.where(fits[:, None], narrow_high, high)
