"""Compares two registers, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Generic, TypeVar

from huvudman.register.rows import HuvudmanRow, UnitRow

Row = TypeVar("Row", HuvudmanRow, UnitRow)
Value = str | int | None
FieldChange = tuple[str, Value, Value]
"""Name of the field, value before and after. Offers and pupils are named `offer:GR` and `pupils:GR:5`."""


@dataclass(slots=True)
class Changes(Generic[Row]):
    """What differs between what is known and what was read, by key."""

    new: dict[str, Row] = field(default_factory=dict)
    changed: dict[str, list[FieldChange]] = field(default_factory=dict)
    closed: dict[str, Row] = field(default_factory=dict)
    kept: dict[str, Row] = field(default_factory=dict)
    """Not in the file, and yet not closed: nobody can tell that they are gone."""
    unchanged: int = 0

    @property
    def anything(self) -> bool:
        """Tell whether applying would change anything."""
        return bool(self.new or self.changed or self.closed)


def compare(
    known: Mapping[str, Row],
    read: Mapping[str, Row],
    *,
    closes: Callable[[str], bool],
    holds: Callable[[str], bool],
    further: Callable[[str], list[FieldChange]],
    difference: Callable[[Row, Row], list[FieldChange]],
) -> Changes[Row]:
    """Compare what is known with what was read.

    A known row that was not read and that `closes(key)` is closed, unless something `holds(key)`: then it is
    kept.
    `further(key)` are changes of a known row that its own fields do not show.
    """
    changes: Changes[Row] = Changes()
    for key, after in read.items():
        before = known.get(key)
        if before is None:
            changes.new[key] = after
            continue
        found = [] if before == after else difference(before, after)
        found += further(key)
        if found:
            changes.changed[key] = found
        else:
            changes.unchanged += 1
    for key in sorted(filter(closes, known.keys() - read.keys())):
        (changes.kept if holds(key) else changes.closed)[key] = known[key]
    return changes


def huvudman_difference(before: HuvudmanRow, after: HuvudmanRow) -> list[FieldChange]:
    """Every field that differs."""
    return _plain(before, after, HUVUDMAN_FIELDS)


def unit_difference(before: UnitRow, after: UnitRow) -> list[FieldChange]:
    """Every field that differs, each skolform offered and each number of pupils."""
    return _plain(before, after, UNIT_FIELDS) + _offers(before, after)


def _plain(before: Any, after: Any, names: Iterable[str]) -> list[FieldChange]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return [(name, _words(old), _words(new)) for name, old, new in pairs if old != new]


def _words(value: Any) -> Value:
    return ", ".join(value) if isinstance(value, tuple) else value


def _offers(before: UnitRow, after: UnitRow) -> list[FieldChange]:
    found: list[FieldChange] = []
    for skolform in sorted(before.offers.keys() | after.offers.keys()):
        old, new = before.offers.get(skolform), after.offers.get(skolform)
        if old == new:
            continue
        if (
            old is None or new is None or sorted(old.groups) != sorted(new.groups)
        ):  # columns may change places
            groups = (", ".join(old.groups) if old else None, ", ".join(new.groups) if new else None)
            found.append((f"offer:{skolform}", *groups))
        totals = (old.pupils if old else None, new.pupils if new else None)
        if totals[0] != totals[1]:
            found.append((f"pupils:{skolform}", *totals))
        counts = (old.counts if old else {}, new.counts if new else {})
        for group in sorted(counts[0].keys() | counts[1].keys()):
            if counts[0].get(group) != counts[1].get(group):
                found.append((f"pupils:{skolform}:{group}", counts[0].get(group), counts[1].get(group)))
    return found


HUVUDMAN_FIELDS = tuple(f.name for f in fields(HuvudmanRow) if f.name != "orgnr")
UNIT_FIELDS = tuple(f.name for f in fields(UnitRow) if f.name not in {"code", "offers"})
