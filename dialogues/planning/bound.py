"""The bound of the pupils by an integer program, which knows all families at once, not one chain."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from dialogues.planning.bounds import floor_and_ceil
from dialogues.planning.pupils import least_totals
from dialogues.planning.solver import Impossible, Program, run
from dialogues.planning.units import Rules, Unit, by_cell, level_of

NODES = 100
MOST = 8
"""Nodes of each program, and how many of the largest are asked for."""

Level = tuple[int, str]
"""Which of the families, and its level."""


def solved_totals(units: Sequence[Unit], blocks: int, rules: Rules) -> list[Fraction]:
    """As `least_totals`, by programs: what HiGHS proves to be the least, less one for its tolerance."""

    def least(ranked: Sequence[Unit], giants: int) -> int:
        return _least(ranked, giants, blocks, rules) if giants <= MOST else 0

    return least_totals(units, blocks, rules, least)


def _least(ranked: Sequence[Unit], giants: int, blocks: int, rules: Rules) -> int:
    """The fewest pupils beside the largest in as many blocks: a column for each unit that could be there.

    Where no exact plan has them in so many blocks, nothing is known of the plan there will be: then none.
    """
    even = [names for family, names in rules.families.items() if family not in rules.by_year_only]
    bounds = _bounds(by_cell(ranked, even), even, ranked[:giants], blocks)
    chosen: list[int] = []
    columns: dict[Level, list[int]] = {level: [] for level in bounds}
    for cell in by_cell(ranked[giants:], even):
        levels = _levels(cell[0], even)
        most = min((bounds[level][1] for level in levels), default=len(cell))
        beside = [unit.pupils for unit in reversed(cell)][:most]
        for level in levels:
            columns[level] += range(len(chosen), len(chosen) + len(beside))
        chosen += beside
    lines = [np.array(columns[level], dtype=np.int64) for level in bounds]
    count = len(chosen)
    program = Program(
        cost=np.array(chosen, dtype=np.float64),
        least=np.zeros(count),
        most=np.ones(count),
        whole=count,
        lines=lines,
        values=[np.ones(len(line)) for line in lines],
        low=np.array([low for low, _high in bounds.values()], dtype=np.float64),
        high=np.array([high for _low, high in bounds.values()], dtype=np.float64),
    )
    try:
        answer = run(program, nodes=NODES, number=0)
    except Impossible:
        return 0
    return max(math.ceil(answer.bound) - 1, 0) if answer else 0


def _levels(unit: Unit, even: Sequence[Sequence[str]]) -> list[Level]:
    return [(at, level_of(unit, names)) for at, names in enumerate(even)]


def _bounds(
    cells: Sequence[Sequence[Unit]], even: Sequence[Sequence[str]], largest: Sequence[Unit], blocks: int
) -> dict[Level, tuple[int, int]]:
    """For every level: how few and how many of it can be beside the largest, all of them together.

    The other blocks have to take the rest of it, rounded down or up too: not all can be rounded the same way.
    """
    size: Counter[Level] = Counter()
    for cell in cells:
        for level in _levels(cell[0], even):
            size[level] += len(cell)
    gone = Counter(level for unit in largest for level in _levels(unit, even))
    found, here, others = {}, len(largest), blocks - len(largest)
    for level, count in size.items():
        down, up = floor_and_ceil(count, 1, blocks)
        low = max(down * here, count - up * others) - gone[level]
        high = min(up * here, count - down * others) - gone[level]
        found[level] = (max(low, 0), max(high, 0))
    return found
