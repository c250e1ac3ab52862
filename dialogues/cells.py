"""Tables as files that no spreadsheet can be made to calculate in: text stays text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet reads a formula in, when it opens a CSV file."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(value: object) -> object:
    """A cell of a CSV file: a text that begins like a formula gets an apostrophe before it."""
    is_formula = isinstance(value, str) and value.lstrip(" ").startswith(STARTS_FORMULA)
    return f"'{value}" if is_formula else value


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8 with semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def fill_sheet(sheet: Worksheet, head: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    """Write a table with a bold, frozen head and columns as wide as their texts."""
    from openpyxl.styles import Font

    widths = [len(str(name)) for name in head]
    for number, row in enumerate([head, *rows], start=1):
        for column, value in enumerate(row, start=1):
            _put(sheet, number, column, value)
            widths[column - 1] = max(widths[column - 1], len(str(value)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip(_letters(len(head)), widths, strict=True):
        sheet.column_dimensions[letter].width = min(width + 2, 60)


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write one cell; a text is a text, also when it begins like a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
    else:
        sheet.cell(row, column, value)


def _letters(count: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(number) for number in range(1, count + 1)]
