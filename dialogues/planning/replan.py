"""A plan made anew after changes: as few as possible move, and everything is as even as it can be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dialogues.planning.alike import Groups, group_units
from dialogues.planning.certificate import REPLANNED, certify
from dialogues.planning.engine import cause_of, check, versions
from dialogues.planning.grid import Grid, Ints, make_grid, with_sent
from dialogues.planning.moves import move, plan_sha256, standing, tie_to_sent
from dialogues.planning.solver import Answer, Floats, Impossible, Program, loosen, run
from dialogues.planning.units import Block, Plan, Rules, Unit, all_blocks

NODES, MORE_NODES, NEARLY = 1, 200, 1e-6
"""Nodes of the first and of the second try; and what is no more than the solver's rounding."""


@dataclass(frozen=True)
class Change:
    """What happened to one unit: None for the block it did not have before, or has no longer."""

    id: str
    before: Block | None
    after: Block | None


def replan(
    units: Iterable[Unit],
    previous: Mapping[str, Block],
    *,
    years: int,
    batches: int,
    seed: str,
    rules: Rules | None = None,
    sent: Collection[Block] = (),
) -> Plan:
    """Give everyone a block again after changes: closed, new or merged units, ties, capacities.

    Those of a block in `sent` stay there, and nobody comes to it. Of the others as few as possible move; the
    certificate says how many, and the least that any plan as even would have to move (proved): where not
    everything can be even, any plan whose counts are outside by no more in all. Raises ValueError as `plan`
    does.
    """
    rules, everyone = rules or Rules(), list(units)
    rows = tie_to_sent((unit for unit in everyone if not unit.closed), previous, sent)
    check(rows, years, batches, rules)
    blocks = all_blocks(years, batches)
    groups = group_units(rows, rules, blocks)
    found = _fewest_moves(groups, previous, blocks, years, rules, sent)
    counts = dict(zip(groups, found.counts.tolist(), strict=True))
    assignment = move(groups, counts, previous, blocks, seed)
    certificate = certify(everyone, assignment, years=years, batches=batches, rules=rules)
    for breach in certificate["breaches"]:
        breach["cause"] = _cause(breach, rows, years, batches, rules, sent)
    about: dict[str, Any] = {
        "method": REPLANNED,
        "seed": seed,
        "versions": versions(),
        "groups": counts,
        "previous_sha256": plan_sha256(previous),
        "sent": [str(block) for block in sorted(sent)],
        "moved": sum(bool(each.before and each.after) for each in changes(previous, assignment)),
        "moved_bound": found.bound,
    }
    return Plan(assignment, about | certificate)


def changes(before: Mapping[str, Block], after: Mapping[str, Block]) -> list[Change]:
    """Everyone whose block is another, by id."""
    return [
        Change(unit, before.get(unit), after.get(unit))
        for unit in sorted(before.keys() | after.keys())
        if before.get(unit) != after.get(unit)
    ]


@dataclass(frozen=True)
class _Found:
    counts: Ints
    bound: int


def _fewest_moves(
    groups: Groups,
    previous: Mapping[str, Block],
    blocks: Sequence[Block],
    years: int,
    rules: Rules,
    sent: Collection[Block],
) -> _Found:
    if not groups:
        return _Found(np.zeros((0, len(blocks)), dtype=np.int64), 0)
    closed = np.array([block in sent for block in blocks], dtype=bool)
    grid = with_sent(make_grid(groups, rules, blocks, years), groups, rules, blocks, closed)
    here = np.array(
        [
            [len(standing(members, previous, blocks).get(block, ())) for block in blocks]
            for members in groups.values()
        ],
        dtype=np.int64,
    )
    must = sum(unit.id in previous for members in groups.values() for unit in members) - int(here.sum())
    answer = _solve(grid, here, years)
    counts = np.rint(answer.columns[: here.size]).astype(np.int64).reshape(here.shape[1], here.shape[0]).T
    return _Found(counts, must + max(math.ceil(answer.bound - NEARLY), 0))


def _solve(grid: Grid, here: Ints, years: int) -> Answer:
    """Strictly even with the fewest moves; where that can't be, least outside and then the fewest moves."""
    try:
        found = _first_of(_program(grid, here, years), (NODES, MORE_NODES))
    except Impossible:
        found = None
    return found or _least_outside(grid, here, years)


