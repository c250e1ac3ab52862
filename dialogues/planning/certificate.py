"""The certificate of a plan: counts that anyone can check without drawing again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogues.planning.bounds import Counts, breaches, by_year, count, over_capacity, weights
from dialogues.planning.pupils import least_totals, variation
from dialogues.planning.together import count_koncerner
from dialogues.planning.units import Block, Rules, Unit, all_blocks, input_sha256

METHOD = "exact-6"
REPLANNED = f"{METHOD} replanned"
"""The way in which plans are made, and made anew."""


def certify(
    units: Iterable[Unit],
    assignment: Mapping[str, Block],
    *,
    years: int,
    batches: int,
    rules: Rules | None = None,
) -> dict[str, Any]:
    """Count a plan: hash of the input, counts per family, level and block, and what is not as even as can be.

    A deviation is the distance between a count and its proportional share of the level, in units; below 1
    no other plan can be called more even for that level. Answers JSON values.
    """
    rules = rules or Rules()
    everyone = list(units)
    placed = [unit for unit in everyone if not unit.closed]
    blocks = all_blocks(years, batches)
    counts = count(placed, assignment, years, batches, rules)
    pupils = _pupils(placed, assignment, blocks)
    koncerner = count_koncerner(placed, assignment, rules)
    return {
        "input_sha256": input_sha256(everyone),
        "units": len(placed),
        "years": years,
        "batches": batches,
        "rules": rules_as_json(rules),
        "blocks": [str(block) for block in blocks],
        "counts": counts,
        "breaches": breaches(counts, years, batches, rules) + over_capacity(placed, assignment, rules),
        "worst": {name: _worst(rows, years, batches, rules) for name, rows in counts.items()},
        "pupils": pupils,
        "pupils_variation": variation(list(pupils.values())),
        "pupils_variation_bound": variation(least_totals(placed, len(blocks), rules)),
        **({"koncern": koncerner} if koncerner else {}),
    }


def method_told(method: str, versions: Mapping[str, str]) -> str:
    """A method with the versions of what counts for it: another could find other counts."""
    counts_with = ", ".join(f"{name} {versions[name]}" for name in sorted(versions) if name != "python")
    return f"{method} ({counts_with})"


def rules_as_json(rules: Rules) -> dict[str, Any]:
    """What had to be even, as JSON values."""
    return {
        "families": {name: list(fields) for name, fields in rules.families.items()},
        "by_year_only": sorted(rules.by_year_only),
        "sizes": list(rules.sizes),
        "capacity": [[region, *block, most] for (region, block), most in sorted(rules.capacity.items())],
    }


def rules_from_json(value: Mapping[str, Any]) -> Rules:
    """The rules that a certificate says."""
    return Rules(
        families={name: tuple(fields) for name, fields in value["families"].items()},
        by_year_only=frozenset(value["by_year_only"]),
        sizes=tuple(value["sizes"]),
        capacity={(region, Block(year, batch)): most for region, year, batch, most in value["capacity"]},
    )


def _pupils(
    units: Iterable[Unit], assignment: Mapping[str, Block], blocks: Sequence[Block]
) -> dict[str, int]:
    sums: Counter[Block] = Counter()
    for unit in units:
        sums[assignment[unit.id]] += unit.pupils
    return {str(block): sums[block] for block in blocks}


def _worst(rows: Counts, years: int, batches: int, rules: Rules) -> dict[str, Any]:
    """The largest deviation over batches and over years, and how many counts are off by one or more."""
    shares = weights(rules, years, batches)
    years_of_rows = {level: by_year(row, batches) for level, row in rows.items()}
    return {"batch": _largest(rows, shares), "year": _largest(years_of_rows, by_year(shares, batches))}


def _largest(rows: Mapping[str, Sequence[int]], shares: Sequence[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"deviation": 0.0, "level": "", "breaches": 0}
    whole = sum(shares)
    for level, row in rows.items():
        total = sum(row)
        apart = [abs(number * whole - total * share) for number, share in zip(row, shares, strict=True)]
        found["breaches"] += sum(each >= whole for each in apart)
        furthest = round(max(apart) / whole, 4)
        if furthest > found["deviation"]:
            found |= {"deviation": furthest, "level": level}
    return found
