"""The least time between two dialogues of a huvudman: who may not have the first years of a cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db.models import IntegerField, Max, Q
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone

from dialogues.last_time import HELD
from dialogues.models import Cycle, Dialogue, MeetingKind, MeetingState, SkippedPart
from dialogues.planning import Unit


def previous_years(cycle: Cycle) -> dict[str, int]:
    """The year of each huvudman's latest dialogue in an earlier cycle that was held, by public id.

    It is the year in which they met; where no meeting is noted, the year of the batch. One query.
    """
    met = Q(seats__kind=MeetingKind.DIALOGUE, seats__is_current=True, seats__meeting__state=MeetingState.HELD)
    when = ExtractYear("seats__meeting__starts_at", tzinfo=timezone.get_default_timezone())
    rows = (
        Dialogue.objects.filter(cycle__first_year__lt=cycle.first_year, state__in=HELD)
        .exclude(skipped=SkippedPart.DIALOGUE)
        .annotate(held_in=Coalesce(Max(when, filter=met), "batch__year", output_field=IntegerField()))
        .values_list("huvudman__public_id", "held_in")
    )
    found: dict[str, int] = {}
    for public_id, year in rows:
        found[str(public_id)] = max(year, found.get(str(public_id), year))
    return found


def hold_back(units: Sequence[Unit], cycle: Cycle, *, years: int, least: int) -> list[Unit]:
    """The units of a plan over `years`, each kept from the years less than `least` after its last dialogue.

    One for whom no year is late enough gets the last year: everyone is offered a dialogue in every cycle, and
    that year is nearest to the rule. `too_early` says who they are.
    """
    if not least:
        return list(units)
    previous = previous_years(cycle)
    return [
        replace(unit, not_before_year=min(years, max(_first(unit.id, previous, cycle, least), 0)))
        for unit in units
    ]


def too_early(cycle: Cycle, *, years: int, least: int) -> dict[str, int]:
    """Those for whom no year of the cycle is late enough, with the year of their last dialogue."""
    previous = previous_years(cycle) if least else {}
    return {unit: year for unit, year in previous.items() if _first(unit, previous, cycle, least) > years}


def _first(unit: str, previous: Mapping[str, int], cycle: Cycle, least: int) -> int:
    """The first year of the cycle that is late enough, from 1; 0 when all are."""
    if unit not in previous:
        return 0
    first = previous[unit] + least - cycle.first_year + 1
    return first if first > 1 else 0
