"""The log of draws. The database lets nobody change or take away what is written in it."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from accounts.actors import Actor
from dialogues.models import Cycle, Draw, DrawEntry, DrawEvent, DrawKind


def log(draw: Draw, event: DrawEvent, *, actor: Actor, why: str = "") -> DrawEntry:
    """Add to the log what has happened to a draw, in the caller's transaction."""
    return DrawEntry.objects.create(
        event=event,
        draw=draw.public_id,
        kind=draw.kind,
        cycle=draw.cycle.name,
        first_year=draw.cycle.first_year,
        years=draw.years,
        batches_per_year=draw.batches_per_year,
        actor=actor.user,
        actor_label=actor.label,
        why=why,
        input_sha256=draw.input_sha256,
        commitment_sha256=draw.commitment_sha256,
        value=draw.value,
        seed=draw.seed,
    )


def entries_for(cycle: Cycle) -> QuerySet[DrawEntry]:
    """All that has happened to draws for years that are also the cycle's, also of cycles taken away since."""
    end = cycle.first_year + cycle.years
    rows = DrawEntry.objects.annotate(end=F("first_year") + F("years"))
    return rows.filter(first_year__lt=end, end__gt=cycle.first_year).order_by("at", "pk")


def tally_for(cycle: Cycle) -> dict[str, Any]:
    """How many draws were asked for and made for the cycle's years, and how many of those were thrown away.

    `committed` counts lotteries, `drawn` those of them whose seed was used, `discarded` those thrown away;
    `replans` counts those asked for.
    """
    rows = list(entries_for(cycle).values_list("draw", "kind", "event"))

    def count(kinds: set[str], *events: DrawEvent) -> int:
        return len({draw for draw, kind, event in rows if kind in kinds and event in events})

    lottery, all_kinds = {str(DrawKind.LOTTERY)}, {str(kind) for kind in DrawKind}
    return {
        "committed": count(lottery, DrawEvent.COMMITTED),
        "drawn": count(lottery, DrawEvent.DRAWN),
        "discarded": count(lottery, DrawEvent.DISCARDED),
        "trials": count({str(DrawKind.TRIAL)}, DrawEvent.ASKED),
        "replans": count({str(DrawKind.REPLAN)}, DrawEvent.COMMITTED),
        "own_seed": count({str(DrawKind.DIRECT)}, DrawEvent.DRAWN),
        "all": count(all_kinds, DrawEvent.DRAWN),
    }
