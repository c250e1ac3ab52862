"""The proved bound of the pupils, against every plan there is of small registers."""

from __future__ import annotations

import random
from collections import Counter
from itertools import product

from dialogues.planning import FAMILIES, Rules, Unit
from dialogues.planning.bound import solved_totals
from dialogues.planning.pupils import least_totals, variation
from dialogues.planning.units import level_of


def small_register(seed: int) -> list[Unit]:
    """Six units, some of them much larger than the others."""
    rnd = random.Random(seed)
    return [
        Unit(
            f"h{n}",
            rnd.choice("ab"),
            rnd.choice("st"),
            rnd.choice(["e", "o"]),
            rnd.choice([1, 5, 9, 60, 200]),
        )
        for n in range(6)
    ]


def exact_variations(units: list[Unit], blocks: int) -> list[float]:
    """The pupils' variation of every plan whose counts are all their share rounded down or up."""
    totals = {name: Counter(level_of(unit, fields) for unit in units) for name, fields in FAMILIES.items()}
    levels = [[(name, level_of(unit, fields)) for name, fields in FAMILIES.items()] for unit in units]
    found = []
    for places in product(range(blocks), repeat=len(units)):
        counts = Counter((key, at) for keys, at in zip(levels, places, strict=True) for key in keys)
        if all(
            total // blocks <= counts[(name, level), at] <= -(-total // blocks)
            for name, rows in totals.items()
            for level, total in rows.items()
            for at in range(blocks)
        ):
            pupils = [0] * blocks
            for unit, at in zip(units, places, strict=True):
                pupils[at] += unit.pupils
            found.append(variation(pupils))
    return found


def test_no_exact_plan_is_more_even_than_the_proved_bound() -> None:
    blocks = 3
    registers = [small_register(seed) for seed in range(15)]
    least = {at: exact_variations(units, blocks) for at, units in enumerate(registers)}
    bounds = [variation(solved_totals(units, blocks, Rules())) for units in registers]
    assert all(min(found) >= bounds[at] for at, found in least.items() if found)
    assert sum(bool(found) for found in least.values()) >= 5
    first = [variation(least_totals(units, blocks, Rules())) for units in registers]
    assert any(ours > theirs for ours, theirs in zip(bounds, first, strict=True))
