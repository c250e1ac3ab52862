"""Reads the official register's workbook: the sheet of huvudmän and the sheets of school units.

The rektor's name is in the file and is not read: nobody here needs it.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from huvudman.register import cells
from huvudman.register.archive import check_workbook
from huvudman.register.cells import text
from huvudman.register.layout import (
    HUVUDMAN_SHEET,
    UNIT_SHEETS,
    Offered,
    Plan,
    SheetKind,
    huvudman_plan,
    normal,
    unit_plan,
)
from huvudman.register.problems import CellError, Problem, Reason, RegisterFileError
from huvudman.register.repeated import Places
from huvudman.register.rows import HuvudmanRow, Offer, Register, Rejected, UnitRow

Row = list[Any]
ORIENTATIONS = {
    "ALLMÄN": "allman",
    "KONFESSIONELL": "konfessionell",
    "WALDORF": "waldorf",
    "INTERNATIONELL": "internationell",
    "RIKSINTERNAT": "riksinternat",
}


def read_workbook(content: bytes, *, kommuner: Collection[str] = ()) -> Register:
    """Read the whole register from the bytes of a workbook.

    `kommuner` are the kommun codes that exist (none given: every four-figure code will do). Rows that cannot
    be read are in `rejected`. Raises RegisterFileError, with all that is wrong, when the file cannot be used.
    """
    check_workbook(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except (CalamineError, OSError, ValueError) as error:
        raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK)) from error
    return _Reader(book, frozenset(kommuner)).read()


class _Reader:
    """Gathers one register from one workbook."""

    def __init__(self, book: CalamineWorkbook, kommuner: frozenset[str]) -> None:
        self.book, self.kommuner = book, kommuner
        self.register = Register()
        self.unreadable_units: set[str] = set()

    def read(self) -> Register:
        sheets, problems = self._find_sheets()
        own = self._sheet(HUVUDMAN_SHEET)
        if own is None:
            problems.append(Problem(Reason.MISSING_SHEET, "Huvudmän"))
        else:
            self._read_huvudman_sheet(own, problems)
        for name, kind in sheets:
            self._read_unit_sheet(name, kind, problems)
        if problems:
            raise RegisterFileError(*problems)
        for code in self.unreadable_units:
            self.register.units.pop(code, None)
        return self.register

    def _sheet(self, wanted: str) -> str | None:
        return next((name for name in self.book.sheet_names if normal(name) == wanted), None)

    def _find_sheets(self) -> tuple[list[tuple[str, SheetKind]], list[Problem]]:
        found: list[tuple[str, SheetKind]] = []
        problems: list[Problem] = []
        modern = self._sheet("ANPASSAD GRUNDSKOLA") is not None
        for kind in UNIT_SHEETS:
            name = next((n for n in self.book.sheet_names if normal(n) in kind.names), None)
            if name is not None:
                found.append((name, kind))
            elif not (modern and kind.part == "ANPASSAD"):
                problems.append(Problem(Reason.MISSING_SHEET, kind.title))
        known = {name for name, _kind in found} | {self._sheet(HUVUDMAN_SHEET)}
        self.register.remarks += [
            Problem(Reason.UNKNOWN_SHEET, name) for name in self.book.sheet_names if name not in known
        ]
        return found, problems

    def _rows(self, name: str) -> list[Row]:
        try:
            return self.book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except (CalamineError, OSError, ValueError) as error:
            raise RegisterFileError(Problem(Reason.NOT_A_WORKBOOK, name)) from error

    # Huvudmän -------------------------------------------------------------------------------------------

    def _read_huvudman_sheet(self, name: str, problems: list[Problem]) -> None:
        rows = self._rows(name)
        try:
            plan = huvudman_plan(name, rows)
        except RegisterFileError as error:
            problems += error.problems
            return
        body = list(_body(rows, plan))
        places = Places((n, cells.known_orgnr(row[plan.fields["ORGANISATIONSNR"]])) for n, row in body)
        for number, row in body:
            try:
                self._add_huvudman(name, number, plan, row, places)
            except CellError as error:
                key = error.about(cells.known_orgnr(row[plan.fields["ORGANISATIONSNR"]]))
                self.register.rejected.append(Rejected("huvudman", error.at(name, number), key))
        if not self.register.mentioned_huvudman:
            problems.append(Problem(Reason.EMPTY_SHEET, name))

    def _add_huvudman(self, sheet: str, number: int, plan: Plan, row: Row, places: Places) -> None:
        orgnr = _read("ORGANISATIONSNR", cells.orgnr, plan, row)
        self.register.mentioned_huvudman.add(orgnr)
        places.refuse_repeated(orgnr, number, plan.head("ORGANISATIONSNR"))
        legal_form = _read("JURIDISK FORM", cells.legal_form, plan, row)
        kind = _read("HUVUDMANNATYP", lambda v: cells.huvudman_type(v, legal_form), plan, row)
        name = _name(plan, row)
        self.register.huvudman[orgnr] = HuvudmanRow(
            orgnr=orgnr,
            name=name if kind == "enskild" else cells.calm_name(name),
            type=kind,
            legal_form=legal_form,
            street=_bounded("POSTADRESS", 200, plan, row),
            postal_code=_bounded("POSTNR", 10, plan, row),
            post_town=_bounded("POSTORT", 100, plan, row),
            telephone=_bounded("TELENR", 40, plan, row),
            email=self._email(sheet, number, plan, row),
            skolformer=_flagged(plan, row),
        )

    def _email(self, sheet: str, number: int, plan: Plan, row: Row) -> str:
        """An address that cannot be one is left out with a remark: the rest of the row is good."""
        try:
            return cells.email(row[plan.fields["EPOST"]])
        except CellError as error:
            error.reason, error.column = Reason.EMAIL_LEFT_OUT, plan.head("EPOST")
            self.register.remarks.append(error.at(sheet, number))
            return ""

    # Units ----------------------------------------------------------------------------------------------

    def _read_unit_sheet(self, name: str, kind: SheetKind, problems: list[Problem]) -> None:
        rows = self._rows(name)
        try:
            plan = unit_plan(name, kind, rows)
        except RegisterFileError as error:
            problems += error.problems
            return
        body = list(_body(rows, plan))
        at = plan.fields["SKOLENHETSKOD"]
        places = Places([(number, cells.digits(row[at], 8)) for number, row in body])
        for number, row in body:
            try:
                self._add_unit(name, number, kind, plan, row, places)
            except CellError as error:
                self._reject_unit(error, name, number, plan, row)
        if not places.rows and not kind.may_be_empty:
            problems.append(Problem(Reason.EMPTY_SHEET, name))
        self.register.remarks += [Problem(r.reason, name, r.row, r.column) for r in plan.remarks]

    def _reject_unit(self, error: CellError, sheet: str, number: int, plan: Plan, row: Row) -> None:
        code = cells.digits(row[plan.fields["SKOLENHETSKOD"]], 8)
        owner = cells.known_orgnr(row[plan.fields["ORGANISATIONSNR"]])
        self.register.rejected.append(Rejected("units", error.at(sheet, number), error.about(code)))
        self.unreadable_units |= {code} - {""}
        self.register.mentioned_huvudman |= {owner} - {""}

    def _add_unit(
        self, sheet: str, number: int, kind: SheetKind, plan: Plan, row: Row, places: Places
    ) -> None:
        code = _code(plan, row)
        self.register.mentioned_units.add(code)
        places.refuse_repeated(code, number, plan.head("SKOLENHETSKOD"))
        try:
            offered, numbers = _offered(plan, row), _numbers(plan, row)
        except CellError:
            row = self._realigned(sheet, number, plan, row)
            offered, numbers = _offered(plan, row), _numbers(plan, row)
        unit = self._unit(sheet, number, code, plan, row)
        total = cells.count(row[plan.total]) if plan.total is not None else None
        _add_offers(unit, kind, offered, _counts(plan, numbers, offered), total)

    def _realigned(self, sheet: str, number: int, plan: Plan, row: Row) -> Row:
        """Take out the one cell that pushed the rest of a row a step to the right.

        A text with a comma does that when a register passes through CSV. It shows as (at least) a text where
        the flags begin and a flag where the pupils begin; a merely bad cell never mends this way.
        """
        bad = _bad_groups(plan, row)
        index = next(i for i, head in enumerate(plan.heads) if head == bad[0].column)
        mended = [*row[:index], *row[index + 1 :], ""]
        if len(bad) < 2 or _bad_groups(plan, mended) or not _sound_address(plan, mended):
            raise bad[0]
        self.register.remarks.append(
            Problem(Reason.REALIGNED, sheet, number, bad[0].column, text(row[index])[:80])
        )
        return mended

    def _unit(self, sheet: str, number: int, code: str, plan: Plan, row: Row) -> UnitRow:
        """The unit of this row: the one that another sheet already named, or a new one. Raises CellError."""
        orgnr = row[plan.fields["ORGANISATIONSNR"]]
        if orgnr not in self.register.huvudman:  # as it stands, in nearly every row
            orgnr = _read("ORGANISATIONSNR", cells.orgnr, plan, row)
        if orgnr not in self.register.huvudman:
            raise CellError(Reason.UNKNOWN_HUVUDMAN, plan.head("ORGANISATIONSNR"), orgnr)
        known = self.register.units.get(code)
        if known is None:
            known = self._new_unit(sheet, number, code, orgnr, plan, row)
            self.register.units[code] = known
        elif known.orgnr != orgnr:
            raise CellError(Reason.OTHER_HUVUDMAN, plan.head("ORGANISATIONSNR"), orgnr)
        if plan.orientation is not None and not known.orientation:
            known.orientation = ORIENTATIONS.get(normal(row[plan.orientation]), "")
        return known

    def _new_unit(self, sheet: str, number: int, code: str, orgnr: str, plan: Plan, row: Row) -> UnitRow:
        return UnitRow(
            code=code,
            orgnr=orgnr,
            kommun=self._kommun(plan, row),
            name=_name(plan, row),
            street=_bounded("ADRESS", 200, plan, row),
            postal_code=_bounded("POSTNR", 10, plan, row),
            post_town=_bounded("POSTORT", 100, plan, row),
            visiting_postal_code=_bounded("BESÖKSPOSTNR", 10, plan, row),
            telephone=_bounded("TELENR", 40, plan, row),
            email=self._email(sheet, number, plan, row),
            website=_bounded("WEBB", 300, plan, row),
        )

    def _kommun(self, plan: Plan, row: Row) -> str:
        value = row[plan.fields["KOMMUN"]]
        code = cells.digits(value, 4)
        if not code:
            raise CellError(Reason.BAD_KOMMUN, plan.head("KOMMUN"), value)
        if self.kommuner and code not in self.kommuner:
            raise CellError(Reason.UNKNOWN_KOMMUN, plan.head("KOMMUN"), code)
        return code


def _body(rows: list[Row], plan: Plan) -> Iterator[tuple[int, Row]]:
    """The rows under the header that say something, numbered as Excel does. Footnotes are left out."""
    for index in range(plan.header + 1, len(rows)):
        row = rows[index]
        filled = len(row) - row.count("") - row.count(None)
        if filled > 1 or (filled == 1 and not _is_footnote(row, plan)):
            yield index + 1, row


def _is_footnote(row: Row, plan: Plan) -> bool:
    """Tell whether a row's only cell is about nobody: a number of one of ours, anywhere, may close no one."""
    at, value = next((at, text(value)) for at, value in enumerate(row) if value not in ("", None))
    if at in (plan.fields.get(name) for name in ("ORGANISATIONSNR", "SKOLENHETSKOD")):
        return not any(sign.isdigit() for sign in value)
    return not (cells.known_orgnr(value) or cells.digits(value, 8))


