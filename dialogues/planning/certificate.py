"""The certificate of a plan: counts that anyone can check without drawing again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogues.planning.units import Block, Unit, all_blocks, input_sha256

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "region": ("region",),
    "size": ("size",),
    "type": ("type",),
    "region_size": ("region", "size"),
    "region_type": ("region", "type"),
    "size_type": ("size", "type"),
    "cell": ("region", "size", "type"),
}
"""The margins that should be even, named, with the fields that make a level of each."""

Counts = dict[str, list[int]]
"""For each level of a family (fields joined by "|"): how many units in each block, in time order."""


def certify(
    units: Sequence[Unit], assignment: Mapping[str, Block], *, years: int, batches: int
) -> dict[str, Any]:
    """Count a plan: hash of the input, counts per family, level and block, and the worst deviations.

    A deviation is the distance between a count and its proportional share of the level, in units; below 1
    no other plan can be called more even for that level. Answers JSON values.
    """
    blocks = all_blocks(years, batches)
    counts = {name: _count(units, assignment, blocks, fields) for name, fields in FAMILIES.items()}
    return {
        "input_sha256": input_sha256(units),
        "units": len(units),
        "years": years,
        "batches": batches,
        "blocks": [str(block) for block in blocks],
        "counts": counts,
        "pupils": _pupils(units, assignment, blocks),
        "worst": {name: _worst(rows, batches) for name, rows in counts.items()},
    }


def _count(
    units: Iterable[Unit], assignment: Mapping[str, Block], blocks: Sequence[Block], fields: Sequence[str]
) -> Counts:
    position = {block: index for index, block in enumerate(blocks)}
    rows: Counts = {}
    for unit in units:
        level = "|".join(getattr(unit, field) for field in fields)
        rows.setdefault(level, [0] * len(blocks))[position[assignment[unit.id]]] += 1
    return dict(sorted(rows.items()))


def _pupils(
    units: Iterable[Unit], assignment: Mapping[str, Block], blocks: Sequence[Block]
) -> dict[str, int]:
    sums: Counter[Block] = Counter()
    for unit in units:
        sums[assignment[unit.id]] += unit.pupils
    return {str(block): sums[block] for block in blocks}


def _worst(rows: Counts, batches: int) -> dict[str, Any]:
    """The largest deviation over batches and over years, and how many counts are off by one or more."""
    by_year = {level: _year_sums(row, batches) for level, row in rows.items()}
    return {"batch": _largest(rows), "year": _largest(by_year)}


def _year_sums(row: Sequence[int], batches: int) -> list[int]:
    return [sum(row[start : start + batches]) for start in range(0, len(row), batches)]


def _largest(rows: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    found: dict[str, Any] = {"deviation": 0.0, "level": "", "breaches": 0}
    for level, row in rows.items():
        share = sum(row) / len(row)
        furthest = max(abs(count - share) for count in row)
        found["breaches"] += sum(abs(count - share) >= 1 for count in row)
        if furthest > found["deviation"]:
            found |= {"deviation": round(furthest, 4), "level": level}
    return found
