"""Which areas are central for a huvudman: a plain rule, explained in a few sentences. Plain Python.

An indicator's distance is how far the own value lies from the group's median, measured in the width of the
group's middle half, and turned so that more is better. Its weight is that distance, three at most; two thirds
of it for a condition, which is no result; half of it where the difference may be chance; and a half more
where the years change the same way beyond chance. Where nothing can be compared, such a change alone weighs
a half.
Only values that are shown take part: a hidden value changes nothing that can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quality_system.figures import IndicatorFigures
from quality_system.values import ValueKind

MOST, FEWEST = 5, 3
CLEAR = Decimal("0.5")
"""The weight at which a further area is worth naming."""
TURN = {"up": 1, "down": -1}
FURTHEST = Decimal(3)
"""A distance beyond this weighs no more."""
IMPORTANCE = {"condition": Decimal(2) / 3}
"""By the indicator's kind; all else weighs one."""
CHANCE, TREND = Decimal("0.5"), Decimal("0.5")


class CentralKind(StrEnum):
    """What a central area is."""

    STRENGTH = "strength"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Central:
    """A central area, by the indicator that shows it. `weight` says how telling it is, never shown."""

    area: str
    kind: CentralKind
    figures: IndicatorFigures
    weight: Decimal


def distance_of(figures: IndicatorFigures) -> Decimal | None:
    """The distance to the group's median in widths of its middle half, better is positive; or None."""
    turn = TURN.get(figures.direction)
    if turn is None or figures.group is None or figures.own.kind is not ValueKind.NUMBER:
        return None
    spread = figures.group.spread
    if not spread.middle_half:
        return None
    return turn * (figures.own.exact - spread.median) / spread.middle_half


def central_areas(all_figures: Iterable[IndicatorFigures]) -> list[Central]:
    """Up to five central areas, most telling first; empty where nothing can be compared.

    First the most telling sub-goal of each of the three areas, then others that weigh enough (and as many
    as make three). If no strength is among them, the clearest one joins, where there is any.
    """
    everything = _candidates(all_figures)
    candidates = _by_sub_goal(everything)
    chosen = _first_of_each_area(candidates)
    for candidate in candidates:
        enough = len(chosen) >= FEWEST and candidate.weight < CLEAR
        if candidate not in chosen and len(chosen) < MOST and not enough:
            chosen.append(candidate)
    return sorted(_with_a_strength(chosen, everything), key=_telling)


def _candidates(all_figures: Iterable[IndicatorFigures]) -> list[Central]:
    found = []
    for figures in all_figures:
        if figures.area and (distance_of(figures) is not None or _better(figures)):
            kind = CentralKind.STRENGTH if _standing(figures) > 0 else CentralKind.NEED
            found.append(Central(figures.area, kind, figures, weight_of(figures)))
    return sorted(found, key=_telling)


def weight_of(figures: IndicatorFigures) -> Decimal:
    """How telling an indicator is, by distance, importance, chance and trend; from 0."""
    distance = distance_of(figures) or Decimal(0)
    weight = min(abs(distance), FURTHEST)
    if figures.may_be_chance:
        weight *= CHANCE
    if _better(figures) * _standing(figures) > 0:
        weight += TREND
    return weight * IMPORTANCE.get(figures.kind, Decimal(1))


def _standing(figures: IndicatorFigures) -> Decimal:
    """Above 0 for a strength, below for a need: by the distance, else by a change beyond chance."""
    distance = distance_of(figures)
    return Decimal(_better(figures)) if distance is None else distance


def _better(figures: IndicatorFigures) -> int:
    """1 where the years make it better beyond chance, -1 where worse, else 0."""
    return TURN.get(figures.trend, 0) * TURN.get(figures.direction, 0)


def _telling(central: Central) -> tuple[Decimal, str]:
    return -central.weight, central.figures.key


def _by_sub_goal(candidates: list[Central]) -> list[Central]:
    """The most telling indicator of every sub-goal of a skolform."""
    first: dict[tuple[str, str], Central] = {}
    for candidate in candidates:
        first.setdefault((candidate.figures.skolform, candidate.figures.sub_goal), candidate)
    return list(first.values())


def _first_of_each_area(candidates: list[Central]) -> list[Central]:
    first: dict[str, Central] = {}
    for candidate in candidates:
        first.setdefault(candidate.area, candidate)
    return list(first.values())


def _with_a_strength(chosen: list[Central], candidates: list[Central]) -> list[Central]:
    """Let the clearest strength join where none was chosen, in the least telling one's stead if need be."""
    strength = next((c for c in candidates if c.kind is CentralKind.STRENGTH), None)
    if strength is None or any(c.kind is CentralKind.STRENGTH for c in chosen):
        return chosen
    if len(chosen) < MOST:
        return [*chosen, strength]
    areas = [c.area for c in chosen]
    least = min((c for c in chosen if areas.count(c.area) > 1), key=lambda c: c.weight)
    return [*(c for c in chosen if c is not least), strength]
