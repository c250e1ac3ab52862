"""How much text do a workbook's cells hold, when each shared text is counted as often as it is used?

A workbook keeps a text once and points to it from any number of cells; the reader makes a copy for each.
"""

from __future__ import annotations

import re

from huvudman.register.problems import Problem, Reason, RegisterFileError

MAX_TEXT = 100_000
"""Bytes of one shared text with its markup. Excel itself stops at 32 767 signs."""
MAX_ALL_TEXT = 50_000_000
"""Bytes of text in all cells together: five times what a register needs."""

TABLE = re.compile(rb"<(?:[^\s<>/]*:)?sst[\s>]")
TEXT = re.compile(rb"<(?:[^\s<>/]*:)?si[\s/>]")
VALUE = re.compile(rb"<(?:[^\s<>/]*:)?v[\s>]")
REFERENCE = re.compile(rb"<(?:[^\s<>/]*:)?v(?:\s[^<>]*)?>\s*(\d{1,7})\s*<")


class SharedTexts:
    """Gathers the shared texts' lengths and counts the cells, a part of the workbook at a time."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.total = 0
        self.values = 0

    def look(self, part: bytes | bytearray, name: str) -> None:
        """Remember what the part has. Raises RegisterFileError for a text that is too long."""
        if TABLE.search(part):
            self.lengths += [len(text) for text in TEXT.split(part)[1:]]
            if max(self.lengths, default=0) > MAX_TEXT:
                raise RegisterFileError(Problem(Reason.TOO_MUCH_TEXT, detail=name[:80]))
        if b"sheetData" in part:
            self.values += part.count(b"<v") + part.count(b":v")

    @property
    def surely_small(self) -> bool:
        """Whether there is room for the longest text in every cell."""
        return max(self.lengths, default=0) * self.values <= MAX_ALL_TEXT

    def count(self, part: bytes | bytearray, name: str) -> None:
        """Add what the part's cells point to. Raises RegisterFileError when it is too much.

        A value that is not plainly a number counts as the longest text.
        """
        if b"sheetData" not in part:
            return
        found = [int(value) for value in REFERENCE.findall(part)]
        unclear = len(VALUE.findall(part)) - len(found)
        self.total += unclear * max(self.lengths) + sum(
            self.lengths[value] for value in found if value < len(self.lengths)
        )
        if self.total > MAX_ALL_TEXT:
            raise RegisterFileError(Problem(Reason.TOO_MUCH_TEXT, detail=name[:80]))
