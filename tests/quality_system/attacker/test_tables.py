"""The attacker against a huvudman's tables: it breaks them unprotected, and finds nothing in ours."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from quality_system.disclosure import Figure, Rule, Sum, protect_figures
from quality_system.values import ValueKind, number
from tests.quality_system.attacker.heart import told_by_heart
from tests.quality_system.attacker.registers import Truth, truths
from tests.quality_system.attacker.solver import Contradiction, Knowledge
from tests.quality_system.attacker.tables import Break, breaks, protected, unprotected


def school(**units: tuple[int, int, int, int]) -> Truth:
    """Units by name: girls, how many of them reach the measure, boys, how many of them do."""
    pupils, reach = {}, {}
    for name, (girls, girls_reach, boys, boys_reach) in units.items():
        pupils |= {(name, "girls"): girls, (name, "boys"): boys}
        reach |= {(name, "girls"): girls_reach, (name, "boys"): boys_reach}
    return Truth(pupils, reach)


LEAKS = {
    "one sex beside the total": school(a=(4, 1, 26, 19)),
    "everybody reaches": school(a=(3, 3, 40, 40)),
    "nobody reaches": school(a=(4, 0, 20, 0)),
    "one to four of each sex, eight in all": school(a=(30, 26, 30, 26)),
    "one unit beside its huvudman": school(a=(20, 11, 19, 9), b=(4, 2, 3, 1)),
    "two small units where everybody reaches": school(a=(2, 2, 3, 3), b=(4, 4, 2, 2), c=(15, 4, 20, 9)),
    "rows and columns": school(a=(12, 12, 12, 6), b=(4, 2, 12, 6), c=(17, 6, 1, 1)),
}


@pytest.mark.parametrize("name", LEAKS)
def test_it_breaks_what_is_hidden_for_its_own_sake_alone(name: str) -> None:
    assert breaks(LEAKS[name], unprotected(LEAKS[name]))


@pytest.mark.parametrize("name", LEAKS)
def test_it_breaks_none_of_them_protected(name: str) -> None:
    assert breaks(LEAKS[name], protected(LEAKS[name])) == []


def test_it_finds_the_very_figure() -> None:
    truth = LEAKS["one sex beside the total"]
    assert Break(("huvudman", "girls"), 1, 1, 1, 3) in breaks(truth, unprotected(truth))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(truths())
def test_nothing_hidden_can_be_worked_out(truth: Truth) -> None:
    shown = protected(truth)
    assert breaks(truth, shown) == []
    for cell, figure in truth.figures().items():
        assert shown[cell].number in {None, figure.value.number}
        assert shown[cell].kind is not ValueKind.SUPPRESSED or shown[cell].reason


@pytest.mark.parametrize("level", ["huvudman", "unit"])
def test_whoever_knows_the_rules_by_heart_learns_no_more(level: str) -> None:
    """The signs themselves tell nothing: every truth that would have been shown alike is counted in."""
    for girls in range(1, 14):
        for boys in range(1, 14):
            assert told_by_heart(girls, boys, level) == []


def test_years_under_their_total_and_skolformer_too() -> None:
    """Any whole and its parts are the same to the rules: here three years, and their mean."""
    counts, reach = {"2022": 6, "2023": 4, "2024": 40}, {"2022": 5, "2023": 3, "2024": 21}
    figures = {year: Figure(number(round(100 * reach[year] / counts[year])), counts[year]) for year in counts}
    figures["three years"] = Figure(number("58"), 50)
    shown = protect_figures(figures, [Sum("three years", tuple(counts))], Rule("pupils", "%"))
    assert [year for year, value in shown.items() if value.is_hidden] == ["2022", "2023", "2024"]


def test_the_solver_knows_when_nothing_can_be_true() -> None:
    mind = Knowledge()
    mind.add("a", 0, 3)
    mind.know({"a": 1}, 5, 9)
    with pytest.raises(Contradiction):
        mind.whole_range({"a": 1})
