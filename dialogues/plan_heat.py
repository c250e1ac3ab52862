"""How far a plan is from even, batch by batch: the numbers behind the heat map and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

from django.utils.translation import gettext as _

from dialogues.models import Draw
from dialogues.plan_queries import family_name, level_namer
from huvudman.models import Huvudman

GIANT = 0.5
"""A huvudman with at least this share of a mean batch's children and pupils is named: no plan can even it."""

LEVELS_SHOWN = 50
"""The most levels that are shown at once. A family with more can be searched."""


@dataclass(frozen=True)
class Cell:
    """How many of a level landed in a block, and how far that is from its share."""

    count: int
    deviation: float


Level = tuple[str, list[Cell]]
"""A level's name, and its cells in time order."""


@dataclass(frozen=True)
class Heat:
    """The deviations of a family: a row for each level, a column for each batch or year.

    `shown` are the rows to show: all of them, until `narrowed` chooses.
    """

    family: str
    columns: list[str]
    rows: list[Level]
    shown: list[Level]

    @property
    def largest(self) -> float:
        """The largest distance from a share."""
        return max((abs(cell.deviation) for _name, cells in self.rows for cell in cells), default=0.0)

    @property
    def off(self) -> int:
        """How many counts are one or more away from their share."""
        return sum(abs(cell.deviation) >= 1 for _name, cells in self.rows for cell in cells)


@dataclass(frozen=True)
class Giant:
    """A huvudman so large that it alone decides how many children and pupils its batch has."""

    id: str
    name: str
    pupils: int
    block: str


@dataclass(frozen=True)
class PupilRow:
    """A batch with its children and pupils, and the giants in it."""

    block: str
    pupils: int
    giants: list[Giant]

    @property
    def in_giants(self) -> int:
        """How many of them the giants have."""
        return sum(giant.pupils for giant in self.giants)


@dataclass(frozen=True)
class Pupils:
    """Children and pupils batch by batch, their mean, and how much they vary (percent of the mean)."""

    rows: list[PupilRow]
    mean: float
    variation: float
    variation_without_giants: float

    @property
    def giants(self) -> list[Giant]:
        """All giants, largest first."""
        return sorted((g for row in self.rows for g in row.giants), key=lambda giant: -giant.pupils)


def heat_of(certificate: Mapping[str, Any], family: str, first_year: int, *, by_year: bool = False) -> Heat:
    """The deviations of a family in every batch, or in every year."""
    name, size = level_namer(), certificate["batches"]
    columns = [block_name(block, first_year) for block in certificate["blocks"]]
    if by_year:
        columns = [str(first_year + n) for n in range(certificate["years"])]
    rows = []
    for level, counts in sorted(certificate["counts"][family].items()):
        shown = sums_of_years(counts, size) if by_year else counts
        share = sum(shown) / len(shown)
        rows.append((name(family, level), [Cell(count, round(count - share, 4)) for count in shown]))
    return Heat(family_name(family), columns, rows, rows)


def narrowed(heats: Sequence[Heat], q: str = "") -> list[Heat]:
    """The heats of one family with the levels whose names hold `q` to show: the same ones in all of them.

    Where those are too many, the ones that are furthest from their share anywhere come, worst first.
    """
    furthest: dict[str, float] = {}
    for name, cells in (row for heat in heats for row in heat.rows):
        if q.casefold() in name.casefold():
            furthest[name] = max(furthest.get(name, 0), *(abs(cell.deviation) for cell in cells))
    names = list(furthest)
    if len(names) > LEVELS_SHOWN:
        names = sorted(names, key=lambda name: -furthest[name])[:LEVELS_SHOWN]
    return [replace(heat, shown=_in_order(heat.rows, names)) for heat in heats]


def _in_order(rows: Sequence[Level], names: Sequence[str]) -> list[Level]:
    by_name = dict(rows)
    return [(name, by_name[name]) for name in names if name in by_name]


def sums_of_years(counts: Sequence[int], batches: int) -> list[int]:
    """The counts of batches in time order as the sums of each year."""
    return [sum(counts[a:b]) for a, b in pairwise(range(0, len(counts) + 1, batches))]


def block_name(block: str, first_year: int) -> str:
    """A block as people read it: `1:2` is `2027:2`."""
    year, batch = block.split(":")
    return f"{first_year + int(year) - 1}:{batch}"


def pupils_of(draw: Draw, places: Mapping[str, str]) -> Pupils:
    """Children and pupils batch by batch, with the giants named."""
    sums = draw.counted["pupils"]
    blocks, first = draw.counted["blocks"], draw.cycle.first_year
    mean = fmean(sums.values())
    giants = _giants(draw, places, mean * GIANT)
    rows = [
        PupilRow(block_name(block, first), sums[block], [g for g in giants if g.block == block])
        for block in blocks
    ]
    without = [row.pupils for row in rows if not row.giants]
    return Pupils(rows, mean, _variation(list(sums.values())), _variation(without))


def _giants(draw: Draw, places: Mapping[str, str], least: float) -> list[Giant]:
    large = {row["id"]: row["pupils"] for row in draw.units if row["pupils"] and row["pupils"] >= least}
    names = dict(Huvudman.objects.filter(public_id__in=large).values_list("public_id", "name"))
    by_id = {str(public_id): name for public_id, name in names.items()}
    return [Giant(unit, by_id.get(unit, _("okänd")), n, places[unit]) for unit, n in large.items()]


def _variation(numbers: Sequence[int]) -> float:
    """The coefficient of variation, in percent."""
    mean = fmean(numbers) if numbers else 0
    return 100 * pstdev(numbers) / mean if mean else 0.0
