"""Reads of the quality system worth a name: figures for huvudmän, in a constant number of queries."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from huvudman.models import Huvudman
from quality_system import disclosure
from quality_system.circles import Circle, as_circle, circle_of, with_circle, within
from quality_system.comparison import Member, Spread, place_in, spread_of
from quality_system.disclosure import ROOM, Figure, Rule
from quality_system.figures import Group, IndicatorFigures, PeriodValue
from quality_system.models import Edition, Indicator, Level, ObservedValue, Organizers, Sex
from quality_system.models.observation import stored_value
from quality_system.uncertainty import with_uncertainty
from quality_system.unit_queries import Place, UnitValues, offers_of
from quality_system.units import BySex, UnitFigure, UnitSpread, may_tell_of_units, protect_own, protect_units
from quality_system.values import MISSING, Value, ValueKind

PERIODS_SHOWN = 5


class Stored(NamedTuple):
    """A current value as read from the database."""

    value: Value
    basis: int | None
    is_derived: bool
    source: str
    source_version: str


Series = dict[tuple[str, str], Stored]
"""Values by (period, sex)."""
Target = tuple[int | None, str]
"""A huvudman's id (None: riket) and an indicator's key."""
SEXES: tuple[str, ...] = (Sex.ALL, Sex.GIRLS, Sex.BOYS)
NO_FIGURE = Figure(MISSING, None)
Comparison = tuple[Circle, str, str]
"""A circle, an indicator's key and a period."""


@dataclass
class _Compared:
    """The best figures of a huvudman that others are compared with, by sex, each with its rank."""

    owner: tuple[str, int] = ("", 0)
    best: dict[str, tuple[tuple, Figure]] = field(default_factory=dict)

    def see(self, sex: str, rank: tuple, figure: Figure, owner: tuple[str, int]) -> None:
        self.owner = owner
        if sex not in self.best or rank < self.best[sex][0]:
            self.best[sex] = rank, figure

    def figures(self, indicator: Indicator) -> BySex:
        return {sex: self.best[sex][1] if sex in self.best else NO_FIGURE for sex in _sexes(indicator)}


def edition_in_force() -> Edition | None:
    """The edition that new dialogues are held under."""
    return Edition.objects.filter(state=Edition.State.IN_FORCE).first()


def figures_for(huvudman: Huvudman, edition: Edition, period: str | None = None) -> list[IndicatorFigures]:
    """The figures of `edition` that concern `huvudman`, in the edition's order.

    Indicators of skolformer that the huvudman does not run are left out, as are those not published for it;
    an indicator without a value is there with a missing one. Each has its latest period, not after `period`.
    Figures that the law does not let anyone use today are not read: such an indicator says why.
    """
    return figures_for_many([huvudman.pk], edition, period)[huvudman.pk]


def figures_for_many(
    huvudman_ids: Collection[int],
    edition: Edition,
    period: str | None = None,
    as_of: datetime.datetime | None = None,
) -> dict[int, list[IndicatorFigures]]:
    """`figures_for` of many at once: huvudman's id → figures. At most eight queries for any number."""
    reading = _Reading(huvudman_ids, edition, period, as_of)
    return {huvudman.pk: reading.figures_of(huvudman) for huvudman in reading.huvudman}


