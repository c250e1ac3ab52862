"""The same step by HiGHS: one thread and a limit of nodes, never of time, so that it ends the same way."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from dialogues.planning.grid import Ints
from dialogues.planning.node import Step
from dialogues.planning.stream import Stream

Floats = NDArray[np.float64]
ANY = 1e9
"""A gap that stops at the first answer."""


class Impossible(Exception):
    """There is no answer: proved, not only not found."""


@dataclass
class Program:
    """An integer program: columns with cost and bounds, the first `whole` of them whole numbers, and rows."""

    cost: Floats
    least: Floats
    most: Floats
    whole: int
    lines: list[Ints]
    values: list[Floats]
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Answer:
    """The columns of the best answer, and what no answer can cost less than."""

    columns: Floats
    bound: float


def run(program: Program, *, nodes: int, number: int, gap: float = 0.0, close: float = 0.5) -> Answer | None:
    """An answer within `gap` (relative) or `close` of the best, or the best in so many nodes; else None."""
    highs = highspy._Highs()  # type: ignore[attr-defined]  # its subclass greets on the standard output
    options = {
        "output_flag": False,
        "threads": 1,
        "random_seed": number,
        "mip_max_nodes": nodes,
        "mip_abs_gap": close,
        "mip_rel_gap": gap,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(_model(program))
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        raise Impossible
    if highs.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
        return None
    columns = np.array(highs.getSolution().col_value)
    return Answer(columns, float(highs.getInfo().mip_dual_bound))


def _model(program: Program) -> highspy.HighsLp:
    model = highspy.HighsLp()
    width = len(program.cost)
    model.num_col_, model.num_row_ = width, len(program.lines)
    model.col_cost_, model.col_lower_, model.col_upper_ = program.cost, program.least, program.most
    model.row_lower_, model.row_upper_ = program.low, program.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(line) for line in program.lines)])
    model.a_matrix_.index_ = np.concatenate([*program.lines, np.empty(0, dtype=np.int64)])
    model.a_matrix_.value_ = np.concatenate([*program.values, np.empty(0)])
    kinds = (highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous)
    model.integrality_ = [kinds[column >= program.whole] for column in range(width)]
    return model


def solve_near(step: Step, stream: Stream, nodes: int, near: Ints) -> Ints | None:
    """Counts within all bounds, not many of them apart from `near`. None: not found.

    A walk ends close to an answer: when what is nearest is asked for, the relaxed program is nearly whole
    from the start. Asked for anything at all, it takes some twenty times as long. Raises Impossible.
    """
    program = step_program(step)
    program.cost = _apart(program, near)
    return _counts(step, run(program, nodes=nodes, number=stream.below(1 << 31), gap=ANY, close=ANY))


def solve_loosely(step: Step, stream: Stream, nodes: int, near: Ints) -> Ints | None:
    """Counts that are least outside their rows, then near: all that can be apart weighs a quarter of one."""
    program = step_program(step)
    unit = 4 * max(int((step.most - step.least).sum()), 1)
    program.cost = _apart(program, near)
    loosen(program, len(near), float(step.numbers.sum()), np.repeat(step.weight, near.shape[1]) * unit)
    return _counts(step, run(program, nodes=nodes, number=stream.below(1 << 31), close=unit / 2))


def _apart(program: Program, near: Ints) -> Floats:
    """What one more of each column costs, away from the bound that it is `near`: nothing between bounds."""
    at, least, most = near.T.ravel(), program.least, program.most
    return (at <= least).astype(np.float64) - ((at >= most) & (at > least))


def _counts(step: Step, found: Answer | None) -> Ints | None:
    if found is None:
        return None
    groups, parts = step.least.shape
    return np.rint(found.columns[: groups * parts]).astype(np.int64).reshape(parts, groups).T


def step_program(step: Step) -> Program:
    """A column for each group and part, part by part; a row for each group, then for each row and part."""
    groups, parts = step.least.shape
    lines: list[Ints] = [np.arange(parts) * groups + group for group in range(groups)]
    bounds = [(step.numbers, step.numbers)]
    for index in range(step.member.shape[1]):
        mine = np.flatnonzero(step.member[:, index])
        lines += [part * groups + mine for part in range(parts)]
        bounds.append((step.low[index], step.high[index]))
    return Program(
        cost=np.zeros(groups * parts),
        least=step.least.T.ravel().astype(np.float64),
        most=step.most.T.ravel().astype(np.float64),
        whole=groups * parts,
        lines=lines,
        values=[np.ones(len(line)) for line in lines],
        low=np.concatenate([low for low, _high in bounds]).astype(np.float64),
        high=np.concatenate([high for _low, high in bounds]).astype(np.float64),
    )


def loosen(program: Program, fixed: int, most: float, weight: Ints) -> None:
    """Let every row but the first `fixed` be outside, at the cost of its weight for each unit."""
    width = len(program.cost)
    for index in range(fixed, len(program.lines)):
        at = width + 2 * (index - fixed)
        program.lines[index] = np.append(program.lines[index], [at, at + 1])
        program.values[index] = np.append(program.values[index], [1.0, -1.0])
    extra = 2 * (len(program.lines) - fixed)
    program.cost = np.append(program.cost, np.repeat(weight, 2).astype(np.float64))
    program.least = np.append(program.least, np.zeros(extra))
    program.most = np.append(program.most, np.full(extra, most))
