"""Introduction groups: everyone in exactly one, never more than there are seats for, and explained."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.planning.groups import Group, Waiting, Why, propose_groups

REGIONS, TYPES = ["Luleå", "Malmö", "Solna", ""], ["enskild", "offentlig"]


@st.composite
def crowds(draw) -> list[Waiting]:
    kinds = draw(st.lists(st.tuples(st.sampled_from(REGIONS), st.sampled_from(TYPES)), max_size=120))
    return [Waiting(number, region, kind) for number, (region, kind) in enumerate(kinds)]


CASE = {"waiting": crowds(), "seats": st.integers(1, 40), "smallest": st.integers(1, 12)}


def members(groups: list[Group]) -> list[int]:
    return [key for group in groups for key in group.members]


@given(**CASE)
def test_everyone_is_in_exactly_one_group(waiting, seats, smallest):
    found = members(propose_groups(waiting, seats=seats, smallest=smallest))
    assert sorted(found) == [one.key for one in waiting]


@given(**CASE)
def test_seats_are_never_exceeded_and_no_group_is_empty(waiting, seats, smallest):
    for group in propose_groups(waiting, seats=seats, smallest=smallest):
        assert 1 <= len(group.members) <= seats


@given(**CASE)
def test_what_a_group_says_of_its_members_is_true(waiting, seats, smallest):
    known = {one.key: one for one in waiting}
    for group in propose_groups(waiting, seats=seats, smallest=smallest):
        regions = {known[key].region for key in group.members}
        types = {known[key].type for key in group.members}
        assert group.region == (regions.pop() if len(regions) == 1 else "")
        assert group.type == (types.pop() if len(types) == 1 else "")
        if group.why in {Why.ALIKE, Why.REGION}:
            assert len({known[key].region for key in group.members}) == 1
        if group.why in {Why.ALIKE, Why.TYPE}:
            assert len({known[key].type for key in group.members}) == 1


@given(**CASE)
def test_the_same_crowd_in_another_order_gives_the_same_groups(waiting, seats, smallest):
    first = propose_groups(waiting, seats=seats, smallest=smallest)
    assert propose_groups(waiting[::-1], seats=seats, smallest=smallest) == first


@given(**CASE)
def test_nobody_is_in_a_mixed_group_who_could_have_met_their_own(waiting, seats, smallest):
    """Whoever is left for a wider group came from a place with too few of their kind."""
    known = {one.key: one for one in waiting}
    for group in propose_groups(waiting, seats=seats, smallest=smallest):
        if group.why == Why.ALIKE:
            continue
        for key in group.members:
            own = [one for one in waiting if (one.region, one.type) == (known[key].region, known[key].type)]
            assert len(own) < min(smallest, seats)


@given(**CASE)
def test_groups_of_one_kind_are_even(waiting, seats, smallest):
    sizes: dict[tuple[str, str], list[int]] = {}
    for group in propose_groups(waiting, seats=seats, smallest=smallest):
        if group.why == Why.ALIKE:
            sizes.setdefault((group.region, group.type), []).append(len(group.members))
    assert all(max(found) - min(found) <= 1 for found in sizes.values())


def test_too_few_of_each_meet_by_region_and_then_by_type():
    crowd = [Waiting(n, "Luleå", "enskild") for n in range(3)]
    crowd += [Waiting(n, "Luleå", "offentlig") for n in range(3, 6)]
    crowd += [Waiting(n, "Malmö", "enskild") for n in range(6, 8)]
    found = propose_groups(crowd, seats=25, smallest=4)
    assert [(group.why, len(group.members), group.region) for group in found] == [
        (Why.REGION, 6, "Luleå"),
        (Why.MIXED, 2, "Malmö"),
    ]


def test_without_seats_there_are_no_groups():
    with pytest.raises(ValueError, match="0"):
        propose_groups([], seats=0)
