"""The plan: everyone once, as even as can be, repeatable, and the same chance for all."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogues.planning import FAMILIES, Block, Rules, Unit, plan
from dialogues.planning.units import all_blocks, level_of
from dialogues.planning.verify import verify
from tests.dialogues.planning.registers import SHAPES, register, units_of

FEW = settings(max_examples=15, deadline=None)
TIED = units_of(
    pin_year=st.sampled_from([0, 0, 0, 1, 2]),
    pin_batch=st.sampled_from([0, 0, 1]),
    not_before_year=st.sampled_from([0, 0, 0, 1, 2]),
    closed=st.sampled_from([False, False, False, True]),
)


def counts_of(units, assignment, fields, years: int, batches: int) -> dict[str, list[int]]:
    """Counted here again, in the plainest way."""
    found: dict[str, Counter] = {}
    for unit in units:
        found.setdefault(level_of(unit, fields), Counter())[assignment[unit.id]] += 1
    return {level: [row[block] for block in all_blocks(years, batches)] for level, row in found.items()}


def off(row: list[int]) -> int:
    """How many counts are not their share rounded down or up."""
    low, high = sum(row) // len(row), -(-sum(row) // len(row))
    return sum(not low <= count <= high for count in row)


def all_off(units, assignment, years: int, batches: int) -> int:
    found = 0
    for fields in FAMILIES.values():
        for row in counts_of(units, assignment, fields, years, batches).values():
            found += off(row) + off([sum(row[at : at + batches]) for at in range(0, len(row), batches)])
    return found


@FEW
@given(units_of(), SHAPES, st.text(max_size=8))
def test_everyone_has_one_block_every_count_is_even_or_told_and_the_verifier_agrees(
    units, shape, seed
) -> None:
    years, batches = shape
    drawn = plan(units, years=years, batches=batches, seed=seed)
    assert set(drawn.assignment) == {unit.id for unit in units}
    assert set(drawn.assignment.values()) <= set(all_blocks(years, batches))
    assert all_off(units, drawn.assignment, years, batches) == len(drawn.certificate["breaches"])
    verify(units, drawn.assignment, json.loads(json.dumps(drawn.certificate)))


SIX_BESIDE_GIANTS = [
    Unit("a", "25", "s5", "offentlig", pupils=17_078),
    Unit("b", "25", "s5", "enskild", pupils=3_245),
    Unit("c", "01", "s1", "offentlig", pupils=23),
    Unit("d", "03", "s2", "enskild", pupils=489),
    Unit("e", "01", "s5", "enskild", pupils=13_453),
    Unit("f", "01", "s2", "enskild", pupils=1),
]


@settings(max_examples=100, deadline=None)
@given(units_of(), SHAPES)
@example(SIX_BESIDE_GIANTS, (2, 3))
def test_sizes_of_batches_and_years_are_exact(units, shape) -> None:
    years, batches = shape
    drawn = plan(units, years=years, batches=batches, seed="s")
    assert not [breach for breach in drawn.certificate["breaches"] if breach["family"] == "all"]


def test_where_no_exact_plan_exists_the_least_uneven_is_found() -> None:
    kinds = [("01", "s2", "offentlig"), *[("01", "s1", "enskild")] * 5, ("03", "s1", "offentlig")]
    units = [Unit(f"{at}", *kind) for at, kind in enumerate(kinds)]
    drawn = plan(units, years=1, batches=2, seed="s")
    assert drawn.certificate["breaches"]
    verify(units, drawn.assignment, json.loads(json.dumps(drawn.certificate)))


@FEW
@given(TIED, st.tuples(st.integers(2, 4), st.integers(1, 4)))
def test_who_is_tied_gets_what_it_may_have_and_what_that_costs_is_told(units, shape) -> None:
    years, batches = shape
    units = [
        unit
        if unit.pin_year in (0, *range(max(unit.not_before_year, 1), years + 1))
        else replace(unit, pin_year=0)
        for unit in units
    ]
    drawn = plan(units, years=years, batches=batches, seed="s")
    placed = [unit for unit in units if not unit.closed]
    assert set(drawn.assignment) == {unit.id for unit in placed}
    assert all(unit.may(drawn.assignment[unit.id]) for unit in placed)
    breaches = drawn.certificate["breaches"]
    assert len(breaches) == all_off(placed, drawn.assignment, years, batches)
    assert all(breach["cause"] for breach in breaches)
    verify(units, drawn.assignment, json.loads(json.dumps(drawn.certificate)))


@FEW
@given(units_of(), SHAPES, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(units, shape, rnd: random.Random) -> None:
    years, batches = shape
    mixed = rnd.sample(units, len(units))
    first = plan(units, years=years, batches=batches, seed="s")
    assert plan(mixed, years=years, batches=batches, seed="s") == first


def test_same_seed_same_plan_and_another_seed_another() -> None:
    units = register(300)
    first = plan(units, years=3, batches=3, seed="2027").assignment
    assert plan(units, years=3, batches=3, seed="2027").assignment == first
    assert plan(units, years=3, batches=3, seed="2028").assignment != first


def test_the_plan_of_a_small_register_is_as_it_always_was() -> None:
    units = [Unit(f"h{n}", region="01", size="s1", type="enskild") for n in range(5)]
    found = plan(units, years=2, batches=1, seed="fast").assignment
    assert {name: tuple(block) for name, block in found.items()} == ALWAYS


ALWAYS = {"h0": (1, 1), "h1": (1, 1), "h2": (2, 1), "h3": (1, 1), "h4": (2, 1)}


@pytest.mark.parametrize("shape", [(5, 5), (3, 5), (3, 8), (6, 4), (4, 7), (1, 13), (13, 1)])
def test_a_large_register_is_even_in_every_level_batch_and_year(shape) -> None:
    years, batches = shape
    drawn = plan(register(), years=years, batches=batches, seed="1")
    assert drawn.certificate["breaches"] == []
    assert all(found[per]["deviation"] < 1 for found in drawn.certificate["worst"].values() for per in found)


def test_the_pupils_are_near_what_is_the_most_even() -> None:
    units = [*register(), Unit("stor", "01", "s5", "offentlig", pupils=500_000)]
    certificate = plan(units, years=5, batches=5, seed="1").certificate
    assert certificate["pupils_variation_bound"] > 5
    assert certificate["pupils_variation"] <= certificate["pupils_variation_bound"] + 1
    certificate = plan(register(), years=5, batches=5, seed="1").certificate
    assert certificate["pupils_variation"] < 1


def test_everyone_has_the_same_chance_of_every_batch_also_a_giant() -> None:
    units = [replace(unit, pupils=60_000 if unit.id == "h3" else unit.pupils) for unit in register(16)]
    draws = [plan(units, years=2, batches=2, seed=str(n)).assignment for n in range(80)]
    expected = len(draws) / 4
    total = 0.0
    for unit in units:
        hits = Counter(drawn[unit.id] for drawn in draws)
        chi_square = sum((hits[block] - expected) ** 2 / expected for block in all_blocks(2, 2))
        assert chi_square < 24  # far beyond the 0.01 % point of chi-square with 3 degrees of freedom
        total += chi_square
    assert 0.6 < total / (3 * len(units)) < 1.5


def test_regions_even_by_year_only_are_even_by_year() -> None:
    by_year = frozenset({"region", "region_size", "region_type", "cell"})
    drawn = plan(register(400), years=3, batches=4, seed="s", rules=Rules(by_year_only=by_year))
    assert drawn.certificate["breaches"] == []
    assert drawn.certificate["worst"]["size_type"]["batch"]["breaches"] == 0


def test_given_sizes_are_kept_and_shares_follow_them() -> None:
    rules = Rules(sizes=(10, 20, 30, 40))
    drawn = plan(register(100), years=2, batches=2, seed="s", rules=rules)
    assert drawn.certificate["counts"]["all"] == {"": [10, 20, 30, 40]}
    assert {breach["family"] for breach in drawn.certificate["breaches"]} <= {
        "cell",
        "region_size",
        "region_type",
    }


def test_a_region_takes_no_more_than_its_capacity_and_the_breach_says_why() -> None:
    capacity = {("00", Block(1, 1)): 1}
    drawn = plan(register(200), years=2, batches=2, seed="s", rules=Rules(capacity=capacity))
    assert drawn.certificate["counts"]["region"]["00"][0] <= 1
    causes = {breach["cause"] for breach in drawn.certificate["breaches"] if breach["level"] == "00"}
    assert causes == {"capacity"}


def test_too_many_pinned_to_one_batch_is_told_and_all_else_is_even() -> None:
    units = [
        replace(unit, pin_year=1, pin_batch=1) if n < 2 else unit for n, unit in enumerate(register(400))
    ]
    units = [
        replace(unit, region="00", size="s1", type="enskild") if unit.pin_year else unit for unit in units
    ]
    drawn = plan(units, years=5, batches=5, seed="s")
    assert [drawn.assignment[unit.id] for unit in units[:2]] == [Block(1, 1)] * 2
    for breach in drawn.certificate["breaches"]:
        assert breach["cause"] == "pinned: 2"


@pytest.mark.parametrize(("years", "batches"), [(0, 5), (5, 0), (-1, 1)])
def test_a_cycle_without_batches_is_refused(years: int, batches: int) -> None:
    with pytest.raises(ValueError, match="at least one year"):
        plan(register(3), years=years, batches=batches, seed="s")


@pytest.mark.parametrize(
    ("more", "rules", "told"),
    [
        ({"pin_year": 2}, Rules(), "no block"),
        ({"not_before_year": 2}, Rules(), "no block"),
        ({"forbidden": (Block(1, 1),)}, Rules(), "no block"),
        ({}, Rules(sizes=(2,)), "add up"),
        ({}, Rules(sizes=(1, 0)), "add up"),
        ({}, Rules(capacity={("01", Block(1, 1)): 0}), "more units than it can take"),
    ],
)
def test_what_cannot_be_planned_is_refused(more, rules, told) -> None:
    with pytest.raises(ValueError, match=told):
        plan([Unit("a", "01", "s1", "enskild", **more)], years=1, batches=1, seed="s", rules=rules)


def test_two_units_with_one_id_are_refused() -> None:
    twin = Unit("a", "01", "s1", "enskild")
    with pytest.raises(ValueError, match="same id"):
        plan([twin, twin], years=1, batches=1, seed="s")
