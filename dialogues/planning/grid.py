"""The plan as whole numbers: groups of alike units, rows that should be even, and places to fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dialogues.planning.alike import grouping_fields, places_of
from dialogues.planning.bounds import weights
from dialogues.planning.units import Block, Rules, Unit, level_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
FAR, HARD, MILLION = 1 << 30, 1_000, 10**6


@dataclass(frozen=True)
class Grid:
    """What is to be spread.

    `numbers` counts the units of each group; each place takes from `group_low` to `group_high` of it. `alone`
    are the groups that are cells of their own, to be even in every part. `member` says which groups make each
    row. A row must be within `low` and `high` in each place, and `year_low` and `year_high` in each year; one
    too many counts `weight` times: much where there is a capacity. `settled` are the places that are done.
    """

    numbers: Ints
    alone: Bools
    group_low: Ints
    group_high: Ints
    member: Ints
    low: Ints
    high: Ints
    year_low: Ints
    year_high: Ints
    shares: Ints
    batches: int
    weight: Ints
    settled: tuple[int, ...] = ()

    @property
    def places(self) -> int:
        return len(self.shares)

    @cached_property
    def rows(self) -> int:
        return self.member.shape[1]

    def excess(self, counts: Ints) -> int:
        """How much the counts of groups and places are outside what the rows should be, in all."""
        found = self.member.T @ counts
        years = found.reshape(self.rows, self.places // self.batches, self.batches).sum(axis=2)
        in_batches = outside(found, self.low, self.high, self.weight)
        return in_batches + outside(years, self.year_low, self.year_high, self.weight)


def outside(counts: Ints, low: Ints, high: Ints, weight: Ints) -> int:
    """How far rows of counts are below `low` or above `high`, in all."""
    apart = np.maximum(low - counts, 0) + np.maximum(counts - high, 0)
    return int((apart.sum(axis=1) * weight).sum())


def make_grid(
    groups: Mapping[str, Sequence[Unit]],
    rules: Rules,
    blocks: Sequence[Block],
    years: int,
) -> Grid:
    """The grid of these groups; `blocks` is the block of every place."""
    firsts = [members[0] for members in groups.values()]
    shape, batches = (len(firsts), len(blocks)), len(blocks) // years
    numbers = np.array([len(members) for members in groups.values()], dtype=np.int64)
    allowed: Bools = np.array([places_of(name, len(blocks)) for name in groups], dtype=bool).reshape(shape)
    in_years: Bools = np.array(allowed.reshape(len(firsts), years, batches).any(axis=2), dtype=bool)
    names, member = _rows(firsts, rules)
    totals = member.T @ numbers
    in_places = _shares_in_places(rules, blocks, years)
    shares = _shares_of_rows(firsts, numbers, member, in_places, rules, blocks)
    low, high = _floor_and_ceil(totals, shares)
    _loosen(low, high, names, totals, rules, blocks)
    _give_way(low, high, *_forced(member, numbers, allowed))
    year_low, year_high = _floor_and_ceil(totals, _sums(shares, years))
    _give_way(year_low, year_high, *_forced(member, numbers, in_years))
    year_high = np.minimum(year_high, _sums(high, years))
    year_low = np.minimum(np.maximum(year_low, _sums(low, years)), year_high)
    alone = _alone(firsts, rules) & allowed.all(axis=1)
    down, up = _floor_and_ceil(numbers, np.repeat(in_places[None, :], len(numbers), axis=0))
    group_low = np.where(alone[:, None], down, 0)
    group_high = np.where(alone[:, None], up, numbers[:, None] * allowed)
    return Grid(
        numbers=numbers,
        alone=alone,
        group_low=group_low,
        group_high=group_high,
        member=member,
        low=low,
        high=high,
        year_low=year_low,
        year_high=year_high,
        shares=in_places,
        batches=batches,
        weight=np.array([HARD if name in _limited(rules) else 1 for name in names], dtype=np.int64),
    )


def with_sent(
    grid: Grid, groups: Mapping[str, Sequence[Unit]], rules: Rules, blocks: Sequence[Block], sent: Bools
) -> Grid:
    """The same, when some places are settled: the others share what is left evenly."""
    if not sent.any():
        return grid
    must, could = _forced(grid.member, grid.numbers, grid.group_high > 0)
    settled = np.where(sent, must, 0)
    left = grid.member.T @ grid.numbers - settled.sum(axis=1)
    firsts, years = [members[0] for members in groups.values()], grid.places // grid.batches
    numbers = np.where((grid.group_high[:, ~sent] > 0).any(axis=1), grid.numbers, 0)
    open_shares = np.where(sent, 0, grid.shares)
    shares = _shares_of_rows(firsts, numbers, grid.member, open_shares, rules, blocks)
    low, high = _floor_and_ceil(left, shares)
    limited = (grid.weight == HARD)[:, None]
    high = np.where(limited, np.minimum(high, grid.high), high)
    _give_way(low, high, must, could)
    low, high = np.where(sent, must, low), np.where(sent, must, high)
    year_low, year_high = _floor_and_ceil(left, _sums(shares, years))
    year_low, year_high = year_low + _sums(settled, years), year_high + _sums(settled, years)
    year_high = np.minimum(year_high, _sums(high, years))
    year_low = np.minimum(np.maximum(year_low, _sums(low, years)), year_high)
    return replace(grid, low=low, high=high, year_low=year_low, year_high=year_high)


def _sums(rows: Ints, years: int) -> Ints:
    """The sums of every year's places."""
    return rows.reshape(len(rows), years, rows.shape[1] // years).sum(axis=2)


def _limited(rules: Rules) -> set[tuple[str, str]]:
    """The rows of regions that have a capacity."""
    return {("region", region) for region, _block in rules.capacity}


def _loosen(
    low: Ints,
    high: Ints,
    names: Sequence[tuple[str, str]],
    totals: Ints,
    rules: Rules,
    blocks: Sequence[Block],
) -> None:
    """Ask nothing of the batches where only years count, and no more than a capacity."""
    for index, (family, level) in enumerate(names):
        if family in rules.by_year_only:
            low[index], high[index] = 0, totals[index]
        if (family, level) in _limited(rules):
            caps = [rules.capacity.get((level, block), FAR) for block in blocks]
            high[index] = np.minimum(high[index], caps)


def _shares_in_places(rules: Rules, blocks: Sequence[Block], years: int) -> Ints:
    batches = len(blocks) // years
    in_time = weights(rules, years, batches)
    return np.array(
        [in_time[(block.year - 1) * batches + block.batch - 1] for block in blocks], dtype=np.int64
    )


def _rows(firsts: Sequence[Unit], rules: Rules) -> tuple[list[tuple[str, str]], Ints]:
    """The rows by family and level, and which groups make each."""
    mine = [
        [(family, level_of(unit, fields)) for family, fields in rules.families.items()] for unit in firsts
    ]
    names = sorted({name for each in mine for name in each})
    at = {name: index for index, name in enumerate(names)}
    member = np.zeros((len(firsts), len(names)), dtype=np.int64)
    for index, each in enumerate(mine):
        member[index, [at[name] for name in each]] = 1
    return names, member


def _shares_of_rows(
    firsts: Sequence[Unit],
    numbers: Ints,
    member: Ints,
    in_places: Ints,
    rules: Rules,
    blocks: Sequence[Block],
) -> Ints:
    """The share of every row in every place: another than the place's where a region has a capacity."""
    shares = np.repeat(in_places[None, :], member.shape[1], axis=0)
    for _family, region in sorted(_limited(rules)):
        mine = np.array([unit.region == region for unit in firsts], dtype=bool)
        inside = member[mine].sum(axis=0)
        rows = np.flatnonzero((inside > 0) & (inside == member.sum(axis=0)))
        caps = [rules.capacity.get((region, block), FAR) for block in blocks]
        shares[rows] = _shares_within(int(numbers[mine].sum()), in_places.tolist(), caps)
    return shares


def _shares_within(total: int, shares: Sequence[int], caps: Sequence[int]) -> Ints:
    """Shares, in millionths, of a region that some places can't take so many of: the others take more."""
    full: set[int] = set()
    while True:
        left = total - sum(caps[place] for place in full)
        whole = sum(share for place, share in enumerate(shares) if place not in full)
        over = {p for p, share in enumerate(shares) if p not in full and caps[p] * whole < left * share}
        if not over or not whole:
            break
        full |= over
    return np.array(
        [
            caps[p] * MILLION if p in full else left * share * MILLION // max(whole, 1)
            for p, share in enumerate(shares)
        ],
        dtype=np.int64,
    )


def _give_way(low: Ints, high: Ints, must: Ints, could: Ints) -> None:
    """Let the bounds give way to what must be there, and to what could be there at most."""
    np.maximum(high, must, out=high)
    np.minimum(low, np.minimum(could, high), out=low)


def _alone(firsts: Sequence[Unit], rules: Rules) -> Bools:
    """Groups that make a cell by themselves, where cells have to be even in every batch and can be."""
    fields = grouping_fields(rules)
    if not any(
        set(names) == set(fields) and name not in rules.by_year_only for name, names in rules.families.items()
    ):
        return np.zeros(len(firsts), dtype=bool)
    cells = Counter(level_of(unit, fields) for unit in firsts)
    limited = {region for _family, region in _limited(rules)}
    return np.array(
        [unit.region not in limited and cells[level_of(unit, fields)] == 1 for unit in firsts], dtype=bool
    )


def _floor_and_ceil(totals: Ints, shares: Ints) -> tuple[Ints, Ints]:
    products = totals[:, None] * shares
    whole = np.maximum(shares.sum(axis=1), 1)[:, None]
    return products // whole, -(-products // whole)


def _forced(member: Ints, numbers: Ints, allowed: Bools) -> tuple[Ints, Ints]:
    """For each row and place: how many can be nowhere else, and how many can be there at all."""
    only = (allowed.sum(axis=1) == 1)[:, None] & allowed
    return member.T @ (only * numbers[:, None]), member.T @ (allowed * numbers[:, None])
