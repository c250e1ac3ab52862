"""The attacker on all that an underlag shows: a huvudman's figures by sex, and those of each of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from quality_system.disclosure import Figure, protect_alone
from quality_system.units import ALL, BySex, protect_own, protect_units
from quality_system.values import SUPPRESSED, Value, ValueKind
from tests.quality_system.attacker.registers import HUVUDMAN, SEXES, SHARE, Cell, Truth
from tests.quality_system.attacker.tables import Break, breaks


@dataclass(frozen=True)
class Source:
    """What a source tells: whether it has its units' girls and boys, and the counts behind what it hides."""

    sexes_of_units: bool = True
    hidden_counts: bool = True

    def figure(self, figure: Figure) -> Figure:
        """A unit's figure as the source publishes it."""
        told = protect_alone(figure, SHARE)
        if self.hidden_counts or told.kind is not ValueKind.SUPPRESSED:
            return figure
        return replace(figure, value=told, count=None)

    def units(self, truth: Truth) -> dict[str, BySex]:
        """Each unit's figures by sex."""
        figures = truth.figures()
        sexes = (ALL, *SEXES) if self.sexes_of_units else (ALL,)
        return {unit: {sex: self.figure(figures[unit, sex]) for sex in sexes} for unit in truth.units}


def shown_of(truth: Truth, source: Source, *, protected: bool = True) -> dict[Cell, Value]:
    """Everything that is shown; without protection each figure is hidden for its own sake alone."""
    figures = truth.figures()
    own, units = {sex: figures[HUVUDMAN, sex] for sex in (ALL, *SEXES)}, source.units(truth)
    values: Mapping[str, Value] = {sex: protect_alone(figure, SHARE) for sex, figure in own.items()}
    of_units: Mapping[str, Value] = {unit: protect_alone(f[ALL], SHARE) for unit, f in units.items()}
    if protected:
        values = protect_own(own, units.values(), SHARE)
        of_units = protect_units(own, values, units, SHARE)
    return (
        dict.fromkeys(truth.cells, SUPPRESSED)
        | {(HUVUDMAN, sex): value for sex, value in values.items()}
        | {(unit, ALL): value for unit, value in of_units.items()}
    )


def told(truth: Truth, source: Source, shown: Mapping[Cell, Value], *, whole: bool = True) -> list[Break]:
    """What can be worked out of what an underlag hides.

    A single unit is the huvudman; and of units' girls and boys a source that has none of them hides nothing.
    """
    found = breaks(truth, shown, whole=whole, everybody=True)
    return [each for each in found if _is_hidden_at_all(truth, source, each.cell)]


def _is_hidden_at_all(truth: Truth, source: Source, cell: Cell) -> bool:
    place, sex = cell
    if place == HUVUDMAN:
        return True
    is_one_of_many = truth.count((HUVUDMAN, ALL)) > truth.count((place, ALL))
    return is_one_of_many and (sex == ALL or source.sexes_of_units)
