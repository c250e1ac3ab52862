"""What chance alone can give: how sure a share is, and whether a change over the years is more than noise.

Plain Python. Only for shares with a known count: a mean without its spread says nothing of chance, and no
source here gives one. Only shown values and the counts behind them take part, so that no word tells of a
hidden figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from quality_system.figures import IndicatorFigures, PeriodValue
from quality_system.values import ValueKind

Z95 = 1.959964
DESIGN_EFFECT = 2.0
"""How many times wider chance reaches than if pupils were drawn one by one: they share classes and teachers.

Kish (1965): 1 + (m − 1)ρ, here with some twenty in a class and a likeness ρ of a twentieth.
"""
LEAST_EXPECTED = 5
"""Fewer who reach (or fall short) in all years together are too few for the trend's test."""
FEWEST_PERIODS = 3
FALSE_DISCOVERIES = 0.05


class Point(NamedTuple):
    """A share (0–1) of so many persons in a year."""

    year: int
    share: float
    persons: int


def wilson(share: float, count: float, z: float = Z95) -> tuple[float, float]:
    """The score interval of a share (0–1) of `count`: Wilson (1927); Brown, Cai and DasGupta (2001)."""
    spread = z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / count / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def within_chance(share: float, count: int, reference: float, design: float = DESIGN_EFFECT) -> bool:
    """Tell whether `reference` lies in the 95 percent interval of a share of `count` persons in classes."""
    low, high = wilson(share, count / design)
    return low <= reference <= high


def trend_test(points: Sequence[Point], design: float = DESIGN_EFFECT) -> float | None:
    """The two-sided p-value of a straight trend in shares (Cochran 1954, Armitage 1955).

    None where too few years or persons are there to tell. The variance is `design` times the binomial one
    (McCullagh and Nelder 1989, overdispersion).
    """
    if len(points) < FEWEST_PERIODS:
        return None
    everybody = sum(point.persons for point in points)
    share = sum(point.share * point.persons for point in points) / everybody
    if everybody / design * min(share, 1 - share) < LEAST_EXPECTED:
        return None
    middle = sum(point.year * point.persons for point in points) / everybody
    drift = sum((point.year - middle) * point.share * point.persons for point in points)
    width = sum((point.year - middle) ** 2 * point.persons for point in points)
    z = drift / math.sqrt(design * share * (1 - share) * width)
    return math.erfc(abs(z) / math.sqrt(2))


def discoveries(p_values: Sequence[float], rate: float = FALSE_DISCOVERIES) -> list[bool]:
    """Which of many tests find something, so that at most `rate` of the finds are by chance.

    Benjamini and Hochberg (1995); it holds for tests that go together too (Benjamini and Yekutieli 2001).
    """
    ordered = sorted(p_values)
    limits = [p for rank, p in enumerate(ordered, start=1) if p <= rate * rank / len(ordered)]
    return [bool(limits) and p <= limits[-1] for p in p_values]


# One huvudman's figures -----------------------------------------------------------------------------------
def with_uncertainty(all_figures: Iterable[IndicatorFigures]) -> list[IndicatorFigures]:
    """The figures of one huvudman with what can be said of chance. All their trends are tested together."""
    figures = [replace(one, may_be_chance=True) if _may_be_chance(one) else one for one in all_figures]
    tests = {one.key: p for one in figures if (p := trend_test(_points(one))) is not None}
    found = dict(zip(tests, discoveries(list(tests.values())), strict=True))
    return [_with_trend(one) if found.get(one.key) else one for one in figures]


def _may_be_chance(figures: IndicatorFigures) -> bool:
    """Tell whether the difference from the group's median is within what chance gives."""
    if not _is_share(figures) or figures.group is None or figures.own.kind is not ValueKind.NUMBER:
        return False
    if not figures.count:
        return False
    median = float(figures.group.spread.median) / 100
    return within_chance(float(figures.own.exact) / 100, figures.count, median)


def _is_share(figures: IndicatorFigures) -> bool:
    return figures.unit == "%" and figures.based_on != "money"


def _points(figures: IndicatorFigures) -> list[Point]:
    """The years that are shown and counted, oldest first; none where the last of them is not the figure's."""
    counted = _counted(figures)
    if not _is_share(figures) or not counted or counted[-1].period != figures.period:
        return []
    return [Point(int(p.period[:4]), float(p.value.exact) / 100, p.count or 0) for p in counted]


def _counted(figures: IndicatorFigures) -> list[PeriodValue]:
    return [past for past in figures.series if past.value.kind is ValueKind.NUMBER and past.count]


def _with_trend(figures: IndicatorFigures) -> IndicatorFigures:
    counted = _counted(figures)
    slope = _slope(_points(figures))
    return replace(figures, trend="up" if slope > 0 else "down", trend_since=counted[0].period)


def _slope(points: Sequence[Point]) -> float:
    everybody = sum(point.persons for point in points)
    middle = sum(point.year * point.persons for point in points) / everybody
    return sum((point.year - middle) * point.share * point.persons for point in points)
