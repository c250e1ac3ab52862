"""The whole plan: counts, draw and certificate."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from dialogues.planning.alike import Groups, group_units, own_places
from dialogues.planning.beside import settle_giants
from dialogues.planning.bound import solved_totals
from dialogues.planning.bounds import CAPACITY
from dialogues.planning.certificate import METHOD, certify
from dialogues.planning.counts import Found, spread
from dialogues.planning.draw import draw, drawn_blocks
from dialogues.planning.gather import gather
from dialogues.planning.grid import Grid, make_grid
from dialogues.planning.pupils import apart_of, giants_of, least_totals, unevenness, variation
from dialogues.planning.units import Block, Plan, Rules, Unit, all_blocks, level_of

TURNS, MOST_SETTLED, EVEN_ENOUGH, MANY, SMALL = 7, 5, 1.5, 5_000, 20
"""How often counts are made anew; beside how many giants it is settled who stands; how many percent the
batches without giants may vary: not asked for with more groups × places, or smaller batches, than this."""
FEW_BLOCKS = 60
"""Up to so many blocks the higher bound is proved."""


def plan(units: Iterable[Unit], *, years: int, batches: int, seed: str, rules: Rules | None = None) -> Plan:
    """Give every unit one block of `years` × `batches` blocks, as evenly as can be.

    The answer depends on the units, the rules and the seed alone, never on the order of the units.
    Raises ValueError when there is no block, when two units have the same id, when one can have no block, or
    when given sizes do not add up.
    """
    rules, everyone = rules or Rules(), list(units)
    rows = [unit for unit in everyone if not unit.closed]
    check(rows, years, batches, rules)
    blocks = drawn_blocks(years, batches, seed)
    giants = giants_of(rows, least_totals(rows, len(blocks), rules))
    apart = apart_of(rows, len(blocks), rules)
    groups = group_units(rows, rules, blocks, apart)
    grid = make_grid(groups, rules, blocks, years)
    own = list(own_places(apart, years, batches).values())
    counts, assignment = _most_even(grid, groups, blocks, rules, seed, own, len(giants))
    certificate = certify(everyone, assignment, years=years, batches=batches, rules=rules)
    for breach in certificate["breaches"]:
        breach["cause"] = cause_of(breach, rows, years, batches, rules)
    if len(blocks) <= FEW_BLOCKS:
        bound = variation(solved_totals(rows, len(blocks), rules))
        certificate["pupils_variation_bound_solved"] = max(bound, certificate["pupils_variation_bound"])
    about = {"method": METHOD, "seed": seed, "versions": versions(), "groups": counts}
    return Plan(assignment, about | certificate)


def _most_even(
    grid: Grid,
    groups: Groups,
    blocks: Sequence[Block],
    rules: Rules,
    seed: str,
    own: Sequence[int],
    giants: int,
) -> tuple[dict[str, list[int]], dict[str, Block]]:
    """Counts and the draw from them: made anew a few times where the pupils of a batch got stuck too high.

    What is beside those with a place of their own is settled first; after a failure to keep everything even,
    of one of them fewer. So many as are `giants` can't but have more pupils in their batches.
    Which of them is best does not depend on the blocks that the seed has drawn for the places.
    """
    tried = []
    for turn, found in _turns(grid, groups, seed, own):
        counts = dict(zip(groups, found.counts.tolist(), strict=True))
        counts = gather(groups, counts, rules, grid.batches)
        assignment = draw(groups, counts, blocks, seed)
        left = unevenness(pupils_in(groups, assignment, blocks), giants)
        tried.append((found.excess, left, turn, counts, assignment))
        if not found.excess and (left <= EVEN_ENOUGH or not _can_be_evened(grid)):
            break
    best = min(tried, key=lambda each: each[:3])
    return best[3], best[4]


def _turns(grid: Grid, groups: Groups, seed: str, own: Sequence[int]) -> Iterator[tuple[int, Found]]:
    """Counts of turn after turn; first those that keep everything even, and only where none do the others."""
    any_even = False
    for evenly in (True, False) if own else (False,):
        settled = min(len(own), MOST_SETTLED)
        for turn in range(TURNS):
            found = spread(settle_giants(grid, groups, own[:settled]), seed, turn, evenly=evenly)
            if not (evenly and found.excess):
                yield turn, found
            any_even = any_even or not found.excess
            if found.excess and not settled:
                break
            settled -= found.excess > 0
        if any_even:
            return


def _can_be_evened(grid: Grid) -> bool:
    """Whether other counts are worth their time for the pupils' sake."""
    small = grid.numbers.sum() < SMALL * grid.places
    return not small and len(grid.numbers) * grid.places <= MANY


def pupils_in(groups: Groups, assignment: Mapping[str, Block], blocks: Sequence[Block]) -> list[int]:
    """The pupils of every place."""
    totals = dict.fromkeys(blocks, 0)
    for members in groups.values():
        for unit in members:
            totals[assignment[unit.id]] += unit.pupils
    return list(totals.values())


def check(units: Sequence[Unit], years: int, batches: int, rules: Rules) -> None:
    """Raise ValueError for what can't be planned."""
    if years < 1 or batches < 1:
        raise ValueError("a cycle needs at least one year and one batch a year")
    if len({unit.id for unit in units}) != len(units):
        raise ValueError("two units have the same id")
    blocks = all_blocks(years, batches)
    for unit in units:
        if unit.tied and not any(unit.may(block) for block in blocks):
            raise ValueError(f"{unit.id} can have no block")
    if rules.sizes and (len(rules.sizes) != len(blocks) or sum(rules.sizes) != len(units)):
        raise ValueError("the sizes do not add up to the units")
    for region, count in Counter(unit.region for unit in units).items():
        if sum(rules.capacity.get((region, block), count) for block in blocks) < count:
            raise ValueError(f"region {region} has more units than it can take")


def versions() -> dict[str, str]:
    """What the counts were made with."""
    return {"python": platform.python_version(), "numpy": version("numpy"), "highspy": version("highspy")}


def cause_of(breach: Mapping[str, Any], units: Sequence[Unit], years: int, batches: int, rules: Rules) -> str:
    """Why a count could not be as even as its share: what alone forces it, or that all together do."""
    fields = ("region",) if breach["family"] == CAPACITY else rules.families[breach["family"]]
    alike = [unit for unit in units if level_of(unit, fields) == breach["level"]]
    every = all_blocks(years, batches)
    here = [block for block in every if breach["at"] in (str(block), str(block.year))]
    bound_here = sum(
        unit.tied and not any(unit.may(block) for block in every if block not in here) for unit in alike
    )
    able = sum(any(unit.may(block) for block in here) for unit in alike)
    if bound_here > breach["high"]:
        return f"pinned: {bound_here}"
    if able < breach["low"]:
        return f"tied elsewhere: {len(alike) - able}"
    limited = {region for region, _block in rules.capacity}
    return "capacity" if {unit.region for unit in alike} <= limited else "combined"
