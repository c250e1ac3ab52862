"""Plans with every kind of certificate, and swaps in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogues.planning import Block, Unit, certify, plan
from dialogues.planning.replan import replan
from dialogues.planning.verify import verify
from tests.dialogues.planning.registers import register

YEARS, BATCHES = 2, 3
SENT, LAST = (Block(1, 1),), Block(2, 3)


@dataclass
class Case:
    """All that the verifier is given."""

    units: list[Unit]
    plan: dict[str, Block]
    certificate: dict[str, Any]
    previous: dict[str, Block] | None = None

    def verify(self) -> None:
        verify(self.units, self.plan, self.certificate, self.previous)


def drawn() -> Case:
    units = register(120)
    made = plan(units, years=YEARS, batches=BATCHES, seed="abc")
    return Case(units, dict(made.assignment), as_json(made.certificate))


def replanned() -> Case:
    """A tenth have closed, many are new, and the first batch has been sent."""
    before = drawn()
    new = [Unit(f"new {unit.id}", unit.region, unit.size, unit.type, 50) for unit in register(60, seed=8)]
    units = before.units[12:] + new
    made = replan(units, before.plan, years=YEARS, batches=BATCHES, seed="b", sent=SENT)
    return Case(units, dict(made.assignment), as_json(made.certificate), before.plan)


def with_swaps(case: Case, pairs: Iterable[tuple[str, str | None]]) -> Case:
    """The same after swaps; one with nobody goes to the last block."""
    told = [_swapped(case.plan, first, second) for first, second in pairs]
    return with_told(case, [swap for swap in told if swap])


def with_told(case: Case, swaps: Sequence[Mapping[str, Any]]) -> Case:
    """The same, its certificate counted again and with these swaps."""
    counted = certify(case.units, case.plan, years=YEARS, batches=BATCHES)
    case.certificate = as_json({**case.certificate, **counted, "swaps": swaps})
    return case


def apart(case: Case, skip: int = 0) -> tuple[str, str]:
    """Two units in different blocks."""
    names = sorted(case.plan)[skip:]
    return names[0], next(name for name in names if case.plan[name] != case.plan[names[0]])


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _swapped(plan: dict[str, Block], first: str, second: str | None) -> dict[str, Any] | None:
    here, there = plan[first], plan[second] if second else LAST
    if here == there:
        return None
    plan[first] = there
    if second:
        plan[second] = here
    blocks = {"first_block": str(here), "second_block": str(there)}
    return {"first": first, "second": second, "reason": "Flytt", **blocks}
