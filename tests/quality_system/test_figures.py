"""A huvudman's figures: own, by sex, riket, group and the latest periods."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from huvudman.models import Huvudman, Koncern
from quality_system.comparison import Place
from quality_system.domain.editions import copy_edition
from quality_system.figures import IndicatorFigures
from quality_system.models import Edition, Indicator
from quality_system.queries import figures_for, figures_for_many
from quality_system.values import ValueKind, number
from quality_system.weighting import NotComputable
from quality_system.wording import own_reason
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObservedValueFactory,
    offer,
    riket,
    seeded_edition,
    value_of,
)

pytestmark = pytest.mark.django_db

TODAY, DAY = timezone.localdate(), datetime.timedelta(days=1)


@pytest.fixture
def edition() -> Edition:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, by_sex=True)
    return edition


def school(**facts: object) -> Huvudman:
    huvudman = HuvudmanFactory(**facts)
    offer(SchoolUnitFactory(huvudman=huvudman))
    return huvudman


def one(huvudman: Huvudman, edition: Edition, period: str | None = None) -> IndicatorFigures:
    (figures,) = figures_for(huvudman, edition, period)
    return figures


def test_own_value_beside_riket_and_the_latest_five_periods(edition: Edition) -> None:
    huvudman = school()
    for year in range(19, 26):
        value_of(huvudman, f"2{year}", period=f"20{year}/{year + 1}")
    riket("225.3", period="2025/26")
    figures = one(huvudman, edition)
    assert (figures.period, figures.own, figures.riket) == ("2025/26", number("225"), number("225.3"))
    assert [p.period for p in figures.series] == ["2021/22", "2022/23", "2023/24", "2024/25", "2025/26"]
    assert figures.series[-1].value == number(225)
    assert one(huvudman, edition, "2022/23").own == number(222)


def test_a_hidden_value_stays_hidden_in_every_place(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, None, kind="suppressed")
    value_of(huvudman, "240", sex="girls")
    value_of(huvudman, "220", sex="boys")
    figures = one(huvudman, edition)
    assert figures.own.kind is ValueKind.SUPPRESSED
    assert figures.own.reason == "few_pupils"
    assert figures.girls is not None
    assert figures.boys is not None
    assert figures.girls.is_hidden
    assert figures.boys.is_hidden
    assert figures.place is None
    assert figures.series[-1].value.is_hidden
    assert "240" not in str(figures.as_json())
    assert "220" not in str(figures.as_json())


def test_a_figure_on_too_few_is_hidden_here_too(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "240", count=4)
    assert one(huvudman, edition).own.is_hidden


def test_a_total_that_tells_of_hidden_girls_gives_way_everywhere() -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, by_sex=True, unit="%")
    everybody = [school() for _n in range(12)]
    for n, huvudman in enumerate(everybody):
        value_of(huvudman, "100", count=30)
        value_of(huvudman, "100", sex="girls", count=4 if n else 15)
        value_of(huvudman, "100", sex="boys", count=26 if n else 15)
    shown, hidden = one(everybody[0], edition), one(everybody[1], edition)
    assert [v and v.number for v in (shown.own, shown.girls, shown.boys)] == [100, 100, 100]
    assert hidden.own.kind is hidden.series[-1].value.kind is ValueKind.NEARLY_ALL
    assert hidden.girls is not None
    assert hidden.girls.reason == "few_pupils"
    assert hidden.group is None, "a hidden figure takes no part in the group"
    assert "100" not in str(hidden.as_json())


def test_what_is_published_goes_before_what_is_computed(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "200", is_derived=True)
    assert one(huvudman, edition).is_computed
    value_of(huvudman, "210")
    figures = one(huvudman, edition)
    assert (figures.own, figures.is_computed) == (number(210), False)


def test_a_superseded_value_is_not_shown(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "200", superseded_at="2026-01-01T00:00Z")
    assert one(huvudman, edition).own.kind is ValueKind.MISSING


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([{"kind": "suppressed", "number": None}], NotComputable.HIDDEN_PARTS),
        ([{"kind": "approximate"}], NotComputable.ROUNDED_PARTS),
        ([{"count": None}], NotComputable.COUNTS_UNKNOWN),
        ([{"count": 20}], NotComputable.UNITS_LACKING),
        ([], NotComputable.NO_UNITS),
    ],
)
def test_why_there_is_no_figure(edition: Edition, facts: list[dict], reason: NotComputable) -> None:
    huvudman = school()
    riket("225.3")
    for fact in facts:
        ObservedValueFactory(level="unit", huvudman=huvudman, unit_code="12345678", **fact)
    figures = one(huvudman, edition)
    assert figures.own.kind is ValueKind.MISSING
    assert figures.not_computable is reason


def test_the_group_is_of_the_same_type_and_size(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "209")
    for n in range(1, 10):
        value_of(HuvudmanFactory(), str(200 + n * 10))
    value_of(HuvudmanFactory(size_class="s5"), "900")
    value_of(HuvudmanFactory(type="kommun"), "900")
    figures = one(huvudman, edition)
    assert figures.group is not None
    assert figures.group.spread.members == 10
    assert figures.group.spread.median == Decimal("245")
    assert figures.group.spread.p95 is None
    assert figures.place is Place.LOWER


def test_a_small_group_is_not_shown(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman)
    for _n in range(8):
        value_of(HuvudmanFactory())
    assert one(huvudman, edition).group is None
    for kind in ("suppressed", "missing"):
        value_of(HuvudmanFactory(), None, kind=kind)
    assert one(huvudman, edition).group is None


def test_a_koncern_counts_as_one(edition: Edition) -> None:
    koncern = Koncern.objects.create(name="Exempelkoncernen")
    huvudman = school()
    value_of(huvudman)
    for n in range(12):
        value_of(HuvudmanFactory(koncern=koncern), str(n))
    assert one(huvudman, edition).group is None


def test_costs_are_for_kommunala_only() -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, publication="kommunala", based_on="money")
    enskild, kommun = school(), school(type="kommun")
    value_of(enskild, "100000")
    value_of(kommun, "100000")
    assert figures_for(enskild, edition) == []
    assert one(kommun, edition).own == number(100000)


def test_preschool_only_has_almost_nothing_and_says_so() -> None:
    edition = seeded_edition()
    huvudman = HuvudmanFactory(children=40, pupils=None)
    figures = figures_for(huvudman, edition)
    assert {f.skolform for f in figures} == {"FSK"}
    assert all(f.own.kind is ValueKind.MISSING and f.not_computable for f in figures)


def test_figures_survive_storage(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "209.25")
    value_of(huvudman, "215", sex="girls")
    value_of(huvudman, None, kind="suppressed", sex="boys")
    for n in range(45):
        value_of(HuvudmanFactory(), str(200 + n))
    figures = one(huvudman, edition)
    assert IndicatorFigures.from_json(figures.as_json()) == figures


@pytest.mark.parametrize("many", [1, 3])
def test_many_take_seven_queries(edition: Edition, many: int, django_assert_num_queries: object) -> None:
    schools = [school() for _n in range(many)]
    for huvudman in schools:
        value_of(huvudman)
    with django_assert_num_queries(7):  # type: ignore[operator]
        figures = figures_for_many([huvudman.pk for huvudman in schools], edition)
    assert [len(figures[huvudman.pk]) for huvudman in schools] == [1] * many


# What the source and the law ask for ----------------------------------------------------------------------
def test_an_indicators_own_limits_are_those_that_protect_it(edition: Edition) -> None:
    huvudman = school()
    value_of(huvudman, "80.0", count=20)
    own = edition.indicators.get()
    own.unit, own.by_sex = "%", False
    own.save()
    assert one(huvudman, edition).own.kind is ValueKind.NEARLY_ALL, "4 of 20 fall short"
    value_of(other := school(), "70.0", count=20)
    assert one(other, edition).own == number("70.0000"), "6 of 20"
    own.fewest_short = 7
    own.save()
    assert one(other, edition).own.kind is ValueKind.NEARLY_ALL
    own.smallest_group = 21
    own.save()
    assert one(other, edition).own.kind is ValueKind.SUPPRESSED


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"usable_to": TODAY - DAY}, "får inte längre användas: 2 § förordningen gällde till och med"),
        ({"usable_from": TODAY + DAY}, "får inte användas ännu: 2 § förordningen gäller från och med"),
        ({"usable_to": TODAY, "usable_from": TODAY}, ""),
        ({}, ""),
    ],
)
def test_figures_are_used_only_while_the_law_lets_them(
    edition: Edition, days: dict[str, datetime.date], told: str, django_assert_num_queries: object
) -> None:
    huvudman = school()
    value_of(huvudman)
    riket("225.3")
    edition.indicators.update(legal_basis="2 § förordningen", **days)
    with django_assert_num_queries(7 if not told else 3):  # type: ignore[operator]
        figures = one(huvudman, edition)
    assert (figures.bar is not None) is bool(told)
    if not told:
        assert figures.own == number("230.5000")
        return
    assert told in own_reason(figures)
    assert "230" not in str(figures.as_json())
    assert "225" not in str(figures.as_json())
    assert figures == IndicatorFigures.from_json(figures.as_json())


def test_figures_stored_before_there_were_bars_are_read(edition: Edition) -> None:
    stored = one(school(), edition).as_json()
    del stored["bar"]
    assert IndicatorFigures.from_json(stored).bar is None


def test_a_key_brings_its_history_to_the_next_edition(edition: Edition) -> None:
    huvudman = school()
    for period in ("2023/24", "2024/25"):
        value_of(huvudman, period=period)
    following = copy_edition(edition=edition, actor=SYSTEM)
    Indicator.objects.filter(edition=following).update(name="Meritvärde med nytt namn", position=40)
    before, after = one(huvudman, edition), one(huvudman, following)
    assert (before.series, before.own) == (after.series, after.own)
    assert len(after.series) == 2
    assert after.name == "Meritvärde med nytt namn"
    Indicator.objects.filter(edition=following).update(key="gr-annat")
    assert one(huvudman, following).series == ()