class _Reading:
    """All that is read for the figures of some huvudmän."""

    def __init__(
        self,
        huvudman_ids: Collection[int],
        edition: Edition,
        period: str | None,
        as_of: datetime.datetime | None,
    ) -> None:
        self.stood = stood_at(as_of)
        self.ids, self.latest = list(huvudman_ids), period
        self.indicators = list(edition.indicators.select_related("sub_goal"))
        self.by_key = {indicator.key: indicator for indicator in self.indicators}
        self.today = timezone.localdate()
        self.usable = {key for key, row in self.by_key.items() if not row.bar_on(self.today)}
        self.huvudman = list(with_circle(Huvudman.objects.filter(pk__in=self.ids)))
        self.circles = {huvudman.pk: circle_of(huvudman) for huvudman in self.huvudman}
        self.offers = offers_of(self.ids)
        self.own = self._read_own()
        self.riket = self._read_riket()
        self.units = self._read_units(huvudman__in=self.ids)
        self.spreads = self._read_spreads()

    # Reading ----------------------------------------------------------------------------------------------
    def _values(self) -> QuerySet[ObservedValue]:
        return ObservedValue.objects.filter(self.stood, indicator_key__in=self.usable)

    def _read_own(self) -> dict[Target, Series]:
        rows = self._values().filter(level=Level.HUVUDMAN, huvudman__in=self.ids)
        return self._series(rows, "huvudman_id")

    def _read_riket(self) -> dict[Target, Series]:
        rows = self._values().filter(level=Level.RIKET, sex=Sex.ALL, organizers=Organizers.ALL)
        return self._series(rows, "huvudman_id")

    def _series(self, rows: QuerySet[ObservedValue], whose: str) -> dict[Target, Series]:
        """The best value of every period and sex, by (huvudman, indicator key)."""
        found: dict[Target, Series] = defaultdict(dict)
        columns = (
            whose, "indicator_key", "period", "sex", "kind", "number", "count", "is_derived", "source",
            "source_version",
        )  # fmt: skip
        for who, key, period, sex, kind, number, *rest in rows.exclude(period="").values_list(*columns):
            stored = Stored(stored_value(kind, number), *rest)
            known = found[who, key].get((period, sex))
            if known is None or self._rank(key, stored) < self._rank(key, known):
                found[who, key][period, sex] = stored
        return found

    def _rank(self, key: str, stored: Stored) -> tuple[bool, bool, str]:
        """What is published goes before what is computed, the indicator's own source before others."""
        return stored.is_derived, stored.source != self.by_key[key].source, stored.source

    def _read_units(self, **which: Collection[Any]) -> UnitValues:
        return UnitValues(self._values().filter(level=Level.UNIT, **which), self.by_key)

    def _read_spreads(self) -> dict[Comparison, Spread | None]:
        """The spread of every comparison that is needed."""
        needed = {
            (circle, key, self._period(huvudman.pk, key))
            for huvudman in self.huvudman
            if (circle := self.circles[huvudman.pk])
            for key in self._keys(huvudman)
        }
        members: dict[Comparison, dict[int, _Compared]] = defaultdict(lambda: defaultdict(_Compared))
        for row in self._comparable(needed):
            who, koncern, *place, key, period, sex, kind, number, count, is_derived, source = row
            comparison = (as_circle(*place), key, period)
            if comparison in needed:
                rank = (is_derived, source != self.by_key[key].source, source)
                figure = Figure(stored_value(kind, number), count)
                members[comparison][who].see(sex, rank, figure, _owner(who, koncern))
        units = self._units_told_of(members)
        return {
            comparison: spread_of(list(self._shown_members(comparison, found, units)))
            for comparison, found in members.items()
        }

    def _units_told_of(self, members: dict[Comparison, dict[int, _Compared]]) -> UnitValues | None:
        """The units of members whose figures may tell of them, and have to give way in their own underlag."""
        places = [
            (who, key, period)
            for (_circle, key, period), found in members.items()
            for who, member in found.items()
            if may_tell_of_units(member.figures(self.by_key[key]), rule_of(self.by_key[key]))
        ]
        if not places:
            return None
        ids, keys, periods = map(set, zip(*places, strict=True))
        return self._read_units(huvudman__in=ids, indicator_key__in=keys, period__in=periods)

    def _shown_members(
        self, comparison: Comparison, compared: dict[int, _Compared], units: UnitValues | None
    ) -> Iterator[Member]:
        """Those whose own figure is shown, by the same rules as in their own underlag."""
        _circle, key, period = comparison
        indicator = self.by_key[key]
        for who, member in compared.items():
            beside = units.of((who, key, period)) if units else {}
            shown = protect_own(member.figures(indicator), beside.values(), rule_of(indicator))
            if shown[Sex.ALL].kind is ValueKind.NUMBER:
                yield Member(member.owner, shown[Sex.ALL].exact)

    def _comparable(self, needed: Iterable[Comparison]) -> Iterable[tuple]:
        circles = {circle for circle, _key, _period in needed}
        by_sex = [indicator.key for indicator in self.indicators if indicator.by_sex]
        rows = self._values().filter(
            within(circles),
            Q(sex=Sex.ALL) | Q(indicator_key__in=by_sex),
            level=Level.HUVUDMAN,
            indicator_key__in={key for _circle, key, _period in needed},
            period__in={period for _circle, _key, period in needed},
        )
        return rows.values_list(
            "huvudman_id", "huvudman__koncern_id", "huvudman__type", "huvudman__size_class",
            "huvudman__comparison__group_id", "indicator_key", "period", "sex", "kind", "number", "count",
            "is_derived", "source",
        ).iterator(chunk_size=10_000)  # fmt: skip

    # Answering --------------------------------------------------------------------------------------------
    def figures_of(self, huvudman: Huvudman) -> list[IndicatorFigures]:
        """The figures that concern one huvudman."""
        return with_uncertainty(self._figures(huvudman, self.by_key[key]) for key in self._keys(huvudman))

    def _keys(self, huvudman: Huvudman) -> list[str]:
        run = self._skolformer(huvudman)
        return [
            indicator.key
            for indicator in self.indicators
            if disclosure.is_published(indicator.publication, huvudman.type)
            and (indicator.skolform in run or (huvudman.pk, indicator.key) in self.own)
        ]

    def _skolformer(self, huvudman: Huvudman) -> set[str]:
        run = {offer.skolform for offer in self.offers.get(huvudman.pk, ())}
        return run | {"FSK"} if huvudman.children or not run else run

    def _period(self, huvudman_id: int, key: str) -> str:
        """The latest period of the own value; where there is none, of the units', or riket's."""
        own = {period for period, _sex in self.own.get((huvudman_id, key), ())}
        known = own or self.units.periods(huvudman_id, key)
        known = known or {period for period, _sex in self.riket.get((None, key), ())}
        return max((p for p in known if self.latest is None or p <= self.latest), default="")

    def _figures(self, huvudman: Huvudman, indicator: Indicator) -> IndicatorFigures:
        period = self._period(huvudman.pk, indicator.key)
        series = self.own.get((huvudman.pk, indicator.key), {})
        stored = series.get((period, Sex.ALL))
        shown = self._shown(huvudman, indicator, series, period)
        own = shown[Sex.ALL]
        group = self._group(huvudman, indicator.key, period)
        place = place_in(group.spread, own.exact) if group and own.kind is ValueKind.NUMBER else None
        riket = self.riket.get((None, indicator.key), {})
        national = riket.get((period, Sex.ALL))
        return IndicatorFigures(
            **_facts(indicator),
            period=period,
            own=own,
            is_computed=bool(stored and stored.is_derived),
            not_computable=None if stored else self.units.why_not((huvudman.pk, indicator.key, period)),
            source=stored.source if stored else "",
            source_version=stored.source_version if stored else "",
            girls=shown.get(Sex.GIRLS),
            boys=shown.get(Sex.BOYS),
            riket=national.value if national else MISSING,
            group=group,
            place=place,
            series=self._recent(huvudman, indicator, series, period),
            count=stored.basis if stored and own.kind is ValueKind.NUMBER else None,
            bar=indicator.bar_on(self.today),
            units=self._unit_spread(huvudman, indicator, period, shown),
        )

    def _shown(
        self, huvudman: Huvudman, indicator: Indicator, series: Series, period: str
    ) -> dict[str, Value]:
        """The huvudman's figures of one period, by sex, as they may be shown together and beside units."""
        units = self.units.of((huvudman.pk, indicator.key, period))
        return protect_own(_figures_in(indicator, series, period), units.values(), rule_of(indicator))

    def _unit_spread(
        self, huvudman: Huvudman, indicator: Indicator, period: str, shown: dict[str, Value]
    ) -> UnitSpread | None:
        """The units that the indicator is about, as they may be shown; None where there is none."""
        place: Place = (huvudman.pk, indicator.key, period)
        known = self.units.of(place)
        names = {o.code: o.name for o in self.offers.get(huvudman.pk, ()) if o.is_about(indicator)}
        told = {code for code, by_sex in known.items() if by_sex[Sex.ALL].value.kind is not ValueKind.MISSING}
        names |= {code: self.units.names[code] for code in sorted(told - names.keys())}
        if not names or indicator.key not in self.usable:
            return None
        if len(names) == 1 or not told:
            return UnitSpread(len(names))
        own = _figures_in(indicator, self.own.get(place[:2], {}), period)
        values = protect_units(own, shown, known, rule_of(indicator))
        each = (UnitFigure(name, values.get(code, MISSING)) for code, name in names.items())
        return UnitSpread(len(names), tuple(each))

    def _group(self, huvudman: Huvudman, key: str, period: str) -> Group | None:
        circle = self.circles[huvudman.pk]
        spread = self.spreads.get((circle, key, period)) if circle else None
        if spread is None:
            return None
        rule = huvudman.comparison.group.rule if isinstance(circle, int) else None
        return Group(huvudman.type, huvudman.size_class, spread, rule)

    def _recent(
        self, huvudman: Huvudman, indicator: Indicator, series: Series, until: str
    ) -> tuple[PeriodValue, ...]:
        periods = sorted(period for period, sex in series if sex == Sex.ALL and period <= until)
        return tuple(self._past(huvudman, indicator, series, period) for period in periods[-PERIODS_SHOWN:])

    def _past(self, huvudman: Huvudman, indicator: Indicator, series: Series, period: str) -> PeriodValue:
        value = self._shown(huvudman, indicator, series, period)[Sex.ALL]
        is_shown = value.kind is ValueKind.NUMBER
        return PeriodValue(period, value, series[period, Sex.ALL].basis if is_shown else None)


