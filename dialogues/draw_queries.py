"""Draws as rows to read: the list of a cycle, what has changed since, two of them side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from dialogues.domain.engine import units_of
from dialogues.domain.plan_writing import block_from
from dialogues.domain.plans import active_huvudman, not_begun
from dialogues.domain.swaps import current_places
from dialogues.models import Cycle, Draw, DrawEntry
from dialogues.models.draw import LAID_ASIDE
from dialogues.plan_heat import Pupils, pupils_of
from dialogues.plan_queries import families_of, family_name
from dialogues.planning import FAMILIES
from dialogues.planning.units import level_of
from huvudman.models import Huvudman
from huvudman.search import found

HEAVY = ("units", "assignment", "certificate", "counted", "commitment")
SHOWN = 10


def light_draws(cycle: Cycle) -> QuerySet[Draw]:
    """The cycle's draws, latest first, without their registers and plans."""
    return cycle.draws.select_related("created_by").defer(*HEAVY)


def entries_of(draw: Draw) -> QuerySet[DrawEntry]:
    """What has happened to a draw, first things first."""
    return DrawEntry.objects.filter(draw=draw.public_id).order_by("at", "pk")


def changed_since(draw: Draw) -> tuple[int, int]:
    """How many huvudmän have come to the register since the draw kept it, and how many have gone."""
    then, today = {row["id"] for row in draw.units}, timezone.localdate()
    rows = (active_huvudman() | not_begun()).values_list("public_id", "active_from")
    begins = {str(public_id): day for public_id, day in rows}
    now = {unit for unit, day in begins.items() if day is None or day <= today}
    return len(now - then), len(then - begins.keys())


def comparable(draw: Draw) -> list[Draw]:
    """The other draws of the cycle that have a plan to compare with."""
    with_plan = light_draws(draw.cycle).filter(drawn_at__isnull=False).exclude(pk=draw.pk)
    return list(with_plan[:50])


def compared(one: Draw, other: Draw) -> dict[str, Any]:
    """Two plans side by side: the deviations of each family, the pupils, and how many huvudmän lie alike."""
    families = [f for f in families_of(one.counted) if f in other.counted["counts"]]
    places = (current_places(one), current_places(other))
    common = places[0].keys() & places[1].keys()
    pupils = (pupils_of(one, places[0]), pupils_of(other, places[1]))
    return {
        "families": [
            {"family": family_name(f), "one": _worst(one.counted, f), "other": _worst(other.counted, f)}
            for f in families
        ],
        "pupils": [_pupil_facts(each) for each in pupils],
        "common": len(common),
        "alike": sum(places[0][unit] == places[1][unit] for unit in common),
    }


def _worst(certificate: Mapping[str, Any], family: str) -> dict[str, Any]:
    worst = certificate["worst"][family]
    return {
        "batch": worst["batch"]["deviation"],
        "year": worst["year"]["deviation"],
        "breaches": worst["batch"]["breaches"] + worst["year"]["breaches"],
    }


def _pupil_facts(pupils: Pupils) -> dict[str, Any]:
    counts = [row.pupils for row in pupils.rows]
    return {
        "least": min(counts),
        "most": max(counts),
        "variation": pupils.variation,
        "without_giants": pupils.variation_without_giants,
    }


def found_in(draw: Draw, places: Mapping[str, str], q: str) -> list[Huvudman]:
    """The huvudmän of a plan that `q` finds: by name, orgnr or their id in the lottery."""
    rows = Huvudman.objects.select_related("main_kommun")
    if q in places:
        return list(rows.filter(public_id=q))
    return [row for row in found(rows, q)[: 5 * SHOWN] if str(row.public_id) in places][:SHOWN]


def free_partners(draw: Draw, places: Mapping[str, str], first: str) -> list[Huvudman]:
    """Huvudmän in other batches that can change places with `first` at no cost: alike in all that is evened.

    Those nearest in children and pupils come first. None is in a batch that a replan leaves as it is.
    """
    units = units_of(draw)
    own = next(unit for unit in units if unit.id == first)
    here = block_from(places[first])
    alike = [
        unit
        for unit in units
        if places[unit.id] not in {places[first], *draw.sent}
        and level_of(unit, FAMILIES["cell"]) == level_of(own, FAMILIES["cell"])
        and unit.may(here)
        and own.may(block_from(places[unit.id]))
    ]
    alike.sort(key=lambda unit: (abs(unit.pupils - own.pupils), unit.id))
    wanted = [unit.id for unit in alike[:SHOWN]]
    rows = Huvudman.objects.select_related("main_kommun")
    by_id = {str(h.public_id): h for h in rows.filter(public_id__in=wanted)}
    return [by_id[unit] for unit in wanted if unit in by_id]


def marks_of(rows: Sequence[Huvudman]) -> list[str]:
    """What tells each from others of its name: the main kommun, and where that is the same too, the orgnr.

    One whose orgnr is a personnummer has the beginning of its id in the lottery instead.
    """
    kommuner = [str(row.main_kommun or "") for row in rows]
    alike = Counter((row.name, kommun) for row, kommun in zip(rows, kommuner, strict=True))
    return [
        f"{kommun} {_number_of(row)}".strip() if alike[row.name, kommun] > 1 else kommun
        for row, kommun in zip(rows, kommuner, strict=True)
    ]


def _number_of(row: Huvudman) -> str:
    return str(row.public_id)[:8] if row.is_person else row.shown_orgnr


def in_use(cycle: Cycle) -> Draw | None:
    """The draw whose plan lies in the cycle's batches."""
    written = light_draws(cycle).filter(written_at__isnull=False)
    return written.exclude(state__in=LAID_ASIDE).first()
