"""What can be wrong with a register file, always with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a file, a row or a cell cannot be used. The words for people are in `huvudman.import_texts`."""

    EMPTY_FILE = "empty_file"
    NOT_A_WORKBOOK = "not_a_workbook"
    NOT_TEXT = "not_text"
    BROKEN_ROW = "broken_row"
    TOO_LARGE = "too_large"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_MUCH_TEXT = "too_much_text"
    MISSING_SHEET = "missing_sheet"
    MISSING_HEADER = "missing_header"
    MISSING_COLUMN = "missing_column"
    REPEATED_COLUMN = "repeated_column"
    EMPTY_SHEET = "empty_sheet"

    BAD_ORGNR = "bad_orgnr"
    BAD_CODE = "bad_code"
    BAD_KOMMUN = "bad_kommun"
    UNKNOWN_KOMMUN = "unknown_kommun"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_LEGAL_FORM = "unknown_legal_form"
    NO_NAME = "no_name"
    TOO_LONG = "too_long"
    BAD_FLAG = "bad_flag"
    BAD_NUMBER = "bad_number"
    BAD_EMAIL = "bad_email"
    DUPLICATE = "duplicate"
    OTHER_HUVUDMAN = "other_huvudman"
    UNKNOWN_HUVUDMAN = "unknown_huvudman"
    WRONG_LENGTH = "wrong_length"

    REALIGNED = "realigned"
    FORMER_ORGNR = "former_orgnr"
    MERGED_HERE = "merged_here"
    CLOSED_HERE = "closed_here"
    EMAIL_LEFT_OUT = "email_left_out"
    UNKNOWN_SHEET = "unknown_sheet"
    UNKNOWN_GROUP = "unknown_group"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (sheet, row as Excel counts, column head), why, and the cell's text."""

    reason: Reason
    sheet: str = ""
    row: int = 0
    column: str = ""
    detail: str = ""


class RegisterFileError(Exception):
    """The file cannot be used at all. `problems` says why, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.reason} {p.sheet} {p.row} {p.column}".strip() for p in problems))
        self.problems = problems


class CellError(Exception):
    """A cell that cannot be read; becomes a `Problem` once its row is known."""

    def __init__(self, reason: Reason, column: str = "", detail: object = "") -> None:
        super().__init__(reason)
        self.reason, self.column, self.detail = reason, column, str(detail)[:80]

    def about(self, key: str) -> str:
        """The number the row has, if it can be trusted to be its own: of a repeated one, nobody can tell."""
        return "" if self.reason is Reason.DUPLICATE else key

    def at(self, sheet: str, row: int) -> Problem:
        """The problem with its place."""
        return Problem(self.reason, sheet, row, self.column, self.detail)
