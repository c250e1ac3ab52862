"""Groups of alike units: the draw decides between those of a group, and between no others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from dialogues.planning.units import Block, Rules, Unit, level_of

Groups = dict[str, list[Unit]]
"""The units of every group; its name is its level and, after " @ ", its places when it can't have all."""

AT = " @ "


def grouping_fields(rules: Rules) -> list[str]:
    """All the fields that some family asks about."""
    return sorted({field for names in rules.families.values() for field in names})


def group_units(
    units: Iterable[Unit], rules: Rules, blocks: Sequence[Block], giants: Sequence[Unit] = ()
) -> Groups:
    """Units that are alike in all that has to be even, and can have the same places; sorted by name and id.

    Each giant has a place of its own, in different years as long as there are any. Places have no dates until
    the seed has drawn them, so that this says nothing of when it comes.
    """
    fields, years = grouping_fields(rules), max(block.year for block in blocks)
    own = own_places(giants, years, len(blocks) // years)
    found: Groups = defaultdict(list)
    for unit in sorted(units, key=lambda unit: unit.id):
        found[_name(unit, fields, blocks, own.get(unit.id))].append(unit)
    return dict(sorted(found.items()))


def own_places(giants: Sequence[Unit], years: int, batches: int) -> dict[str, int]:
    """The place of each giant."""
    return {unit.id: at % years * batches + at // years for at, unit in enumerate(giants)}


def _name(unit: Unit, fields: Sequence[str], blocks: Sequence[Block], own: int | None) -> str:
    cell = level_of(unit, fields)
    if own is not None:
        return f"{cell}{AT}{own + 1}"
    if not unit.tied:
        return cell
    return cell + AT + " ".join(str(place) for place, block in enumerate(blocks, 1) if unit.may(block))


def cell_of(name: str) -> str:
    """The level of a group, by its name."""
    return name.rpartition(AT)[0] if AT in name else name


def places_of(name: str, count: int) -> list[bool]:
    """Which places a group can have, by its name."""
    if AT not in name:
        return [True] * count
    can = {int(place) for place in name.rpartition(AT)[2].split()}
    return [place in can for place in range(1, count + 1)]
