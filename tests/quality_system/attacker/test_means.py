"""The attacker against means: an index from 0 to 10, of answers by sex at every unit."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

from quality_system.disclosure import MINIMUM, Figure, Rule, protect_alone, protect_figures
from quality_system.units import ALL, protect_own, protect_units
from quality_system.values import MISSING, SUPPRESSED, Value, ValueKind, number
from tests.quality_system.attacker.registers import HUVUDMAN, SEXES, Cell, Truth
from tests.quality_system.attacker.solver import EDGE, Knowledge

INDEX = Rule(based_on="answers", unit="index")
TOP = 10
ROUNDED = Decimal("0.05")


def answered(rng: random.Random) -> Truth:
    """Answers and the sum of their points; at every second huvudman nearly all give the most."""
    units = [f"u{n}" for n in range(rng.randint(1, 4))]
    answers = {(u, sex): rng.choice([rng.randint(0, 8), rng.randint(0, 30)]) for u in units for sex in SEXES}
    points = rng.choice([range(TOP + 1), (TOP - 1, TOP, TOP, TOP)])
    return Truth(answers, {cell: sum(rng.choices(points, k=count)) for cell, count in answers.items()})


def figures_of(truth: Truth) -> dict[Cell, Figure]:
    found = {}
    for cell in truth.cells:
        count, level = truth.count(cell), "huvudman" if cell[0] == HUVUDMAN else "unit"
        mean = number(round(Decimal(truth.reaching(cell)) / count, 1)) if count else MISSING
        found[cell] = Figure(mean, count or None, level)
    return found


def told(truth: Truth, shown: Mapping[Cell, Value]) -> list[Cell]:
    """The means of too few answers that are known to less than a tenth of the scale."""
    mind = Knowledge(whole=False)
    for cell, count in truth.pupils.items():
        mind.add(cell, 0, TOP * count)
    for cell, value in shown.items():
        if value.kind is ValueKind.NUMBER:
            ends = (float((value.exact + side) * truth.count(cell)) for side in (-ROUNDED, ROUNDED))
            mind.know(dict.fromkeys(truth.base(cell), 1), *ends)
    few = [cell for cell in truth.cells if 0 < truth.count(cell) < MINIMUM["answers", "unit"][0]]
    return [cell for cell in few if _width(mind, truth, cell) < truth.count(cell) * TOP / 10 - EDGE]


def _width(mind: Knowledge, truth: Truth, cell: Cell) -> float:
    low, high = mind.range_of(dict.fromkeys(truth.base(cell), 1))
    return high - low


def test_no_mean_of_few_is_known_to_a_tenth_of_the_scale() -> None:
    rng = random.Random(4)
    unprotected = 0
    for truth in [answered(rng) for _n in range(100)]:
        figures = figures_of(truth)
        assert told(truth, protect_figures(figures, truth.sums(), INDEX)) == []  # type: ignore[arg-type]
        unprotected += bool(told(truth, {cell: protect_alone(f, INDEX) for cell, f in figures.items()}))
    assert unprotected > 40, "the attacker has to break what is hidden for its own sake alone"


def test_no_mean_of_few_at_a_unit_is_known_to_a_tenth_of_the_scale() -> None:
    """Beside the huvudman's figures, of a source that has no girls and boys of units."""
    rng = random.Random(5)
    several = [truth for truth in (answered(rng) for _n in range(100)) if len(truth.units) > 1]
    for truth in several:
        figures = figures_of(truth)
        own = {sex: figures[HUVUDMAN, sex] for sex in (ALL, *SEXES)}
        units = {unit: {ALL: figures[unit, ALL]} for unit in truth.units}
        shown = protect_own(own, units.values(), INDEX)
        of_units = protect_units(own, shown, units, INDEX)
        table = dict.fromkeys(truth.cells, SUPPRESSED)
        table |= {(HUVUDMAN, sex): value for sex, value in shown.items()}
        table |= {(unit, ALL): value for unit, value in of_units.items()}
        assert [cell for cell in told(truth, table) if cell[0] == HUVUDMAN or cell[1] == ALL] == []
