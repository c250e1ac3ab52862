"""Small made-up registers with a known truth: how many pupils of each sex reach a measure at every unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from quality_system.disclosure import Figure, Rule, Sum
from quality_system.values import MISSING, number

HUVUDMAN, ALL, GIRLS, BOYS = "huvudman", "all", "girls", "boys"
SEXES = (GIRLS, BOYS)
SHARE = Rule(based_on="pupils", unit="%")

Cell = tuple[str, str]
"""Where (a unit, or the huvudman) and whose (all, girls, boys)."""


@dataclass(frozen=True)
class Truth:
    """Pupils, and how many of them reach the measure, by (unit, sex)."""

    pupils: dict[Cell, int]
    reach: dict[Cell, int]

    @property
    def units(self) -> list[str]:
        """The units' names."""
        return sorted({unit for unit, _sex in self.pupils})

    @property
    def cells(self) -> list[Cell]:
        """Every place and sex that a table has."""
        return [(place, sex) for place in (HUVUDMAN, *self.units) for sex in (ALL, *SEXES)]

    def base(self, cell: Cell) -> list[Cell]:
        """The units and sexes that make up a cell."""
        place, sex = cell
        units = self.units if place == HUVUDMAN else [place]
        return [(unit, one) for unit in units for one in (SEXES if sex == ALL else (sex,))]

    def count(self, cell: Cell) -> int:
        """How many pupils a cell is about."""
        return sum(self.pupils[each] for each in self.base(cell))

    def reaching(self, cell: Cell) -> int:
        """How many of them reach the measure."""
        return sum(self.reach[each] for each in self.base(cell))

    def figures(self, *, decimals: int = 1) -> dict[Cell, Figure]:
        """The figures as the source makes them, before anything is hidden; missing where nobody is."""
        return {cell: self._figure(cell, decimals) for cell in self.cells}

    def _figure(self, cell: Cell, decimals: int) -> Figure:
        count, level = self.count(cell), "huvudman" if cell[0] == HUVUDMAN else "unit"
        if not count:
            return Figure(MISSING, None, level)
        share = Decimal(100 * self.reaching(cell)) / count
        return Figure(number(round(share, decimals)), count, level)

    def sums(self) -> list[Sum]:
        """Which cells make up which: the sexes at every place, the units under their huvudman."""
        places = [Sum((place, ALL), ((place, GIRLS), (place, BOYS))) for place in (HUVUDMAN, *self.units)]
        over = [Sum((HUVUDMAN, sex), tuple((u, sex) for u in self.units)) for sex in (ALL, *SEXES)]
        return [*places, *over]


@st.composite
def truths(draw: st.DrawFn, *, most_units: int = 4, most_pupils: int = 30) -> Truth:
    """A huvudman with a few units; often small groups, often nearly all that reach or nearly none."""
    units = [f"u{n}" for n in range(draw(st.integers(1, most_units)))]
    pupils, reach = {}, {}
    for cell in [(unit, sex) for unit in units for sex in SEXES]:
        pupils[cell] = draw(st.integers(0, 12) | st.integers(0, most_pupils))
        few = min(draw(st.integers(0, 6)), pupils[cell])
        reach[cell] = draw(st.sampled_from([few, pupils[cell] - few]) | st.integers(0, pupils[cell]))
    return Truth(pupils, reach)
