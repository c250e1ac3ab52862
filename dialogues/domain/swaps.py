"""Letting two huvudmän change places in a drawn plan: what it costs, and doing it with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from dialogues.domain.draw_log import log
from dialogues.domain.draws import DRAWS, PLAN
from dialogues.domain.engine import count_draw, units_of
from dialogues.domain.plan_writing import block_from, blocks_of, locked_cycle
from dialogues.models import (
    BatchState,
    Cycle,
    Dialogue,
    DialogueState,
    Draw,
    DrawEvent,
    InvitationBatch,
    Swap,
)
from dialogues.models import DrawState as S
from dialogues.planning import Unit

Json = dict[str, Any]
NO_VERSION = -1
"""What no plan's version is."""


class SwappedSince(Conflict):
    """Two have changed places in the plan after the page that shows it was opened."""


@dataclass(frozen=True)
class Cost:
    """What a swap does to a plan: for each family the largest deviation and how many counts are off by one or
    more, before and after; and the children and pupils in the two blocks.
    """

    blocks: tuple[str, str]
    families: list[Json]
    pupils: list[Json]
    counted: Json

    @property
    def is_free(self) -> bool:
        """Tell whether no margin gets less even, by its worst count and by how many are one or more off."""
        return all(
            row["after"] <= row["before"] and row["breaches_after"] <= row["breaches_before"]
            for row in self.families
        )


def plan_version(draw: Draw) -> int:
    """Which version of a plan its figures are of: only swaps change it, and none is ever taken out."""
    return len(draw.counted.get("swaps", ()))


def require_as_seen(draw: Draw, seen: int | None) -> None:
    """Raise SwappedSince when the plan is not in the version that was `seen`. The draw is locked.

    None is for who acts on no page.
    """
    if seen is not None and seen != plan_version(draw):
        raise SwappedSince(
            _("Planen har ändrats sedan sidan öppnades, och inget är gjort. Läs det som gäller nu först.")
        )


def current_places(draw: Draw) -> dict[str, str]:
    """Where each unit is now: as drawn, and then the swaps one after another."""
    places = dict(draw.assignment)
    for swap in draw.swaps.all():
        _change(places, str(swap.first), str(swap.second))
    return places


def cost_of_swap(draw: Draw, first: str, second: str) -> Cost:
    """What it would cost to let two units change places. Raises NotPossible when they can't."""
    places = current_places(draw)
    if first not in places or second not in places:
        raise NotPossible(_("Huvudmannen finns inte i planen."))
    blocks = (places[first], places[second])
    if blocks[0] == blocks[1]:
        raise NotPossible(_("De två ligger i samma omgång. Välj två i olika omgångar."))
    if set(blocks) & set(draw.sent):
        raise NotPossible(_("En av omgångarna är redan godkänd eller skickad."))
    _change(places, first, second)
    units = units_of(draw)
    _refuse_where_it_may_not_be(units, {first: blocks[1], second: blocks[0]})
    counted = recount(draw, places, units)
    return Cost(blocks, family_costs(draw.counted, counted), _pupils(draw.counted, counted, blocks), counted)


def swap_places(
    *, draw: Draw, first: str, second: str, reason: str, actor: Actor, seen: int | None = None
) -> Swap:
    """Let two huvudmän change places. The certificate and the public report tell of it, with its reason.

    `seen` is the version of the plan whose cost was read: raises SwappedSince when it is another by now.
    Raises NotPossible when the plan is approved and frozen, when one of the batches has left draft, or when
    one of the two has been carried elsewhere since.
    """
    actor.require(PLAN, draw)
    if not reason.strip():
        raise NotPossible(_("Skriv varför de två byter plats."))
    with transaction.atomic():
        cycle = locked_cycle(Cycle(pk=draw.cycle_id))
        locked = DRAWS.locked(draw)
        if locked.state != S.DRAWN:
            raise NotPossible(_("Planen är inte öppen för byten. Är den godkänd behöver den öppnas först."))
        require_as_seen(locked, seen)
        cost = cost_of_swap(locked, first, second)
        batches = _locked_batches(cycle, locked, cost.blocks)
        swap = write_swap(locked, first, second, reason, cost, actor)
        if locked.written_at:
            _move(cycle, batches, {first: 0, second: 1}, actor)
            cycle.certificate = locked.counted
            cycle.save(update_fields=["certificate"])
    return swap


