"""The demo's statistics: drawn to the calibration figures, with every kind of value, the same every time."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from huvudman.models import Huvudman, HuvudmanType, SizeClass
from quality_system.comparison import quantile
from quality_system.example_statistics import SOURCE, draw_example_values
from quality_system.models import Edition, Level, ObservedValue
from quality_system.queries import figures_for
from quality_system.values import ValueKind
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, SchoolUnitFactory, orgnr
from tests.quality_system.factories import offer, seeded_edition, value_of

pytestmark = pytest.mark.django_db

KOMMUNER = 290


@pytest.fixture
def edition() -> Edition:
    return seeded_edition()


def kommuner(many: int) -> list[Huvudman]:
    kommun = KommunFactory()
    made = [
        HuvudmanFactory(
            orgnr=orgnr(700_000 + n), type=HuvudmanType.KOMMUN, size_class=SizeClass.S4, main_kommun=kommun
        )
        for n in range(many)
    ]
    for huvudman in made:
        offer(SchoolUnitFactory(huvudman=huvudman, kommun=kommun), pupils=3000)
    return made


def percentiles(key: str, period: str) -> list[float]:
    rows = ObservedValue.objects.filter(
        indicator_key=key, period=period, level=Level.HUVUDMAN, sex="all", kind="number"
    )
    ordered = sorted(rows.values_list("number", flat=True))
    return [float(quantile(ordered, percent)) for percent in (5, 50, 95)]


def test_the_draw_follows_the_calibration_figures(edition: Edition) -> None:
    kommuner(KOMMUNER)
    draw_example_values(rng=Random(1), edition=edition)
    eligible = percentiles("gr-y9-vocational", "2024/25")
    assert eligible == pytest.approx([70.5, 80.8, 91.8], abs=2.5)
    assert percentiles("gr-certified-teachers", "2024/25") == pytest.approx([55.6, 71.5, 82.2], abs=3)
    assert percentiles("gr-cost-per-pupil", "2024") == pytest.approx([127_100, 143_700, 176_000], rel=0.05)
    riket = ObservedValue.objects.get(indicator_key="gr-y9-vocational", period="2023/24", level=Level.RIKET)
    assert float(riket.number or 0) == 83.7


def test_every_kind_of_value_is_there_and_nothing_is_real(edition: Edition) -> None:
    kommuner(40)
    for _n in range(60):
        offer(SchoolUnitFactory(), pupils=45)
    made = draw_example_values(rng=Random(2), edition=edition)
    values = ObservedValue.objects.all()
    assert set(values.values_list("kind", flat=True)) == {kind.value for kind in ValueKind}
    assert set(values.values_list("source", flat=True)) == {SOURCE}
    assert set(values.values_list("level", flat=True)) == {"riket", "huvudman", "unit"}
    assert values.count() == made


def test_costs_are_drawn_for_kommunala_only(edition: Edition) -> None:
    kommuner(1)
    offer(SchoolUnitFactory())
    draw_example_values(rng=Random(3), edition=edition)
    costs = ObservedValue.objects.filter(indicator_key="gr-cost-per-pupil", level=Level.HUVUDMAN)
    assert set(costs.values_list("huvudman__type", flat=True)) == {"kommun"}


def test_small_groups_are_hidden_as_the_sources_do(edition: Edition) -> None:
    offer(SchoolUnitFactory(), pupils=30)
    draw_example_values(rng=Random(4), edition=edition)
    graded = ObservedValue.objects.filter(indicator_key="gr-y9-vocational").exclude(level=Level.RIKET)
    assert graded.exists()
    assert set(graded.values_list("kind", flat=True)) <= {"suppressed", "missing"}


def test_drawn_again_with_the_same_seed_it_is_the_same(edition: Edition) -> None:
    huvudman = kommuner(3)[0]
    value_of(huvudman, "230.5")
    draw_example_values(rng=Random(5), edition=edition)
    first = drawn()
    draw_example_values(rng=Random(5), edition=edition)
    assert drawn() == first
    assert ObservedValue.objects.exclude(source=SOURCE).count() == 1


def drawn() -> list[tuple]:
    rows = ObservedValue.objects.filter(source=SOURCE).order_by("pk")
    return list(rows.values_list("indicator_key", "huvudman", "unit", "period", "sex", "kind", "number"))


def test_a_kommun_gets_a_full_underlag_of_figures(edition: Edition) -> None:
    huvudman = kommuner(25)[0]
    draw_example_values(rng=Random(6), edition=edition)
    figures = {f.key: f for f in figures_for(huvudman, edition)}
    merit = figures["gr-y9-merit"]
    assert merit.group
    assert len(merit.series) == 5
    assert not merit.riket.is_hidden


def test_a_huvudmans_units_lie_around_its_own_value(edition: Edition) -> None:
    huvudman = HuvudmanFactory(type=HuvudmanType.KOMMUN)
    for _n in range(6):
        offer(SchoolUnitFactory(huvudman=huvudman), pupils=600)
    draw_example_values(rng=Random(7), edition=edition)
    merit = {f.key: f for f in figures_for(huvudman, edition)}["gr-y9-merit"]
    assert merit.units is not None
    numbers = [unit.value.exact for unit in merit.units.shown]
    assert len(numbers) == 6
    assert sum(numbers) / 6 == pytest.approx(merit.own.exact, abs=Decimal("0.2"))
    assert max(numbers) - min(numbers) > 5
