"""Tables as files that no spreadsheet can be made to calculate in: text stays text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet reads a formula in, when it opens a CSV file."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Measured:
    """A number to be shown with so many decimals, and thousands set apart as the reader's program does."""

    number: Decimal
    decimals: int

    def __str__(self) -> str:
        return str(self.number)

    @property
    def format(self) -> str:
        """How a spreadsheet shows it; the signs here are the file format's, not the reader's."""
        return f"#,##0.{'0' * self.decimals}".rstrip(".")


def harmless(value: object) -> object:
    """A cell of a CSV file: a text that begins like a formula gets an apostrophe before it."""
    is_formula = isinstance(value, str) and value.lstrip(" ").startswith(STARTS_FORMULA)
    return f"'{value}" if is_formula else value


def writable(text: str) -> str:
    """The text without the characters that no Excel file can hold."""
    return NOT_IN_XML.sub("", text)


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
    if isinstance(value, str):
        if not (text := writable(value)):
            return
        cell = sheet.cell(row, column, text)
        cell.data_type = "s"
        cell.quotePrefix = text.lstrip(" ").startswith(STARTS_FORMULA)  # a text also after it was edited
    elif isinstance(value, Measured):
        sheet.cell(row, column, value.number).number_format = value.format
    else:
        sheet.cell(row, column, value)


def _letters(count: int) -> list[str]:
    from openpyxl.utils import get_column_letter

    return [get_column_letter(number) for number in range(1, count + 1)]
