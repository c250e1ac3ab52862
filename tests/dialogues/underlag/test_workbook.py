"""The underlag's tables in Excel: the page's words and numbers, text always text, nothing more told."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from dialogues.cells import writable
from dialogues.underlag.content import build_content
from dialogues.underlag.present import present_area, present_loose
from dialogues.underlag.shapes import Material
from dialogues.underlag.workbook import workbook_of
from quality_system.values import NBSP, approximate, format_number, number
from tests.dialogues.underlag.material import FIGURES, HIDDEN, figure, full_material
from tests.dialogues.underlag.owners import batch

OWN, GIRLS, BOYS, RIKET, MEDIAN, Q1, Q3, WHY = range(7, 15)


def book_of(material: Material) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_of(build_content(material))))


def rows(material: Material, sheet: str = "Siffror") -> list[tuple[Any, ...]]:
    return list(book_of(material)[sheet].iter_rows(min_row=2))


def words(cell: Any) -> str:
    """What a reader in Sweden sees in a cell."""
    if cell.data_type != "n" or cell.value is None:
        return str(cell.value or "")
    decimals = len(cell.number_format.partition(".")[2])
    return format_number(Decimal(str(cell.value)), decimals)


def table_rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the page's tables, in the order of the document."""
    goals = [
        goal
        for area in content["areas"]
        for part in present_area(content, area["area"])["areas"][0]["skolformer"]
        for goal in part["goals"]
    ]
    loose = present_loose(content)
    return [
        row for table in (*goals, *loose["other_results"], *loose["conditions"]) for row in table["figures"]
    ]


def shown(cell: dict[str, str]) -> str:
    return cell.get("word") or cell.get("text") or "ej per kön"


@pytest.mark.parametrize("owner", sorted(batch()))
def test_every_cell_says_what_the_page_says(owner: str) -> None:
    material = batch()[owner]
    found = rows(material)
    expected = table_rows(build_content(material))
    assert len(found) == len(expected)
    for row, told in zip(found, expected, strict=True):
        assert row[3].value == told["name"]
        for place, name in ((OWN, "own"), (GIRLS, "girls"), (BOYS, "boys"), (RIKET, "riket")):
            assert words(row[place]) == shown(told[name])
        assert words(row[MEDIAN]) == (told.get("median") or "ingen grupp")
        middle = f"{words(row[Q1])}–{words(row[Q3])}"
        assert middle == (told.get("middle") or "ingen grupp–ingen grupp")


def test_numbers_are_numbers_with_the_decimals_of_their_measure() -> None:
    cost = next(row for row in rows(full_material()) if row[3].value == "Kostnad per elev")
    assert (cost[OWN].value, cost[OWN].data_type, cost[OWN].number_format) == (143700, "n", "#,##0")
    share = next(row for row in rows(full_material()) if row[3].value.startswith("Behöriga till"))
    assert (share[OWN].value, share[OWN].number_format) == (72.4, "#,##0.0")
    assert share[6].value == "%"


def test_no_more_decimals_are_told_than_the_page_shows() -> None:
    fine = replace(FIGURES[0], own=number("72.43871"), riket=number("83.66666"))
    (row,) = rows(full_material(figures=(fine,)))
    assert (row[OWN].value, row[RIKET].value) == (72.4, 83.7)
    assert b"72.43871" not in b"".join(parts(full_material(figures=(fine,))))


def parts(material: Material) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook_of(build_content(material)))) as opened:
        return [opened.read(name) for name in opened.namelist()]


def test_what_is_hidden_or_rounded_is_words_and_says_why() -> None:
    figures = (figure("a", HIDDEN, girls=HIDDEN, boys=HIDDEN), figure("b", approximate("71")))
    hidden, rounded = rows(full_material(figures=figures))
    assert [cell.value for cell in hidden[OWN:RIKET]] == ["visas inte"] * 3
    assert hidden[WHY].value == "värdet visas inte: för få elever"
    assert (rounded[OWN].value, rounded[OWN].data_type) == (f"cirka{NBSP}71", "s")


def test_codes_and_periods_are_text() -> None:
    (row,) = rows(full_material(figures=(figure("0123", number(5), period="2024", source_version="2024"),)))
    assert [(row[at].value, row[at].data_type) for at in (4, 5, 16)] == [
        ("0123", "s"),
        ("2024", "s"),
        ("2024", "s"),
    ]


def test_earlier_years_stand_by_themselves_and_only_beside_a_shown_value() -> None:
    hidden = replace(FIGURES[0], key="h", own=HIDDEN)
    found = rows(full_material(figures=(FIGURES[0], hidden)), "Tidigare år")
    assert [(row[4].value, row[5].value, words(row[7])) for row in found] == [("tal", "2023/24", "71,0")]


def test_units_stand_by_themselves_with_why_some_are_not_shown() -> None:
    found = [(row[4].value, row[7].value, words(row[8])) for row in rows(full_material(), "Skolenheter")]
    assert found[:4] == [
        ("tal", "Björkskolan", "80,1"),
        ("tal", "Furuskolan", "skyddar andra"),
        ("tal", "Tallskolan", "65,2"),
        ("tal", "Lindskolan", "för få elever"),
    ]
    assert {key for key, *_rest in found} == {"tal", "dolt"}
    alone = full_material(figures=tuple(replace(f, units=None) for f in FIGURES))
    assert "Skolenheter" not in book_of(alone).sheetnames


def test_each_sheet_has_a_bold_head_that_stays() -> None:
    book = book_of(full_material())
    assert book.sheetnames == ["Siffror", "Tidigare år", "Skolenheter", "Framgångsfaktorer", "Om siffrorna"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.font.bold for cell in sheet[1])
    assert book.properties.title == "Analysunderlag för Exempelkommunen"


def test_about_the_figures_tells_sources_definitions_and_why_values_are_hidden() -> None:
    told = {row[0].value: row[1].value for row in rows(full_material(), "Om siffrorna")}
    assert told["Huvudman"] == "Exempelkommunen"
    assert told["Källa"] == "Skolverket, statistik om skolenheter 2026-04-21"
    assert told["Kostnad per elev"] == "Så mäts kostnad."
    assert told[".."] == "värdet visas inte, för att skydda enskilda personer"
    assert told["Ni jämförs med"].replace(NBSP, " ") == "kommuner med 2 000–4 999 barn och elever"
    assert "Exempeltext." in told
    assert "Exempeltext." not in {
        row[0].value for row in rows(full_material(is_example=False), "Om siffrorna")
    }


@settings(max_examples=10, deadline=None)
@given(end=st.text(max_size=40))
@example(end="\x1f")
@example(end="\x1f=1+1")
@pytest.mark.parametrize("start", ["", "=", "+", "-", "@", " =", "#N/A", "TRUE", "1e5", "\t=", "＝"])
def test_no_text_is_ever_a_formula_or_a_number(start: str, end: str) -> None:
    text = f"{start}{end}"
    owner = replace(full_material().owner, name=text)
    changed = figure(text, number(5), name=text, definition=text, period=text, unit=text)
    book = book_of(full_material(owner=owner, figures=(changed,), edition=text))
    (row,) = book["Siffror"].iter_rows(min_row=2)
    cells = [*row[3:7], book["Om siffrorna"]["B2"], book["Om siffrorna"]["B3"]]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [cell.value or "" for cell in cells] == [writable(text)] * len(cells)
    if start:
        assert {cell.data_type for cell in cells} == {"s"}
    if start in ("=", "+", "-", "@", " ="):
        assert all(cell.quotePrefix for cell in cells)
