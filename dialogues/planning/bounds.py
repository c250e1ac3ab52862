"""How even a count can be: at best its share rounded down or up. Plain whole numbers, no solver.

A level with M units over K blocks has the share M/K in each. No plan can do better than every count at
⌊M/K⌋ or ⌈M/K⌉; where all are, no other plan is more even for any level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogues.planning.units import Block, Rules, Unit, all_blocks, by_cell, level_of

CAPACITY = "capacity"
"""The family of the breaches where a region has more units in a block than it can take."""
Counts = dict[str, list[int]]
"""For each level of a family (fields joined by "|"): how many units in each block, in time order."""


def weights(rules: Rules, years: int, batches: int) -> list[int]:
    """The share of every block in time order: its given size, or the same for all."""
    return list(rules.sizes) or [1] * (years * batches)


def floor_and_ceil(total: int, weight: int, whole: int) -> tuple[int, int]:
    """The share total × weight / whole, rounded down and up."""
    return total * weight // whole, -(-total * weight // whole)


def count(
    units: Iterable[Unit], assignment: Mapping[str, Block], years: int, batches: int, rules: Rules
) -> dict[str, Counts]:
    """For every family and level: how many units in each block."""
    position = {block: index for index, block in enumerate(all_blocks(years, batches))}
    found: dict[str, Counts] = {name: {} for name in rules.families}
    for alike in by_cell(units, rules.families.values()):
        row = [0] * len(position)
        for unit in alike:
            row[position[assignment[unit.id]]] += 1
        for name, fields in rules.families.items():
            level = level_of(alike[0], fields)
            before = found[name].get(level)
            found[name][level] = [a + b for a, b in zip(before, row, strict=True)] if before else row
    return {name: dict(sorted(levels.items())) for name, levels in found.items()}


def by_year(row: Sequence[int], batches: int) -> list[int]:
    """The sums of every year."""
    return [sum(row[start : start + batches]) for start in range(0, len(row), batches)]


def breaches(counts: Mapping[str, Counts], years: int, batches: int, rules: Rules) -> list[dict[str, Any]]:
    """Every count that is not its share rounded down or up, batch by batch and year by year."""
    shares = weights(rules, years, batches)
    names = [str(block) for block in all_blocks(years, batches)]
    found = []
    for family, levels in counts.items():
        for level, row in levels.items():
            if family not in rules.by_year_only:
                found += _outside(family, level, row, shares, names)
            in_years = [str(year) for year in range(1, years + 1)]
            found += _outside(family, level, by_year(row, batches), by_year(shares, batches), in_years)
    return found


def _outside(
    family: str, level: str, row: Sequence[int], shares: Sequence[int], names: Sequence[str]
) -> list[dict[str, Any]]:
    total, whole = sum(row), sum(shares)
    found = []
    for number, share, name in zip(row, shares, names, strict=True):
        low, high = floor_and_ceil(total, share, whole)
        if not low <= number <= high:
            entry = {"family": family, "level": level, "at": name, "count": number, "low": low, "high": high}
            found.append(entry)
    return found


def over_capacity(
    units: Iterable[Unit], assignment: Mapping[str, Block], rules: Rules
) -> list[dict[str, Any]]:
    """Every region that has more units in a block than it can take."""
    held = Counter((unit.region, assignment[unit.id]) for unit in units)
    return [
        {"family": CAPACITY, "level": region, "at": str(block), "count": count, "low": 0, "high": most}
        for (region, block), most in sorted(rules.capacity.items())
        if (count := held[region, block]) > most
    ]
