"""Huvudmän of a koncern invited together: as far as that costs nothing, and never at anybody's chance."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.planning import Block, Plan, Unit, plan
from dialogues.planning.alike import group_units
from dialogues.planning.files import read_units
from dialogues.planning.replan import replan
from dialogues.planning.together import bring_together
from dialogues.planning.units import Rules, input_sha256
from dialogues.planning.verify import Flaw, Wrong, verify
from tests.dialogues.planning.registers import SHAPES, register, units_of
from tests.dialogues.planning.test_plan import all_off

FEW = settings(max_examples=15, deadline=None)
IN_KONCERNER = units_of(
    koncern=st.sampled_from(["", "", "", "k1", "k2"]), not_before_year=st.sampled_from([0, 0, 0, 0, 2])
)
TWO_YEARS = st.tuples(st.integers(2, 4), st.integers(1, 4))


def with_koncerner(count: int = 600) -> list[Unit]:
    """A register where every fifteenth huvudman is of one of ten koncerner."""
    units = register(count)
    return [
        replace(unit, koncern=f"k{at // 15 % 10}") if at % 15 == 0 else unit for at, unit in enumerate(units)
    ]


@FEW
@given(IN_KONCERNER, TWO_YEARS, st.text(max_size=8))
def test_everyone_once_where_it_may_be_as_even_as_told_and_the_verifier_agrees(units, shape, seed) -> None:
    years, batches = shape
    drawn = plan(units, years=years, batches=batches, seed=seed)
    assert set(drawn.assignment) == {unit.id for unit in units}
    assert all(unit.may(drawn.assignment[unit.id]) for unit in units)
    assert all_off(units, drawn.assignment, years, batches) == len(drawn.certificate["breaches"])
    verify(units, drawn.assignment, json.loads(json.dumps(drawn.certificate)))


@FEW
@given(IN_KONCERNER, SHAPES, st.randoms(use_true_random=False))
def test_exchanges_keep_every_count_of_every_group(units, shape, rnd: random.Random) -> None:
    blocks = [Block(1, at) for at in range(1, 5)]
    groups = group_units([replace(unit, not_before_year=0) for unit in units], Rules(), blocks)
    place = {unit.id: rnd.randrange(4) for unit in units}
    group = {unit.id: name for name, members in groups.items() for unit in members}
    before = Counter((group[unit], at) for unit, at in place.items())
    kept = bring_together(groups, place, 4, "s")
    assert Counter((group[unit], at) for unit, at in place.items()) == before
    for koncern in ("k1", "k2"):
        assert len({place[unit.id] for unit in units if unit.koncern == koncern and unit.id in kept}) <= 1


@FEW
@given(IN_KONCERNER, TWO_YEARS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(units, shape, rnd: random.Random) -> None:
    years, batches = shape
    mixed = rnd.sample(units, len(units))
    assert plan(mixed, years=years, batches=batches, seed="s") == plan(
        units, years=years, batches=batches, seed="s"
    )


def test_most_are_together_and_those_apart_are_named_with_a_cause() -> None:
    units = with_koncerner()
    drawn = plan(units, years=3, batches=3, seed="2027")
    told = drawn.certificate["koncern"]
    apart = {row["id"] for row in told["apart"]}
    assert told["koncerner"] == 10
    assert len(apart) <= 10, "of forty; one in nine would be together by chance"
    for name in {unit.koncern for unit in units if unit.koncern}:
        members = [unit.id for unit in units if unit.koncern == name]
        assert len({drawn.assignment[unit] for unit in members if unit not in apart}) == 1
    assert all(row["cause"] and row["at"] != row["others"] for row in told["apart"])
    assert not drawn.certificate["breaches"]


def test_a_pin_stays_and_the_certificate_says_why_it_is_apart() -> None:
    units = [Unit(f"u{at}", "01", "s1", "enskild", 10) for at in range(40)]
    units[0] = replace(units[0], koncern="k", pin_year=1, pin_batch=1)
    units[1] = replace(units[1], koncern="k", pin_year=2, pin_batch=2)
    drawn = plan(units, years=2, batches=2, seed="s")
    assert (drawn.assignment["u0"], drawn.assignment["u1"]) == (Block(1, 1), Block(2, 2))
    (row,) = drawn.certificate["koncern"]["apart"]
    assert row == {"id": "u1", "koncern": "k", "at": "2:2", "others": "1:1", "cause": "tied"}


def test_nobody_alike_to_change_with_leaves_one_apart() -> None:
    units = [Unit(f"u{at}", "01", "s1", "enskild", 10) for at in range(8)]
    units += [Unit("lone", "25", "s5", "offentlig", 10, koncern="k")]
    units[:2] = [replace(unit, koncern="k") for unit in units[:2]]
    drawn = plan(units, years=3, batches=3, seed="s")
    assert len(set(drawn.assignment.values())) == 9, "one in each, so that nobody can come to another"
    assert {row["cause"] for row in drawn.certificate["koncern"]["apart"]} == {"nobody alike"}


def test_evening_out_the_pupils_parts_nobody() -> None:
    """Those of the koncern have the most pupils, so that every swap would want to spread them."""
    units = [Unit(f"u{at:02}", "01", "s1", "enskild", 10) for at in range(60)]
    units[:6] = [replace(unit, koncern="k", pupils=400) for unit in units[:6]]
    drawn = plan(units, years=2, batches=2, seed="s")
    assert len({drawn.assignment[f"u{at:02}"] for at in range(6)}) == 1
    verify(units, drawn.assignment, json.loads(json.dumps(drawn.certificate)))


def test_whoever_parts_a_koncern_in_plan_and_certificate_is_found_out() -> None:
    units = with_koncerner(200)
    drawn = plan(units, years=2, batches=2, seed="s")
    certificate = json.loads(json.dumps(drawn.certificate))
    certificate["koncern"]["whole"] += 1
    with pytest.raises(Wrong) as found:
        verify(units, drawn.assignment, certificate)
    assert (found.value.flaw, found.value.where) == (Flaw.COUNTS, "koncern")


def test_one_alone_in_its_koncern_changes_nothing_of_the_plan() -> None:
    units = register(120)
    alone = [replace(units[0], koncern="k"), *units[1:]]
    with_it, without = (plan(each, years=2, batches=4, seed="2027") for each in (alone, units))
    assert with_it.assignment == without.assignment
    assert "koncern" not in with_it.certificate
    differ = {name for name, value in with_it.certificate.items() if value != without.certificate.get(name)}
    assert differ == {"input_sha256"}


def test_the_hash_rests_on_the_koncern_and_the_file_may_tell_it() -> None:
    head = b"id;region;size;type;pupils;koncern\n"
    one, other = (read_units(head + b"a;01;s1;enskild;5;" + k, years=1, batches=1) for k in (b"", b"k1"))
    assert other[0].koncern == "k1"
    assert input_sha256(one) == "1cdce3df2d77cfb8d23c158f41c3078f7880f2094e392d8b7b2c45978c82462c"
    assert input_sha256(one) == input_sha256([Unit("a", "01", "s1", "enskild", 5)]) != input_sha256(other)


ALIKE = [Unit(f"u{at:02}", "01", "s1", "enskild", 10) for at in range(20)]
BEFORE = {unit.id: Block(1, 1 + (at >= 10)) for at, unit in enumerate(ALIKE)}


def replanned(units: list[Unit], seed: str) -> Plan:
    made = replan(units, BEFORE, years=1, batches=2, seed=seed)
    verify(units, made.assignment, json.loads(json.dumps(made.certificate)), BEFORE)
    return made


@pytest.mark.parametrize("seed", ["a", "b", "c", "d", "e"])
def test_when_others_can_leave_nobody_beside_its_koncern_does(seed) -> None:
    units = [replace(unit, koncern="k") if at < 5 else unit for at, unit in enumerate(ALIKE[:12])]
    made = replanned(units, seed)
    assert made.certificate["moved"] == made.certificate["moved_bound"] == 4
    assert {made.assignment[f"u{at:02}"] for at in range(5)} == {Block(1, 1)}
    assert made.certificate["koncern"] == {"koncerner": 1, "whole": 1, "apart": []}


@pytest.mark.parametrize("seed", ["a", "b", "c", "d", "e"])
def test_who_is_new_comes_to_its_koncern_and_nobody_moves_for_that(seed) -> None:
    new = [Unit(f"n{at}", "01", "s1", "enskild", 900 * at) for at in range(1, 7)]
    units = [replace(ALIKE[0], koncern="k"), *ALIKE[1:], *(replace(unit, koncern="k") for unit in new[:2])]
    made = replanned(units + new[2:], seed)
    assert made.certificate["moved"] == 0
    assert made.certificate["koncern"]["whole"] == 1


def test_who_must_leave_its_koncern_is_told_apart() -> None:
    units = [replace(unit, koncern="k") for unit in ALIKE[:10]] + ALIKE[10:12]
    made = replanned(units, "a")
    assert made.certificate["moved"] == made.certificate["moved_bound"] == 4
    assert len(made.certificate["koncern"]["apart"]) == 4
