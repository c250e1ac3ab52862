"""What a batch can take of a region: kept where it can be, told where not, and counted by the verifier."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from dialogues.planning import Block, Plan, Rules, certify, plan
from dialogues.planning import replan as replanning
from dialogues.planning.alike import group_units
from dialogues.planning.grid import make_grid, with_sent
from dialogues.planning.moves import tie_to_sent
from dialogues.planning.replan import replan
from dialogues.planning.units import all_blocks
from dialogues.planning.verify import Flaw, Wrong, verify
from tests.dialogues.planning.registers import register

UNITS = register(150)
FIRST = plan(UNITS, years=3, batches=3, seed="a").assignment
SHAPE = {"years": 3, "batches": 3, "seed": "b"}
LARGE = "00"
SENT, LIMITED = Block(1, 1), Block(2, 2)


def held(assignment, block: Block) -> int:
    return sum(assignment[unit.id] == block and unit.region == LARGE for unit in UNITS)


def limited(most: int, block: Block = LIMITED) -> Rules:
    return Rules(capacity={(LARGE, block): most})


def over(made: Plan) -> list[dict]:
    return [breach for breach in made.certificate["breaches"] if breach["family"] == "capacity"]


def test_a_limit_that_is_kept_is_no_breach() -> None:
    made = replan(UNITS, FIRST, **SHAPE, rules=limited(1))
    assert held(made.assignment, LIMITED) <= 1
    assert over(made) == []


def test_too_many_pinned_where_the_region_has_a_limit_is_a_breach() -> None:
    pinned = [unit for unit in UNITS if unit.region == LARGE][:3]
    units = [replace(unit, pin_year=2, pin_batch=2) if unit in pinned else unit for unit in UNITS]
    made = plan(units, years=3, batches=3, seed="a", rules=limited(1))
    assert over(made) == [
        {
            "family": "capacity",
            "level": LARGE,
            "at": "2:2",
            "count": 3,
            "low": 0,
            "high": 1,
            "cause": "pinned: 3",
        }
    ]
    verify(units, made.assignment, json.loads(json.dumps(made.certificate)))


def test_more_than_a_batch_that_has_been_sent_can_take_is_a_breach() -> None:
    stood = held(FIRST, SENT)
    made = replan(UNITS, FIRST, **SHAPE, sent=[SENT], rules=limited(stood - 1, SENT))
    (breach,) = over(made)
    assert (breach["at"], breach["count"], breach["high"]) == ("1:1", stood, stood - 1)
    assert breach["cause"] == "sent"
    verify(UNITS, made.assignment, json.loads(json.dumps(made.certificate)), FIRST)


def test_a_region_that_is_not_even_by_rule_is_held_against_its_limit_too() -> None:
    rules = Rules(families={"all": ()}, capacity={(LARGE, LIMITED): 0})
    certificate = certify(UNITS, FIRST, years=3, batches=3, rules=rules)
    (breach,) = certificate["breaches"]
    assert (breach["family"], breach["count"]) == ("capacity", held(FIRST, LIMITED))


CROWDED = replan(UNITS, FIRST, **SHAPE, sent=[SENT], rules=limited(0, SENT))


def hide_the_breach(certificate: dict) -> None:
    certificate["breaches"] = [each for each in certificate["breaches"] if each["family"] != "capacity"]


def tell_of_fewer(certificate: dict) -> None:
    next(each for each in certificate["breaches"] if each["family"] == "capacity")["count"] -= 1


def raise_the_limit(certificate: dict) -> None:
    certificate["rules"]["capacity"][0][-1] = 150


def lower_the_limit(certificate: dict) -> None:
    certificate["rules"]["capacity"].append([LARGE, 3, 3, 0])


def forget_the_limit(certificate: dict) -> None:
    certificate["rules"]["capacity"] = []


@pytest.mark.parametrize(
    "tamper", [hide_the_breach, tell_of_fewer, raise_the_limit, lower_the_limit, forget_the_limit]
)
def test_whoever_hides_that_a_limit_is_passed_is_found_out(tamper) -> None:
    certificate = json.loads(json.dumps(CROWDED.certificate))
    verify(UNITS, CROWDED.assignment, copy.deepcopy(certificate), FIRST)
    tamper(certificate)
    with pytest.raises(Wrong) as caught:
        verify(UNITS, CROWDED.assignment, certificate, FIRST)
    assert caught.value.flaw == Flaw.COUNTS


def test_what_others_than_the_sent_can_take_is_shared_within_their_limits() -> None:
    """The region's share of a batch with a limit goes to the others, also when one has been sent."""
    blocks = all_blocks(3, 3)
    rows = tie_to_sent(UNITS, FIRST, [SENT])
    rules = limited(1)
    groups = group_units(rows, rules, blocks)
    sent = np.array([block == SENT for block in blocks])
    grid = with_sent(make_grid(groups, rules, blocks, 3), groups, rules, blocks, sent)
    whole = grid.member.T @ grid.numbers
    assert (grid.low.sum(axis=1) <= whole).all()
    assert (whole <= grid.high.sum(axis=1)).all()
    assert (grid.year_low.sum(axis=1) <= whole).all()
    assert (whole <= grid.year_high.sum(axis=1)).all()


@pytest.mark.parametrize(("count", "limits"), [(60, 2), (150, 1), (150, 2)])
def test_where_not_all_can_be_even_what_is_outside_is_least_and_so_are_the_moves(count, limits) -> None:
    """Against one program for both, in which one outside costs more than everyone's move."""
    units, blocks = register(count), all_blocks(2, 2)
    first = plan(units, years=2, batches=2, seed="a").assignment
    rules = Rules(capacity={(LARGE, Block(2, batch)): 0 for batch in range(1, limits + 1)})
    groups = group_units(units, rules, blocks)
    grid = make_grid(groups, rules, blocks, 2)
    here = np.array([[sum(first[one.id] == at for one in each) for at in blocks] for each in groups.values()])
    with pytest.raises(replanning.Impossible):
        replanning.run(replanning._program(grid, here, 2), nodes=200, number=0)
    program, excess = replanning._loosened(grid, here, 2)
    program.cost = program.cost + 1_000 * excess
    best = replanning.run(program, nodes=10_000, number=0)
    found = replanning._least_outside(grid, here, 2)
    ours, least = (
        np.rint(each.columns[: here.size]).astype(np.int64).reshape(here.shape[1], here.shape[0]).T
        for each in (found, best)
    )
    assert grid.excess(ours) == grid.excess(least) > 0
    moved, fewest = (int(np.maximum(here - counts, 0).sum()) for counts in (ours, least))
    assert found.bound - 1e-6 <= fewest <= moved <= found.bound + 1


def test_the_bound_of_a_replan_that_is_not_even_is_proved_too() -> None:
    units = register(150)
    first = plan(units, years=2, batches=2, seed="a").assignment
    made = replan(units, first, years=2, batches=2, seed="b", rules=limited(0, Block(2, 1)))
    assert not over(made)
    assert {breach["cause"] for breach in made.certificate["breaches"] if breach["level"] == LARGE} == {
        "capacity"
    }
    assert 0 < made.certificate["moved_bound"] <= made.certificate["moved"]
    assert made.certificate["moved"] <= made.certificate["moved_bound"] + 1
    verify(units, made.assignment, json.loads(json.dumps(made.certificate)), first)