def _read(name: str, reader: Any, plan: Plan, row: Row) -> Any:
    """A fixed column through `reader`; an error gets the column's head."""
    try:
        return reader(row[plan.fields[name]])
    except CellError as error:
        error.column = plan.head(name)
        raise


def _bounded(name: str, limit: int, plan: Plan, row: Row) -> str:
    value = row[plan.fields[name]]
    found = text(value)
    if len(found) > limit:
        raise CellError(Reason.TOO_LONG, plan.head(name), found)
    return found


def _name(plan: Plan, row: Row) -> str:
    name = _read("NAMN", cells.register_name, plan, row)
    if not name:
        raise CellError(Reason.NO_NAME, plan.head("NAMN"))
    return str(name)


def _code(plan: Plan, row: Row) -> str:
    value = row[plan.fields["SKOLENHETSKOD"]]
    code = cells.digits(value, 8)
    if not code:
        raise CellError(Reason.BAD_CODE, plan.head("SKOLENHETSKOD"), value)
    return code


def _flagged(plan: Plan, row: Row) -> tuple[str, ...]:
    found = []
    for column in plan.flags:
        try:
            if cells.flag(row[column.index]) and column.skolform not in found:
                found.append(column.skolform)
        except CellError as error:
            error.column = column.head
            raise
    return tuple(found)


