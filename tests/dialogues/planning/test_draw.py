"""The draw: everyone once, even, repeatable."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.planning import Block, Unit, plan

units_of = st.lists(
    st.builds(
        Unit,
        id=st.uuids().map(str),
        region=st.sampled_from(["01", "03", "12", "25"]),
        size=st.sampled_from(["s1", "s2", "s5"]),
        type=st.sampled_from(["enskild", "offentlig"]),
        pupils=st.integers(0, 100_000),
        form=st.sampled_from(["ab", "ek_for"]),
    ),
    max_size=120,
    unique_by=lambda unit: unit.id,
)
shapes = st.tuples(st.integers(1, 5), st.integers(1, 5))


def register(count: int = 2500) -> list[Unit]:
    """A skewed register: a few large regions, most huvudmän small."""
    rnd = random.Random(7)
    return [
        Unit(
            id=f"h{index}",
            region=f"{min(int(rnd.expovariate(0.15)), 20):02}",
            size=rnd.choices(["s1", "s2", "s3", "s4", "s5"], [45, 30, 10, 9, 6])[0],
            type=rnd.choices(["enskild", "offentlig"], [87, 13])[0],
            pupils=rnd.randint(1, 5000),
        )
        for index in range(count)
    ]


@given(units_of, shapes, st.text(max_size=8))
def test_every_unit_gets_one_block_of_the_cycle(units: list[Unit], shape: tuple[int, int], seed: str) -> None:
    years, batches = shape
    drawn = plan(units, years=years, batches=batches, seed=seed)
    assert set(drawn.assignment) == {unit.id for unit in units}
    assert all(1 <= year <= years and 1 <= batch <= batches for year, batch in drawn.assignment.values())


@given(units_of, shapes)
def test_batches_and_years_are_equal_within_one(units: list[Unit], shape: tuple[int, int]) -> None:
    years, batches = shape
    where = plan(units, years=years, batches=batches, seed="s").assignment.values()
    by_batch = Counter(where)
    by_year = Counter(block.year for block in where)
    sizes = [by_batch[Block(y, b)] for y in range(1, years + 1) for b in range(1, batches + 1)]
    assert max(sizes) - min(sizes) <= 1
    assert max(by_year.values(), default=0) - min((by_year[y] for y in range(1, years + 1)), default=0) <= 1


@given(units_of, shapes, st.randoms(use_true_random=False))
def test_order_of_input_does_not_matter(
    units: list[Unit], shape: tuple[int, int], rnd: random.Random
) -> None:
    years, batches = shape
    mixed = rnd.sample(units, len(units))
    first = plan(units, years=years, batches=batches, seed="s")
    assert plan(mixed, years=years, batches=batches, seed="s") == first


@given(units_of, shapes)
def test_region_region_by_type_and_cell_are_even_within_one(
    units: list[Unit], shape: tuple[int, int]
) -> None:
    years, batches = shape
    counts = plan(units, years=years, batches=batches, seed="s").certificate["counts"]
    for family in ("all", "region", "region_type", "cell"):
        for row in counts[family].values():
            assert max(row) - min(row) <= 1


def test_same_seed_same_plan_and_another_seed_another() -> None:
    units = register(300)
    first = plan(units, years=3, batches=3, seed="2027").assignment
    assert plan(units, years=3, batches=3, seed="2027").assignment == first
    assert plan(units, years=3, batches=3, seed="2028").assignment != first


def test_the_plan_of_a_small_register_is_as_it_always_was() -> None:
    units = [Unit(f"h{n}", region="01", size="s1", type="enskild") for n in range(5)]
    assert plan(units, years=2, batches=1, seed="fast").assignment == {
        "h0": Block(2, 1),
        "h1": Block(1, 1),
        "h2": Block(2, 1),
        "h3": Block(2, 1),
        "h4": Block(1, 1),
    }


def test_margins_outside_the_list_stay_near_their_share() -> None:
    worst = plan(register(), years=5, batches=5, seed="1").certificate["worst"]
    for family in ("all", "region", "region_type", "cell"):
        assert worst[family]["batch"]["breaches"] == worst[family]["year"]["breaches"] == 0
    assert worst["size"]["batch"]["deviation"] < 8
    assert worst["type"]["batch"]["deviation"] < 8


def test_every_unit_has_the_same_chance_of_every_batch() -> None:
    units = register(12)
    hits = Counter(plan(units, years=2, batches=2, seed=str(n)).assignment["h3"] for n in range(800))
    expected = 800 / 4
    chi_square = sum((hits[Block(y, b)] - expected) ** 2 / expected for y in (1, 2) for b in (1, 2))
    assert chi_square < 16.27  # 0.1 % point of chi-square with 3 degrees of freedom


@pytest.mark.parametrize(("years", "batches"), [(0, 5), (5, 0), (-1, 1)])
def test_a_cycle_without_batches_is_refused(years: int, batches: int) -> None:
    with pytest.raises(ValueError, match="at least one year"):
        plan(register(3), years=years, batches=batches, seed="s")


def test_two_units_with_one_id_are_refused() -> None:
    twin = Unit("a", "01", "s1", "enskild")
    with pytest.raises(ValueError, match="same id"):
        plan([twin, twin], years=1, batches=1, seed="s")
