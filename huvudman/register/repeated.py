"""Numbers that stand on more rows than one: which of the rows is right, nobody can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from huvudman.register.problems import CellError, Reason

SHOWN = 5


class Places:
    """Where each number stands in a list, whose rows are given as (row, number); "" is no number."""

    def __init__(self, numbers: Iterable[tuple[int, str]]) -> None:
        self.rows: dict[str, list[int]] = defaultdict(list)
        for row, number in numbers:
            if number:
                self.rows[number].append(row)

    def refuse_repeated(self, number: str, row: int, column: str) -> None:
        """Raise CellError, with the other rows, if the number of `row` stands elsewhere too."""
        others = [str(other) for other in self.rows[number] if other != row]
        if others:
            raise CellError(Reason.DUPLICATE, column, ", ".join(others[:SHOWN]))
