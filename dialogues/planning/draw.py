"""The draw: from counts to huvudmän. Only whole numbers and HMAC-SHA256, so that anyone can do it again.

The plan is made for *places*, which have no dates. The seed draws which block each place is: years among the
years, and batches among those of a year. Hence every huvudman has exactly the same chance of every batch,
however the places were filled. In each group of alike huvudmän the seed decides who gets which place; then
those of a koncern that want to be invited together change places with others of their groups (together.py),
and those of one cell swap places as long as that makes the pupils of two places more even.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import attrgetter

from dialogues.planning.alike import Groups
from dialogues.planning.tickets import ticket
from dialogues.planning.together import bring_together
from dialogues.planning.units import Block, Unit

MOST_TRIES = 40_000
LOWEST = 40
NEAR, WORTH = 200, 2_000
"""How many pairs of places are tried in all; how many of the lowest for each of the highest; the part of a
mean that is near enough; and the part by which a swap has to bring two places closer, so that not the very
same few pupils always stand beside the same giant."""


def drawn_blocks(years: int, batches: int, seed: str) -> list[Block]:
    """The block of every place: the places of a year stand together."""
    return [
        Block(year, batch)
        for year in _shuffled(range(1, years + 1), "year", seed)
        for batch in _shuffled(range(1, batches + 1), f"batch of year {year}", seed)
    ]


def _shuffled(numbers: Iterable[int], what: str, seed: str) -> list[int]:
    return sorted(numbers, key=lambda number: ticket(seed, f"{what} {number}"))


def deal(members: Iterable[Unit], counts: Sequence[int], seed: str) -> dict[str, int]:
    """Give the units of a group their places: in the order of their tickets, the first to the first place."""
    order = sorted(members, key=lambda unit: ticket(seed, f"unit {unit.id}"))
    places = (place for place, count in enumerate(counts) for _one in range(count))
    return {unit.id: place for unit, place in zip(order, places, strict=True)}


Held = tuple[int, str]
"""The pupils and the id of a unit."""


def even_out(units: Iterable[Unit], place: dict[str, int], kind: Mapping[str, Hashable], count: int) -> int:
    """Swap units of one kind between places while that evens out the pupils; answer how many swaps.

    The place with most pupils is tried against those with fewest, then the next, until nothing helps or they
    are near enough. Each swap brings two places closer to each other, so it ends. `place` is changed.
    """
    holds: list[dict[Hashable, list[Held]]] = [defaultdict(list) for _ in range(count)]
    total = [0] * count
    for unit in sorted(units, key=attrgetter("pupils", "id")):
        holds[place[unit.id]][kind[unit.id]].append((unit.pupils, unit.id))
        total[place[unit.id]] += unit.pupils
    everyone, tries, swaps, before = sum(total), MOST_TRIES, 0, -1
    worth = everyone // (count * WORTH)
    ladder = sorted((pupils, at) for at, pupils in enumerate(total))
    while before != swaps and tries > 0:
        before = swaps
        for high in sorted(range(count), key=total.__getitem__, reverse=True):
            for _pupils, low in ladder[:LOWEST]:
                if (total[high] - total[low]) * count * NEAR <= everyone or tries <= 0:
                    break
                tries -= 1
                best = _best_swap(holds[high], holds[low], total[high] - total[low], worth)
                if best is None:
                    continue
                what, more, less = best
                for at, gone, come in ((high, more, less), (low, less, more)):
                    holds[at][what].remove(gone)
                    insort(holds[at][what], come)
                    del ladder[bisect_left(ladder, (total[at], at))]
                    total[at] += come[0] - gone[0]
                    insort(ladder, (total[at], at))
                    place[come[1]] = at
                swaps += 1
    return swaps


def _best_swap(
    high: Mapping[Hashable, list[Held]], low: Mapping[Hashable, list[Held]], apart: int, worth: int
) -> tuple[Hashable, Held, Held] | None:
    """The swap that brings two places closest to each other, of all that bring them closer by more than it is
    worth.
    """
    found, best = None, apart - worth
    for what, mores in high.items():
        lesses = low.get(what)
        if not lesses or not mores or 2 * (mores[-1][0] - lesses[0][0]) <= worth:
            continue
        if 2 * (mores[-1][0] - lesses[0][0]) <= apart:
            pairs = [(mores[-1], lesses[0])]
        else:
            pairs = [(more, less) for more in mores for less in lesses]
        for more, less in pairs:
            left = abs(apart - 2 * (more[0] - less[0]))
            if left < best:
                found, best = (what, more, less), left
    return found


def draw(
    groups: Groups, counts: Mapping[str, Sequence[int]], blocks: Sequence[Block], seed: str
) -> dict[str, Block]:
    """Where every unit lands: dealt and evened out in its group, and the places given their blocks."""
    place: dict[str, int] = {}
    kind: dict[str, str] = {}
    for name, members in groups.items():
        place |= deal(members, counts[name], seed)
        kind |= dict.fromkeys((unit.id for unit in members), name)
    kind |= {unit: f"together {unit}" for unit in bring_together(groups, place, len(blocks), seed)}
    even_out((unit for members in groups.values() for unit in members), place, kind, len(blocks))
    return {unit: blocks[at] for unit, at in sorted(place.items())}