def _first_of(program: Program, tries: Iterable[int]) -> Answer | None:
    """The best answer within so many nodes, more of them where none was found."""
    answers = (run(program, nodes=nodes, number=0) for nodes in tries)
    return next((answer for answer in answers if answer is not None), None)


def _least_outside(grid: Grid, here: Ints, years: int) -> Answer:
    """Counts that are least outside in all, and then the fewest moves: one after the other, which is quicker.

    What is least is found first. Then fractions prove how few can move in any plan that is outside no more;
    they also show which rows are worth to be outside, and with those alone the counts are found.
    """
    program, excess = _loosened(grid, here, years)
    first = _first_of(replace(program, cost=excess), (NODES, MORE_NODES, 100 * MORE_NODES))
    if first is None:
        raise RuntimeError("no counts were found")
    _keep_within(program, excess, round(float(excess @ first.columns)))
    fewest = run(replace(program, whole=0), nodes=NODES, number=0)
    if fewest is None:
        return Answer(first.columns, 0.0)
    worth = np.maximum(np.ceil(fewest.columns - NEARLY), np.rint(first.columns))
    program.most = np.where(excess > 0, worth, program.most)
    found = _first_of(program, (NODES, MORE_NODES)) or first
    return Answer(found.columns, float(program.cost @ fewest.columns))


def _loosened(grid: Grid, here: Ints, years: int) -> tuple[Program, Floats]:
    """The program with rows that may be outside at no cost, and how much each column is outside."""
    program = _program(grid, here, years)
    moves = program.cost
    fixed = len(here) + int((here > 0).sum())
    loosen(program, fixed, float(grid.numbers.sum()), _weights(grid, years))
    excess = np.where(np.arange(len(program.cost)) < len(moves), 0.0, program.cost)
    program.cost = program.cost - excess
    return program, excess


def _keep_within(program: Program, excess: Floats, most: int) -> None:
    """One row more: not further outside in all than so much."""
    program.lines.append(np.flatnonzero(excess))
    program.values.append(excess[excess > 0])
    program.low = np.append(program.low, 0.0)
    program.high = np.append(program.high, float(most))


def _weights(grid: Grid, years: int) -> Ints:
    rows = [row for row in range(grid.rows) if grid.member[:, row].any()]
    return np.concatenate([np.full(grid.places + years, grid.weight[row]) for row in rows])


def _program(grid: Grid, here: Ints, years: int) -> Program:
    """A column for each group and place, place by place, and one for how many of each who leave."""
    groups, places = here.shape
    width = groups * places
    at = np.arange(places)
    lines: list[Ints] = [at * groups + group for group in range(groups)]
    low, high = [grid.numbers], [grid.numbers]
    leaving = [
        place * groups + group for place in range(places) for group in range(groups) if here[group, place]
    ]
    lines += [np.array([column, width + column]) for column in leaving]
    stood = here.T.ravel()
    low.append(stood[leaving])
    high.append(np.full(len(leaving), grid.numbers.sum() * 2))
    for row in range(grid.rows):
        mine = np.flatnonzero(grid.member[:, row])
        in_places = [place * groups + mine for place in range(places)]
        lines += in_places
        lines += [
            np.concatenate(in_places[year : year + grid.batches]) for year in range(0, places, grid.batches)
        ]
        low += [grid.low[row], grid.year_low[row]]
        high += [grid.high[row], grid.year_high[row]]
    most = np.where(grid.alone[:, None], grid.numbers[:, None], grid.group_high).T.ravel()
    return Program(
        cost=np.concatenate([np.zeros(width), np.ones(width)]),
        least=np.zeros(2 * width),
        most=np.concatenate([most, stood]).astype(np.float64),
        whole=width,
        lines=lines,
        values=[np.ones(len(line)) for line in lines],
        low=np.concatenate(low).astype(np.float64),
        high=np.concatenate(high).astype(np.float64),
    )


def _cause(
    breach: Mapping[str, Any],
    units: Sequence[Unit],
    years: int,
    batches: int,
    rules: Rules,
    sent: Collection[Block],
) -> str:
    """As for a new plan; or that batches which have been sent took more or less than their share."""
    found = cause_of(breach, units, years, batches, rules)
    return "sent" if sent and found != "capacity" else found
