"""Other ways to spread units, to compare with: small versions written here, without the libraries.

`stratified` deals as scikit-learn's StratifiedKFold does (class by class over the folds), and `iterative`
follows Sechidis, Tsoumakas & Vlahavas (2011) as iterative-stratification does. `serpentine` is systematic
selection from a list that turns at every border: the draw that the plan had before.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from dialogues.planning import FAMILIES, Block, Unit
from dialogues.planning.units import all_blocks, level_of

SEED = "baseline"
CELL = ("region", "size", "type")


def simple(units: Sequence[Unit], years: int, batches: int) -> dict[str, Block]:
    """Each unit a random block."""
    rnd = random.Random(SEED)
    blocks = all_blocks(years, batches)
    return {unit.id: rnd.choice(blocks) for unit in units}


def serpentine(units: Sequence[Unit], years: int, batches: int) -> dict[str, Block]:
    """Every K-th unit of a list where neighbours are alike; neighbours go to different years."""
    rnd = random.Random(SEED)
    blocks = [Block(year, batch) for batch in range(1, batches + 1) for year in range(1, years + 1)]
    listed = _turning(rnd.sample(list(units), len(units)), ("region", "type", "size"))
    return {unit.id: blocks[place % len(blocks)] for place, unit in enumerate(listed)}


def _turning(units: Sequence[Unit], keys: Sequence[str]) -> list[Unit]:
    if not keys:
        return list(units)
    groups = defaultdict(list)
    for unit in units:
        groups[attrgetter(keys[0])(unit)].append(unit)
    laid: list[Unit] = []
    for index, level in enumerate(sorted(groups)):
        part = _turning(groups[level], keys[1:])
        laid += reversed(part) if index % 2 else part
    return laid


def stratified(units: Sequence[Unit], years: int, batches: int) -> dict[str, Block]:
    """Units sorted by cell, dealt over the blocks, and each cell's share shuffled among its members."""
    rnd = random.Random(SEED)
    blocks = all_blocks(years, batches)
    ordered = sorted(units, key=lambda unit: level_of(unit, CELL))
    shares: dict[str, list[Block]] = defaultdict(list)
    for place, unit in enumerate(ordered):
        shares[level_of(unit, CELL)].append(blocks[place % len(blocks)])
    found = {}
    for unit in rnd.sample(list(units), len(units)):
        share = shares[level_of(unit, CELL)]
        found[unit.id] = share.pop(rnd.randrange(len(share)))
    return found


def iterative(units: Sequence[Unit], years: int, batches: int) -> dict[str, Block]:
    """The rarest label first, each unit to the block that wants it most; all levels are labels."""
    rnd = random.Random(SEED)
    blocks = all_blocks(years, batches)
    fields = [fields for fields in FAMILIES.values() if fields]
    labels = {unit.id: [f"{names} {level_of(unit, names)}" for names in fields] for unit in units}
    left: dict[str, set[str]] = defaultdict(set)
    for name, own in labels.items():
        for label in own:
            left[label].add(name)
    wants = {label: [len(names) / len(blocks)] * len(blocks) for label, names in left.items()}
    room = [len(units) / len(blocks)] * len(blocks)
    found: dict[str, Block] = {}
    while len(found) < len(units):
        rarest = min((label for label in left if left[label]), key=lambda label: (len(left[label]), label))
        for name in sorted(left[rarest]):
            at = max(range(len(blocks)), key=lambda block: (wants[rarest][block], room[block], rnd.random()))
            found[name] = blocks[at]
            room[at] -= 1
            for label in labels[name]:
                wants[label][at] -= 1
                left[label].discard(name)
    return found


METHODS: Mapping[str, Callable[[Sequence[Unit], int, int], dict[str, Block]]] = {
    "random": simple,
    "serpentine systematic selection": serpentine,
    "StratifiedKFold on the cell (own small version)": stratified,
    "iterative stratification, all labels (own small version)": iterative,
}
