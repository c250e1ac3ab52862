"""The units in a chart and in its words."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from quality_system.charts import NARROW, WIDE, Sheet, spread_chart
from quality_system.disclosure import DERIVABLE, FEW_PUPILS
from quality_system.figures import IndicatorFigures
from quality_system.rings import DEEPEST, STEP, depth, drawing, stacked
from quality_system.units import UnitFigure, UnitSpread
from quality_system.values import MISSING, NEARLY_ALL, NOT_APPLICABLE, SUPPRESSED, Value, number
from quality_system.wording import describe, units_words
from tests.quality_system.test_charts import FIGURES, shape

FEW, BESIDE = replace(SUPPRESSED, reason=FEW_PUPILS), replace(SUPPRESSED, reason=DERIVABLE)


def of(*values: Value) -> IndicatorFigures:
    each = tuple(UnitFigure(f"Skola {n}", value) for n, value in enumerate(values))
    return replace(FIGURES, units=UnitSpread(len(each), each))


def rings_in(svg: str) -> list[tuple[float, float]]:
    """The middles of the rings."""
    (path,) = [part for part in shape(svg, "path") if part.get("class") == "units"]
    starts = re.findall(r"M(-?[\d.]+) (-?[\d.]+)c", path.get("d", ""))
    return [(float(x) + 4, float(y)) for x, y in starts]


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
def test_a_ring_for_each_unit_that_is_shown_in_the_numbers_order_below_the_rest(sheet: Sheet) -> None:
    svg = spread_chart(of(number("90"), FEW, number("60.5"), BESIDE, number("82.1")), sheet)
    places = rings_in(svg)
    (dot,) = shape(svg, "circle")
    own = float(dot.get("cx", ""))
    assert [x < own for x, _y in places] == [True, False, False]
    assert [x for x, _y in places] == sorted(x for x, _y in places)
    assert places[1][0] == pytest.approx(own, abs=0.1)
    assert min(y for _x, y in places) > 100
    (root,) = re.findall(r'viewBox="0 0 \d+ (\d+)"', svg)
    assert max(y for _x, y in places) + 5 <= int(root)
    assert "enheter" in [text.text for text in shape(svg, "text")]


def test_the_hidden_units_change_nothing_in_the_drawing() -> None:
    shown = number("90"), number("60.5")
    one, other = (spread_chart(of(*shown, *hidden)) for hidden in ((FEW, BESIDE), (BESIDE, FEW)))
    assert one == other
    assert rings_in(one) == rings_in(spread_chart(of(*shown)))


@pytest.mark.parametrize("units", [None, UnitSpread(1), UnitSpread(4)])
def test_without_values_of_units_the_chart_is_as_it_was(units: UnitSpread | None) -> None:
    assert spread_chart(replace(FIGURES, units=units)) == spread_chart(FIGURES)


def test_units_and_riket_are_enough_for_a_chart_without_an_own_value() -> None:
    svg = spread_chart(replace(of(number("90"), number("60.5")), own=MISSING, group=None, place=None))
    assert len(rings_in(svg)) == 2
    assert not shape(svg, "circle")


def test_rings_in_one_place_are_stacked_and_never_deeper_than_there_is_room_for() -> None:
    assert stacked([10, 30, 12, 11]) == [(10, 0), (11, 1), (12, 2), (30, 0)]
    assert depth(stacked([10, 30])) == 0
    assert depth(stacked([10, 10])) == STEP
    many = stacked(float(n % 40) for n in range(150))
    assert len(many) == 150
    assert depth(many) == DEEPEST
    ends = [float(y) for y in re.findall(r"M[\d.-]+ ([\d.]+)c", drawing(many, 110))]
    assert max(ends) <= 110 + DEEPEST


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((number("60.5"), number("90")), "Era 2 skolenheter ligger från 60,5 till 90,0\u00a0%."),
        (
            (number("60.5"), number("90"), FEW, BESIDE, BESIDE),
            "2 av era 5 skolenheter visas, från 60,5 till 90,0\u00a0%. "
            "2 skyddar en annan, 1 har för få elever.",
        ),
        ((number("60.5"), FEW), "Av era 2 skolenheter visas en: 60,5\u00a0%. 1 har för få elever."),
        ((FEW, BESIDE), "Inget värde visas för era 2 skolenheter. 1 skyddar en annan, 1 har för få elever."),
        (
            (NEARLY_ALL, MISSING, NOT_APPLICABLE, SUPPRESSED),
            "Inget värde visas för era 4 skolenheter. 1 saknar uppgift, "
            "hos 1 når alla eller nästan alla målet, för 1 gäller måttet inte, 1 visas inte.",
        ),
    ],
)
def test_the_words_tell_lowest_highest_how_many_and_why_not(values: tuple[Value, ...], words: str) -> None:
    assert units_words(of(*values)) == words
    assert describe(of(*values)).endswith(words)


@pytest.mark.parametrize("units", [None, UnitSpread(1), UnitSpread(4)])
def test_no_words_where_no_values_of_units_are_known(units: UnitSpread | None) -> None:
    assert units_words(replace(FIGURES, units=units)) == ""


def test_numbers_without_a_unit_end_without_a_space() -> None:
    figures = replace(of(number(Decimal("1234.5")), number(2)), unit="")
    assert units_words(figures) == "Era 2 skolenheter ligger från 2,0 till 1\u00a0234,5."
