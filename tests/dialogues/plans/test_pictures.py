"""The pictures of a plan: heat map and bars, with the numbers of their tables."""

from __future__ import annotations

import re

import pytest

from dialogues import plan_heat
from dialogues.plan_charts import heat_map, pupils_chart, signed
from dialogues.plan_heat import Cell, Heat, heat_of, narrowed, pupils_of
from tests.dialogues.plans.draws import (
    drawn,
    huvudman_in_two_lan,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


class TestPictures:
    def test_the_heat_map_has_words_and_the_tables_numbers(self) -> None:
        draw = drawn()
        heat = heat_of(draw.counted, "region", 2027)
        svg = str(heat_map(heat, "k"))
        assert svg.index("<title") < svg.index("<desc")
        assert 'aria-labelledby="k-title k-desc"' in svg
        assert heat.columns == ["2027:1", "2027:2", "2028:1", "2028:2"]
        assert [name for name, _cells in heat.rows] == ["Skåne län", "Norrbottens län"]
        counts = draw.counted["counts"]["region"]
        assert [[cell.count for cell in cells] for _name, cells in heat.rows] == [counts["12"], counts["25"]]

    def test_one_off_is_framed_with_its_sign(self) -> None:
        draw = drawn()
        draw.counted["counts"]["region"] = {"12": [3, 1, 1, 1], "25": [0, 2, 2, 2]}
        heat = heat_of(draw.counted, "region", 2027)
        assert heat.off == 2
        svg = str(heat_map(heat, "k"))
        framed = [
            edges for edges, look in re.findall(r'<path d="([^"]+)" ([^>]+)/>', svg) if "stroke" in look
        ]
        assert sum(edges.count("M") for edges in framed) == 2
        assert "+1,5" in svg
        assert "\u22121,5" in svg

    def test_a_large_family_is_shown_by_what_is_furthest_from_even(self, monkeypatch) -> None:
        monkeypatch.setattr(plan_heat, "LEVELS_SHOWN", 2)
        draw = drawn()
        levels = {"a": [1, 1, 1, 1], "b": [2, 1, 1, 1], "c": [3, 1, 1, 1]}
        draw.counted["counts"]["region"] = levels
        heat = heat_of(draw.counted, "region", 2027)
        draw.counted["counts"]["region"] = levels | {"a": [9, 1, 1, 1]}
        other = heat_of(draw.counted, "region", 2027)
        shown, beside = narrowed([heat, other])
        assert [name for name, _cells in shown.shown] == [name for name, _cells in beside.shown] == ["a", "c"]
        assert len(shown.rows) == 3
        assert [name for name, _cells in narrowed([heat], "B")[0].shown] == ["b"]

    def test_a_large_heat_map_is_light(self) -> None:
        cells = [Cell(3, n / 10 - 1) for n in range(28)]
        heat = Heat(
            "Län", [f"2027:{n}" for n in range(28)], rows := [(f"Nivå {n}", cells) for n in range(50)], rows
        )
        assert len(str(heat_map(heat, "k"))) < 100_000

    def test_years_are_sums_of_their_batches(self) -> None:
        draw = drawn()
        heat = heat_of(draw.counted, "all", 2027, by_year=True)
        assert heat.columns == ["2027", "2028"]
        assert [cell.count for cell in heat.rows[0][1]] == [4, 4]

    def test_giants_are_named_and_hatched(self) -> None:
        HuvudmanFactory(name="Stockholms kommun", pupils=9000)
        draw = drawn()
        pupils = pupils_of(draw, draw.assignment)
        (giant,) = pupils.giants
        assert (giant.name, giant.pupils) == ("Stockholms kommun", 9000)
        assert pupils.variation > pupils.variation_without_giants
        assert "url(#k-hatch)" in str(pupils_chart(pupils, "k"))

    @pytest.mark.parametrize(
        ("value", "shown"), [(0.04, "0"), (0.96, "+0,96"), (-1.25, "\u22121,2"), (0, "0")]
    )
    def test_signs(self, value, shown) -> None:
        assert signed(value) == shown

    def test_names_are_escaped(self) -> None:
        draw = drawn()
        draw.counted["counts"]["region"] = {"<b>": [1, 1, 1, 1]}
        svg = str(heat_map(heat_of(draw.counted, "region", 2027), "k"))
        assert "<b>" not in svg
        assert "&lt;b&gt;" in svg
