"""The attacker on the real files: real units, pupils and shares."""

from __future__ import annotations

import pytest

from tests.quality_system.attacker.real import Table, from_answers, from_csv, truths_of
from tests.quality_system.attacker.registers import Truth
from tests.quality_system.attacker.tables import breaks, protected, unprotected
from tests.quality_system.shared_data import GRADES, PLANNED, UNITS, shared_file

EVERY = {"csv": 1, "answers": 2}
"""One table in so many is attacked."""


@pytest.fixture(scope="module", params=EVERY)
def tables(request: pytest.FixtureRequest) -> list[tuple[Table, Truth]]:
    if request.param == "csv":
        found = from_csv(shared_file(GRADES))
    else:
        found = from_answers(shared_file(PLANNED), shared_file(UNITS))
    made = list(truths_of(found, seed=20261130, most_units=30))
    return made[:: EVERY[request.param]]


def test_it_finds_nothing(tables: list[tuple[Table, Truth]]) -> None:
    assert len(tables) > 20
    broken = {table: breaks(truth, protected(truth), whole=False) for table, truth in tables}
    assert {table: found for table, found in broken.items() if found} == {}


def test_it_breaks_most_of_them_unprotected(tables: list[tuple[Table, Truth]]) -> None:
    broken = [table for table, truth in tables if breaks(truth, unprotected(truth), whole=False)]
    assert len(broken) > len(tables) / 2
