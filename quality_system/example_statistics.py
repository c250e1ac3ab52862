"""Made-up statistics for a demo: drawn to the spread of real figures, with every kind of value.

Nothing here is about a real huvudman; the source of every value is `example`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from huvudman.models import Huvudman, HuvudmanType, SkolformOffer
from quality_system import disclosure
from quality_system.disclosure import Figure
from quality_system.models import Edition, Indicator, Level, ObservedValue, Sex
from quality_system.queries import rule_of
from quality_system.values import MISSING, NOT_APPLICABLE, Value, approximate, number

SOURCE, VERSION = "example", "1"
SCHOOL_YEARS = ("2021/22", "2022/23", "2023/24", "2024/25", "2025/26")
YEARS = ("2021", "2022", "2023", "2024", "2025")
SURVEY_YEARS = ("2021", "2023", "2025")
COST_YEARS = ("2020", "2021", "2022", "2023", "2024")
RIKET_YEAR = "2023/24"

P95 = 1.645
"""How many standard deviations the 95th percentile lies from the middle."""
CHUNK = 20_000


class Spread(NamedTuple):
    """The 5th, 50th and 95th percentile among kommuner, the scale's ends, riket's value and girls' lead."""

    p5: float
    median: float
    p95: float
    low: float
    high: float
    riket: float
    girls: float = 0.0


SPREADS: dict[str, Spread] = {
    "gr-y9-vocational": Spread(70.5, 80.8, 91.8, 0, 100, 83.7, 1.5),
    "gr-certified-teachers": Spread(55.6, 71.5, 82.2, 0, 100, 72.0),
    "gr-cost-per-pupil": Spread(127_100, 143_700, 176_000, 60_000, 900_000, 141_200),
    "gy-certified-teachers": Spread(68, 84, 94, 0, 100, 84.0),
    "gran-certified-teachers": Spread(3, 12, 32, 0, 100, 12.0),
    "gyan-certified-teachers": Spread(4, 16, 38, 0, 100, 16.0),
    # Not in the calibration figures; plausible spreads around them.
    "fklass-certified-teachers": Spread(60, 82, 97, 0, 100, 81.0),
    "gr-pupils-per-teacher": Spread(9.2, 11.8, 14.3, 3, 30, 12.0),
    "gr-special-educators": Spread(2.5, 6, 10.5, 0, 100, 6.0),
    "gr-y6-all-subjects": Spread(57, 71.5, 87, 0, 100, 71.2, 8),
    "gr-y6-test": Spread(10.6, 12.8, 15.2, 0, 20, 12.7, 0.9),
    "gr-y9-test": Spread(10.8, 13, 15.4, 0, 20, 12.9, 0.9),
    "gr-y9-all-subjects": Spread(58, 72.5, 88, 0, 100, 74.1, 5),
    "gr-y9-arts": Spread(69, 79.5, 91, 0, 100, 82.4, 2),
    "gr-y9-social": Spread(67, 78, 90.5, 0, 100, 80.9, 2),
    "gr-y9-science": Spread(64, 75.5, 89, 0, 100, 79.2, 1),
    "gr-y9-merit": Spread(198, 219, 249, 0, 340, 225.6, 20),
    "gr-y9-salsa-merit": Spread(-13, 0, 14, -60, 60, 0.0),
    "gy-cost-per-pupil": Spread(112_000, 146_000, 215_000, 60_000, 900_000, 143_900),
    "gy-pupils-per-teacher": Spread(8.5, 11.6, 14.6, 3, 30, 12.1),
    "gy-diploma-3y": Spread(57, 72, 87, 0, 100, 71.8, 6),
    "gy-grade-points": Spread(12.8, 14.1, 15.6, 0, 20, 14.3, 0.8),
    "fsk-children-per-group": Spread(12.4, 14.9, 17.6, 5, 30, 14.6),
    "fsk-children-per-fte": Spread(4.5, 5.1, 5.8, 1, 12, 5.1),
    "survey": Spread(5.7, 6.9, 8.1, 0, 10, 6.9, 0.2),
}
SURVEY_TOPICS = {"safety": 0.6, "calm": -0.9, "support": 0.0, "participation": -0.3}
UNIT_MEASURES = frozenset(
    {"gr-certified-teachers", "gr-y6-all-subjects", "gr-y9-all-subjects", "gr-y9-vocational", "gr-y9-merit",
     "gy-certified-teachers", "gy-grade-points"}
)  # fmt: skip


