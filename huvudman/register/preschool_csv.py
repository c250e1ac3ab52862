"""Reads a list of huvudmän that run preschool only.

UTF-8 (with or without BOM), semicolons, one header line. Columns, in any order:

    orgnr;namn;typ;juridisk form;kommunkod;barn;e-post;telefon;adress;postnummer;postort

The first six must be there. `typ` is enskild, kommun, kommunalförbund, region or stat; `juridisk form` is
SCB's name or two-figure code; `barn` is a whole number, empty where it is not known. `kommunkod` may name
several kommuner with commas: the first is the main one. A row is a line: no cell has a line break.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection

from huvudman.register import cells
from huvudman.register.cells import bounded, text
from huvudman.register.problems import CellError, Problem, Reason, RegisterFileError
from huvudman.register.repeated import Places
from huvudman.register.rows import HuvudmanRow, Register, Rejected

MAX_FILE = 5_000_000
NEEDED = ("orgnr", "namn", "typ", "juridisk form", "kommunkod", "barn")
OPTIONAL = ("e-post", "telefon", "adress", "postnummer", "postort")

Cells = dict[str, str]


def read_preschools(content: bytes, *, kommuner: Collection[str] = ()) -> Register:
    """Read the list. Rows that cannot be read are in `rejected`, with line and column.

    `kommuner` are the kommun codes that exist. Raises RegisterFileError when the file cannot be used at all.
    """
    rows = _rows(_decoded(content))
    head_line, heads = _header(rows)
    register = Register()
    body = [(n, row, dict(zip(heads, row, strict=False))) for n, row in rows if n > head_line and _says(row)]
    places = Places((number, cells.known_orgnr(line.get("orgnr", ""))) for number, _row, line in body)
    for number, row, line in body:
        try:
            _take_number(register, line, number, places)
            if _says(row[len(heads) :]):
                raise CellError(Reason.WRONG_LENGTH, detail=len(row))
            _add(register, line, frozenset(kommuner))
        except CellError as error:
            key = error.about(cells.known_orgnr(line.get("orgnr", "")))
            register.rejected.append(Rejected("huvudman", error.at("", number), key))
    if not register.mentioned_huvudman and not register.rejected:
        raise RegisterFileError(Problem(Reason.EMPTY_SHEET))
    return register


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise RegisterFileError(Problem(Reason.EMPTY_FILE))
    if len(content) > MAX_FILE:
        raise RegisterFileError(Problem(Reason.TOO_LARGE))
    try:
        found = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RegisterFileError(Problem(Reason.NOT_TEXT, row=line)) from error
    if "\x00" in found:
        raise RegisterFileError(Problem(Reason.NOT_TEXT, row=found.count("\n", 0, found.index("\x00")) + 1))
    return found


def _rows(content: str) -> list[tuple[int, list[str]]]:
    """Each row with its line. Raises RegisterFileError where a stray quote would swallow rows."""
    lines = csv.reader(io.StringIO(content), delimiter=";", strict=True)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for row in lines:
            if any("\n" in cell or "\r" in cell for cell in row):
                raise csv.Error("a cell with a line break")
            rows.append((begins, row))
            begins = lines.line_num + 1
    except csv.Error as error:
        raise RegisterFileError(Problem(Reason.BROKEN_ROW, row=begins)) from error
    return rows


def _header(rows: list[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The header's line and the columns' names in small letters. Raises RegisterFileError."""
    line, cells_ = next(((n, row) for n, row in rows if any(c.strip() for c in row)), (1, []))
    heads = [text(cell).casefold() for cell in cells_]
    given = ", ".join(h for h in heads if h)[:400]
    problems = [Problem(Reason.MISSING_COLUMN, "", line, n, given) for n in NEEDED if n not in heads]
    problems += [
        Problem(Reason.REPEATED_COLUMN, "", line, n) for n in (*NEEDED, *OPTIONAL) if heads.count(n) > 1
    ]
    if problems:
        raise RegisterFileError(*problems)
    return line, heads


def _says(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _take_number(register: Register, row: Cells, number: int, places: Places) -> None:
    orgnr = _Reading(row)("orgnr", cells.orgnr)
    register.mentioned_huvudman.add(orgnr)
    places.refuse_repeated(orgnr, number, "orgnr")


def _add(register: Register, row: Cells, known: frozenset[str]) -> None:
    reading = _Reading(row)
    orgnr = reading("orgnr", cells.orgnr)
    legal_form = reading("juridisk form", cells.legal_form)
    kommuner = reading("kommunkod", lambda value: _kommuner(value, known))
    register.huvudman[orgnr] = HuvudmanRow(
        orgnr=orgnr,
        name=reading("namn", _name),
        type=reading("typ", lambda value: cells.huvudman_type(value, legal_form)),
        legal_form=legal_form,
        street=reading("adress", lambda value: bounded(value, 200)),
        postal_code=reading("postnummer", lambda value: bounded(value, 10)),
        post_town=reading("postort", lambda value: bounded(value, 100)),
        telephone=reading("telefon", lambda value: bounded(value, 40)),
        email=reading("e-post", cells.email),
        skolformer=("FSK",),
        main_kommun=kommuner[0],
        kommuner=tuple(sorted(kommuner)),
        children=reading("barn", cells.count),
    )


class _Reading:
    """Reads the cells of one line; an error gets the column's name."""

    def __init__(self, row: Cells) -> None:
        self.row = row

    def __call__(self, column, reader):  # type: ignore[no-untyped-def]
        try:
            return reader(self.row.get(column, ""))
        except CellError as error:
            error.column = column
            raise


def _name(value: str) -> str:
    found = cells.register_name(value)
    if not found:
        raise CellError(Reason.NO_NAME)
    return found


def _kommuner(value: str, known: frozenset[str]) -> tuple[str, ...]:
    """Codes, the main one first. A code that lost its leading zero in a spreadsheet gets it back."""
    codes = tuple(dict.fromkeys(text(part).zfill(4) for part in value.split(",") if text(part)))
    if not codes or not all(cells.digits(code, 4) for code in codes):
        raise CellError(Reason.BAD_KOMMUN, detail=value)
    if known and not known.issuperset(codes):
        raise CellError(Reason.UNKNOWN_KOMMUN, detail=value)
    return codes
