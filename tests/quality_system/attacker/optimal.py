"""The fewest figures that have to be hidden, found by an integer program, to hold our own loss against.

Less hidden is never safer. So of every pattern that the attacker breaks, made as large as it can be while it
still breaks, at least one of the figures left must be hidden: the program looks for the smallest set
that meets all such demands, until the attacker breaks it no more.
"""

from __future__ import annotations

from collections.abc import Collection

from quality_system.values import SUPPRESSED, Value
from tests.quality_system.attacker.registers import Cell, Truth
from tests.quality_system.attacker.solver import Knowledge
from tests.quality_system.attacker.tables import breaks, unprotected


def hidden_in(shown: dict[Cell, Value], truth: Truth) -> set[Cell]:
    """The cells without number, of those that are about anybody."""
    return {cell for cell, value in shown.items() if value.is_hidden and truth.count(cell)}


def fewest_hidden(truth: Truth) -> set[Cell]:
    """The smallest set of cells that the attacker does not break, with what is hidden for its own sake."""
    alone = unprotected(truth)
    must = hidden_in(alone, truth)
    free = [cell for cell in truth.cells if truth.count(cell) and cell not in must]
    program = Knowledge()
    for cell in free:
        program.add(cell, 0, 1)
    chosen = must
    while free and _breaks(truth, alone, chosen):
        left = set(free) - _enlarged(truth, alone, chosen, free)
        program.know(dict.fromkeys(left, 1), 1, len(left))
        chosen = must | {cell for cell, is_in in program.least(dict.fromkeys(free, 1)).items() if is_in > 0.5}
    return chosen


def _enlarged(truth: Truth, alone: dict[Cell, Value], chosen: set[Cell], free: Collection[Cell]) -> set[Cell]:
    """As many cells as can be hidden besides while the attacker still breaks the table."""
    hidden = set(chosen)
    for cell in sorted(free, key=truth.count):
        if cell not in hidden and _breaks(truth, alone, hidden | {cell}):
            hidden.add(cell)
    return hidden


def _breaks(truth: Truth, alone: dict[Cell, Value], hidden: set[Cell]) -> bool:
    shown = {cell: SUPPRESSED if cell in hidden else value for cell, value in alone.items()}
    return bool(breaks(truth, shown, whole=False))
