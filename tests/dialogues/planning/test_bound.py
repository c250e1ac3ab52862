"""The proved bound of the pupils, against every plan there is of small registers."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from bench.registers import synthetic_register, with_giants
from dialogues.planning import FAMILIES, Rules, Unit, plan
from dialogues.planning.bound import solved_totals
from dialogues.planning.pupils import apart_of, giants_of, least_totals, unevenness, variation
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


def alike(*pupils: int) -> list[Unit]:
    return [Unit(f"h{n:03}", "01", "s1", "enskild", each) for n, each in enumerate(pupils)]


def test_a_giant_is_above_the_level_of_the_others_though_below_the_mean() -> None:
    units = alike(1000, 100, 60, *[1] * 17)
    totals = least_totals(units, 5, Rules())
    assert totals == [1003, 103, 63, 4, 4]
    assert [unit.pupils for unit in giants_of(units, totals)] == [1000, 100, 60]


NEAR = alike(47, *[1] * 50, *[5] * 49)


def test_one_that_is_nearly_a_giant_gets_a_place_of_its_own() -> None:
    assert giants_of(NEAR, least_totals(NEAR, 5, Rules())) == []
    assert apart_of(NEAR, 5, Rules()) == NEAR[:1]


@pytest.mark.parametrize(
    "units",
    [
        [replace(NEAR[0], pupils=33), *NEAR[1:]],
        [replace(NEAR[0], pin_year=1), *NEAR[1:]],
        NEAR[:-1],
        alike(*[3] * 100),
    ],
    ids=["less than half a batch", "tied", "too few beside it", "all as large"],
)
def test_no_other_does(units: list[Unit]) -> None:
    assert apart_of(units, 5, Rules()) == []


@pytest.mark.parametrize("times", [2.5, 3])
def test_also_beside_those_nearly_giants_the_pupils_are_even(times: float) -> None:
    units = with_giants(synthetic_register(2_500, seed=4), times)
    found = plan(units, years=3, batches=5, seed="one").certificate
    giants = len(giants_of(units, least_totals(units, 15, Rules())))
    assert unevenness(found["pupils"].values(), giants) < 1.5
    assert found["breaches"] == []
    assert found["pupils_variation"] <= found["pupils_variation_bound_solved"] + 1
