"""Gathering a region's units in few batches of a year, where regions need only be even year by year.

Two units that are alike in all that has to be even in every batch change places inside a year, as long as
that brings their regions nearer to fewer trips (travel.py). Hence no count that has to be even alters. It is
done with counts, before anyone is drawn, and the places get their dates by the seed as always: everyone has
the same chance of every batch. Whole numbers only, and the same way on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

from dialogues.planning.alike import AT, Groups
from dialogues.planning.travel import A_TRIP
from dialogues.planning.units import Rules, level_of

MOST_ROUNDS = 50
A_WHOLE_TRIP, PART_OF_TRIP = 100, (0, 60, 80, 90, 95)
"""What a trip costs, and one with so few: the fewer there are, the more it is worth to take one away."""


def gather(
    groups: Groups, counts: Mapping[str, Sequence[int]], rules: Rules, batches: int
) -> dict[str, list[int]]:
    """The counts with regions gathered; as they are where regions are even in every batch, or limited."""
    found = {name: list(row) for name, row in counts.items()}
    if "region" not in rules.by_year_only or rules.capacity:
        return found
    regions = {name: members[0].region for name, members in groups.items()}
    alike = _alike(groups, rules)
    places = len(next(iter(found.values()), ()))
    for start in range(0, places, batches):
        year = range(start, start + batches)
        held = _held(found, regions)
        for _round in range(MOST_ROUNDS):
            if not sum(_swapped(names, found, held, regions, year) for names in alike):
                break
    return found


def _alike(groups: Groups, rules: Rules) -> list[list[str]]:
    """The groups that are alike in all that has to be even in every batch, and can have all places."""
    every_batch = [fields for name, fields in rules.families.items() if name not in rules.by_year_only]
    found = defaultdict(list)
    for name, members in groups.items():
        if AT not in name:
            found[tuple(level_of(members[0], fields) for fields in every_batch)].append(name)
    return list(found.values())


def _held(counts: Mapping[str, Sequence[int]], regions: Mapping[str, str]) -> dict[str, list[int]]:
    """How many of each region are in each place."""
    held: dict[str, list[int]] = {}
    for name, row in counts.items():
        before = held.get(regions[name], [0] * len(row))
        held[regions[name]] = [one + more for one, more in zip(before, row, strict=True)]
    return held


def _swapped(
    names: Sequence[str],
    counts: Mapping[str, list[int]],
    held: Mapping[str, list[int]],
    regions: Mapping[str, str],
    year: range,
) -> int:
    """Swap what gathers two regions more, and answer how many were swapped."""
    swaps = 0
    for one, other in combinations(names, 2):
        mine, others = held[regions[one]], held[regions[other]]
        if mine is others:
            continue
        for here, there in permutations(year, 2):
            while (
                counts[one][here]
                and counts[other][there]
                and _gain(mine[here], mine[there]) + _gain(others[there], others[here]) > 0
            ):
                for name, row, source, target in ((one, mine, here, there), (other, others, there, here)):
                    counts[name][source] -= 1
                    counts[name][target] += 1
                    row[source] -= 1
                    row[target] += 1
                swaps += 1
    return swaps


def _gain(source: int, target: int) -> int:
    """What it saves that one of a region goes from a place with `source` of it to one with `target`."""
    return _cost(source) + _cost(target) - _cost(source - 1) - _cost(target + 1)


def _cost(count: int) -> int:
    return count // A_TRIP * A_WHOLE_TRIP + PART_OF_TRIP[count % A_TRIP]
