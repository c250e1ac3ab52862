"""Planned again after changes: as even, and as few as possible move."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.planning import Block, Rules, plan
from dialogues.planning.replan import changes, replan
from dialogues.planning.verify import Wrong, verify
from tests.dialogues.planning.registers import register, units_of

UNITS = register(150)
FIRST = plan(UNITS, years=3, batches=3, seed="a").assignment
SHAPE = {"years": 3, "batches": 3, "seed": "b"}


def test_nothing_has_changed_and_nobody_moves() -> None:
    again = replan(UNITS, FIRST, **SHAPE)
    assert again.assignment == FIRST
    assert again.certificate["moved"] == again.certificate["moved_bound"] == 0
    verify(UNITS, again.assignment, json.loads(json.dumps(again.certificate)), FIRST)


def test_after_changes_few_move_and_all_is_even() -> None:
    new = [replace(unit, id=f"new {unit.id}") for unit in register(15, seed=8)]
    units = [replace(unit, closed=n % 10 == 0) for n, unit in enumerate(UNITS)] + new
    again = replan(units, FIRST, **SHAPE)
    assert again.certificate["breaches"] == []
    assert set(again.assignment) == {unit.id for unit in units if not unit.closed}
    moved = again.certificate["moved"]
    assert moved == sum(bool(each.before and each.after) for each in changes(FIRST, again.assignment))
    assert again.certificate["moved_bound"] <= moved <= 0.1 * len(UNITS)
    verify(units, again.assignment, again.certificate, FIRST)


def test_a_deferred_and_a_merged_one_get_what_they_may_have() -> None:
    early = next(unit for unit in UNITS if FIRST[unit.id].year == 1)
    grown = next(unit for unit in UNITS if unit != early and FIRST[unit.id].year == 2)
    units = [unit for unit in UNITS if unit not in (early, grown)]
    units += [replace(early, not_before_year=3), replace(grown, size="s5", pupils=9_000)]
    again = replan(units, FIRST, **SHAPE)
    assert again.assignment[early.id].year == 3
    assert 1 <= again.certificate["moved_bound"] <= again.certificate["moved"]
    verify(units, again.assignment, again.certificate, FIRST)


def test_a_batch_that_has_been_sent_is_as_it_was() -> None:
    sent = {Block(1, 1), Block(1, 2)}
    units = [replace(unit, closed=n % 7 == 0) for n, unit in enumerate(UNITS)] + [
        replace(unit, id=f"new {unit.id}") for unit in register(15, seed=8)
    ]
    again = replan(units, FIRST, **SHAPE, sent=sent)
    before = {name for name, block in FIRST.items() if block in sent}
    closed = {unit.id for unit in units if unit.closed}
    assert {name for name, block in again.assignment.items() if block in sent} == before - closed
    assert {breach["cause"] for breach in again.certificate["breaches"]} <= {"sent"}
    verify(units, again.assignment, again.certificate, FIRST)


def test_a_lowered_capacity_moves_only_as_many_as_must() -> None:
    here = sum(FIRST[unit.id] == Block(2, 2) and unit.region == "00" for unit in UNITS)
    rules = Rules(capacity={("00", Block(2, 2)): here - 1})
    again = replan(UNITS, FIRST, **SHAPE, rules=rules)
    left = sum(again.assignment[unit.id] == Block(2, 2) and unit.region == "00" for unit in UNITS)
    assert left <= here - 1
    assert again.certificate["moved"] <= 20


@settings(max_examples=10, deadline=None)
@given(units_of(), units_of(), st.sets(st.integers(0, 119)))
def test_everyone_has_a_block_and_the_verifier_agrees(units, new, closed) -> None:
    first = plan(units, years=2, batches=2, seed="a").assignment
    known = {unit.id for unit in units}
    after = [replace(unit, closed=n in closed) for n, unit in enumerate(units)]
    after += [unit for unit in new if unit.id not in known]
    again = replan(after, first, years=2, batches=2, seed="b", sent={Block(1, 1)})
    assert set(again.assignment) == {unit.id for unit in after if not unit.closed}
    stayed = {name for name, block in first.items() if block == Block(1, 1)} & set(again.assignment)
    assert {name for name, block in again.assignment.items() if block == Block(1, 1)} == stayed
    verify(after, again.assignment, again.certificate, first)


def test_another_earlier_plan_or_none_does_not_hold() -> None:
    again = replan(UNITS, FIRST, **SHAPE)
    other = plan(UNITS, years=3, batches=3, seed="c").assignment
    for previous in (None, other):
        with pytest.raises(Wrong):
            verify(UNITS, again.assignment, again.certificate, previous)


def test_whoever_is_tampered_with_does_not_hold() -> None:
    again = replan(UNITS[:-1], FIRST, **SHAPE)
    tampered = dict(again.assignment)
    one = min(tampered)
    tampered[one] = Block(tampered[one].year % 3 + 1, 1)
    with pytest.raises(Wrong):
        verify(UNITS[:-1], tampered, again.certificate, FIRST)
