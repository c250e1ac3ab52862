"""What a plan costs in journeys, beside how even it is: the trade that a planner chooses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dialogues.domain.swaps import current_places
from dialogues.models import Draw
from dialogues.planning.travel import A_TRIP, DETOUR, KM_PER_HOUR, LEAST_HOURS, TOWNS, Travel, travel_of
from huvudman.models import RegionalOffice

REGION = "region"
ASSUMED = {"a_trip": A_TRIP, "detour": DETOUR, "speed": KM_PER_HOUR, "least": LEAST_HOURS}
"""What the page tells of the model."""


@dataclass(frozen=True)
class Trade:
    """A plan's journeys, and its largest deviation of any family in a batch and in a year."""

    draw: Draw
    travel: Travel
    batch: float
    year: float

    @property
    def evened(self) -> str:
        """When its län are even, in words."""
        if REGION not in self.draw.families:
            return _("inte alls")
        return _("år för år") if gathers(self.draw) else _("i varje omgång")


@dataclass(frozen=True)
class Trades:
    """Plans beside each other, and which offices' towns are not known."""

    rows: Sequence[Trade]
    unknown: Sequence[str]

    @property
    def apart(self) -> float:
        """By how many hours the first two plans differ."""
        return abs(self.rows[0].travel.hours - self.rows[1].travel.hours) if len(self.rows) > 1 else 0.0

    @property
    def unplaced(self) -> int:
        """Huvudmän whose län is not known, in the first plan."""
        return self.rows[0].travel.unplaced


def trades_of(drawn: Iterable[Draw]) -> Trades:
    """The journeys of these plans as they are now, beside how even they are."""
    offices = {str(pk): name for pk, name in RegionalOffice.objects.values_list("pk", "name")}
    rows = [_trade(draw, offices) for draw in drawn]
    used = {row["office"] for trade in rows for row in trade.draw.units}
    unknown = sorted(name for pk, name in offices.items() if pk in used and name not in TOWNS)
    return Trades(rows, unknown)


def alternative(draw: Draw, others: Sequence[Draw]) -> Draw | None:
    """The latest other plan of the same shape that evens the län otherwise: batch by batch, or by year."""
    same = (draw.years, draw.batches_per_year)
    for other in others:
        if (other.years, other.batches_per_year) == same and gathers(other) != gathers(draw):
            return other
    return None


def gathers(draw: Draw) -> bool:
    """Tell whether the län are even only year by year, so that they are gathered in fewer batches."""
    return REGION in draw.by_year_only


def _trade(draw: Draw, offices: dict[str, str]) -> Trade:
    places = current_places(draw)
    travel = travel_of(
        ((row["region"], row["office"], places[row["id"]]) for row in draw.units if row["id"] in places),
        offices,
    )
    worst = draw.counted["worst"].values()
    batch, year = (max((each[per]["deviation"] for each in worst), default=0.0) for per in ("batch", "year"))
    return Trade(draw, travel, batch, year)
