"""Skolverket's CSV export *Slutbetyg årskurs 9 … Skolenhet*: one row a school unit, with its orgnr.

The header row is found by what it says, wherever it stands; a super-header above it is joined to it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from quality_system.sources.base import (
    ALL,
    BOYS,
    GIRLS,
    ORGNR,
    PERIOD,
    UNIT,
    UNIT_CODE,
    Item,
    Observation,
    Rejected,
    SourceFault,
    lines_of,
)
from quality_system.values import UnreadableValue, Value, ValueKind, parse_value

SOURCE = "skolverket-csv"

PUPILS = "gr-y9-pupils"
MEASURES = (
    (re.compile(r"antal elever"), PUPILS),
    (re.compile(r"andel.*alla ämnen"), "gr-y9-all-subjects"),
    (re.compile(r"andel.*behöriga till yrkesprog"), "gr-y9-vocational"),
    (re.compile(r"meritvärde.*\b17 ämnen"), "gr-y9-merit"),
)
SEXES = ((re.compile(r"\bflickor\b"), GIRLS), (re.compile(r"\bpojkar\b"), BOYS))
CHOSEN = re.compile(r"valt (läsår|år): *(\S+)", re.IGNORECASE)
DRAWN = re.compile(r"valt uttag: *(\S+)", re.IGNORECASE)

Row = list[str]


@dataclass(frozen=True)
class _Layout:
    """Where things stand in a row, and what the whole file is about."""

    header_line: int
    width: int
    unit: int
    orgnr: int
    measures: tuple[tuple[int, str, str], ...]
    period: str
    version: str


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield what the file says, row by row. Raises SourceFault when it is not such a file."""
    rows = _rows(stream)
    layout = _find_layout(rows)
    found = False
    for at, row in rows:
        for item in _read_row(row, at, layout):
            found = True
            yield item
    if not found:
        raise SourceFault("det finns inga rader under rubrikraden", layout.header_line)


def _rows(stream: BinaryIO) -> Iterator[tuple[int, Row]]:
    for at, text in lines_of(stream):
        try:
            cells = next(csv.reader([text], delimiter=";"), [])
        except csv.Error as fault:
            raise SourceFault("raden kan inte delas i celler", at) from fault
        yield at, [cell.strip() for cell in cells]


# Header ---------------------------------------------------------------------------------------------------
def _find_layout(rows: Iterator[tuple[int, Row]]) -> _Layout:
    above: Row = []
    period = version = ""
    for at, row in rows:
        names = [_plain(cell) for cell in row]
        if "skolenhetskod" in names:
            return _layout(at, row, names, above, period, version)
        text = " ".join(row)
        if chosen := CHOSEN.search(text):
            period = chosen.group(2).strip(";")
        if drawn := DRAWN.search(text):
            version = drawn.group(1).strip(";")
        above = row
    raise SourceFault("det finns ingen rubrikrad med kolumnen Skolenhetskod")


def _plain(cell: str) -> str:
    return re.sub(r"[\s-]", "", cell).casefold()


def _layout(at: int, row: Row, names: Row, above: Row, period: str, version: str) -> _Layout:
    if not PERIOD.fullmatch(period):
        raise SourceFault("filen säger inte vilket läsår den gäller (”Valt läsår: …”)", at)
    orgnr = next((i for i, name in enumerate(names) if name in {"huvudmanorgnr", "huvudmansorgnr"}), None)
    if orgnr is None:
        raise SourceFault("kolumnen Huvudman orgnr saknas", at)
    measures = tuple(_measures(row, above))
    if not any(key != PUPILS for _i, key, _sex in measures):
        raise SourceFault("ingen av kolumnerna är ett mått som kan läsas", at)
    return _Layout(at, len(row), names.index("skolenhetskod"), orgnr, measures, period, version or period)


def _measures(row: Row, above: Row) -> Iterator[tuple[int, str, str]]:
    """The columns that hold measures, each as (column, key, sex)."""
    for column, cell in enumerate(row):
        over = above[column].lstrip("#") if len(above) == len(row) else ""
        name = f"{over} {cell}".casefold()
        key = next((key for pattern, key in MEASURES if pattern.search(name)), None)
        if key:
            yield column, key, next((sex for pattern, sex in SEXES if pattern.search(name)), ALL)


# Rows -----------------------------------------------------------------------------------------------------
def _read_row(row: Row, at: int, layout: _Layout) -> Iterator[Item]:
    if _is_note(row, layout):
        return
    fault = _row_fault(row, layout)
    if fault:
        yield Rejected(at, fault)
        return
    try:
        cells = [(key, sex, _value(row[column])) for column, key, sex in layout.measures]
    except UnreadableValue as unreadable:
        yield Rejected(at, f"värdet ”{unreadable}” kan inte läsas")
        return
    yield from _observations(row, at, layout, cells)


def _is_note(row: Row, layout: _Layout) -> bool:
    """Footnotes and empty rows have at most two filled cells, and no unit code."""
    few = sum(bool(cell) for cell in row) <= 2
    return few and not any(UNIT_CODE.fullmatch(cell) for cell in row[layout.unit : layout.unit + 1])


def _row_fault(row: Row, layout: _Layout) -> str:
    if len(row) < layout.width or any(row[layout.width :]):
        return f"raden har {len(row)} celler, rubriken {layout.width}"
    if not UNIT_CODE.fullmatch(row[layout.unit]):
        return f"skolenhetskoden ”{row[layout.unit][:20]}” är inte åtta siffror"
    orgnr = row[layout.orgnr].replace("-", "")
    if orgnr.strip(".") and not ORGNR.fullmatch(orgnr):
        return "huvudmannens organisationsnummer är inte tio siffror"
    return ""


def _value(text: str) -> Value:
    if not text:
        raise UnreadableValue("(tom cell)")
    return parse_value(text)


def _observations(
    row: Row, at: int, layout: _Layout, cells: list[tuple[str, str, Value]]
) -> Iterator[Observation]:
    counts = {sex: _count(value) for key, sex, value in cells if key == PUPILS}
    for key, sex, value in cells:
        yield Observation(
            UNIT,
            row[layout.unit],
            key,
            layout.period,
            value,
            SOURCE,
            layout.version,
            at,
            sex=sex,
            count=None if key == PUPILS else counts.get(sex),
            orgnr=row[layout.orgnr].replace("-", "").strip("."),
        )


def _count(value: Value) -> int | None:
    whole = value.kind is ValueKind.NUMBER and value.exact == value.exact.to_integral_value()
    return int(value.exact) if whole else None
