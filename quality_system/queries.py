"""Reads of the quality system worth a name: figures for huvudmän, in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from huvudman.models import Huvudman, SkolformOffer
from quality_system import disclosure
from quality_system.comparison import Member, Spread, place_in, spread_of
from quality_system.disclosure import ROOM, Figure, Rule
from quality_system.figures import Bar, Group, IndicatorFigures, PeriodValue
from quality_system.models import Edition, Indicator, Level, ObservedValue, Organizers, Sex
from quality_system.models.observation import stored_value
from quality_system.uncertainty import with_uncertainty
from quality_system.values import MISSING, Value, ValueKind
from quality_system.weighting import NotComputable

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
Shown = tuple[Value, Value | None, Value | None]
"""All, girls and boys as they may be shown; no girls and boys where the indicator is not by sex."""
SEXES = (Sex.ALL, Sex.GIRLS, Sex.BOYS)
NO_FIGURE = Figure(MISSING, None)
Comparison = tuple[str, str, str, str]
"""A huvudman type, a size class, an indicator's key and a period."""


@dataclass
class _Compared:
    """The best figures of a huvudman that others are compared with, by sex, each with its rank."""

    owner: tuple[str, int] = ("", 0)
    best: dict[str, tuple[tuple, Figure]] = field(default_factory=dict)

    def see(self, sex: str, rank: tuple, figure: Figure, owner: tuple[str, int]) -> None:
        self.owner = owner
        if sex not in self.best or rank < self.best[sex][0]:
            self.best[sex] = rank, figure

    def figures(self) -> list[Figure]:
        return [self.best[sex][1] if sex in self.best else NO_FIGURE for sex in SEXES]


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
    huvudman_ids: Collection[int], edition: Edition, period: str | None = None
) -> dict[int, list[IndicatorFigures]]:
    """`figures_for` of many at once: huvudman's id → figures. Seven queries, however many there are."""
    reading = _Reading(huvudman_ids, edition, period)
    return {huvudman.pk: reading.figures_of(huvudman) for huvudman in reading.huvudman}


