"""A huvudman's figures with its units beside them, read from the register and the statistics."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from huvudman.models import Huvudman
from quality_system.domain.derive import derive_huvudman_values
from quality_system.figures import IndicatorFigures
from quality_system.models import Edition
from quality_system.queries import figures_for, figures_for_many
from quality_system.units import UnitFigure, UnitSpread
from quality_system.values import MISSING, NOT_APPLICABLE, ValueKind, format_value, number
from quality_system.weighting import NotComputable
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObservedValueFactory,
    offer,
    value_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, by_sex=True, unit="%", year_group="9")
    return edition


def schools(huvudman: Huvudman, **units: tuple[str | None, int | None] | None) -> Huvudman:
    """Units by name with their value and count; None where the source says nothing of the unit."""
    for name, told in units.items():
        unit = SchoolUnitFactory(huvudman=huvudman, name=name)
        offer(unit)
        if told:
            value, count = told
            kind = "number" if value else "suppressed"
            unit_value(huvudman, unit, number=value, kind=kind, count=count)
    return huvudman


def unit_value(huvudman: Huvudman, unit: object, **facts: object) -> None:
    code = getattr(unit, "code", unit)
    of = None if isinstance(unit, str) else unit
    ObservedValueFactory(level="unit", huvudman=huvudman, unit=of, unit_code=code, **facts)


def one(huvudman: Huvudman, edition: Edition) -> IndicatorFigures:
    (figures,) = figures_for(huvudman, edition)
    return figures


def told(figures: IndicatorFigures) -> dict[str, str]:
    """The units by name: number, or why not."""
    assert figures.units is not None
    each = figures.units.values
    return {u.name: format_value(u.value) if u.value.number else u.value.reason or u.value.kind for u in each}


def test_units_that_teach_it_stand_beside_the_own_value_in_the_order_of_names(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), Ö=("70", 40), A2=("60", 30), A10=("50", 30), Tom=None)
    offer(SchoolUnitFactory(huvudman=huvudman, name="Lågstadiet"), groups=("1", "2"))
    value_of(huvudman, "61", count=100)
    figures = one(huvudman, edition)
    assert told(figures) == {"A2": "60", "A10": "50", "Tom": "missing", "Ö": "70"}
    assert figures.units is not None
    assert (figures.units.total, len(figures.units.shown)) == (4, 3)
    assert IndicatorFigures.from_json(figures.as_json()) == figures


def test_what_is_stored_of_before_units_were_shown_is_still_read(edition: Edition) -> None:
    stored = one(schools(HuvudmanFactory(), A=("70", 40), B=("60", 30)), edition).as_json()
    del stored["units"]
    assert IndicatorFigures.from_json(stored).units is None


def test_a_hidden_unit_takes_another_with_it(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30), C=(None, None), D=("80", 50))
    value_of(huvudman, "69.7", count=127)
    figures = one(huvudman, edition)
    assert figures.own.number == Decimal("69.7")
    assert told(figures) == {"A": "70", "B": "derivable", "C": "few_pupils", "D": "80"}
    assert "60" not in str(figures.as_json()["units"])


def test_a_unit_without_pupils_hides_nothing(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30))
    unit_value(huvudman, SchoolUnitFactory(huvudman=huvudman, name="C"), kind="missing")
    value_of(huvudman, "66", count=70)
    assert told(one(huvudman, edition)) == {"A": "70", "B": "60"}


def test_a_single_unit_is_no_spread(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=(None, 7))
    value_of(huvudman, "28.6", count=7)
    figures = one(huvudman, edition)
    assert figures.own.number is not None
    assert figures.units == UnitSpread(1)


def test_a_source_without_units_says_how_many_they_are(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=None, B=None)
    value_of(huvudman, "66", count=70)
    assert one(huvudman, edition).units == UnitSpread(2)


def test_without_units_there_is_nothing_to_say() -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, skolform="FSK", key="fsk-x")
    huvudman = HuvudmanFactory(children=40)
    assert one(huvudman, edition).units is None


def test_figures_that_may_not_be_used_have_no_units(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30))
    edition.indicators.update(legal_basis="en förordning", usable_to="2020-01-01")
    assert one(huvudman, edition).units is None


def test_the_units_own_source_goes_before_others_and_a_closed_unit_keeps_its_name(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40))
    closed = SchoolUnitFactory(huvudman=huvudman, name="Gamla", active_to="2025-06-30")
    unit_value(huvudman, closed, number="11", count=30, source="kolada")
    unit_value(huvudman, closed, number="55", count=30)
    unit_value(huvudman, "87654321", kind="not_applicable")
    value_of(huvudman, "64", count=70)
    assert told(one(huvudman, edition)) == {"A": "70", "Gamla": "55", "87654321": "not_applicable"}


def test_units_have_the_same_period_as_the_own_value_or_their_latest(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30))
    assert one(huvudman, edition).period == "2024/25"
    value_of(huvudman, "50", count=60, period="2023/24")
    figures = one(huvudman, edition)
    assert (figures.period, figures.units) == ("2023/24", UnitSpread(2))


def test_a_huvudmans_figure_is_not_computed_beside_a_hidden_unit_and_hides_no_other(edition: Edition) -> None:
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30), C=(None, None))
    assert derive_huvudman_values(source="skolverket-csv") == 0
    figures = one(huvudman, edition)
    assert figures.not_computable is NotComputable.HIDDEN_PARTS
    assert told(figures) == {"A": "70", "B": "60", "C": "few_pupils"}


def test_a_figure_computed_from_one_source_does_not_tell_what_another_hides(edition: Edition) -> None:
    """The mean of all in the one source, less those that are shown, would be the hidden one's."""
    huvudman = schools(HuvudmanFactory(), A=("70", 40), B=("60", 30), C=(None, None), D=("80", 50))
    for unit in huvudman.units.all():
        number_, count = {"A": ("70", 40), "B": ("60", 30), "C": ("50", 20), "D": ("80", 50)}[unit.name]
        unit_value(huvudman, unit, number=number_, count=count, source="kolada")
    assert derive_huvudman_values(source="kolada") == 1
    figures = one(huvudman, edition)
    assert figures.is_computed
    assert told(figures) == {"A": "70", "B": "derivable", "C": "few_pupils", "D": "80"}


