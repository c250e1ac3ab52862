"""How even the pupils can be: a bound that is proved, and the giants that set it. Whole numbers only.

A batch with a giant has at least the giant's pupils and those of the smallest others that it must hold. No
plan can therefore have a smaller sum of squared totals than that of the most even totals which respect this:
the slopes of the least concave line above the points (j, least pupils of j batches with the j largest).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import takewhile
from operator import attrgetter

from dialogues.planning.bounds import floor_and_ceil
from dialogues.planning.units import Rules, Unit, by_cell, level_of

MOST_GIANTS = 40
NEAR, MANY_BESIDE = Fraction(9, 10), 20
"""The part of the others' level from which a batch is near it; and how many a batch holds at least where
the largest get places of their own: with fewer, the counts leave no choice of who is beside it."""

Least = Callable[[Sequence[Unit], int], int]
"""Of units, the largest first: the fewest pupils that can be beside so many of the largest."""


def least_totals(
    units: Sequence[Unit], blocks: int, rules: Rules, least: Least | None = None
) -> list[Fraction]:
    """The most even totals that no plan can better, largest first.

    Where blocks are unequal or some are tied, nobody need be beside a giant: only its own pupils count.
    """
    line = _hull(_points(ranked_by_pupils(units), blocks, rules, least))
    steps = zip(line, line[1:], strict=False)
    return [_slope(here, there) for here, there in steps for _one in range(there[0] - here[0])]


Point = tuple[int, int]
"""So many blocks with the largest units, and the fewest pupils that they can have."""


def _points(ranked: Sequence[Unit], blocks: int, rules: Rules, least: Least | None) -> list[Point]:
    """What is known of the largest, one more at a time until its batch is not near the others' level."""
    unequal = rules.sizes or rules.capacity or any(unit.tied for unit in ranked)
    if unequal or not ranked:
        least = _nothing
    least = least or _Nests(ranked, blocks, rules).cheapest
    everything, points, largest = (blocks, sum(unit.pupils for unit in ranked)), [(0, 0)], 0
    for giants in range(1, min(MOST_GIANTS, blocks, len(ranked) + 1)):
        largest += ranked[giants - 1].pupils
        points.append((giants, largest + least(ranked, giants)))
        if _slope(points[-2], points[-1]) < NEAR * _slope(points[-1], everything):
            break
    return [*points, everything]


def _hull(points: Sequence[Point]) -> list[Point]:
    """The least concave line above the points."""
    line = [points[0]]
    for point in points[1:]:
        while len(line) > 1 and _slope(line[-2], line[-1]) <= _slope(line[-1], point):
            line.pop()
        line.append(point)
    return line


def _slope(here: tuple[int, int], there: tuple[int, int]) -> Fraction:
    return Fraction(there[1] - here[1], there[0] - here[0])


def ranked_by_pupils(units: Iterable[Unit]) -> list[Unit]:
    """The units, the largest first."""
    by_id = sorted(units, key=attrgetter("id"))
    return sorted(by_id, key=attrgetter("pupils"), reverse=True)


def chains(rules: Rules) -> list[list[tuple[str, ...]]]:
    """Families that lie in each other, from all units to the finest: every way down."""
    families = {frozenset(names) for name, names in rules.families.items() if name not in rules.by_year_only}
    below = {each: [other for other in families if other > each] for each in families}
    found, growing = [], [[each] for each in families if not any(other < each for other in families)]
    while growing:
        chain = growing.pop()
        inside = below[chain[-1]]
        nearest = [each for each in inside if not any(other < each for other in inside)]
        growing += [[*chain, each] for each in nearest]
        if not nearest:
            found.append([tuple(sorted(each)) for each in chain])
    return sorted(found)


def _nothing(_ranked: Sequence[Unit], _giants: int) -> int:
    return 0


class _Nests:
    """Every chain of families: the highest of their bounds."""

    def __init__(self, ranked: Sequence[Unit], blocks: int, rules: Rules) -> None:
        cells = by_cell(ranked, rules.families.values())
        self.nests = [_Nest(ranked[:MOST_GIANTS], cells, chain) for chain in chains(rules)]
        self.blocks = blocks

    def cheapest(self, _ranked: Sequence[Unit], giants: int) -> int:
        """The fewest pupils beside the largest, by the chain that asks for most."""
        return max(nest.cheapest(giants, self.blocks) for nest in self.nests)


