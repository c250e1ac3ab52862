"""Huvudmän of a koncern that want to be invited together: brought to one place, where that costs nothing.

It is done after every place has been dealt and before anybody's place is evened out or has a date. Each comes
by changing places with one of its own group, so that all counts stay as they are. Since the seed draws last
which block each place is, whatever the places hold, everyone still has the same chance of every batch: that a
koncern stands in one place says nothing of which batch that place becomes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogues.planning.alike import Groups, grouping_fields
from dialogues.planning.tickets import ticket
from dialogues.planning.units import Block, Rules, Unit, level_of


def koncerner_of(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units of every koncern that has several and wants them invited together."""
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.koncern:
            found[unit.koncern].append(unit)
    return {name: members for name, members in sorted(found.items()) if len(members) > 1}


def bring_together(groups: Groups, place: dict[str, int], count: int, seed: str) -> set[str]:
    """Exchange units inside their groups until those of a koncern have one of the `count` places, as far as
    somebody there can change with them. Answers who stand together; `place` is changed.

    The koncerner come in the order of their tickets, and so do those who give up their places.
    """
    koncerner = koncerner_of(unit for members in groups.values() for unit in members)
    if not koncerner:
        return set()
    gathering = _Gathering(groups, place, count, seed)
    for name in sorted(koncerner, key=lambda name: ticket(seed, f"koncern {name}")):
        gathering.gather(name, [unit.id for unit in koncerner[name]])
    return gathering.kept


class _Gathering:
    """Who stands where, and who is kept there with its koncern."""

    def __init__(self, groups: Groups, place: dict[str, int], count: int, seed: str) -> None:
        self.place, self.count, self.seed = place, count, seed
        self.kept: set[str] = set()
        self.group = {unit.id: name for name, members in groups.items() for unit in members}
        self.wants = {unit.id for members in groups.values() for unit in members if unit.koncern}
        self.standing: dict[tuple[str, int], set[str]] = defaultdict(set)
        for unit, name in self.group.items():
            self.standing[name, place[unit]].add(unit)

    def gather(self, name: str, members: Sequence[str]) -> None:
        """Bring a koncern to the place that can have most of it; of those, where most stand already."""
        here = Counter(self.place[unit] for unit in members)
        free = self._free(members)
        most = {at: here[at] + self._can_come(members, at, free) for at in range(self.count)}
        at = min(most, key=lambda at: (-most[at], -here[at], ticket(self.seed, f"koncern {name} {at}")))
        if most[at] < 2:
            return
        for unit in sorted(members, key=lambda unit: ticket(self.seed, f"comes {unit}")):
            self._bring(unit, at, members)
        self.kept |= {unit for unit in members if self.place[unit] == at}

    def _free(self, members: Sequence[str]) -> dict[tuple[str, int], int]:
        """How many of each group could leave each place."""
        own, names = set(members), {self.group[unit] for unit in members}
        return {
            (name, at): len(self.standing[name, at] - self.kept - own)
            for name in names
            for at in range(self.count)
        }

    def _can_come(self, members: Sequence[str], at: int, free: Mapping[tuple[str, int], int]) -> int:
        elsewhere = Counter(self.group[unit] for unit in members if self.place[unit] != at)
        return sum(min(number, free[name, at]) for name, number in elsewhere.items())

    def _bring(self, unit: str, at: int, members: Sequence[str]) -> None:
        """Let a unit change places with one of its group at `at`, if anybody there is free."""
        left, group = self.place[unit], self.group[unit]
        others = self.standing[group, at] - self.kept - set(members)
        if left == at or not others:
            return
        other = min(others, key=lambda one: (one in self.wants, ticket(self.seed, f"gives up {unit} {one}")))
        for who, old, new in ((unit, left, at), (other, at, left)):
            self.standing[group, old].remove(who)
            self.standing[group, new].add(who)
            self.place[who] = new


def count_koncerner(
    units: Sequence[Unit], assignment: Mapping[str, Block], rules: Rules
) -> dict[str, Any] | None:
    """How many koncerner are invited together, and who stands apart from the others of its own, with the
    cause. None when nobody wants to be invited together.
    """
    koncerner = koncerner_of(units)
    if not koncerner:
        return None
    fields = grouping_fields(rules)
    found = {name: _where_most(members, assignment) for name, members in koncerner.items()}
    near: dict[tuple[str, Block], list[Unit]] = defaultdict(list)
    for unit in units:
        near[level_of(unit, fields), assignment[unit.id]].append(unit)
    apart = [
        {
            "id": unit.id,
            "koncern": name,
            "at": str(assignment[unit.id]),
            "others": str(found[name]),
            "cause": _cause(unit, found, near[level_of(unit, fields), found[name]], assignment),
        }
        for name, members in koncerner.items()
        for unit in sorted(members, key=lambda unit: unit.id)
        if assignment[unit.id] != found[name]
    ]
    return {
        "koncerner": len(koncerner),
        "whole": len(found) - len({a["koncern"] for a in apart}),
        "apart": apart,
    }


def _where_most(members: Iterable[Unit], assignment: Mapping[str, Block]) -> Block:
    counts = Counter(assignment[unit.id] for unit in members)
    return min(counts, key=lambda block: (-counts[block], block))


def _cause(
    unit: Unit, found: Mapping[str, Block], alike: Sequence[Unit], assignment: Mapping[str, Block]
) -> str:
    """Why a unit is not where the others of its koncern are."""
    block = found[unit.koncern]
    if not unit.may(block):
        return "tied"
    others = [one for one in alike if one.koncern != unit.koncern]
    if not others:
        return "nobody alike"
    if all(found.get(one.koncern) == assignment[one.id] for one in others):
        return "alike are kept"
    return "alike are tied"