def _refuse_where_it_may_not_be(units: Sequence[Unit], blocks: Mapping[str, str]) -> None:
    for unit in units:
        if unit.id in blocks and not unit.may(block_from(blocks[unit.id])):
            raise NotPossible(
                _("En av de två får inte ha den omgången, till exempel för att den nyss har haft en dialog.")
            )


def recount(draw: Draw, places: Mapping[str, str], units: Sequence[Unit]) -> Json:
    """The certificate of a plan that has been changed since it was drawn: counted again, with its swaps."""
    counts = count_draw(draw, blocks_of(places), units)
    return {**draw.certificate, **counts, "swaps": _told(draw)}


def _told(draw: Draw) -> list[Json]:
    return [
        {
            "first": str(swap.first),
            "second": str(swap.second),
            "first_block": swap.first_block,
            "second_block": swap.second_block,
            "reason": swap.reason,
            "at": swap.at.isoformat(),
        }
        for swap in draw.swaps.all()
    ]


def write_swap(draw: Draw, first: str, second: str, reason: str, cost: Cost, actor: Actor) -> Swap:
    """Keep a swap in the plan, its certificate, the audit log and the log of draws. The draw is locked."""
    swap = Swap.objects.create(
        draw=draw,
        first=first,
        second=second,
        first_block=cost.blocks[0],
        second_block=cost.blocks[1],
        reason=reason.strip(),
        cost=cost.families,
        by=actor.user,
        by_label=actor.label,
    )
    draw.counted = {**cost.counted, "swaps": _told(draw)}
    draw.save(update_fields=["counted"])
    facts = {"first": first, "second": second, "from": cost.blocks[0], "to": cost.blocks[1]}
    record(actor=actor, verb="draw.swapped", subject=draw, reason=swap.reason, **facts)
    log(draw, DrawEvent.SWAPPED, actor=actor, why=swap.reason)
    return swap


def _locked_batches(cycle: Cycle, draw: Draw, blocks: Sequence[str]) -> list[InvitationBatch]:
    """The two batches, locked, in the order of the blocks. Raises NotPossible when one has left draft."""
    if not draw.written_at:
        return []
    rows = cycle.batches.select_for_update(no_key=True).order_by("pk")
    by_place = {(row.year, row.number): row for row in rows}
    found = [by_place[cycle.first_year + block.year - 1, block.batch] for block in map(block_from, blocks)]
    if any(row.state != BatchState.DRAFT for row in found):
        raise NotPossible(_("En av omgångarna är redan godkänd eller skickad."))
    return found


def _move(cycle: Cycle, batches: Sequence[InvitationBatch], places: Mapping[str, int], actor: Actor) -> None:
    """Let the two dialogues change batches; `places` tells in which batch each is.

    Raises PermissionDenied for who has a conflict of interest in one of them.
    """
    rows = Dialogue.objects.select_for_update(of=("self",), no_key=True).select_related("huvudman")
    for dialogue in rows.filter(cycle=cycle, huvudman__public_id__in=places).order_by("pk"):
        actor.require(PLAN, dialogue)
        place = places[str(dialogue.huvudman.public_id)]
        if dialogue.state != DialogueState.PLANNED or dialogue.batch_id != batches[place].pk:
            raise NotPossible(_("En av de två har flyttats eller svarat sedan planen lades."))
        dialogue.batch = batches[1 - place]
        dialogue.save(update_fields=["batch"])


def _change(places: dict[str, str], first: str, second: str) -> None:
    places[first], places[second] = places[second], places[first]


def family_costs(before: Json, after: Json) -> list[Json]:
    """For each family the largest deviation, and how many are off by one or more, in two certificates."""
    return [
        {
            "family": family,
            "before": _furthest(found),
            "after": _furthest(after["worst"][family]),
            "breaches_before": _breaches(found),
            "breaches_after": _breaches(after["worst"][family]),
        }
        for family, found in before["worst"].items()
    ]


def _furthest(worst: Json) -> float:
    return max(float(worst["batch"]["deviation"]), float(worst["year"]["deviation"]))


def _breaches(worst: Json) -> int:
    return int(worst["batch"]["breaches"]) + int(worst["year"]["breaches"])


def _pupils(before: Json, after: Json, blocks: Sequence[str]) -> list[Json]:
    return [
        {"block": block, "before": before["pupils"][block], "after": after["pupils"][block]}
        for block in blocks
    ]
