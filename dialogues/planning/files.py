"""Units and plans as CSV: UTF-8 with or without a BOM, semicolons, any line ends. Faults have a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from dialogues.planning.units import Block, Unit

MUST = ("id", "region", "size", "type", "pupils")
MAY = ("office", "form", "pin_year", "pin_batch", "not_before_year", "koncern")
NUMBERS = ("pupils", "pin_year", "pin_batch", "not_before_year")
PLAN = ("id", "year", "batch")
MOST = 10**9
LONGEST = 200


class Fault(StrEnum):
    """What can be wrong with a line."""

    NOT_UTF8 = "not_utf8"
    NOT_CSV = "not_csv"
    NO_HEADER = "no_header"
    NO_UNITS = "no_units"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"
    CELLS = "cells"
    NO_ID = "no_id"
    ID_TWICE = "id_twice"
    NOT_A_NUMBER = "not_a_number"
    TEXT = "text"
    PIN_WITHOUT_YEAR = "pin_without_year"
    OUTSIDE = "outside"
    TOO_EARLY = "too_early"


class BadFile(Exception):
    """A line that can't be used: which, why, and what stands there."""

    def __init__(self, line: int, fault: Fault, value: str = "") -> None:
        super().__init__(f"line {line}: {fault} {value}")
        self.line, self.fault, self.value = line, fault, value


def read_units(content: bytes, *, years: int, batches: int) -> list[Unit]:
    """The units of a file, one at least. Raises BadFile for the first line that can't be used."""
    found: list[Unit] = []
    seen: dict[str, int] = {}
    values: dict[str, Any]
    for line, row in _rows(content, MUST, MAY):
        _require_new(row["id"], line, seen)
        values = {name: _number(row.get(name, ""), name, line) for name in NUMBERS}
        values |= {name: _text(row.get(name, ""), line) for name in (*MUST, *MAY) if name not in NUMBERS}
        unit = Unit(**values)
        _require_place(unit, line, years, batches)
        found.append(unit)
    if not found:
        raise BadFile(1, Fault.NO_UNITS)
    return found


def read_plan(content: bytes) -> dict[str, Block]:
    """The plan of a file. Raises BadFile for the first line that can't be used."""
    found: dict[str, Block] = {}
    seen: dict[str, int] = {}
    for line, row in _rows(content, PLAN, ()):
        _require_new(row["id"], line, seen)
        found[row["id"]] = Block(_number(row["year"], "year", line), _number(row["batch"], "batch", line))
    return found


def write_plan(assignment: Mapping[str, Block]) -> bytes:
    """The plan as a file, in time order."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(PLAN)
    writer.writerows(
        [unit, *block] for block, unit in sorted((block, unit) for unit, block in assignment.items())
    )
    return text.getvalue().encode()


def _rows(content: bytes, must: Sequence[str], may: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    lines = _lines(content)
    first, header = next(lines, (1, []))
    if not header:
        raise BadFile(first, Fault.NO_HEADER)
    for name in header:
        if name not in (*must, *may):
            raise BadFile(first, Fault.COLUMN_UNKNOWN, name)
        if header.count(name) > 1:
            raise BadFile(first, Fault.COLUMN_TWICE, name)
    for name in must:
        if name not in header:
            raise BadFile(first, Fault.COLUMN_MISSING, name)
    for line, cells in lines:
        if len(cells) != len(header):
            raise BadFile(line, Fault.CELLS, str(len(cells)))
        yield line, dict(zip(header, cells, strict=True))


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not blank, with the number it begins on."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(content[: error.start].count(b"\n") + 1, Fault.NOT_UTF8) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(line, Fault.NOT_CSV) from error


def _require_new(name: str, line: int, seen: dict[str, int]) -> None:
    if not name:
        raise BadFile(line, Fault.NO_ID)
    if name in seen:
        raise BadFile(line, Fault.ID_TWICE, str(seen[name]))
    seen[name] = line


def _number(text: str, name: str, line: int) -> int:
    if not text and name not in ("pupils", *PLAN):
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and int(text) <= MOST):
        raise BadFile(line, Fault.NOT_A_NUMBER, f"{name}: {text}")
    if int(text) == 0 and name != "pupils":
        raise BadFile(line, Fault.NOT_A_NUMBER, f"{name}: {text}")
    return int(text)


def _text(text: str, line: int) -> str:
    if "|" in text or " @ " in text or len(text) > LONGEST or not text.isprintable():
        raise BadFile(line, Fault.TEXT, text[:LONGEST])
    return text


def _require_place(unit: Unit, line: int, years: int, batches: int) -> None:
    if unit.pin_batch and not unit.pin_year:
        raise BadFile(line, Fault.PIN_WITHOUT_YEAR)
    for name, most in (("pin_year", years), ("pin_batch", batches), ("not_before_year", years)):
        if getattr(unit, name) > most:
            raise BadFile(line, Fault.OUTSIDE, f"{name}: {getattr(unit, name)}")
    if 0 < unit.pin_year < unit.not_before_year:
        raise BadFile(line, Fault.TOO_EARLY)
