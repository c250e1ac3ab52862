"""Workbooks whose sheets hold the same tables as CSV files: cells as the text that CSV would have.

Formulas are not worked out: a cell is what the program that saved the file left there. Plain Python.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from huvudman.register.archive import check_workbook
from huvudman.register.problems import Reason, RegisterFileError
from quality_system.sources.base import SourceFault

SIGNATURE = b"PK\x03\x04"

FAULTS = {
    Reason.EMPTY_FILE: "filen är tom",
    Reason.TOO_LARGE: "arbetsboken är för stor, eller blir för stor när den packas upp",
    Reason.TOO_MANY_CELLS: "arbetsboken har celler långt utanför tabellen: ta bort tomma rader och kolumner",
    Reason.TOO_MUCH_TEXT: "cellerna har för mycket text",
}
NO_WORKBOOK = "filen är ingen arbetsbok som går att läsa: spara den som .xlsx utan lösenord"

Rows = list[tuple[int, list[str]]]


class Figure(str):
    """The text of a cell that holds a number: leading zeros that it had as a code are lost."""

    __slots__ = ()


def sheets_of(content: bytes) -> Iterator[tuple[str, Rows]]:
    """The name and the numbered rows of each sheet with something in it. Raises SourceFault."""
    try:
        check_workbook(content)
    except RegisterFileError as error:
        raise SourceFault(FAULTS.get(error.problems[0].reason, NO_WORKBOOK)) from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            rows = list(_rows(book.get_sheet_by_name(name)))
            if any(any(row) for _at, row in rows):
                yield name, rows
    except (CalamineError, OSError, ValueError) as error:
        raise SourceFault(NO_WORKBOOK) from error


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    cells = sheet.to_python(skip_empty_area=False)
    for (top, left), (_bottom, right) in sheet.merged_cell_ranges or ():
        row = cells[top] if top < len(cells) else []
        if left < len(row):  # what stands over several columns stands over each of them
            row[left : right + 1] = [row[left]] * len(row[left : right + 1])
    for at, row in enumerate(cells, start=1):
        yield at, [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "SANT" if cell else "FALSKT"
    if isinstance(cell, int | float):
        return Figure(format(Decimal(f"{cell:.15g}"), "f").replace(".", ","))
    return str(cell).strip()
