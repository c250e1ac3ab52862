"""Who takes the place of one that declines or waits: one of its cell, else the one that keeps most even."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialogues.planning.bounds import by_year, floor_and_ceil, weights
from dialogues.planning.tickets import ticket
from dialogues.planning.units import Block, Rules, Unit, all_blocks, level_of


@dataclass(frozen=True)
class Replacement:
    """One that could come instead, and from where.

    `alike` names the families in which it is as the one it replaces; `outside` is by how much more, in all,
    counts would be outside their shares rounded down or up than now (below 0: they become more even).
    """

    id: str
    block: Block
    alike: tuple[str, ...]
    outside: int


def replacements(
    gone: Unit,
    units: Iterable[Unit],
    assignment: Mapping[str, Block],
    *,
    open_blocks: Collection[Block],
    years: int,
    batches: int,
    seed: str,
    waits: bool = False,
    rules: Rules | None = None,
) -> list[Replacement]:
    """Those that could take the place of `gone`, the best first.

    They come from `open_blocks`, which have not been sent. One that `waits` gets the block of the one that
    replaces it: an exchange, which keeps all counts when both are of one cell. Best is who leaves the counts
    most even, then who is alike in most families; between equals the seed decides.
    """
    rules = rules or Rules()
    everyone = [unit for unit in units if not unit.closed]
    balance = _Balance(everyone, assignment, years, batches, rules)
    here = assignment[gone.id]
    found = []
    for unit in everyone:
        block = assignment[unit.id]
        if block not in open_blocks or block == here or not unit.may(here) or (waits and not gone.may(block)):
            continue
        steps = [(unit, block, -1), (unit, here, 1), (gone, here, -1)]
        if waits:
            steps.append((gone, block, 1))
        alike = tuple(name for name, fields in rules.families.items() if _same(unit, gone, fields))
        found.append(Replacement(unit.id, block, alike, balance.outside_after(steps)))
    order = {each.id: ticket(seed, f"instead of {gone.id} {each.id}") for each in found}
    return sorted(found, key=lambda each: (each.outside, -len(each.alike), order[each.id]))


def _same(one: Unit, other: Unit, fields: Sequence[str]) -> bool:
    return bool(fields) and level_of(one, fields) == level_of(other, fields)


Step = tuple[Unit, Block, int]
"""A unit that comes to a block (1) or leaves it (−1)."""


class _Balance:
    """The counts as they are, and how far outside they would be after some steps."""

    def __init__(
        self, units: Iterable[Unit], assignment: Mapping[str, Block], years: int, batches: int, rules: Rules
    ) -> None:
        self.rules, self.batches = rules, batches
        self.at = {block: index for index, block in enumerate(all_blocks(years, batches))}
        self.shares = weights(rules, years, batches)
        self.counts: Counter[tuple[str, str, int]] = Counter()
        for unit in units:
            for name, fields in rules.families.items():
                self.counts[name, level_of(unit, fields), self.at[assignment[unit.id]]] += 1

    def outside_after(self, steps: Iterable[Step]) -> int:
        """How much more is outside after the steps than now."""
        changed: Counter[tuple[str, str, int]] = Counter()
        for unit, block, sign in steps:
            for name, fields in self.rules.families.items():
                changed[name, level_of(unit, fields), self.at[block]] += sign
        rows = sorted({(name, level) for (name, level, _at), sign in changed.items() if sign})
        return sum(
            self._outside(name, self._row(name, level, changed))
            - self._outside(name, self._row(name, level, {}))
            for name, level in rows
        )

    def _row(self, name: str, level: str, changed: Mapping[tuple[str, str, int], int]) -> list[int]:
        keys = [(name, level, at) for at in range(len(self.shares))]
        return [self.counts[key] + changed.get(key, 0) for key in keys]

    def _outside(self, name: str, row: Sequence[int]) -> int:
        in_batches = 0 if name in self.rules.by_year_only else _apart(row, self.shares)
        return in_batches + _apart(by_year(row, self.batches), by_year(self.shares, self.batches))


def _apart(row: Sequence[int], shares: Sequence[int]) -> int:
    total, whole, found = sum(row), sum(shares), 0
    for number, share in zip(row, shares, strict=True):
        low, high = floor_and_ceil(total, share, whole)
        found += max(low - number, number - high, 0)
    return found
