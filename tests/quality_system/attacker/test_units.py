"""The attacker against a huvudman with several units: its own figures by sex, and each unit's."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from quality_system.disclosure import FEW_LEFT, MINIMUM
from quality_system.units import (
    ALL,
    UnitFigure,
    UnitSpread,
    may_tell_of_units,
    protect_own,
    protect_units,
    teaches,
)
from quality_system.values import MISSING, SUPPRESSED, Value, ValueKind, number
from tests.quality_system.attacker.real import from_answers, from_csv, truths_of
from tests.quality_system.attacker.registers import HUVUDMAN, SEXES, SHARE, Truth, truths
from tests.quality_system.attacker.tables import WIDTH
from tests.quality_system.attacker.test_tables import school
from tests.quality_system.attacker.units import Source, shown_of, told
from tests.quality_system.shared_data import GRADES, PLANNED, UNITS, shared_file

SOURCES = {
    "girls and boys of units too": Source(),
    "no girls and boys of units": Source(sexes_of_units=False),
    "no counts where figures are hidden": Source(hidden_counts=False),
    "neither": Source(sexes_of_units=False, hidden_counts=False),
}
LEAKS = {
    "a small unit beside the huvudman": school(a=(20, 11, 19, 9), b=(4, 2, 3, 1)),
    "two small units where everybody reaches": school(a=(2, 2, 3, 3), b=(4, 4, 2, 2), c=(15, 4, 20, 9)),
    "everybody reaches, and one unit is small": school(a=(14, 14, 16, 16), b=(3, 3, 4, 4)),
    "nobody reaches, and one unit is small": school(a=(14, 0, 16, 0), b=(3, 0, 4, 0)),
    "one to four fall short at one of two": school(a=(20, 19, 20, 18), b=(20, 12, 20, 11)),
    "one to four at each of two": school(a=(30, 28, 30, 29), b=(30, 29, 30, 28)),
}


def mixed(rng: random.Random) -> Truth:
    """Up to five units with about as many girls as boys, some small, some where all or nearly none reach."""
    pupils, reach = {}, {}
    for unit in range(rng.randint(1, 5)):
        rate = rng.choice([rng.uniform(0.5, 1), 0.97, 0.03, 1])
        together = rng.choice([rng.randint(1, 12), rng.randint(10, 60)])
        girls = sum(rng.random() < 0.5 for _pupil in range(together))
        for sex, count in (("girls", girls), ("boys", together - girls)):
            pupils[f"u{unit}", sex] = count
            reach[f"u{unit}", sex] = sum(rng.random() < rate for _pupil in range(count))
    return Truth(pupils, reach)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("name", LEAKS)
def test_it_breaks_them_unprotected_and_none_of_ours(name: str, source: Source) -> None:
    truth = LEAKS[name]
    assert told(truth, source, shown_of(truth, source, protected=False))
    assert told(truth, source, shown_of(truth, source)) == []


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_made_up_huvudman_with_units_of_every_size(source: Source) -> None:
    rng = random.Random(41)
    registers = [mixed(rng) for _n in range(60)]
    assert sum(bool(told(t, source, shown_of(t, source, protected=False))) for t in registers) > 20
    for truth in registers:
        assert told(truth, source, shown_of(truth, source)) == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(truths())
def test_no_hidden_unit_can_be_worked_out(truth: Truth) -> None:
    shown = shown_of(truth, Source())
    assert told(truth, Source(), shown) == []
    for cell, figure in truth.figures().items():
        assert shown[cell].number in {None, figure.value.number}


@settings(max_examples=200, deadline=None)
@given(truths())
def test_the_quick_look_misses_no_huvudman_that_has_to_give_way(truth: Truth) -> None:
    """Only the units of those that `may_tell_of_units` are read for the comparison groups."""
    own = {sex: truth.figures()[HUVUDMAN, sex] for sex in (ALL, *SEXES)}
    for source in SOURCES.values():
        beside = protect_own(own, source.units(truth).values(), SHARE)
        assert beside == protect_own(own, [], SHARE) or may_tell_of_units(own, SHARE)


@pytest.mark.parametrize("file", ["csv", "answers"])
def test_the_real_files(file: str) -> None:
    """Real units, pupils and shares; sexes, and what the files hide, are drawn."""
    if file == "csv":
        tables = from_csv(shared_file(GRADES))
    else:
        tables = from_answers(shared_file(PLANNED), shared_file(UNITS))
    source = SOURCES["neither"]
    real = [truth for _table, truth in truths_of(tables, seed=41, most_units=30)]
    assert len(real) > 40
    unprotected = [t for t in real if told(t, source, shown_of(t, source, protected=False), whole=False)]
    assert len(unprotected) > len(real) / 3
    for truth in real:
        assert told(truth, source, shown_of(truth, source), whole=False) == []


@pytest.mark.parametrize(
    "pupils", [(7, 12, 15), (6, 5, 20), (8, 9, 10), (3, 11, 12), (4, 12, 13), (2, 3, 14)], ids=str
)
def test_whoever_knows_the_rules_by_heart_learns_no_more_of_few_units(pupils: tuple[int, ...]) -> None:
    """What is hidden, and the reasons given, tell nothing: every truth that looks the same is counted in."""
    alike: dict[tuple, list[tuple[int, ...]]] = defaultdict(list)
    for reach in product(*(range(count + 1) for count in pupils)):
        alike[_look(pupils, reach)].append(reach)
    for truths_alike in alike.values():
        for unit, count in enumerate(pupils):
            numbers = {reach[unit] for reach in truths_alike}
            secret = count < MINIMUM["pupils", "unit"][0] or any(count - n in FEW_LEFT for n in numbers)
            due = min(WIDTH, count, sum(pupils) - count)
            assert not secret or max(numbers) - min(numbers) >= due, (unit, sorted(truths_alike))


def _look(pupils: tuple[int, ...], reach: tuple[int, ...]) -> tuple[Value, ...]:
    """All that is shown of units, without sexes, and of their huvudman."""
    truth = school(**{f"u{n}": (0, 0, p, r) for n, (p, r) in enumerate(zip(pupils, reach, strict=True))})
    figures = truth.figures()
    own = {ALL: figures[HUVUDMAN, ALL]}
    units = {unit: {ALL: figures[unit, ALL]} for unit in truth.units}
    shown = protect_own(own, units.values(), SHARE)
    return shown[ALL], *protect_units(own, shown, units, SHARE).values()


# What is shown --------------------------------------------------------------------------------------------
def values(truth: Truth, source: Source = SOURCES["no girls and boys of units"]) -> dict[str, str]:
    """What is shown of the huvudman and each unit, as text."""
    shown = shown_of(truth, source)
    return {
        place: str(value.number if value.number is not None else value.reason or value.kind)
        for (place, sex), value in shown.items()
        if sex == ALL
    }


def test_units_that_may_be_shown_are_shown() -> None:
    truth = school(a=(20, 12, 20, 11), b=(25, 16, 25, 14), c=(20, 10, 20, 12))
    assert values(truth) == {HUVUDMAN: "57.7", "a": "57.5", "b": "60.0", "c": "55.0"}


def test_a_small_unit_takes_the_smallest_other_with_it_and_never_the_huvudman() -> None:
    truth = school(a=(20, 12, 20, 11), b=(25, 16, 25, 14), c=(3, 1, 4, 2), d=(25, 15, 25, 15))
    shown = values(truth)
    assert shown == {HUVUDMAN: "58.5", "a": "derivable", "b": "60.0", "c": "few_pupils", "d": "60.0"}


def test_of_three_units_none_is_shown_beside_a_hidden_one() -> None:
    truth = school(a=(20, 12, 20, 11), b=(25, 16, 25, 14), c=(3, 1, 4, 2))
    assert values(truth) == {HUVUDMAN: "57.7", "a": "derivable", "b": "derivable", "c": "few_pupils"}


def test_the_huvudman_gives_way_where_it_tells_of_a_unit_all_by_itself() -> None:
    shown = values(LEAKS["everybody reaches, and one unit is small"])
    assert shown == {HUVUDMAN: "nearly_all", "a": "derivable", "b": "few_pupils"}


@pytest.mark.parametrize("others", [{}, {"b": (0, 0, 0, 0)}], ids=["alone", "beside one without pupils"])
def test_a_single_unit_is_the_huvudman_and_hides_nothing_of_it(others: dict) -> None:
    """Seven pupils are enough for a huvudman, and too few for a unit: the figure is one and the same."""
    truth = school(a=(0, 0, 7, 2), **others)
    own = {ALL: truth.figures()[HUVUDMAN, ALL]}
    assert protect_own(own, SOURCES["neither"].units(truth).values(), SHARE) == {ALL: number("28.6")}


def test_without_a_figure_of_the_huvudman_units_stand_by_themselves() -> None:
    truth = school(a=(20, 12, 20, 11), c=(3, 1, 4, 2))
    units = SOURCES["neither"].units(truth)
    own = {ALL: truth.figures()[HUVUDMAN, ALL].__class__(MISSING, None)}
    shown = protect_own(own, units.values(), SHARE)
    assert shown == {ALL: MISSING}
    found = protect_units(own, shown, units, SHARE)
    assert (found["a"], found["c"].reason) == (number("57.5"), "few_pupils")


def test_a_unit_hidden_by_its_source_is_not_told_by_the_others() -> None:
    truth = school(a=(20, 12, 20, 11), b=(25, 16, 25, 14))
    own = {ALL: truth.figures()[HUVUDMAN, ALL]}
    units = SOURCES["neither"].units(truth)
    units["b"] = {ALL: units["b"][ALL].__class__(SUPPRESSED, None, "unit")}
    shown = protect_own(own, units.values(), SHARE)
    assert shown[ALL] == number("58.9")
    found = protect_units(own, shown, units, SHARE)
    assert {value.kind for value in found.values()} == {ValueKind.SUPPRESSED}


def test_a_spread_knows_which_of_its_units_are_shown() -> None:
    spread = UnitSpread(3, (UnitFigure("A", number(1)), UnitFigure("B", SUPPRESSED)))
    assert [unit.name for unit in spread.shown] == ["A"]


@pytest.mark.parametrize(
    ("year_group", "pupils", "groups", "expected"),
    [
        ("9", 100, ["7", "8", "9"], True),
        ("9", 100, ["F", "1", "2"], False),
        ("", 100, ["1"], True),
        ("9", None, [], True),
        ("9", 0, ["9"], False),
    ],
)
def test_who_teaches_a_year_group(
    year_group: str, pupils: int | None, groups: list[str], expected: bool
) -> None:
    assert teaches(year_group, pupils, groups) is expected