def _offered(plan: Plan, row: Row) -> Offered:
    """What the row's flags say is offered. Raises CellError."""
    flags = tuple([row[column.index] for column in plan.flags])
    known = plan.offered.get(flags)
    if known is None:
        groups: dict[str, list[str]] = {}
        for column, value in zip(plan.flags, flags, strict=True):
            if cells.flag(value):
                groups.setdefault(column.skolform, []).append(column.group)
        known = plan.offered[flags] = {skolform: tuple(found) for skolform, found in groups.items()}
    return known


def _numbers(plan: Plan, row: Row) -> list[int | None]:
    """The numbers of pupils, in the order of the plan. Raises CellError."""
    return [cells.count(row[column.index]) for column in plan.counts]


def _bad_groups(plan: Plan, row: Row) -> list[CellError]:
    """Every flag or number of pupils that cannot be read, in the order of the columns."""
    bad: list[tuple[int, CellError]] = []
    readers = [(cells.flag, plan.flags), (cells.count, plan.counts)]
    for reader, columns in readers:
        for column in columns:
            try:
                reader(row[column.index])
            except CellError as error:
                error.column = column.head
                bad.append((column.index, error))
    return [error for _index, error in sorted(bad, key=lambda pair: pair[0])]


def _sound_address(plan: Plan, row: Row) -> bool:
    postal_code, email = text(row[plan.fields["POSTNR"]]), text(row[plan.fields["EPOST"]])
    return (not postal_code or bool(cells.digits(postal_code.replace(" ", ""), 5))) and (
        not email or bool(cells.EMAIL.fullmatch(email))
    )


def _add_offers(
    unit: UnitRow, kind: SheetKind, offered: Offered, counts: dict[str, dict[str, int]], total: int | None
) -> None:
    """Add what a row says that the unit offers; `total` is all pupils in the sheet's own skolform."""
    if kind.part:
        offer = unit.offers.setdefault(kind.skolform, Offer())
        offer.groups = (*offer.groups, kind.part)
        return
    for skolform in dict.fromkeys([*offered, *counts]) or [kind.skolform]:
        found = counts.get(skolform, {})
        pupils = sum(found.values()) if found else None
        unit.offers[skolform] = Offer(offered.get(skolform, ()), pupils, found)
    if total and kind.skolform in counts:
        unit.offers[kind.skolform].pupils = total


def _counts(plan: Plan, numbers: list[int | None], offered: Offered) -> dict[str, dict[str, int]]:
    """Pupils per skolform and group. A unit with 0 in every column has not reported: nothing is known."""
    if not any(numbers):
        return {}
    counts: dict[str, dict[str, int]] = {}
    for column, pupils in zip(plan.counts, numbers, strict=True):
        if pupils or (pupils == 0 and column.group in offered.get(column.skolform, ())):
            counts.setdefault(column.skolform, {})[column.group] = pupils
    return counts
