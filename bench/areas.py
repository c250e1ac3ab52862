"""Central areas of as many huvudmän as there are, from figures that have been read; one process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from bench.marks import Mark
from quality_system.analysis import central_areas
from quality_system.figures import IndicatorFigures, PeriodValue
from quality_system.uncertainty import with_uncertainty
from quality_system.values import number
from tests.dialogues.underlag.material import big_material

HUVUDMAN, KINDS = 2_800, 28
SECONDS = 10.0
PERIODS = ("2020/21", "2021/22", "2022/23", "2023/24", "2024/25")


def run() -> list[Mark]:
    """What may be chance, which changes are more, and which areas are central, for each huvudman."""
    rng = Random(3)  # noqa: S311  (examples, not secrets)
    kinds = [list(_figures(rng)) for _kind in range(KINDS)]
    start = time.perf_counter()
    for _time in range(HUVUDMAN // KINDS):
        for figures in kinds:
            central_areas(with_uncertainty(figures))
    seconds = time.perf_counter() - start
    each = len(kinds[0])
    return [Mark(f"{HUVUDMAN} huvudmän, {each} indicators each", seconds, None, limit=SECONDS)]


def _figures(rng: Random) -> Iterator[IndicatorFigures]:
    """Every indicator of a big kommun, with five counted years."""
    for figures in big_material().figures:
        years = [number(Decimal(rng.randint(500, 950)) / 10) for _period in PERIODS]
        series = tuple(PeriodValue(p, v, 400) for p, v in zip(PERIODS, years, strict=True))
        yield replace(figures, own=years[-1], series=series, count=400, period=PERIODS[-1])
