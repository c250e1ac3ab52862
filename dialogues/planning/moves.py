"""Who moves when the counts change: from an earlier plan and new counts to a new plan. No solver.

In each group those who must leave a block are drawn by the seed, and so are the blocks that they and the new
ones get; the others stay where they were.
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
    kind: dict[str, str] = {}
    for name, members in groups.items():
        settled = _settle(members, counts[name], previous, blocks, seed)
        place |= settled
        for unit in members:
            stayed = blocks[settled[unit.id]] == previous.get(unit.id)
            kind[unit.id] = f"stays {unit.id}" if stayed else name
    even_out((unit for members in groups.values() for unit in members), place, kind, len(blocks))
    return {unit: blocks[at] for unit, at in place.items()}


def _settle(
    members: Sequence[Unit],
    row: Sequence[int],
    previous: Mapping[str, Block],
    blocks: Sequence[Block],
    seed: str,
) -> dict[str, int]:
    here = standing(members, previous, blocks)
    place: dict[str, int] = {}
    for at, (block, count) in enumerate(zip(blocks, row, strict=True)):
        drawn = sorted(here.get(block, ()), key=lambda unit: ticket(seed, f"stay {unit.id}"))
        place |= dict.fromkeys((unit.id for unit in drawn[:count]), at)
    filled = Counter(place.values())
    free = [at for at, count in enumerate(row) for _one in range(count - filled[at])]
    left = sorted(
        (unit for unit in members if unit.id not in place), key=lambda unit: ticket(seed, f"unit {unit.id}")
    )
    return place | {unit.id: at for unit, at in zip(left, free, strict=True)}