@dataclass(frozen=True)
class _Subject:
    """Whose values are drawn: a huvudman, or a unit of it. `leaning` is its place among the others."""

    huvudman_id: int
    unit_id: int | None
    unit_code: str
    type: str
    pupils: int
    leaning: float

    @property
    def level(self) -> Level:
        return Level.UNIT if self.unit_id else Level.HUVUDMAN


@transaction.atomic
def draw_example_values(*, rng: Random, edition: Edition) -> int:
    """Draw values for every huvudman and school unit there is, and for riket; answer how many.

    Former example values are replaced. The same seed and register give the same values.
    """
    ObservedValue.objects.filter(source=SOURCE).delete()
    at = timezone.now().isoformat()
    lines = _Drawing(rng, edition).lines()
    total = 0
    with connection.cursor() as cursor, cursor.copy(_copy_statement()) as copy:
        for chunk in _chunks(f"{line}\t{SOURCE}\t{VERSION}\t{at}\n" for line in lines):
            copy.write("".join(chunk))
            total += len(chunk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE quality_system_observedvalue")
    return total


def _copy_statement() -> str:
    return (
        "COPY quality_system_observedvalue (indicator_key, level, huvudman_id, unit_id, unit_code, sex, "
        "period, kind, number, count, is_derived, version, source, source_version, retrieved_at) FROM STDIN"
    )


def _chunks(lines: Iterator[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    yield chunk


class _Drawing:
    """One draw over the whole register. Everything is read before the first line is made."""

    def __init__(self, rng: Random, edition: Edition) -> None:
        self.rng = rng
        self.own: dict[tuple[int, str, str], float] = {}
        self.indicators: dict[str, list[Indicator]] = defaultdict(list)
        for indicator in edition.indicators.order_by("position"):
            self.indicators[indicator.skolform].append(indicator)
        self.huvudman = list(Huvudman.objects.order_by("orgnr"))
        self.offers: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
        offers = SkolformOffer.objects.filter(unit__active_to__isnull=True).order_by("unit__code", "skolform")
        columns = ("unit__huvudman_id", "unit_id", "unit__code", "skolform", "pupils")
        for huvudman_id, unit_id, code, skolform, pupils in offers.values_list(*columns):
            self.offers[huvudman_id].append((unit_id, code, skolform, pupils or 0))

    def lines(self) -> Iterator[str]:
        """The rows in COPY's text format, without the columns that are the same for all."""
        yield from self._riket()
        for huvudman in self.huvudman:
            leaning = self.rng.gauss(0, 1)
            pupils: dict[str, int] = defaultdict(int)
            for _unit_id, _code, skolform, some in self.offers[huvudman.pk]:
                pupils[skolform] += some
            if huvudman.children:
                pupils["FSK"] = huvudman.children
            for skolform, many in pupils.items():
                some = many or (huvudman.pupils or 0) // len(pupils)
                subject = _Subject(huvudman.pk, None, "", huvudman.type, some, leaning)
                yield from self._subject(subject, self.indicators[skolform])
            yield from self._units(huvudman, leaning)

    def _riket(self) -> Iterator[str]:
        nobody = _Subject(0, None, "", "", 10**6, 0)
        for indicator in (i for many in self.indicators.values() for i in many):
            spread = _spread(indicator)
            if spread is None:
                continue
            for period in _periods(indicator):
                shift = 0 if period == RIKET_YEAR else self.rng.gauss(0, 0.02) * (spread.p95 - spread.p5)
                value = _rounded(spread.riket + shift, indicator)
                yield _line(indicator, nobody, Level.RIKET, Sex.ALL, period, value, None)

    def _units(self, huvudman: Huvudman, leaning: float) -> Iterator[str]:
        """The units' values, moved together so that their mean is the huvudman's own number."""
        drawn: dict[tuple[str, str], list[tuple[Indicator, _Subject, float]]] = defaultdict(list)
        for unit_id, code, skolform, pupils in self.offers[huvudman.pk]:
            own = 0.7 * leaning + math.sqrt(1 - 0.49) * self.rng.gauss(0, 1)
            subject = _Subject(huvudman.pk, unit_id, code, huvudman.type, pupils, own)
            for indicator in self.indicators[skolform]:
                spread = _spread(indicator)
                if spread and indicator.key in UNIT_MEASURES:
                    standing = 0.6 * own + 0.8 * self.rng.gauss(0, 1)
                    for period in _periods(indicator)[-2:]:
                        middle = _at(spread, standing + 0.3 * self.rng.gauss(0, 1))
                        drawn[indicator.key, period].append((indicator, subject, middle))
        for (key, period), units in drawn.items():
            yield from self._moved(units, period, self.own.get((huvudman.pk, key, period)))

    def _moved(
        self, units: list[tuple[Indicator, _Subject, float]], period: str, own: float | None
    ) -> Iterator[str]:
        """One indicator's values of the units, around `own`."""
        counts = [_count(indicator, subject) for indicator, subject, _number in units]
        weights = [count or 1 for count in counts]
        mean = sum(w * middle for w, (_i, _s, middle) in zip(weights, units, strict=True)) / sum(weights)
        shift = 0.0 if own is None else own - mean
        for count, (indicator, subject, middle) in zip(counts, units, strict=True):
            value = self._told(indicator, subject, _within(_spread(indicator), middle + shift), count)
            yield _line(indicator, subject, subject.level, Sex.ALL, period, value, count)

    def _subject(self, subject: _Subject, indicators: list[Indicator]) -> Iterator[str]:
        for indicator in indicators:
            if disclosure.is_published(indicator.publication, subject.type):
                standing = 0.6 * subject.leaning + 0.8 * self.rng.gauss(0, 1)
                for period in _periods(indicator):
                    yield from self._period(indicator, subject, period, standing)

    def _period(self, indicator: Indicator, subject: _Subject, period: str, standing: float) -> Iterator[str]:
        count = _count(indicator, subject)
        now = 0.95 * standing + math.sqrt(1 - 0.95**2) * self.rng.gauss(0, 1)
        total, drawn = self._value(indicator, subject, now, count)
        self.own[subject.huvudman_id, indicator.key, period] = drawn
        yield _line(indicator, subject, subject.level, Sex.ALL, period, total, count)
        latest = period == _periods(indicator)[-1]
        if latest and indicator.by_sex and subject.level == Level.HUVUDMAN:
            yield from self._sexes(indicator, subject, period, total, drawn, count)

    def _value(
        self, indicator: Indicator, subject: _Subject, standing: float, count: int
    ) -> tuple[Value, float]:
        """A value as its source would show it, and the number behind it."""
        spread = _spread(indicator)
        if spread is None:
            return self._amount(indicator, subject), 0.0
        drawn = _at(spread, standing)
        return self._told(indicator, subject, drawn, count), drawn

    def _told(self, indicator: Indicator, subject: _Subject, drawn: float, count: int) -> Value:
        """What the source says of a number: now and then nothing."""
        chance = self.rng.random()
        if chance < 0.03:
            return MISSING
        teachers = indicator.based_on == Indicator.Basis.TEACHERS and subject.type == HuvudmanType.ENSKILD
        if teachers and chance > 0.97:
            return NOT_APPLICABLE
        return _shown(indicator, subject, drawn, count)

    def _amount(self, indicator: Indicator, subject: _Subject) -> Value:
        """Pupils and positions: an amount that follows the size and has no spread of its own."""
        if indicator.key == "gr-pupils":
            return approximate(max(10, round(subject.pupils, -1)))
        if indicator.key == "gr-y9-pupils":
            return _shown(indicator, subject, _count(indicator, subject), _count(indicator, subject))
        positions = round(subject.pupils / 230 * (1 + 0.3 * self.rng.gauss(0, 1)), 1)
        return _shown(indicator, subject, max(positions, 0.0), _count(indicator, subject))

    def _sexes(
        self, indicator: Indicator, subject: _Subject, period: str, total: Value, drawn: float, count: int
    ) -> Iterator[str]:
        spread = _spread(indicator)
        lead = spread.girls if spread else 0.0
        girls_count = round(count * (0.49 + 0.02 * self.rng.gauss(0, 1)))
        half = lead / 2 + self.rng.gauss(0, 0.3) * abs(lead)
        girls, boys = (
            Figure(_shown(indicator, subject, _within(spread, drawn + side), part), part)
            for side, part in ((half, girls_count), (-half, count - girls_count))
        )
        rule = rule_of(indicator)
        _total, *shown = disclosure.protect_sexes(Figure(total, count), girls, boys, rule)
        for sex, value, part in zip((Sex.GIRLS, Sex.BOYS), shown, (girls, boys), strict=True):
            yield _line(indicator, subject, subject.level, sex, period, value, part.count)


def _periods(indicator: Indicator) -> tuple[str, ...]:
    if indicator.based_on == Indicator.Basis.MONEY:
        return COST_YEARS
    if indicator.based_on == Indicator.Basis.ANSWERS:
        return SURVEY_YEARS
    return SCHOOL_YEARS if indicator.period_type == Indicator.PeriodType.SCHOOL_YEAR else YEARS


def _spread(indicator: Indicator) -> Spread | None:
    """The indicator's spread; None for an amount."""
    if indicator.based_on == Indicator.Basis.ANSWERS:
        shift = SURVEY_TOPICS.get(indicator.key.rsplit("-", 1)[-1], 0.0)
        base = SPREADS["survey"]
        return base._replace(
            p5=base.p5 + shift, median=base.median + shift, p95=base.p95 + shift, riket=base.riket + shift
        )
    return SPREADS.get(indicator.key) or SPREADS.get(indicator.key.rsplit("-", 1)[0])


def _at(spread: Spread, standing: float) -> float:
    """The number at `standing` standard deviations: two half normal curves that meet in the median."""
    side = spread.p95 - spread.median if standing > 0 else spread.median - spread.p5
    return _within(spread, spread.median + standing / P95 * side)


def _within(spread: Spread | None, drawn: float) -> float:
    return min(max(drawn, spread.low), spread.high) if spread else drawn


def _count(indicator: Indicator, subject: _Subject) -> int:
    """How many a value rests on: a year group, the teachers, or those who answer."""
    if indicator.based_on == Indicator.Basis.TEACHERS:
        return subject.pupils // 12
    share = 10 if indicator.year_group or indicator.skolform == "GY" else 1
    return subject.pupils // share


def _shown(indicator: Indicator, subject: _Subject, drawn: float, count: int) -> Value:
    figure = Figure(_rounded(drawn, indicator), count, subject.level)
    return disclosure.protect_alone(figure, rule_of(indicator))


def _rounded(drawn: float, indicator: Indicator) -> Value:
    if indicator.based_on == Indicator.Basis.MONEY:
        return number(str(round(drawn, -2)))
    return number(f"{drawn:.{indicator.decimals}f}")


def _line(
    indicator: Indicator,
    subject: _Subject,
    level: Level,
    sex: Sex,
    period: str,
    value: Value,
    count: int | None,
) -> str:
    cells = (
        indicator.key,
        level.value,
        subject.huvudman_id or r"\N",
        subject.unit_id or r"\N",
        subject.unit_code,
        sex.value,
        period,
        value.kind.value,
        r"\N" if value.number is None else value.number,
        r"\N" if count is None or indicator.based_on != Indicator.Basis.PUPILS else count,
        "f",
        1,
    )
    return "\t".join(map(str, cells))
