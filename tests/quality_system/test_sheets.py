"""Skolverket's exports as workbooks: the same observations as the same table as CSV, and no more trust."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality_system.sources import READERS, Item, SourceFault
from quality_system.values import number
from tests.quality_system import shared_data
from tests.quality_system.source_samples import NamedBytes
from tests.quality_system.test_pxweb import observed
from tests.quality_system.test_skolverket_csv import FOLDER, HEADER, ROWS, TITLE, told

TOP = [["Statistik från Skolverket"], [], [TITLE], ["Valt läsår: 2024/25"], []]
TABLE = [*TOP, HEADER.split(";"), *(row.split(";") for row in ROWS)]
PLAIN = re.compile(r"-?[0-9]+(?:,[0-9]+)?")


def xlsx(rows: Iterable[Iterable[Any]], **others: Iterable[Iterable[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for name, table in {"Tabell": rows, **others}.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content: bytes, name: str = "a.xlsx") -> list[Item]:
    return list(READERS["skolverket-csv"](NamedBytes(content, name)))


def as_typed(cell: str) -> Any:
    """A cell as a spreadsheet takes it: what looks like a number becomes one."""
    return float(cell.replace(",", ".")) if PLAIN.fullmatch(cell) else cell


def fault_of(content: bytes) -> str:
    with pytest.raises(SourceFault) as fault:
        read(content)
    return str(fault.value)


def test_texts_and_numbers_say_what_csv_says() -> None:
    content = "\n".join(";".join(row) for row in TABLE).encode()
    of_csv = told(list(READERS["skolverket-csv"](NamedBytes(content, "a.csv"))))
    assert told(read(xlsx(TABLE))) == of_csv
    typed = [*TABLE[:6], *([as_typed(cell) for cell in row] for row in TABLE[6:])]
    assert told(read(xlsx(typed))) == of_csv


@pytest.mark.parametrize(
    "name",
    [
        "Grundskola - Slutbetyg årskurs 9, samtliga elever 2025 Skolenhet.csv",
        "Grundskola - Kostnader per kommun 2024 Kommun.csv",
        "Grundskola - Personalstatistik med lärarlegitimation och behörighet 2024 Kommun.csv",
        "behorighet_grundskola_2024_25.csv",
    ],
)
@pytest.mark.parametrize("cell", [str, as_typed])
def test_a_real_export_laid_in_a_sheet_is_read_as_the_file_itself(name: str, cell: Any) -> None:
    file = shared_data.shared_file(f"{FOLDER}/{name}")
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    content = xlsx([[cell(text.strip()) for text in row] for row in rows])
    with file.open("rb") as stream:
        expected = list(READERS["skolverket-csv"](stream))
    found = read(content, name)
    assert told(found) == told(expected)
    assert len(observed(found)) == len(observed(expected)) > 0


def test_a_number_in_a_code_column_gets_its_zeros_back() -> None:
    row = ["Upplands Väsby", 114, "Stockholms län", 1, "Samtliga", "Samtliga", 434, 81.6]
    seen = observed(read(xlsx([*TABLE[:6], row])))
    assert {(item.level, item.code) for item in seen} == {("kommun", "0114")}
    assert seen[-1].value == number("81.6")


def test_what_a_computer_adds_up_is_told_as_a_spreadsheet_shows_it() -> None:
    row = ["Ale", "1440", "x", "14", "Samtliga", "Samtliga", 10, 0.1 + 0.2 + 70]
    assert observed(read(xlsx([*TABLE[:6], row])))[-1].value == number("70.3")


def test_cells_formatted_as_percent_are_refused() -> None:
    row = ["Ale", "1440", "x", "14", "Samtliga", "Samtliga", 10, 0.816]
    assert "”Andel (%) elever behöriga till yrkesprog.” verkar vara formaterad som procent" in fault_of(
        xlsx([*TABLE[:6], row])
    )


def test_a_formula_is_not_worked_out() -> None:
    row = ["Ale", "1440", "x", "14", "Samtliga", "Samtliga", 10, "=40+41"]
    (rejected,) = read(xlsx([*TABLE[:6], row]))
    assert (rejected.line, rejected.reason) == (7, "en tom cell kan inte läsas")  # type: ignore[union-attr]


def test_a_line_that_cannot_be_read_is_told_by_the_sheets_own_row() -> None:
    rows = [*TABLE, ["Ale", "14", "x", "14", "Samtliga", "Samtliga", "1", "2"]]
    rejected = [item for item in read(xlsx(rows)) if item not in observed(read(xlsx(TABLE)))]
    assert [item.line for item in rejected] == [len(rows)]


def test_a_merged_head_stands_over_each_of_its_columns() -> None:
    heads = ["Skola", "Skolenhetskod", "Totalt", "Flickor", "Pojkar"]
    table = [["Valt läsår: 2024/25"], ["", "", "Antal elever", "", ""], heads]
    content = io.BytesIO(xlsx([*table, ["Skolan", "12345678", 30, 20, 10]]))
    book = openpyxl.load_workbook(content)
    book["Tabell"].merge_cells("C2:E2")
    merged = io.BytesIO()
    book.save(merged)
    seen = observed(read(merged.getvalue()))
    assert [(item.sex, item.value) for item in seen] == [
        ("all", number(30)),
        ("girls", number(20)),
        ("boys", number(10)),
    ]
    assert len({item.measure for item in seen}) == 1


def test_of_two_tables_none_is_chosen_and_a_sheet_of_words_is_let_be() -> None:
    assert "flera tabeller, på bladen ”Tabell”, ”Till”" in fault_of(xlsx(TABLE, Till=TABLE))
    assert told(read(xlsx([["Om statistiken"]], Siffror=TABLE))) == told(read(xlsx(TABLE)))


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 160_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: b"PK\x03\x04", "filen är ingen arbetsbok som går att läsa"),
        (lambda: xlsx(TABLE)[:2000], "filen är ingen arbetsbok som går att läsa"),
        (bomb, "för stor när den packas upp"),
        (lambda: xlsx([]), "arbetsboken är tom"),
        (lambda: xlsx([["Kommun", "Betyg"]]), "det finns ingen rubrikrad"),
        (lambda: xlsx(TABLE[:6]), "det finns inga rader under rubrikraden"),
    ],
    ids=["head", "cut", "bomb", "empty", "no-header", "no-rows"],
)
def test_a_workbook_that_cannot_be_used_says_why(content: Callable[[], bytes], reason: str) -> None:
    assert reason in fault_of(content())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.floats(allow_nan=False), st.booleans(), st.text("ab1,.=%"))),
        max_size=6,
    )
)
def test_any_cells_end_in_values_rejections_or_a_fault(rows: list[list[Any]]) -> None:
    try:
        read(xlsx([*TABLE[:6], *rows]))
    except SourceFault:
        return
