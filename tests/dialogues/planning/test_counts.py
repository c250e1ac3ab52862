"""Counts that the walk does not find: by HiGHS, near where it ended."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.planning import JOINT
from bench.registers import synthetic_register
from dialogues.planning import counts, plan
from dialogues.planning.grid import Ints
from dialogues.planning.node import Step
from dialogues.planning.solver import Impossible, solve_loosely, solve_near
from dialogues.planning.stream import Stream

NODES = 300


def step_of(cells: Ints, parts: int, *, asked: int = 0) -> Step:
    """A table of cells to part evenly, by cell, row and column; rows must have `asked` more than there is."""
    tall, wide = cells.shape
    numbers = cells.ravel()
    rows = [np.arange(tall * wide) // wide == row for row in range(tall)]
    columns = [np.arange(tall * wide) % wide == column for column in range(wide)]
    member = np.stack([*rows, *columns], axis=1).astype(np.int64)
    totals = member.T @ numbers
    low = np.repeat(totals[:, None] // parts, parts, axis=1) + asked
    high = np.repeat(-(-totals[:, None] // parts), parts, axis=1) + asked
    least = np.repeat(numbers[:, None] // parts, parts, axis=1)
    most = np.repeat(-(-numbers[:, None] // parts), parts, axis=1)
    return Step(numbers, least, most, member, low, high, np.ones(len(totals), dtype=np.int64))


def tables() -> st.SearchStrategy[Ints]:
    return st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4).map(
        lambda rows: np.array(rows, dtype=np.int64)
    )


def drawn(step: Step, seed: str) -> Ints:
    """Counts within their own bounds, rows as they fall."""
    return counts.jump(step, Stream(seed, "drawn"), 0)


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(2, 5), st.text(max_size=4))
def test_a_table_is_always_solved_from_any_start(cells: Ints, parts: int, seed: str) -> None:
    """Cells, rows and columns can always be even at once (Cox 1987)."""
    step = step_of(cells, parts)
    found = solve_near(step, Stream(seed, "s"), NODES, drawn(step, seed))
    assert found is not None
    assert step.excess(found) == 0
    assert (found.sum(axis=1) == step.numbers).all()
    assert ((step.least <= found) & (found <= step.most)).all()


def test_what_is_even_already_is_left_as_it_is() -> None:
    step = step_of(np.array([[4, 7, 1], [2, 5, 9], [8, 3, 3]]), 5)
    even = [solve_near(step, Stream(seed, "s"), NODES, drawn(step, seed)) for seed in "abcd"]
    again = [solve_near(step, Stream("z", "s"), NODES, each) for each in even if each is not None]
    assert len(again) == 4
    assert all(np.array_equal(*both) for both in zip(even, again, strict=True))
    assert len({each.tobytes() for each in again if each is not None}) > 1


def test_what_can_not_be_is_told_and_is_then_as_little_outside_as_can_be() -> None:
    cells = np.array([[5, 5, 5], [5, 5, 5]])
    step = step_of(cells, 5, asked=1)
    with pytest.raises(Impossible):
        solve_near(step, Stream("a", "s"), NODES, drawn(step, "a"))
    found = solve_loosely(step, Stream("a", "s"), NODES, drawn(step, "a"))
    assert found is not None
    assert step.excess(found) == 5 * 5, "five rows and columns, each one short in all five parts"


def test_many_families_at_once_are_even() -> None:
    found = plan(synthetic_register(2_500), years=5, batches=5, seed="s5", rules=JOINT).certificate
    assert sum(len(levels) for levels in found["counts"].values()) > 300
    assert found["breaches"] == []


def test_nothing_uneven_is_sought_while_fewer_giants_may_be_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """With five giants settled this register can't be even, with fewer it can: the first is given up."""
    impossible: list[int] = []

    def found(*args: object) -> Ints | None:
        try:
            return solve_near(*args)  # type: ignore[arg-type]
        except Impossible:
            impossible.append(1)
            raise

    def never(*args: object) -> Ints | None:
        raise AssertionError("what is least outside was sought")

    monkeypatch.setattr(counts, "solve_near", found)
    monkeypatch.setattr(counts, "solve_loosely", never)
    made = plan(synthetic_register(2_500, seed=3), years=5, batches=5, seed="s8", rules=JOINT).certificate
    assert impossible
    assert made["breaches"] == []
