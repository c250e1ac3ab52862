"""An attacker on a huvudman's tables: everything shown of an indicator, against everything hidden.

The attacker knows all that can be known elsewhere: how many pupils there are of each sex at every unit, which
rules the system follows, and that pupils are whole. What it wants is how many reach the measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quality_system.disclosure import FEW_LEFT, MINIMUM, protect, protect_figures
from quality_system.values import Value, ValueKind
from tests.quality_system.attacker.registers import HUVUDMAN, SHARE, Cell, Truth
from tests.quality_system.attacker.solver import Knowledge

WIDTH = FEW_LEFT.stop - FEW_LEFT.start - 1
"""From 1 to 4: so many persons apart the least and the most of a protected figure must be."""

Shown = Mapping[Cell, Value]


def unprotected(truth: Truth) -> dict[Cell, Value]:
    """The tables with every figure hidden for its own sake alone, as if nobody could add up."""
    return {
        cell: protect(f.value, count=f.count, based_on=SHARE.based_on, level=f.level, is_share=SHARE.is_share)
        for cell, f in truth.figures().items()
    }


def protected(truth: Truth) -> dict[Cell, Value]:
    """The tables as the system shows them."""
    return protect_figures(truth.figures(), truth.sums(), SHARE)  # type: ignore[arg-type, return-value]


@dataclass(frozen=True)
class Break:
    """A hidden figure that could be told too well: between `low` and `high` where `width` was due."""

    cell: Cell
    truth: int
    low: int
    high: int
    width: int


def breaks(truth: Truth, shown: Shown, *, whole: bool = True, everybody: bool = False) -> list[Break]:
    """The figures that had to be hidden and that can be worked out all the same.

    Without `whole` pupils are not taken to be whole while solving: faster, for large tables. With `everybody`
    any `~100` may be said of everybody, not only where a part is too small.
    """
    mind = _mind(truth, shown, whole, everybody)
    found = []
    for cell in truth.cells:
        width = due(truth, cell)
        if width:
            low, high = mind.whole_range(dict.fromkeys(truth.base(cell), 1))
            assert low <= truth.reaching(cell) <= high
            if high - low < width:
                found.append(Break(cell, truth.reaching(cell), low, high, width))
    return found


def due(truth: Truth, cell: Cell) -> int:
    """How far apart the least and the most of a figure must be; 0 where it may be known.

    What rests on too few, and one to four who fall short, are protected: by `WIDTH` persons, or by as many as
    the group has, or as the rest of a shown whole has (beside one boy, nobody's figure hides nine girls').
    """
    count, short = truth.count(cell), truth.count(cell) - truth.reaching(cell)
    if not is_few(truth, cell) and short not in FEW_LEFT:
        return 0
    return min(WIDTH, count, *filter(None, _rests(truth, cell)))


def is_few(truth: Truth, cell: Cell) -> bool:
    """Whether a cell rests on too few to be shown."""
    level = "huvudman" if cell[0] == HUVUDMAN else "unit"
    return 0 < truth.count(cell) < MINIMUM[SHARE.based_on, level][0]


def _rests(truth: Truth, cell: Cell) -> list[int]:
    """How many others there are in every wider cell."""
    own = set(truth.base(cell))
    return [truth.count(other) - truth.count(cell) for other in truth.cells if own < set(truth.base(other))]


def _mind(truth: Truth, shown: Shown, whole: bool, everybody: bool) -> Knowledge:
    mind = Knowledge(whole=whole)
    for cell, pupils in truth.pupils.items():
        mind.add(cell, 0, pupils)
    for cell, value in shown.items():
        least, most = _told(value, truth.count(cell), everybody or _some_are_few(truth, cell))
        mind.know(dict.fromkeys(truth.base(cell), 1), least, most)
    return mind


def _told(value: Value, count: int, few: bool) -> tuple[float, float]:
    """How many can reach the measure by what is shown of them."""
    if value.kind is ValueKind.NUMBER:
        share, half = float(value.exact) * count / 100, 0.05 * count / 100
        return share - half, share + half
    if value.kind is ValueKind.NEARLY_ALL:
        return count - FEW_LEFT.stop + 1, count - (0 if few else 1)
    return 0, count


def _some_are_few(truth: Truth, cell: Cell) -> bool:
    """Whether a part rests on too few: only then is `~100` also said of everybody."""
    return any(is_few(truth, part) for each in truth.sums() if each.whole == cell for part in each.parts)