def stood_at(moment: datetime.datetime | None) -> Q:
    """What holds for the values that stood at a moment, whatever came or was corrected since; None: now."""
    if moment is None:
        return Q(superseded_at__isnull=True)
    is_corrected_since = Q(superseded_at__gt=moment)
    return Q(Q(superseded_at__isnull=True) | is_corrected_since, retrieved_at__lte=moment)


class Newer(NamedTuple):
    """How many values of a source have come since a moment, and when the last did."""

    source: str
    values: int
    at: datetime.datetime


def newer_values(moment: datetime.datetime) -> list[Newer]:
    """What has been put in after `moment`, new or corrected, by source. One query."""
    rows = ObservedValue.objects.filter(retrieved_at__gt=moment).values_list("source").order_by("source")
    return [Newer(*row) for row in rows.annotate(Count("pk"), Max("retrieved_at"))]


def rule_of(indicator: Indicator) -> Rule:
    """What protects the indicator's figures: its own limits, where it has any, and those of its basis."""
    return Rule(
        indicator.based_on, indicator.unit, indicator.smallest_group or 0, indicator.fewest_short or ROOM
    )


def _sexes(indicator: Indicator) -> tuple[str, ...]:
    return SEXES if indicator.by_sex else SEXES[:1]


def _figures_in(indicator: Indicator, series: Series, period: str) -> BySex:
    """The huvudman's figures of one period before protection."""
    stored = {sex: series.get((period, sex)) for sex in _sexes(indicator)}
    return {sex: Figure(s.value, s.basis) if s else NO_FIGURE for sex, s in stored.items()}


def _owner(huvudman_id: int, koncern_id: int | None) -> tuple[str, int]:
    return ("koncern", koncern_id) if koncern_id else ("huvudman", huvudman_id)


def _facts(indicator: Indicator) -> dict[str, Any]:
    plain = (
        "key",
        "name",
        "definition",
        "skolform",
        "kind",
        "area",
        "unit",
        "decimals",
        "direction",
        "based_on",
    )
    return {
        "indicator_id": indicator.pk,
        "sub_goal": indicator.sub_goal.text if indicator.sub_goal else "",
    } | {name: getattr(indicator, name) for name in plain}