class _Reading:
    """All that is read for the figures of some huvudmän."""

    def __init__(self, huvudman_ids: Collection[int], edition: Edition, period: str | None) -> None:
        self.ids, self.latest = list(huvudman_ids), period
        self.indicators = list(edition.indicators.select_related("sub_goal"))
        self.by_key = {indicator.key: indicator for indicator in self.indicators}
        self.today = timezone.localdate()
        self.usable = {key for key, row in self.by_key.items() if row.is_usable(self.today)}
        self.huvudman = list(Huvudman.objects.filter(pk__in=self.ids))
        self.skolformer = self._read_skolformer()
        self.own = self._read_own()
        self.riket = self._read_riket()
        self.units = self._read_units()
        self.spreads = self._read_spreads()

    # Reading ----------------------------------------------------------------------------------------------
    def _values(self) -> QuerySet[ObservedValue]:
        return ObservedValue.objects.filter(superseded_at__isnull=True, indicator_key__in=self.usable)

    def _read_skolformer(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        offers = SkolformOffer.objects.filter(unit__huvudman__in=self.ids, unit__active_to__isnull=True)
        for huvudman_id, skolform in offers.values_list("unit__huvudman_id", "skolform").distinct():
            found[huvudman_id].add(skolform)
        for huvudman in self.huvudman:
            if huvudman.children or not found[huvudman.pk]:
                found[huvudman.pk].add("FSK")
        return found

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

    def _read_units(self) -> dict[tuple[int, str, str], NotComputable]:
        """Why units' values give no figure for their huvudman, by (huvudman, key, period)."""
        rows = (
            self._values()
            .filter(level=Level.UNIT, huvudman__in=self.ids, sex=Sex.ALL)
            .values_list("huvudman_id", "indicator_key", "period")
            .annotate(
                hidden=Count("pk", filter=~Q(kind__in=["number", "approximate"])),
                rounded=Count("pk", filter=Q(kind="approximate")),
                uncounted=Count("pk", filter=Q(count__isnull=True)),
            )
        )
        return {(who, key, period): _reason(*counts) for who, key, period, *counts in rows.iterator()}

    def _read_spreads(self) -> dict[Comparison, Spread | None]:
        """The spread of every comparison that is needed, by (type, size class, key, period)."""
        needed = {
            (huvudman.type, huvudman.size_class, key, self._period(huvudman.pk, key))
            for huvudman in self.huvudman
            for key in self._keys(huvudman)
        }
        members: dict[Comparison, dict[int, _Compared]] = defaultdict(lambda: defaultdict(_Compared))
        for row in self._comparable(needed):
            who, koncern, kind_of, size, key, period, sex, kind, number, count, is_derived, source = row
            comparison = (kind_of, size, key, period)
            if comparison in needed:
                rank = (is_derived, source != self.by_key[key].source, source)
                figure = Figure(stored_value(kind, number), count)
                members[comparison][who].see(sex, rank, figure, _owner(who, koncern))
        return {
            comparison: spread_of(list(self._shown_members(self.by_key[comparison[2]], found.values())))
            for comparison, found in members.items()
        }

    def _shown_members(self, indicator: Indicator, compared: Iterable[_Compared]) -> Iterator[Member]:
        """Those whose own figure is shown, by the same rules as in their own underlag."""
        for member in compared:
            own, _girls, _boys = _protected(indicator, member.figures())
            if own.kind is ValueKind.NUMBER:
                yield Member(member.owner, own.exact)

    def _comparable(self, needed: Iterable[Comparison]) -> Iterable[tuple]:
        groups = Q(pk__in=[])
        for kind_of, size in sorted({(kind_of, size) for kind_of, size, _key, _period in needed}):
            groups |= Q(huvudman__type=kind_of, huvudman__size_class=size)
        by_sex = [indicator.key for indicator in self.indicators if indicator.by_sex]
        rows = self._values().filter(
            groups,
            Q(sex=Sex.ALL) | Q(indicator_key__in=by_sex),
            level=Level.HUVUDMAN,
            indicator_key__in={key for *_group, key, _period in needed},
            period__in={period for *_group, period in needed},
        )
        return rows.values_list(
            "huvudman_id", "huvudman__koncern_id", "huvudman__type", "huvudman__size_class", "indicator_key",
            "period", "sex", "kind", "number", "count", "is_derived", "source",
        ).iterator(chunk_size=10_000)  # fmt: skip

    # Answering --------------------------------------------------------------------------------------------
    def figures_of(self, huvudman: Huvudman) -> list[IndicatorFigures]:
        """The figures that concern one huvudman."""
        return with_uncertainty(self._figures(huvudman, self.by_key[key]) for key in self._keys(huvudman))

    def _keys(self, huvudman: Huvudman) -> list[str]:
        run = self.skolformer[huvudman.pk]
        return [
            indicator.key
            for indicator in self.indicators
            if disclosure.is_published(indicator.publication, huvudman.type)
            and (indicator.skolform in run or (huvudman.pk, indicator.key) in self.own)
        ]

    def _period(self, huvudman_id: int, key: str) -> str:
        known = self.own.get((huvudman_id, key)) or self.riket.get((None, key), {})
        return max((p for p, _sex in known if self.latest is None or p <= self.latest), default="")

    def _figures(self, huvudman: Huvudman, indicator: Indicator) -> IndicatorFigures:
        period = self._period(huvudman.pk, indicator.key)
        series = self.own.get((huvudman.pk, indicator.key), {})
        stored = series.get((period, Sex.ALL))
        own, girls, boys = self._place(indicator, series, period)
        group = self._group(huvudman, indicator.key, period)
        place = place_in(group.spread, own.exact) if group and own.kind is ValueKind.NUMBER else None
        riket = self.riket.get((None, indicator.key), {})
        national = riket.get((period, Sex.ALL))
        return IndicatorFigures(
            **_facts(indicator),
            period=period,
            own=own,
            is_computed=bool(stored and stored.is_derived),
            not_computable=None if stored else self._why_not(huvudman.pk, indicator.key, period),
            source=stored.source if stored else "",
            source_version=stored.source_version if stored else "",
            girls=girls,
            boys=boys,
            riket=national.value if national else MISSING,
            group=group,
            place=place,
            series=self._recent(indicator, series, period),
            count=stored.basis if stored and own.kind is ValueKind.NUMBER else None,
            bar=self._bar(indicator),
        )

    def _bar(self, indicator: Indicator) -> Bar | None:
        """Why the figures may not be used today; None where they may."""
        if indicator.key in self.usable:
            return None
        begins, last = indicator.usable_from, indicator.usable_to
        if begins and begins > self.today:
            return Bar(indicator.legal_basis, begins=str(begins))
        return Bar(indicator.legal_basis, ended=str(last))

    def _place(self, indicator: Indicator, series: Series, period: str) -> Shown:
        """The huvudman's figures of one period as they may be shown together."""
        stored = (series.get((period, sex)) for sex in SEXES)
        return _protected(indicator, [Figure(s.value, s.basis) if s else NO_FIGURE for s in stored])

    def _group(self, huvudman: Huvudman, key: str, period: str) -> Group | None:
        spread = self.spreads.get((huvudman.type, huvudman.size_class, key, period))
        return Group(huvudman.type, huvudman.size_class, spread) if spread else None

    def _why_not(self, huvudman_id: int, key: str, period: str) -> NotComputable:
        return self.units.get((huvudman_id, key, period), NotComputable.NO_UNITS)

    def _recent(self, indicator: Indicator, series: Series, until: str) -> tuple[PeriodValue, ...]:
        periods = sorted(period for period, sex in series if sex == Sex.ALL and period <= until)
        return tuple(self._past(indicator, series, period) for period in periods[-PERIODS_SHOWN:])

    def _past(self, indicator: Indicator, series: Series, period: str) -> PeriodValue:
        value = self._place(indicator, series, period)[0]
        is_shown = value.kind is ValueKind.NUMBER
        return PeriodValue(period, value, series[period, Sex.ALL].basis if is_shown else None)


def rule_of(indicator: Indicator) -> Rule:
    """What protects the indicator's figures: its own limits, where it has any, and those of its basis."""
    return Rule(
        indicator.based_on, indicator.unit, indicator.smallest_group or 0, indicator.fewest_short or ROOM
    )


def _protected(indicator: Indicator, figures: Sequence[Figure]) -> Shown:
    """All, girls and boys of one huvudman and period, protected together."""
    rule = rule_of(indicator)
    if indicator.by_sex:
        everybody, girls, boys = figures
        return disclosure.protect_sexes(everybody, girls, boys, rule)
    return disclosure.protect_alone(figures[0], rule), None, None


def _owner(huvudman_id: int, koncern_id: int | None) -> tuple[str, int]:
    return ("koncern", koncern_id) if koncern_id else ("huvudman", huvudman_id)


def _reason(hidden: int, rounded: int, uncounted: int) -> NotComputable:
    if hidden:
        return NotComputable.HIDDEN_PARTS
    if rounded:
        return NotComputable.ROUNDED_PARTS
    return NotComputable.COUNTS_UNKNOWN if uncounted else NotComputable.UNITS_LACKING


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
