"""A proportional draw: systematic selection from a serpentine list.

The units are laid out region by region, type by type, size by size, turning at every border so that
neighbours are alike; inside a cell the seed decides the order. Then every K-th unit goes to the same block.
Hence each region, each region × type and each cell is even to within one, and so are years and batches.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

from dialogues.planning.certificate import certify
from dialogues.planning.units import Block, Plan, Unit

LAYOUT = ("region", "type", "size")


def plan(units: Iterable[Unit], *, years: int, batches: int, seed: str) -> Plan:
    """Give every unit one block of `years` × `batches` blocks; batch sizes differ by at most one.

    The answer depends on the units and the seed alone, never on the order of the units.
    Raises ValueError when there is no block, or when two units have the same id.
    """
    rows = list(units)
    if years < 1 or batches < 1:
        raise ValueError("a cycle needs at least one year and one batch a year")
    if len({unit.id for unit in rows}) != len(rows):
        raise ValueError("two units have the same id")
    blocks = _drawn_blocks(years, batches, seed)
    listed = _serpentine(rows, LAYOUT, seed)
    assignment = {unit.id: blocks[place % len(blocks)] for place, unit in enumerate(listed)}
    certificate = certify(rows, assignment, years=years, batches=batches)
    return Plan(assignment, {"method": "serpentine-1", "seed": seed, **certificate})


def _ticket(seed: str, name: str) -> bytes:
    """A lottery ticket that nobody can choose and everybody can check."""
    return hmac.digest(seed.encode(), name.encode(), hashlib.sha256)


def _serpentine(units: Sequence[Unit], keys: Sequence[str], seed: str) -> list[Unit]:
    if not keys:
        return sorted(units, key=lambda unit: _ticket(seed, f"unit {unit.id}"))
    groups = defaultdict(list)
    for unit in units:
        groups[attrgetter(keys[0])(unit)].append(unit)
    laid: list[Unit] = []
    for index, level in enumerate(sorted(groups)):
        part = _serpentine(groups[level], keys[1:], seed)
        laid += reversed(part) if index % 2 else part
    return laid


def _drawn_blocks(years: int, batches: int, seed: str) -> list[Block]:
    """All blocks in drawn order, a new year at every step, so that neighbours spread over the years."""
    drawn_years = _shuffled(range(1, years + 1), "year", seed)
    inside = {year: _shuffled(range(1, batches + 1), f"batch of year {year}", seed) for year in drawn_years}
    return [Block(year, inside[year][turn]) for turn in range(batches) for year in drawn_years]


def _shuffled(numbers: Iterable[int], what: str, seed: str) -> list[int]:
    return sorted(numbers, key=lambda number: _ticket(seed, f"{what} {number}"))
