"""The attacker against comparison groups: no member learns a named other's figure."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from quality_system.comparison import Member, Spread, quantile, spread_of
from tests.quality_system.attacker.groups import PERCENTILES, named_range, overlapping_range

TOP = 100
TENTH = 10

GROUPS = {
    "all but one reach everything": ["60", *["100"] * 20],
    "everybody reaches everything": ["100"] * 20,
    "a lowest, and close together": ["3", *[str(91 + n / 10) for n in range(40)]],
    "spread out": [str(5 * n) for n in range(1, 20)],
}


def unprotected(numbers: list[Decimal]) -> Spread:
    """The whole spread, however few the members are."""
    ordered = sorted(numbers)
    return Spread(len(ordered), **{name: quantile(ordered, at) for name, at in PERCENTILES.items()})


@pytest.mark.parametrize("name", [name for name in GROUPS if name != "spread out"])
def test_it_breaks_a_small_group_with_its_ends(name: str) -> None:
    numbers = [Decimal(number) for number in GROUPS[name][:21]]
    low, high = named_range(unprotected(numbers), [min(numbers)], TOP)
    assert high - low < TENTH


@pytest.mark.parametrize("name", GROUPS)
def test_no_member_learns_a_named_others_figure(name: str) -> None:
    numbers = [Decimal(number) for number in GROUPS[name]]
    spread = spread_of([Member(n, number) for n, number in enumerate(numbers)])
    assert spread is not None
    for own in (min(numbers), max(numbers)):
        low, high = named_range(spread, [own], TOP)
        assert high - low >= TENTH


def test_a_koncern_alone_outside_the_middle_half_gets_no_group() -> None:
    numbers = [*range(5), *range(91, 106)]
    koncern = [Member("koncern" if number < 5 else number, Decimal(min(number, 100))) for number in numbers]
    own = [member.number for member in koncern if member.owner == "koncern"]
    low, high = named_range(unprotected([member.number for member in koncern]), own, TOP)
    assert high - low < TENTH
    assert spread_of(koncern) is None


NEAREST = 13
IN_ORDER_OF_SIZE = [Decimal(number) / 10 for number in Random(11).sample(range(1000), 26)]
"""Made-up figures of huvudmän that stand in order of size."""


def group(members: range) -> tuple[range, Spread]:
    spread = spread_of([Member(n, IN_ORDER_OF_SIZE[n]) for n in members])
    assert spread is not None
    return members, spread


def test_groups_of_nearest_neighbours_tell_of_a_named_other() -> None:
    """One that is in the last of three groups only, each the thirteen nearest of somebody."""
    groups = [group(range(first, first + NEAREST)) for first in range(3)]
    named = NEAREST + 1
    assert overlapping_range(groups[2:], named, TOP) == pytest.approx((0, TOP))
    low, high = overlapping_range(groups, named, TOP)
    assert low <= IN_ORDER_OF_SIZE[named] <= high
    assert high - low < TENTH


def test_groups_that_share_nobody_tell_no_more_together_than_alone() -> None:
    halves = [group(range(NEAREST)), group(range(NEAREST, 2 * NEAREST))]
    for named, own in ((0, halves[0]), (2 * NEAREST - 1, halves[1])):
        alone = overlapping_range([own], named, TOP)
        assert overlapping_range(halves, named, TOP) == pytest.approx(alone)
        assert alone[1] - alone[0] >= TENTH
