"""Reads of school units for the figures of their huvudmän: who they are, and their values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from huvudman.models import SkolformOffer
from quality_system.disclosure import Figure
from quality_system.models import Indicator, ObservedValue
from quality_system.models.observation import stored_value
from quality_system.units import ALL, BySex, teaches
from quality_system.values import ValueKind
from quality_system.weighting import NotComputable

Place = tuple[int, str, str]
"""A huvudman's id, an indicator's key and a period."""


class Offer(NamedTuple):
    """A skolform at an active unit, by the register."""

    code: str
    name: str
    skolform: str
    pupils: int | None
    groups: list[str]

    def is_about(self, indicator: Indicator) -> bool:
        """Whether the unit teaches what the indicator measures."""
        return self.skolform == indicator.skolform and teaches(indicator.year_group, self.pupils, self.groups)


def offers_of(huvudman_ids: Collection[int]) -> dict[int, list[Offer]]:
    """What the active units offer, by huvudman, in the order of the units' names. One query."""
    offers = SkolformOffer.objects.filter(unit__huvudman__in=huvudman_ids, unit__active_to__isnull=True)
    found: dict[int, list[Offer]] = defaultdict(list)
    columns = ("unit__huvudman_id", "unit__code", "unit__name", "skolform", "pupils", "groups")
    for huvudman_id, *offer in offers.order_by("unit__name", "unit__code").values_list(*columns):
        found[huvudman_id].append(Offer(*offer))
    return found


class UnitValues:
    """The best value of every unit, period and sex, and what units of the past or unknown ones are called."""

    def __init__(self, rows: QuerySet[ObservedValue], indicators: Mapping[str, Indicator]) -> None:
        """Read `rows`, which are of units. One query."""
        self.names: dict[str, str] = {}
        self._found: dict[Place, dict[str, BySex]] = defaultdict(dict)
        ranks: dict[tuple, tuple] = {}
        columns = (
            "huvudman_id", "indicator_key", "period", "unit_code", "unit__name", "sex", "source", "kind",
            "number", "count",
        )  # fmt: skip
        for who, key, period, code, name, sex, source, *figure in rows.values_list(*columns).iterator():
            indicator = indicators[key]
            place, rank = (who, key, period), (source != indicator.source, source)
            is_wanted = sex == ALL or indicator.by_sex
            if is_wanted and rank <= ranks.get((place, code, sex), rank):
                ranks[place, code, sex] = rank
                self._found[place].setdefault(code, {})[sex] = _figure(*figure)
                self.names[code] = name or code

    def of(self, place: Place) -> dict[str, BySex]:
        """The units' figures before protection, by code; only units with a figure of all."""
        return {code: by_sex for code, by_sex in self._found.get(place, {}).items() if ALL in by_sex}

    def periods(self, huvudman_id: int, key: str) -> set[str]:
        """The periods in which units have values."""
        return {period for who, of, period in self._found if (who, of) == (huvudman_id, key)}

    def why_not(self, place: Place) -> NotComputable:
        """Why the units' values give no figure for their huvudman."""
        return _reason([by_sex[ALL] for by_sex in self.of(place).values()])


def _figure(kind: str, number: object, count: int | None) -> Figure:
    return Figure(stored_value(kind, number), count, "unit")  # type: ignore[arg-type]


def _reason(figures: Iterable[Figure]) -> NotComputable:
    figures = list(figures)
    if not figures:
        return NotComputable.NO_UNITS
    if any(figure.value.is_hidden for figure in figures):
        return NotComputable.HIDDEN_PARTS
    if any(figure.value.kind is ValueKind.APPROXIMATE for figure in figures):
        return NotComputable.ROUNDED_PARTS
    unknown = any(figure.count is None for figure in figures)
    return NotComputable.COUNTS_UNKNOWN if unknown else NotComputable.UNITS_LACKING
