"""Who comes instead of one that declines or waits."""

from __future__ import annotations

from dataclasses import replace

from dialogues.planning import Block, certify, plan
from dialogues.planning.replacement import replacements
from tests.dialogues.planning.registers import register

UNITS = register(300)
FIRST = plan(UNITS, years=2, batches=3, seed="a").assignment
SHAPE = {"years": 2, "batches": 3, "seed": "b"}
LATER = {Block(2, batch) for batch in (1, 2, 3)}
CELL = ("00", "s1", "enskild")
GONE = next(u for u in UNITS if FIRST[u.id] == Block(1, 1) and (u.region, u.size, u.type) == CELL)


def test_one_of_the_same_cell_comes_first_when_it_waits_and_no_count_changes() -> None:
    best = replacements(GONE, UNITS, FIRST, open_blocks=LATER, waits=True, **SHAPE)[0]
    assert "cell" in best.alike
    assert best.block in LATER
    assert best.outside == 0
    after = FIRST | {GONE.id: best.block, best.id: Block(1, 1)}
    counts = [certify(UNITS, where, years=2, batches=3)["counts"] for where in (FIRST, after)]
    assert counts[0] == counts[1]


def test_for_one_that_declines_what_it_costs_is_told_and_the_least_comes_first() -> None:
    found = replacements(GONE, UNITS, FIRST, open_blocks=LATER, **SHAPE)
    left = [replace(unit, closed=unit == GONE) for unit in UNITS]
    for each in (found[0], found[-1]):
        off = certify(left, FIRST | {each.id: Block(1, 1)}, years=2, batches=3)["breaches"]
        assert each.outside == sum(max(row["low"] - row["count"], row["count"] - row["high"]) for row in off)
    assert [each.outside for each in found] == sorted(each.outside for each in found)
    assert found[0].outside <= 2


def test_when_the_cell_has_no_more_the_nearest_comes() -> None:
    alike = {u.id for u in UNITS if (u.region, u.size, u.type) == CELL and u != GONE}
    others = [unit for unit in UNITS if unit.id not in alike]
    best = replacements(GONE, others, FIRST, open_blocks=LATER, waits=True, **SHAPE)[0]
    assert "cell" not in best.alike
    assert best.alike


def test_only_who_may_come_is_asked_and_the_order_of_the_input_does_not_matter() -> None:
    later = [replace(unit, not_before_year=2) if n % 2 else unit for n, unit in enumerate(UNITS)]
    found = replacements(GONE, later, FIRST, open_blocks=LATER, **SHAPE)
    assert not {each.id for each in found} & {unit.id for unit in later if unit.not_before_year}
    assert found == replacements(GONE, later[::-1], FIRST, open_blocks=LATER, **SHAPE)
