"""The verifier: agrees with what was planned, and with nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialogues.planning import Block, Unit, certify, plan
from dialogues.planning import verify as verifier
from dialogues.planning.verify import Flaw, Wrong, verify
from tests.dialogues.planning.registers import register

UNITS = register(200)
PLAN = plan(UNITS, years=2, batches=3, seed="abc")


def copies() -> tuple[dict[str, Block], dict[str, Any]]:
    return dict(PLAN.assignment), json.loads(json.dumps(PLAN.certificate))


def alike() -> tuple[str, str]:
    """Two units of one cell in different blocks: to change places between them alters no count."""
    by_cell: dict[tuple[str, ...], str] = {}
    for unit in UNITS:
        other = by_cell.setdefault((unit.region, unit.size, unit.type), unit.id)
        if PLAN.assignment[other] != PLAN.assignment[unit.id]:
            return other, unit.id
    raise AssertionError


def test_what_was_planned_holds() -> None:
    verify(UNITS, *copies())


def test_two_alike_that_have_changed_places_are_found_even_with_counts_made_anew() -> None:
    assignment, certificate = copies()
    one, other = alike()
    assignment[one], assignment[other] = assignment[other], assignment[one]
    with pytest.raises(Wrong):
        verify(UNITS, assignment, certificate)
    certificate |= certify(UNITS, assignment, years=2, batches=3)
    with pytest.raises(Wrong) as caught:
        verify(UNITS, assignment, certificate)
    assert caught.value.flaw == Flaw.DRAW
    assert caught.value.where in (one, other)


def moved(assignment: dict, _certificate: dict) -> None:
    unit = min(assignment)
    year, batch = assignment[unit]
    assignment[unit] = Block(year, batch % 3 + 1)


def left_out(assignment: dict, _certificate: dict) -> None:
    del assignment[min(assignment)]


def strange(assignment: dict, _certificate: dict) -> None:
    assignment["nobody"] = Block(1, 1)


def outside(assignment: dict, _certificate: dict) -> None:
    assignment[min(assignment)] = Block(3, 1)


def another_seed(_assignment: dict, certificate: dict) -> None:
    certificate["seed"] = "abd"


def another_input(_assignment: dict, certificate: dict) -> None:
    certificate["input_sha256"] = "0" * 64


def hidden_breach(_assignment: dict, certificate: dict) -> None:
    certificate["breaches"] = [{"family": "all"}]


def weaker_rules(_assignment: dict, certificate: dict) -> None:
    certificate["rules"]["families"] = {"all": []}


def other_groups(_assignment: dict, certificate: dict) -> None:
    name = min(certificate["groups"])
    certificate["groups"][name][0] += 1


def negative(_assignment: dict, certificate: dict) -> None:
    row = certificate["groups"][min(certificate["groups"])]
    row[0], row[1] = row[0] + row[1] + 1, -1


def no_groups(_assignment: dict, certificate: dict) -> None:
    del certificate["groups"]


def words(_assignment: dict, certificate: dict) -> None:
    certificate["years"] = "many"


def endless(_assignment: dict, certificate: dict) -> None:
    certificate["years"] = 10**12


@pytest.mark.parametrize(
    ("tamper", "flaw"),
    [
        (moved, Flaw.COUNTS),
        (left_out, Flaw.MISSING),
        (strange, Flaw.MISSING),
        (outside, Flaw.BLOCK),
        (another_seed, Flaw.DRAW),
        (another_input, Flaw.COUNTS),
        (hidden_breach, Flaw.COUNTS),
        (weaker_rules, Flaw.COUNTS),
        (other_groups, Flaw.GROUPS),
        (negative, Flaw.GROUPS),
        (no_groups, Flaw.FORM),
        (words, Flaw.FORM),
        (endless, Flaw.FORM),
    ],
)
def test_what_was_tampered_with_does_not_hold(tamper: Callable[[dict, dict], None], flaw: Flaw) -> None:
    assignment, certificate = copies()
    tamper(assignment, certificate)
    with pytest.raises(Wrong) as caught:
        verify(UNITS, assignment, certificate)
    assert caught.value.flaw == flaw


@pytest.mark.parametrize(
    "name", ["years", "batches", "seed", "rules", "counts", "pupils", "worst", "breaches"]
)
def test_a_certificate_that_lacks_something_does_not_hold(name: str) -> None:
    assignment, certificate = copies()
    del certificate[name]
    with pytest.raises(Wrong):
        verify(UNITS, assignment, certificate)


def test_a_changed_unit_does_not_hold() -> None:
    changed = [
        Unit(**{name: getattr(UNITS[0], name) for name in ("id", "region", "size", "type")}),
        *UNITS[1:],
    ]
    with pytest.raises(Wrong):
        verify(changed, *copies())


def test_the_verifier_and_what_it_reads_need_no_solver() -> None:
    folder = Path(verifier.__file__).parent
    for name in ("verify", "alike", "bounds", "certificate", "draw", "moves", "pupils", "units"):
        text = (folder / f"{name}.py").read_text()
        assert "import numpy" not in text
        assert "highspy import" not in text
        assert "import highspy" not in text
