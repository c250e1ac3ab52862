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

SHORTEST_VALUE = len("<v>0</v>")
"""Bytes: a sheet points to no more texts than its length holds."""

TABLE = re.compile(rb"<(?:[^\s<>/]*:)?sst[\s>]")
TEXT = re.compile(rb"<(?:[^\s<>/]*:)?si[\s/>]")
# Where what looks like a text's beginning may be none to the reader: in a comment, in CDATA, in an
# instruction or in an attribute.
UNCLEAR = re.compile(rb"""<!|<\?(?![^<>]*\?>)|<[^<>]*=\s*(?:"[^"<>]*|'[^'<>]*)[<>]""")
VALUE = re.compile(rb"<(?:[^\s<>/]*:)?v[\s>]")
REFERENCE = re.compile(rb"<(?:[^\s<>/]*:)?v>\s*(\d{1,7})\s*</")
# A number as spreadsheet programs write it: it points to no text. All that is unusual may be a reference.
PLAIN_NUMBER = re.compile(rb"""<c(?: (?:(?!t=)\w+="[^"'<>]*"|t="n")){0,8}><v>[^<]*</v>""")


class SharedTexts:
    """Gathers the shared texts' lengths and counts the cells, a part of the workbook at a time."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.longest = 0
        self.tables = 0
        self.is_clear = True
        self.total = 0
        self.values = 0

    def look(self, part: bytes | bytearray, name: str) -> None:
        """Remember what the part has. Raises RegisterFileError for a text that is too long."""
        if (b"<sst" in part or b":sst" in part) and TABLE.search(part):
            self._look_at_table(part, name)
        if b"sheetData" in part:
            self.values += len(part) // SHORTEST_VALUE

    def _look_at_table(self, part: bytes | bytearray, name: str) -> None:
        """Remember the texts' lengths; where one text ends is not certain in an unclear table."""
        lengths = [len(text) for text in TEXT.split(part)[1:]]
        if max(lengths, default=0) > MAX_TEXT:
            raise RegisterFileError(Problem(Reason.TOO_MUCH_TEXT, detail=name[:80]))
        unclear = UNCLEAR.search(part) is not None
        self.tables += 1
        self.is_clear = self.is_clear and not unclear and self.tables == 1
        self.longest = max(self.longest, len(part) if unclear else max(lengths, default=0))
        self.lengths += lengths

    @property
    def surely_small(self) -> bool:
        """Whether there is room for the longest text in every cell."""
        return self.longest * self.values <= MAX_ALL_TEXT

    def count(self, part: bytes | bytearray, name: str) -> None:
        """Add what the part's cells point to. Raises RegisterFileError when it is too much.

        A value that is not plainly a number counts as the longest text, and so does every reference to a
        table that the reader may understand in another way.
        """
        if b"sheetData" not in part:
            return
        part = PLAIN_NUMBER.sub(b"", part)
        found = [int(value) for value in REFERENCE.findall(part)] if self.is_clear else []
        unclear = len(VALUE.findall(part)) - len(found)
        self.total += unclear * self.longest + sum(
            self.lengths[value] for value in found if value < len(self.lengths)
        )
        if self.total > MAX_ALL_TEXT:
            raise RegisterFileError(Problem(Reason.TOO_MUCH_TEXT, detail=name[:80]))