def test_an_own_value_that_tells_of_a_small_unit_gives_way_in_every_year_and_in_the_group(
    edition: Edition,
) -> None:
    others = [HuvudmanFactory() for _n in range(12)]
    for n, other in enumerate(others):
        value_of(other, str(50 + n), count=100)
    huvudman = schools(HuvudmanFactory(), A=("100", 40), B=(None, None))
    value_of(huvudman, "100", count=46)
    figures = one(huvudman, edition)
    assert figures.own.kind is figures.series[-1].value.kind is ValueKind.NEARLY_ALL
    assert figures.count is None
    assert figures.group is not None
    assert figures.group.spread.members == 12, "what is hidden takes no part in the group"
    schools(others[0], A=("60", 50), B=(None, None))
    assert one(others[1], edition).group == figures.group


@pytest.mark.parametrize("many", [1, 3])
def test_units_cost_no_more_queries_however_many_there_are(
    edition: Edition, many: int, django_assert_num_queries: Callable
) -> None:
    """Seven, and one more for the units of those in the groups whose own value may tell of them."""
    owners = [schools(HuvudmanFactory(), **{f"S{n}": ("70", 40) for n in range(many)}) for _n in range(many)]
    for huvudman in owners:
        value_of(huvudman, "70", count=40 * many)
    with django_assert_num_queries(7):
        figures_for_many([huvudman.pk for huvudman in owners], edition)
    for _n in range(many):
        value_of(schools(HuvudmanFactory(), A=("100", 40), B=(None, 6)), "100", count=46)
    with django_assert_num_queries(8):
        figures_for_many([huvudman.pk for huvudman in owners], edition)


def test_the_kinds_of_units_survive_storage() -> None:
    values = {"A": number("1.50"), "B": MISSING, "C": NOT_APPLICABLE}
    spread = UnitSpread(3, tuple(UnitFigure(name, value) for name, value in values.items()))
    figures = IndicatorFigures(
        indicator_id=1, key="k", name="n", definition="", skolform="GR", kind="result", area="", sub_goal="",
        unit="%", decimals=1, direction="up", based_on="pupils", period="2024", units=spread,
    )  # fmt: skip
    assert IndicatorFigures.from_json(figures.as_json()) == figures
