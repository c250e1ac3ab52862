"""Does every cell of a sheet stand near the others?

The reader holds a sheet as one dense block from the first to the last cell, so a single cell far away is as
dangerous as a large file. Columns up to EZ and rows up to 19 999 are four times what a register needs.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from huvudman.register.problems import Problem, Reason, RegisterFileError

MAX_ROW, MAX_COLUMN = 19_999, 156

# A row or cell that is not written as spreadsheet programs write it: with a near place first, and once.
# A pattern for each, since one that begins with fixed letters is found fastest.
NEAR = rb' r="(?:[A-E]?[A-Z])?1?\d{1,4}"'
REST = rb' (?!r=)[\w:]++="[^"]*+"'
UNUSUAL = [re.compile(rb"<%s(?!%s(?:%s)*+ ?/?>)[\s/>]" % (element, NEAR, REST)) for element in (b"row", b"c")]
# One with a prefix is unusual, whatever its place. Its last colon is soon looked for, and nearly never there.
PREFIXED = re.compile(rb"<[^\s<>]*:(?:c|row)[\s/>]")
PLACE = re.compile(r"([A-Za-z]{0,2})0*(\d{1,5})")


def check_places(part: bytes | bytearray, name: str) -> None:
    """Raise RegisterFileError if a part of a workbook is a sheet with a cell far away.

    A sheet with anything unusual, also with cells that say no place, is read through: right but slower.
    """
    if b"sheetData" not in part or not _is_unusual(part):
        return
    parser = expat.ParserCreate("iso-8859-1")  # byte by byte, as the reader does, whatever the sheet declares
    parser.StartElementHandler = _Places(name).enter
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(bytes(part).removeprefix(b"\xef\xbb\xbf"), True)
    except expat.ExpatError as error:
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK, detail=name[:80])) from error


def _is_unusual(part: bytes | bytearray) -> bool:
    if (b":c" in part or b":row" in part) and PREFIXED.search(part):
        return True
    return any(pattern.search(part) for pattern in UNUSUAL)


def _refuse(*_declaration: object) -> None:
    raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK))


class _Places:
    """Follows the places of rows and cells; one that says none comes after the one before."""

    def __init__(self, name: str) -> None:
        self.name, self.row, self.column = name, 0, 0

    def enter(self, element: str, attributes: dict[str, str]) -> None:
        kind = element.rpartition(":")[2]
        place = attributes.get("r")
        if kind == "row":
            self.row, self.column = self._read(place)[0] if place else self.row + 1, 0
        elif kind == "c":
            row, self.column = self._read(place) if place else (self.row, self.column + 1)
            self._check(row)
        self._check(self.row)

    def _read(self, place: str) -> tuple[int, int]:
        """Row and column; a place that cannot be read counts as far away."""
        found = PLACE.fullmatch(place)
        if not found:
            return MAX_ROW + 1, 0
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]), column

    def _check(self, row: int) -> None:
        if row > MAX_ROW or self.column > MAX_COLUMN:
            raise RegisterFileError(Problem(Reason.TOO_MANY_CELLS, detail=self.name[:80]))
