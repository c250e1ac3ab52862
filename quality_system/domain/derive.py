"""Huvudmän's figures computed from their units', where that can be done without touching a hidden value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import QuerySet
from django.utils import timezone

from huvudman.models import SkolformOffer
from quality_system.domain.stage import Stage
from quality_system.models import Indicator, Level, ObservedValue
from quality_system.models.observation import stored_value
from quality_system.sources import Observation
from quality_system.units import teaches
from quality_system.values import Value
from quality_system.weighting import Part, weighted_figure

Expected = dict[int, set[str]]


def derive_huvudman_values(*, source: str) -> int:
    """Recompute the derived figures of `source` in the caller's transaction; answer how many there are."""
    at = timezone.now()
    # All figures are made first: a connection in the middle of a COPY answers no queries.
    figures = [(0, figure) for figure in _figures(source)]
    stage = Stage()
    stage.fill(figures, is_derived=True)
    stage.match({})
    stage.supersede_lost(source=source, at=at)
    stage.store(at)
    return sum(stage.outcomes().values())


def expected_units(indicator: Indicator, huvudman_ids: list[int] | None = None) -> Expected:
    """The codes of active units that teach what `indicator` measures, by huvudman. One query."""
    offers = SkolformOffer.objects.filter(skolform=indicator.skolform, unit__active_to__isnull=True)
    if huvudman_ids is not None:
        offers = offers.filter(unit__huvudman_id__in=huvudman_ids)
    found: Expected = defaultdict(set)
    rows = offers.values_list("unit__huvudman_id", "unit__code", "pupils", "groups")
    for huvudman_id, code, pupils, groups in rows:
        if teaches(indicator.year_group, pupils, groups):
            found[huvudman_id].add(code)
    return found


def _figures(source: str) -> Iterator[Observation]:
    indicators = Indicator.objects.order_by("key", "-edition__valid_from").distinct("key")
    current = ObservedValue.objects.filter(source=source, superseded_at__isnull=True, level=Level.UNIT)
    counted = set(current.filter(count__isnull=False).values_list("indicator_key", flat=True).distinct())
    for indicator in indicators.filter(key__in=counted):
        yield from _figures_of(indicator, current.filter(indicator_key=indicator.key))


def _figures_of(indicator: Indicator, values: QuerySet[ObservedValue]) -> Iterator[Observation]:
    expected = expected_units(indicator)
    rows = values.order_by("huvudman_id", "period", "sex").values_list(
        "huvudman_id",
        "period",
        "sex",
        "huvudman__orgnr",
        "source",
        "source_version",
        "unit_code",
        "kind",
        "number",
        "count",
    )
    for (huvudman_id, period, sex), grouped in groupby(rows.iterator(chunk_size=5000), itemgetter(0, 1, 2)):
        units = list(grouped)
        parts = [Part(row[6], stored_value(row[7], row[8]), row[9]) for row in units]
        figure = weighted_figure(parts, expected[huvudman_id])
        if isinstance(figure, Value):
            _h, _p, _s, orgnr, source, version, *_rest = units[0]
            count = sum(part.count or 0 for part in parts)
            yield Observation(
                Level.HUVUDMAN, orgnr, indicator.key, period, figure, source, version, 0, sex, count
            )
