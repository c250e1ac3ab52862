"""The planning engine as draws use it: what a draw says has to be even becomes the engine's rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dialogues.domain.plan_writing import blocks_from, blocks_of
from dialogues.models import Draw
from dialogues.planning import FAMILIES, METHOD, Block, Plan, Rules, Unit, certify, plan, versions
from dialogues.planning.certificate import method_told
from dialogues.planning.replacement import Replacement, replacements
from dialogues.planning.replan import replan

WHOLE = "all"
"""The family of batch sizes, which are always even."""


def method_in_use() -> str:
    """The way in which plans are drawn now: its name, and the versions of what counts for it.

    Another version could find other counts, so that whoever changes it would choose another plan.
    """
    return method_told(METHOD, versions())


def plan_draw(draw: Draw) -> Plan:
    """Draw from the register as the draw has kept it; a replan moves as few as it can."""
    facts: Any = {
        "years": draw.years,
        "batches": draw.batches_per_year,
        "seed": draw.seed,
        "rules": rules_of(draw),
    }
    if not draw.is_replan:
        return plan(units_of(draw), **facts)
    return replan(units_of(draw), blocks_of(draw.previous), sent=blocks_from(draw.sent), **facts)


def count_draw(draw: Draw, assignment: Mapping[str, Block], units: Sequence[Unit]) -> dict[str, Any]:
    """Count a plan of the draw's register, without drawing."""
    return certify(units, assignment, years=draw.years, batches=draw.batches_per_year, rules=rules_of(draw))


def replacements_of(
    draw: Draw,
    gone: Unit,
    units: Sequence[Unit],
    assignment: Mapping[str, Block],
    *,
    open_blocks: Collection[Block],
) -> list[Replacement]:
    """Those of the plan that `gone` could change places with, the best first."""
    return replacements(
        gone,
        units,
        assignment,
        open_blocks=open_blocks,
        years=draw.years,
        batches=draw.batches_per_year,
        seed=draw.seed,
        waits=True,
        rules=rules_of(draw),
    )


def units_of(draw: Draw) -> list[Unit]:
    """The register as the draw has kept it."""
    return [unit_from(row) for row in draw.units]


def unit_from(row: Mapping[str, Any]) -> Unit:
    """A unit from its JSON, where blocks are lists."""
    fields: Any = {name: _blocks(value) if isinstance(value, list) else value for name, value in row.items()}
    return Unit(**fields)


def _blocks(rows: Iterable[Sequence[int]]) -> tuple[Block, ...]:
    return tuple(Block(*row) for row in rows)


def rules_of(draw: Draw) -> Rules:
    """What has to be even, and what a batch can take; batch sizes are always even."""
    families = {name: FAMILIES[name] for name in FAMILIES if name in draw.families or name == WHOLE}
    capacity = {(region, Block(year, batch)): most for region, year, batch, most in draw.capacity}
    return Rules(families=families, by_year_only=frozenset(draw.by_year_only), capacity=capacity)
