"""Skolverket's exports, CSV or a workbook: a row a school unit, huvudman, kommun, län or the whole country.

The header row is found by what it says, wherever it stands; a super-header above it is joined to it. Columns
with words that the header does not explain (a subject, a programme) divide the rows, and are part of the key.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import BinaryIO, cast

from quality_system.sources.base import (
    ALL,
    ALL_ORGANIZERS,
    HUVUDMAN,
    KOMMUN,
    KOMMUN_CODE,
    LAN,
    LAN_CODE,
    ORGNR,
    RIKET,
    UNIT,
    UNIT_CODE,
    Item,
    Observation,
    Rejected,
    SourceFault,
    Unreadable,
    file_name,
    lines_of,
    period_of,
)
from quality_system.sources.sheets import SIGNATURE, Figure, sheets_of
from quality_system.sources.skolverket_header import SEXES, Column, Layout, Row, find_layout
from quality_system.values import UnreadableValue, Value, ValueKind, parse_value

SOURCE = "skolverket-csv"

ORGANIZERS = {
    "samtliga": ALL_ORGANIZERS,
    "totalt": ALL_ORGANIZERS,
    "alla": ALL_ORGANIZERS,
    "": ALL_ORGANIZERS,
    "kommunal": "kommunala",
    "kommunala": "kommunala",
    "enskild": "enskilda",
    "enskilda": "enskilda",
    "fristående": "enskilda",
    "statlig": "statliga",
    "statliga": "statliga",
    "region": "regionala",
    "regional": "regionala",
    "landsting": "regionala",
    "internationella skolor": "internationella",
}
"""Types of huvudman as the rows name them, and whose units they are."""

CODES = {UNIT: (UNIT_CODE, "skolenhetskoden", "åtta"), KOMMUN: (KOMMUN_CODE, "kommunkoden", "fyra"),
         LAN: (LAN_CODE, "länskoden", "två")}  # fmt: skip

CODE_LENGTHS = {UNIT: 8, HUVUDMAN: 10, KOMMUN: 4, LAN: 2}

_SHARE = re.compile(r"andel|%", re.IGNORECASE)
_COUNT = re.compile(r"antal elever", re.IGNORECASE)
_COUNTED = re.compile(r"andel|genomsnitt|meritvärde", re.IGNORECASE)
_PARTICIPATION = re.compile(r"deltagit", re.IGNORECASE)

Lines = list[tuple[int, Row]]
Place = tuple[str, str, str]
"""Level, code and organizers."""


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the file says, row by row. Raises SourceFault when it is not such a file."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    if buffered.peek(4)[:4] == SIGNATURE:
        layout, lines = _in_workbook(buffered.read(), file_name(stream))
    else:
        rows = _rows(buffered)
        layout = find_layout(rows, file_name(stream))
        lines = _lines(rows, layout)
    if not lines:
        raise SourceFault("det finns inga rader under rubrikraden", layout.line)
    yield from _Export(layout, lines).items()


def _in_workbook(content: bytes, file: str) -> tuple[Layout, Lines]:
    """The one table of a workbook: which of several is meant, nobody can tell."""
    tables: list[tuple[str, Layout, Lines]] = []
    fault = SourceFault("arbetsboken är tom")
    for name, rows in sheets_of(content):
        left = iter(rows)
        try:
            layout = find_layout(left, file)
        except SourceFault as none_here:
            fault = none_here
        else:
            tables.append((name, layout, [(at, _padded(row, layout)) for at, row in _lines(left, layout)]))
    if not tables:
        raise fault
    if len(tables) > 1:
        names = ", ".join(f"”{name[:40]}”" for name, _layout, _lines in tables)
        raise SourceFault(f"arbetsboken har flera tabeller, på bladen {names}: spara dem i var sin fil")
    _name, layout, lines = tables[0]
    _refuse_percent_cells(layout, lines)
    return layout, lines


def _padded(row: Row, layout: Layout) -> Row:
    """The row with codes as they are written: a cell with a number has lost their leading zeros."""
    codes = {at: CODE_LENGTHS[role] for role, at in layout.roles.items() if role in CODE_LENGTHS}
    return [c.zfill(codes[at]) if at in codes and isinstance(c, Figure) else c for at, c in enumerate(row)]


def _refuse_percent_cells(layout: Layout, lines: Lines) -> None:
    """A cell formatted as percent holds 0.765 where 76,5 is shown: a share of 1 or less all through."""
    for column in layout.columns:
        cells = [row[column.at] for _at, row in lines]
        figures = [Decimal(cell.replace(",", ".")) for cell in cells if isinstance(cell, Figure)]
        if _SHARE.search(column.name) and any(figures) and all(0 <= figure <= 1 for figure in figures):
            raise SourceFault(
                f"kolumnen ”{column.name[:60]}” verkar vara formaterad som procent: "
                "ändra cellerna till tal, som 76,5, eller spara som CSV",
                layout.line,
            )


def _lines(rows: Iterable[tuple[int, Row]], layout: Layout) -> Lines:
    return [(at, row) for at, row in rows if not _is_note(row, layout)]


def _rows(stream: BinaryIO) -> Iterator[tuple[int, Row]]:
    for at, text in lines_of(stream):
        try:
            cells = next(csv.reader([text], delimiter=";"), [])
        except csv.Error as fault:
            raise SourceFault("raden kan inte delas i celler", at) from fault
        yield at, [cell.strip() for cell in cells]


def _is_note(row: Row, layout: Layout) -> bool:
    """Footnotes and empty rows have no code, and little or nothing where the figures should stand."""
    pattern = CODES[layout.level][0] if layout.level in CODES else ORGNR
    if layout.level in layout.roles and pattern.fullmatch(_cell(row, layout.roles[layout.level])):
        return False
    return sum(map(bool, row)) <= 2 or not any(_cell(row, column.at) for column in layout.columns)


def _cell(row: Row, at: int | None) -> str:
    return row[at] if at is not None and at < len(row) else ""


class _Export:
    """The rows of one file, and which of its columns hold figures."""

    def __init__(self, layout: Layout, lines: Lines) -> None:
        self.layout, self.lines = layout, lines
        divides = {column.at for column in layout.columns if self._holds_words(column)}
        self.columns = [column for column in layout.columns if column.at not in divides]
        self.dividers = [column for column in layout.columns if column.at in divides]
        if not self.columns:
            raise SourceFault("ingen av kolumnerna är ett mått som kan läsas", layout.line)
        self.count_name = self._count_name()
        self.keys: dict[tuple[int, str], str] = {}

    def _holds_words(self, column: Column) -> bool:
        cells = [cell for _at, row in self.lines if (cell := _cell(row, column.at))]
        return sum(not _is_value(cell) for cell in cells) * 2 > len(cells)

    def _count_name(self) -> str | None:
        """The column that counts the pupils behind the others, where there is one and only one."""
        names = {column.name for column in self.columns if _COUNT.match(column.name)}
        return names.pop() if len(names) == 1 else None

    def items(self) -> Iterator[Item]:
        """What the rows say; a row with a fault is rejected whole."""
        for at, row in self.lines:
            try:
                yield from self._read_row(at, row)
            except Unreadable as fault:
                yield Rejected(at, str(fault))

    def _read_row(self, at: int, row: Row) -> list[Observation]:
        layout = self.layout
        if len(row) < layout.width or any(row[layout.width :]):
            raise Unreadable(f"raden har {len(row)} celler, rubriken {layout.width}")
        level, code, organizers = self._place(row)
        row_sex, orgnr = self._sex(row), self._orgnr(row) if level == UNIT else ""
        period = layout.period or period_of(self._of("period", row))
        divided_by = " ".join(filter(None, (row[column.at] for column in self.dividers)))
        values = [(column, _value(row[column.at])) for column in self.columns]
        counts = {column.sex: _count(value) for column, value in values if column.name == self.count_name}
        version = layout.version or period
        return [
            Observation(
                level, code, self._key(column, divided_by), period, value, SOURCE, version, at,
                sex=row_sex if column.sex == ALL else column.sex,
                count=counts.get(column.sex) if self._is_counted(column) else None,
                orgnr=orgnr, organizers=organizers,
            )
            for column, value in values
        ]  # fmt: skip

    def _key(self, column: Column, divided_by: str) -> str:
        """The key of the column's measure, which is looked for once: most rows ask for the same ones."""
        asked = column.at, divided_by
        if asked not in self.keys:
            self.keys[asked] = self.layout.key(column, divided_by)
        return self.keys[asked]

    def _is_counted(self, column: Column) -> bool:
        name = column.name
        return bool(_COUNTED.search(name)) and name != self.count_name and not _PARTICIPATION.search(name)

    def _of(self, role: str, row: Row) -> str:
        return _cell(row, self.layout.roles.get(role))

    # Whose row it is --------------------------------------------------------------------------------------
    def _place(self, row: Row) -> Place:
        level = self.layout.level
        if level == HUVUDMAN:
            return HUVUDMAN, self._orgnr(row), ALL_ORGANIZERS
        if level == UNIT:
            return UNIT, self._code(UNIT, row), ALL_ORGANIZERS
        organizers = self._organizers(row)
        code = self._of(level, row) if level in CODES else ""
        if organizers == "kommunala" and self._is_of_huvudman():
            return HUVUDMAN, self._code(level, row) if code else row[0], ALL_ORGANIZERS
        if not code:
            return self._wider(row, organizers)
        return level, self._code(level, row), organizers

    def _is_of_huvudman(self) -> bool:
        """What a kommun's own schools cost is the kommun's figure, as is a kommunalförbund's by its name."""
        return self.layout.level == KOMMUN and "kostnader" in self.layout.title.casefold()

    def _wider(self, row: Row, organizers: str) -> Place:
        if self.layout.level == KOMMUN and LAN_CODE.fullmatch(self._of(LAN, row)):
            return LAN, self._of(LAN, row), organizers
        if self.layout.level == RIKET or "riket" in row[0].casefold():
            return RIKET, "", organizers
        raise Unreadable("raden säger inte vilken kommun den gäller")

    def _code(self, level: str, row: Row) -> str:
        pattern, name, figures = CODES[level]
        code = self._of(level, row)
        if not pattern.fullmatch(code):
            raise Unreadable(f"{name} ”{code[:20]}” är inte {figures} siffror")
        return code

    def _orgnr(self, row: Row) -> str:
        orgnr = self._of(HUVUDMAN, row).replace("-", "").strip(".")
        if (orgnr or self.layout.level == HUVUDMAN) and not ORGNR.fullmatch(orgnr):
            raise Unreadable("huvudmannens organisationsnummer är inte tio siffror")
        return orgnr

    def _organizers(self, row: Row) -> str:
        kind = self._of("organizers", row)
        if kind.casefold() not in ORGANIZERS:
            raise Unreadable(f"typen av huvudman ”{kind[:30]}” är okänd")
        return ORGANIZERS[kind.casefold()]

    def _sex(self, row: Row) -> str:
        if "sex" not in self.layout.roles:
            return ALL
        sex = self._of("sex", row).casefold()
        if sex not in SEXES:
            raise Unreadable(f"könet ”{sex[:20]}” är okänt")
        return SEXES[sex]


# Cells ----------------------------------------------------------------------------------------------------
def _is_value(text: str) -> bool:
    try:
        parse_value(text)
    except UnreadableValue:
        return False
    return True


def _value(text: str) -> Value:
    if not text:
        raise Unreadable("en tom cell kan inte läsas")
    try:
        return parse_value(text)
    except UnreadableValue as fault:
        raise Unreadable(f"värdet ”{fault}” kan inte läsas") from fault


def _count(value: Value) -> int | None:
    whole = value.kind is ValueKind.NUMBER and value.exact == value.exact.to_integral_value()
    return int(value.exact) if whole and value.exact >= 0 else None
