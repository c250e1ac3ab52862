"""The units in the document: tables by skolform, words where none can be shown, nothing of a single one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dialogues.underlag.content import build_content, figures_in
from dialogues.underlag.cover import cover_words
from dialogues.underlag.evidence import _line
from dialogues.underlag.html import body_html, document_html, figures_html
from dialogues.underlag.present import present
from dialogues.underlag.units import single_words, units_of
from quality_system.figures import IndicatorFigures
from quality_system.units import UnitSpread
from quality_system.values import MISSING, NEARLY_ALL, number
from tests.dialogues.underlag.material import (
    BESIDE,
    FIGURES,
    HIDDEN,
    figure,
    full_material,
    many_units,
    units,
)

FEW = units(A=number("80.1"), B=BESIDE, C=HIDDEN, D=MISSING)


def test_few_units_are_columns_and_indicators_rows() -> None:
    figures = [figure("x", number(70), units=FEW), figure("y", number(60), units=replace(FEW))]
    (part,) = units_of(figures)
    (table,) = part["tables"]
    assert [head["name"] for head in table["heads"]] == ["A", "B", "C", "D"]
    assert [row["head"]["name"] for row in table["rows"]] == ["Mått x", "Mått y"]
    assert table["rows"][0]["cells"] == [
        {"text": "80,1", "word": ""},
        {"text": "..", "word": "skyddar andra"},
        {"text": "..", "word": "för få elever"},
        {"text": ".", "word": "saknas"},
    ]
    assert [sign["sign"] for sign in table["signs"]] == [".", ".."]
    assert table["caption"] == "Era skolenheter, grundskola"


def test_many_units_are_rows_and_a_few_indicators_stand_side_by_side() -> None:
    figures = [figure(f"x{n}", number(70), units=many_units(40, 70)) for n in range(7)]
    (part,) = units_of(figures)
    assert [len(table["heads"]) for table in part["tables"]] == [5, 2]
    assert [len(table["rows"]) for table in part["tables"]] == [40, 40]
    assert [table["caption"][-10:] for table in part["tables"]] == ["a (1 av 2)", "a (2 av 2)"]
    assert {len(row["cells"]) for row in part["tables"][0]["rows"]} == {5}


def test_indicators_about_other_units_stand_in_a_table_of_their_own() -> None:
    figures = [
        figure("x", number(70), units=FEW),
        figure("y", number(70), units=units(A=number(1), B=number(2))),
        figure("z", number(70), skolform="GY", units=units(A=number(1), B=number(2))),
    ]
    first, second = units_of(figures)
    assert [len(table["heads"]) for table in first["tables"]] == [4, 2]
    assert (second["name"], len(second["tables"])) == ("gymnasieskola", 1)


def test_why_nothing_is_shown_is_told_by_indicator() -> None:
    figures = [
        figure("x", number(70), units=units(A=BESIDE, B=HIDDEN)),
        figure("y", number(70), units=UnitSpread(2)),
        figure("z", number(70), units=UnitSpread(1)),
    ]
    (part,) = units_of(figures)
    assert part["tables"] == []
    assert part["hidden"] == [
        {
            "name": "Mått x",
            "words": "Inget värde visas för era 2 skolenheter. 1 skyddar en annan, 1 har för få elever.",
        }
    ]
    assert part["without"] == ["Mått y"]
    html = str(body_html(build_content(full_material(figures=tuple(figures)))))
    assert "Källan har inga värden för era skolenheter här: Mått y." in " ".join(html.split())
    assert "1 har för få elever" in html


@pytest.mark.parametrize("spread", [None, UnitSpread(1)])
def test_one_unit_or_none_gives_no_tables_and_no_rings(spread: UnitSpread | None) -> None:
    content = build_content(full_material(figures=tuple(replace(f, units=spread) for f in FIGURES)))
    html = document_html(content)
    assert "Era skolenheter" not in html
    assert 'class="units"' not in html
    assert "Ringarna" not in html
    assert ("Ni har en skolenhet för grundskola, gymnasieskola." in html) == (spread is not None)


def test_the_only_unit_of_a_skolform_is_told_of_unless_others_are_several() -> None:
    one, several = (figure("x", number(1), units=UnitSpread(n)) for n in (1, 3))
    assert single_words([one]) == "Ni har en skolenhet för grundskola. Där är era värden också skolenhetens."
    assert single_words([one, several]) == ""
    assert single_words([figure("x", number(1))]) == ""


def test_a_chart_has_its_units_in_its_table_on_page_and_paper() -> None:
    content = build_content(full_material())
    for html in (str(body_html(content)), document_html(content)):
        (table,) = re.findall(r"<caption>Era skolenheter, grundskola</caption>.*?</table>", html, re.DOTALL)
        assert "80,1" in table
        assert "65,2" in table
        assert "2 av era 4 skolenheter visas, från 65,2 till 80,1" in html
        assert "Ringarna under ett diagram" in html


def test_the_figures_beside_what_one_writes_have_their_units_too() -> None:
    content = build_content(full_material())
    assert "Era skolenheter, grundskola" in figures_html(content, "learning")
    assert "Era skolenheter, grundskola" not in figures_html(content, "equity")


def test_a_chart_is_drawn_for_units_alone_where_the_own_value_is_missing() -> None:
    figures = (figure("x", MISSING, units=units(A=number(60), B=number(70))), figure("y", NEARLY_ALL))
    shown = present(build_content(full_material(figures=figures, goals=())))
    (part,) = shown["other_results"]
    assert [bool(row["chart"]) for row in part["figures"]] == [True, False]
    assert "Ert värde visas inte" in part["figures"][0]["chart"]


def test_a_content_of_before_units_were_shown_is_shown_as_it_was() -> None:
    plain = tuple(replace(f, units=None) for f in FIGURES)
    content = build_content(full_material(figures=plain))
    assert content["schema"] == 2
    old = build_content(full_material(figures=plain)) | {"schema": 1}
    for stored in figures_in(old):
        del stored["units"]
    assert document_html(old) == document_html(content)
    assert body_html(old) == body_html(content)
    assert cover_words(old) == cover_words(content)


def test_the_letter_says_that_units_are_shown_only_where_they_are() -> None:
    words = "Där det går visas också era skolenheters värden."
    assert words in cover_words(build_content(full_material()))[0]
    hidden = tuple(replace(f, units=units(A=BESIDE, B=HIDDEN)) for f in FIGURES)
    assert words not in " ".join(cover_words(build_content(full_material(figures=hidden))))


def test_a_line_to_build_a_question_on_has_its_units() -> None:
    shown, hidden = (
        figure("x", number(70), units=FEW),
        figure("x", number(70), units=units(A=BESIDE, B=HIDDEN)),
    )
    assert _line(shown).endswith("70,0\u00a0%. Av era 4 skolenheter visas en: 80,1\u00a0%. "
                                 "1 saknar uppgift, 1 skyddar en annan, 1 har för få elever.")  # fmt: skip
    assert _line(hidden).endswith("2024/25: 70,0\u00a0%")


def test_all_is_kept_in_the_content_as_it_was_shown() -> None:
    content = build_content(full_material())
    kept = {f["key"]: IndicatorFigures.from_json(f).units for f in figures_in(content)}
    assert kept["tal"] == FIGURES[0].units
    assert kept["cirka"] == UnitSpread(4)
    assert kept["kostnad"] is None
