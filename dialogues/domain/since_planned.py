"""What has changed since a plan was laid, and what it can be planned again from."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Case, Exists, OuterRef, Value, When

from dialogues.batch_deeds import to_carry
from dialogues.domain.engine import units_of
from dialogues.domain.intervals import hold_back
from dialogues.domain.plans import active_huvudman, not_begun, units_to_plan
from dialogues.models import BatchState, Dialogue, DialogueState, Draw, Invitation, Swap
from dialogues.planning import Block, Unit
from dialogues.planning.units import all_blocks

EVENED = ("region", "size", "type", "office", "form")


@dataclass
class SincePlanned:
    """What has changed, as ids; and what a replan builds on.

    `closed` have a place to leave, `come` have none, `other` are of another kind than when the plan was laid,
    `waiting` answered that they want to take part later and get a new place, and `too_soon` have a place in a
    year that begins before their activity does. `units` are those that are to have a place, tied to it where
    it must stay; `previous` is where they and the closed ones are now; nobody leaves or comes to a block in
    `sent`.
    """

    closed: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    other: list[tuple[Unit, Unit]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    too_soon: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    previous: dict[str, Block] = field(default_factory=dict)
    sent: frozenset[Block] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Tell whether all is as it was."""
        return not (self.closed or self.come or self.other or self.waiting or self.too_soon)


@dataclass(frozen=True)
class _Standing:
    """Where a huvudman's dialogue is, and what that means for a place in the plan."""

    id: str
    block: Block
    state: str
    was_invited: bool
    may_be_carried: bool


def since_planned(draw: Draw, waits: Mapping[str, int] | None = None) -> SincePlanned:
    """Compare the register and the dialogues as they are now with the plan that lies in the batches.

    `waits` says who must not come before a year of the cycle. Who has been told when it comes, or got its
    place by a swap, keeps it. One whose activity has not begun has not closed: it keeps its place or gets one
    in the first year in which it is active from the start. Without a place it is new on the day it begins.
    """
    begins = _first_whole_years(draw)
    now = {unit.id: unit for unit in _register(draw, begins)}
    then = {unit.id: unit for unit in units_of(draw)}
    found = SincePlanned(sent=sent_blocks(draw))
    unsent = [block for block in all_blocks(draw.years, draw.batches_per_year) if block not in found.sent]
    last = unsent[-1].year if unsent else draw.years
    kept, placed = _swapped(draw), set()
    for each in _standings(draw):
        placed.add(each.id)
        unit = now.get(each.id)
        if each.block in found.sent:
            _settle(found, each, unit or then.get(each.id), unsent if unit else [])
        elif each.state != DialogueState.CANCELLED:
            found.previous[each.id] = each.block
            if unit is None:
                found.closed.append(each.id)
            elif each.was_invited or each.id in kept:
                found.units.append(_tied(unit, each.block))
            else:
                found.units.append(_waits(unit, waits, last))
                if begins.get(each.id, 0) > each.block.year < last:
                    found.too_soon.append(each.id)
    for unit in now.values():
        if unit.id not in placed and unit.id not in begins:
            found.come.append(unit.id)
            found.units.append(_waits(unit, waits, last))
    found.other = [
        (then[unit.id], unit) for unit in found.units if unit.id in then and _is_other(then[unit.id], unit)
    ]
    return found


def sent_blocks(draw: Draw) -> frozenset[Block]:
    """The blocks of the batches of the draw's cycle that have left draft."""
    left = draw.cycle.batches.exclude(state=BatchState.DRAFT).values_list("year", "number")
    return frozenset(Block(year - draw.cycle.first_year + 1, number) for year, number in left)


def _register(draw: Draw, begins: Mapping[str, int]) -> list[Unit]:
    """The active huvudmän and those that have not begun, none of them before it may come."""
    together = any(row.get("koncern") for row in draw.units)
    units = units_to_plan(together=together, register=active_huvudman() | not_begun())
    units = hold_back(units, draw.cycle, years=draw.years, least=draw.least_years_between)
    return [_waits(unit, begins, draw.years) for unit in units]


def _first_whole_years(draw: Draw) -> dict[str, int]:
    """The first year of the cycle in which each that has not begun is active from the start, by public id."""
    rows = not_begun().values_list("public_id", "active_from")
    return {str(unit): _first_whole_year(day) - draw.cycle.first_year + 1 for unit, day in rows if day}


def _first_whole_year(begins: datetime.date) -> int:
    return begins.year if (begins.month, begins.day) == (1, 1) else begins.year + 1


def _settle(found: SincePlanned, each: _Standing, unit: Unit | None, unsent: list[Block]) -> None:
    """One whose batch has left draft: it stays there, unless it waits for a later batch and there is one."""
    if unit is None:
        return
    first = _first_year_after(each.block, unsent) if each.may_be_carried else 0
    if first:
        found.waiting.append(each.id)
        found.units.append(_waits(unit, {unit.id: first}, unsent[-1].year))
    else:
        found.units.append(_tied(unit, each.block))
        found.previous[each.id] = each.block


def _first_year_after(block: Block, unsent: list[Block]) -> int:
    """The first year whose unsent batches are all later than a block; 0 when there is none."""
    years = sorted({other.year for other in unsent})
    return next((y for y in years if all(other > block for other in unsent if other.year == y)), 0)


def _tied(unit: Unit, block: Block) -> Unit:
    return replace(unit, pin_year=block.year, pin_batch=block.batch, not_before_year=0, forbidden=())


def _waits(unit: Unit, waits: Mapping[str, int] | None, last: int) -> Unit:
    """One that must not come before a year: the last that there is, where that would be later."""
    year = max(unit.not_before_year, (waits or {}).get(unit.id, 0))
    return replace(unit, not_before_year=min(year, last))


def _is_other(then: Unit, now: Unit) -> bool:
    return any(getattr(then, name) != getattr(now, name) for name in EVENED)


def _swapped(draw: Draw) -> set[str]:
    swaps = Swap.objects.filter(draw__in=draw.line).values_list("first", "second")
    return {str(unit) for pair in swaps for unit in pair}


def _standings(draw: Draw) -> Iterator[_Standing]:
    rows = Dialogue.objects.filter(cycle=draw.cycle_id).order_by("pk")
    rows = rows.annotate(
        was_invited=Exists(Invitation.objects.filter(dialogue=OuterRef("pk"))),
        may_be_carried=Case(When(to_carry(), paused_at=None, then=Value(True)), default=Value(False)),
    )
    first = draw.cycle.first_year
    fields = ("huvudman__public_id", "batch__year", "batch__number", "state", "was_invited", "may_be_carried")
    for unit, year, number, *rest in rows.values_list(*fields):
        yield _Standing(str(unit), Block(year - first + 1, number), *rest)