class _Nest:
    """The units in a chain of families, the finest levels sorted by pupils."""

    def __init__(
        self, largest: Sequence[Unit], cells: Sequence[Sequence[Unit]], chain: Sequence[tuple[str, ...]]
    ) -> None:
        self.chain, self.depth = chain, len(chain)
        self.largest = [self._path(unit) for unit in largest]
        self.size: Counter[tuple[str, ...]] = Counter()
        self.pupils: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for cell in cells:
            path = self._path(cell[0])
            self.pupils[path] += [unit.pupils for unit in reversed(cell)]
            for at in range(self.depth):
                self.size[path[: at + 1]] += len(cell)
        for pupils in self.pupils.values():
            pupils.sort()

    def _path(self, unit: Unit) -> tuple[str, ...]:
        return tuple(level_of(unit, names) for names in self.chain)

    def cheapest(self, giants: int, blocks: int) -> int:
        """The fewest pupils beside the largest in as many blocks, every level of the chain within its bounds.

        From the finest level upwards each takes what it must; what it may take goes on to the level above.
        """
        gone = Counter(path[: at + 1] for path in self.largest[:giants] for at in range(self.depth))
        nodes = {path: (0, 0, pupils) for path, pupils in self.pupils.items()}
        for depth in range(self.depth, 0, -1):
            joined: dict[tuple[str, ...], tuple[int, int, list[int]]] = {}
            for path, (count, cost, more) in nodes.items():
                low, high = floor_and_ceil(self.size[path], 1, blocks)
                left = len(more) - gone[path] if depth == self.depth else len(more)
                take = min(max(low * giants - gone[path] - count, 0), left)
                upper = min(max(high * giants - gone[path] - count, take), left)
                before = joined.get(path[:-1], (0, 0, []))
                joined[path[:-1]] = (
                    before[0] + count + take,
                    before[1] + cost + sum(more[:take]),
                    before[2] + more[take:upper],
                )
            nodes = {path: (count, cost, sorted(more)) for path, (count, cost, more) in joined.items()}
        return sum(cost for _count, cost, _more in nodes.values())


def variation(totals: Sequence[int | Fraction]) -> float:
    """The coefficient of variation in percent."""
    mean = Fraction(sum(totals), len(totals)) if totals else Fraction(0)
    if not mean:
        return 0.0
    spread = sum((Fraction(total) - mean) ** 2 for total in totals) / len(totals)
    return round(100 * math.sqrt(spread / mean**2), 3)


def unevenness(totals: Iterable[int], giants: int) -> float:
    """The coefficient of variation, in percent, of all but the `giants` largest totals."""
    return variation(sorted(totals)[: -giants or None])


def giants_of(units: Iterable[Unit], totals: Sequence[Fraction]) -> list[Unit]:
    """The units so large that their batch must be above the level of the others, largest first."""
    above = sum(total > totals[-1] for total in totals)
    return [unit for unit in ranked_by_pupils(units)[:above] if not unit.tied]


def apart_of(units: Sequence[Unit], blocks: int, rules: Rules) -> list[Unit]:
    """The units that get a place of their own, largest first: the giants, and those nearly as large.

    Such a one takes half of its batch or more, and with as few pupils as can be beside it the batch is near
    the level of the others: only if who stands beside it is chosen with care does it not get above them.
    Nobody does where batches are small: the counts leave no choice there, and places of their own would only
    make counts uneven.
    """
    ranked = ranked_by_pupils(units)
    if len(ranked) < MANY_BESIDE * blocks:
        return []
    points = _points(ranked, blocks, rules, None)
    line = _hull(points)
    level, count = _slope(line[-2], line[-1]), line[-2][0]
    steps = [_slope(*step) for step in zip(points[count:-1], points[count + 1 : -1], strict=False)]
    near = (
        2 * unit.pupils >= level and step >= NEAR * level
        for unit, step in zip(ranked[count:], steps, strict=False)
    )
    count += sum(takewhile(bool, near))
    return [unit for unit in ranked[:count] if not unit.tied]
