"""Who moves when the counts change: from an earlier plan and new counts to a new plan. No solver.

In each group those who must leave a block are drawn by the seed, and so are the blocks that they and the new
ones get; the others stay where they were. Who stands beside others of its koncern leaves last, and who moves
or is new comes to where its koncern is, if the counts have room for it there: nobody else moves for that.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from dialogues.planning.alike import Groups
from dialogues.planning.draw import even_out
from dialogues.planning.tickets import ticket
from dialogues.planning.together import koncerner_of
from dialogues.planning.units import Block, Unit


def tie_to_sent(units: Iterable[Unit], previous: Mapping[str, Block], sent: Collection[Block]) -> list[Unit]:
    """The units, those of a block that has been sent tied to it and all others kept from it."""
    found = []
    for unit in units:
        block = previous.get(unit.id)
        if block is not None and block in sent:
            year, batch = block
            found.append(replace(unit, pin_year=year, pin_batch=batch, not_before_year=0, forbidden=()))
        else:
            found.append(replace(unit, forbidden=tuple(sorted({*unit.forbidden, *sent}))))
    return found


def plan_sha256(assignment: Mapping[str, Block]) -> str:
    """The hash of a plan: canonical JSON of [id, year, batch], sorted by id."""
    rows = [[unit, *block] for unit, block in sorted(assignment.items())]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def standing(
    members: Sequence[Unit], previous: Mapping[str, Block], blocks: Sequence[Block]
) -> dict[Block, list[Unit]]:
    """Those of a group who could stay, by block."""
    found: dict[Block, list[Unit]] = defaultdict(list)
    for unit in members:
        block = previous.get(unit.id)
        if block is not None and block in blocks and unit.may(block):
            found[block].append(unit)
    return found


def move(
    groups: Groups,
    counts: Mapping[str, Sequence[int]],
    previous: Mapping[str, Block],
    blocks: Sequence[Block],
    seed: str,
) -> dict[str, Block]:
    """Where every unit is after the change: the counts are of these blocks, in time order."""
    place: dict[str, int] = {}
    koncerner = koncerner_of(unit for members in groups.values() for unit in members)
    together = _standing_together(koncerner, previous, blocks)
    for name, members in groups.items():
        place |= _staying(members, counts[name], previous, blocks, seed, together)
    kind = {unit: f"stays {unit}" for unit in place}
    for name, members in groups.items():
        left = [unit for unit in members if unit.id not in kind]
        free = _free(counts[name], (place[unit.id] for unit in members if unit.id in kind))
        left.sort(key=lambda unit: ticket(seed, f"unit {unit.id}"))
        home = _come_home(left, free, place, koncerner)
        kind |= {unit: f"together {unit}" for unit in home} | {
            unit.id: name for unit in left if unit.id not in home
        }
        rest = [unit.id for unit in left if unit.id not in home]
        place |= home | dict(zip(rest, free, strict=True))
    even_out((unit for members in groups.values() for unit in members), place, kind, len(blocks))
    return {unit: blocks[at] for unit, at in place.items()}


def _standing_together(
    koncerner: Mapping[str, Sequence[Unit]], previous: Mapping[str, Block], blocks: Sequence[Block]
) -> set[str]:
    """Those who could stay beside another of their koncern."""
    found: set[str] = set()
    for members in koncerner.values():
        beside = standing(members, previous, blocks).values()
        found |= {unit.id for alike in beside if len(alike) > 1 for unit in alike}
    return found


def _staying(
    members: Sequence[Unit],
    row: Sequence[int],
    previous: Mapping[str, Block],
    blocks: Sequence[Block],
    seed: str,
    together: Collection[str],
) -> dict[str, int]:
    """Who of a group stays: as many as the counts let, those beside others of their koncern first."""
    here = standing(members, previous, blocks)
    place: dict[str, int] = {}
    for at, (block, count) in enumerate(zip(blocks, row, strict=True)):
        drawn = sorted(
            here.get(block, ()), key=lambda unit: (unit.id not in together, ticket(seed, f"stay {unit.id}"))
        )
        place |= dict.fromkeys((unit.id for unit in drawn[:count]), at)
    return place


def _free(row: Sequence[int], taken: Iterable[int]) -> list[int]:
    """The places that are left of the counts, each as often as it is."""
    filled = Counter(taken)
    return [at for at, count in enumerate(row) for _one in range(count - filled[at])]


def _come_home(
    left: Iterable[Unit],
    free: list[int],
    place: Mapping[str, int],
    koncerner: Mapping[str, Sequence[Unit]],
) -> dict[str, int]:
    """Those who come to a place where others of their koncern are, most of them first; `free` is changed."""
    home: dict[str, int] = {}
    for unit in left:
        others = Counter(place[one.id] for one in koncerner.get(unit.koncern, ()) if one.id in place)
        there = [at for at in others if at in free]
        if there:
            home[unit.id] = min(there, key=lambda at: (-others[at], at))
            free.remove(home[unit.id])
    return home
