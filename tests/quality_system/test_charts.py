"""The chart and the words that say the same."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from quality_system import values
from quality_system.charts import NARROW, WIDE, Sheet, spread_chart
from quality_system.comparison import Place, Spread
from quality_system.figures import Group, IndicatorFigures
from quality_system.values import Value, number
from quality_system.weighting import NotComputable
from quality_system.wording import describe, own_reason, period_words, spoken, value_text

SPREAD = Spread(53, Decimal(74), Decimal("80.8"), Decimal("86.1"), Decimal("70.5"), Decimal("91.8"))
FIGURES = IndicatorFigures(
    indicator_id=1,
    key="gr-y9-vocational",
    name="Behöriga <till> yrkesprogram",
    definition="",
    skolform="GR",
    kind="result",
    area="learning",
    sub_goal="Fler når målen.",
    unit="%",
    decimals=1,
    direction="up",
    based_on="pupils",
    period="2024/25",
    own=number("82.1"),
    riket=number("83.7"),
    group=Group("kommun", "s4", SPREAD),
    place=Place.MIDDLE,
)
SVG = "{http://www.w3.org/2000/svg}"


def shape(svg: str, kind: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(SVG + kind))


def test_the_chart_says_all_in_its_title_first() -> None:
    root = ElementTree.fromstring(spread_chart(FIGURES))
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == describe(FIGURES)
    assert root.get("role") == "img"


def test_the_shapes_stand_in_the_numbers_order() -> None:
    svg = spread_chart(FIGURES)
    (dot,), (band,) = shape(svg, "circle"), shape(svg, "rect")
    left = float(band.get("x", ""))
    right = left + float(band.get("width", ""))
    tick = float(re.findall(r"M([\d.]+) 18V54", svg)[0])
    assert left < float(dot.get("cx", "")) < tick < right
    assert dot.get("fill") == "#692859"


@pytest.mark.parametrize("own", ["69", "70.5", "91.8", "93", "82.1"])
def test_neither_dot_nor_tick_covers_a_label(own: str) -> None:
    """The dot may stand on or beyond an end; the rows of labels are apart from it and from each other."""
    svg = spread_chart(replace(FIGURES, own=number(own), riket=number("91.8")))
    (dot,) = shape(svg, "circle")
    tick = re.findall(r"M[\d.]+ (\d+)V(\d+)", svg)[0]
    below = max(float(dot.get("cy", "")) + float(dot.get("r", "")), float(tick[1]))
    above = min(float(dot.get("cy", "")) - float(dot.get("r", "")), float(tick[0]))
    digits = 10  # the height of a figure at the label's size
    rows = sorted({float(text.get("y", "")) for text in shape(svg, "text")})
    assert [row for row in rows if above < row < below + digits] == []
    assert all(lower - upper >= digits for upper, lower in itertools.pairwise(rows))


def test_labels_are_direct_and_swedish() -> None:
    texts = [text.text for text in shape(spread_chart(FIGURES), "text")]
    assert {"Ni 82,1\u00a0%", "Riket 83,7\u00a0%", "70,5", "91,8"} <= set(texts)


@pytest.mark.parametrize(
    "hidden", [values.SUPPRESSED, values.MISSING, values.NEARLY_ALL, values.NOT_APPLICABLE]
)
def test_a_hidden_value_has_no_dot_and_no_number(hidden: Value) -> None:
    figures = replace(FIGURES, own=hidden, place=None, not_computable=NotComputable.HIDDEN_PARTS)
    svg = spread_chart(figures)
    assert not shape(svg, "circle")
    assert "82,1" not in svg
    assert own_reason(figures) in describe(figures)
    assert spoken(hidden)


def test_without_two_numbers_there_is_no_chart() -> None:
    assert spread_chart(replace(FIGURES, group=None, riket=values.MISSING, place=None)) == ""


def test_a_small_group_has_no_ends() -> None:
    small = replace(SPREAD, p5=None, p95=None)
    svg = spread_chart(replace(FIGURES, group=Group("enskild", "s2", small)))
    assert "70,5" not in svg
    assert "Linjen" not in svg
    assert len(shape(svg, "rect")) == 1


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
@pytest.mark.parametrize("own", ["-400", "0", "82.1", "1234567.8"])
def test_everything_stays_inside_the_picture(own: str, sheet: Sheet) -> None:
    figures = replace(FIGURES, own=number(own), riket=number("91.8"))
    for text in shape(spread_chart(figures, sheet), "text"):
        assert text.text
        width = len(text.text) * 7
        left = (
            float(text.get("x", ""))
            - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "")]
        )
        assert left >= 0, text.text
        assert left + width <= sheet.width, text.text


def test_the_narrow_drawing_says_and_shows_the_same_with_as_large_letters() -> None:
    wide, narrow = (ElementTree.fromstring(spread_chart(FIGURES, sheet)) for sheet in (WIDE, NARROW))
    assert narrow[0].text == wide[0].text
    assert narrow.get("font-size") == wide.get("font-size")
    assert int(narrow.get("width", "")) == 280
    assert [part.tag for part in narrow] == [part.tag for part in wide]


def test_no_style_needs_a_style_sheet_or_script() -> None:
    svg = spread_chart(FIGURES)
    assert "style" not in svg
    assert "<script" not in svg
    assert "<till>" not in svg


def test_words() -> None:
    assert describe(FIGURES) == (
        "Behöriga <till> yrkesprogram, läsåret 2024/25. Ert värde: 82,1\u00a0%. Riket: 83,7\u00a0%. "
        "Bland 53 kommuner med 2\u00a0000–4\u00a0999 barn och elever ligger den mittersta hälften mellan "
        "74,0 och 86,1; medianen är 80,8. Linjen går från 70,5, som 5 procent ligger under, till 91,8, som "
        "5 procent ligger över. Ert värde ligger inom den mittersta hälften av gruppen."
    )
    assert spoken(replace(values.SUPPRESSED, reason="few_pupils")) == "värdet visas inte: för få elever"
    assert period_words("2024") == "år 2024"
    assert value_text(FIGURES, values.approximate(360)) == "cirka\u00a0360\u00a0%"
    assert not spoken(number(1))
