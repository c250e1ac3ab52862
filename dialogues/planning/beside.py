"""Who stands beside a giant: as few pupils as the bounds allow, settled before all other counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dialogues.planning.grid import Bools, Grid, Ints
from dialogues.planning.solver import Impossible, Program, run
from dialogues.planning.units import Unit

NODES, GAP = 200, 0.0005


def settle_giants(grid: Grid, groups: Mapping[str, Sequence[Unit]], places: Collection[int]) -> Grid:
    """The grid with the counts of these places settled, the largest giant first.

    Each takes the smallest units that those before it have left, and leaves what the other places can share.
    """
    left = [sorted(unit.pupils for unit in members) for members in groups.values()]
    for place in places:
        counts = _beside(grid, left, place)
        if counts is None:
            return grid
        left = [pupils[count:] for pupils, count in zip(left, counts.tolist(), strict=True)]
        grid = _settled(grid, place, counts)
    return grid


def _beside(grid: Grid, left: Sequence[Sequence[int]], place: int) -> Ints | None:
    """How many of each group: a column for each unit, the smallest of its group first."""
    most = np.minimum(_most_of_group(grid, place), [len(pupils) for pupils in left])
    only_here = (grid.group_high > 0).sum(axis=1) == 1
    least = np.where(only_here, most, grid.group_low[:, place])
    column_of = np.repeat(np.arange(len(left)), most)
    pupils = np.array([one for mine, count in zip(left, most, strict=True) for one in mine[:count]])
    must = [at < low for count, low in zip(most, least, strict=True) for at in range(count)]
    lines, low, high = _rows(grid, np.array([len(mine) for mine in left]), place, column_of)
    peers = _others(grid, place, same_year=True)
    program = Program(
        cost=np.concatenate([pupils, np.zeros(len(left))]).astype(np.float64),
        least=np.concatenate([must, grid.group_low[:, peers].sum(axis=1)]).astype(np.float64),
        most=np.concatenate([np.ones(len(pupils)), grid.group_high[:, peers].sum(axis=1)]).astype(np.float64),
        whole=len(pupils) + len(left),
        lines=lines,
        values=[np.ones(len(line)) for line in lines],
        low=np.array(low, dtype=np.float64),
        high=np.array(high, dtype=np.float64),
    )
    try:
        answer = run(program, nodes=NODES, number=0, gap=GAP)
    except Impossible:
        return None
    if answer is None:
        return None
    chosen = np.rint(answer.columns[: len(pupils)])
    return np.bincount(column_of, weights=chosen, minlength=len(left)).astype(np.int64)


def _most_of_group(grid: Grid, place: int) -> Ints:
    """How many of each group the place can take, by the tightest of its rows."""
    by_row = np.where(grid.member > 0, grid.high[:, place], grid.numbers.sum())
    return np.minimum(grid.group_high[:, place], by_row.min(axis=1))


def _others(grid: Grid, place: int, *, same_year: bool) -> Bools:
    """The places not settled yet, in the same year or in others."""
    year = place // grid.batches
    return np.array(
        [
            at != place and at not in grid.settled and (at // grid.batches == year) == same_year
            for at in range(grid.places)
        ],
        dtype=bool,
    )


def _rows(grid: Grid, left: Ints, place: int, column_of: Ints) -> tuple[list[Ints], list[int], list[int]]:
    """What the place can have, with a year around it that is even too, and what the other years can share.

    After a column for each unit comes one for each group: how many of it the rest of the year has.
    """
    peers, others = _others(grid, place, same_year=True), _others(grid, place, same_year=False)
    year, width = place // grid.batches, len(column_of)
    lines: list[Ints] = []
    low: list[int] = []
    high: list[int] = []
    for group, count in enumerate(left):
        lines.append(np.append(np.flatnonzero(column_of == group), width + group))
        low.append(count - grid.group_high[group, others].sum())
        high.append(count - grid.group_low[group, others].sum())
    total = grid.member.T @ left
    here = grid.member.T @ grid.group_low[:, list(grid.settled)]
    same = [at // grid.batches == year for at in grid.settled]
    in_year = here[:, same].sum(axis=1)
    for row in range(grid.rows):
        mine = grid.member[:, row]
        beside = np.flatnonzero(mine[column_of])
        rest = width + np.flatnonzero(mine)
        lines += [beside, rest, np.append(beside, rest)]
        low += [
            grid.low[row, place],
            grid.low[row, peers].sum(),
            max(grid.year_low[row, year] - in_year[row], total[row] - grid.high[row, others].sum()),
        ]
        high += [
            grid.high[row, place],
            grid.high[row, peers].sum(),
            min(grid.year_high[row, year] - in_year[row], total[row] - grid.low[row, others].sum()),
        ]
    return lines, low, high


def _settled(grid: Grid, place: int, counts: Ints) -> Grid:
    low, high = grid.low.copy(), grid.high.copy()
    group_low, group_high = grid.group_low.copy(), grid.group_high.copy()
    low[:, place] = high[:, place] = grid.member.T @ counts
    group_low[:, place] = group_high[:, place] = counts
    return replace(
        grid,
        low=low,
        high=high,
        group_low=group_low,
        group_high=group_high,
        settled=(*grid.settled, place),
    )
