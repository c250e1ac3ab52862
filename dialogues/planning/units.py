"""What is spread, where it can land, and what has to be even."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple


class Block(NamedTuple):
    """A batch of a year; both are counted from 1."""

    year: int
    batch: int

    def __str__(self) -> str:
        return f"{self.year}:{self.batch}"


@dataclass(frozen=True, slots=True)
class Unit:
    """One huvudman as the draw sees it. `pupils` counts children and pupils together.

    A pin says the year, or the year and the batch, that it must have (0: none); `not_before_year` the first
    year it can have. One that is closed gets no place. Those of a `koncern` want to be invited together.
    """

    id: str
    region: str
    size: str
    type: str
    pupils: int = 0
    office: str = ""
    form: str = ""
    pin_year: int = 0
    pin_batch: int = 0
    not_before_year: int = 0
    forbidden: tuple[Block, ...] = ()
    closed: bool = False
    koncern: str = ""

    @property
    def tied(self) -> bool:
        """Whether some block is out of the question."""
        return bool(self.pin_year or self.pin_batch or self.not_before_year > 1 or self.forbidden)

    def may(self, block: Block) -> bool:
        """Whether it can have that block."""
        return (
            self.pin_year in (0, block.year)
            and self.pin_batch in (0, block.batch)
            and self.not_before_year <= block.year
            and block not in self.forbidden
        )


FAMILIES: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "region": ("region",),
    "office": ("office",),
    "size": ("size",),
    "type": ("type",),
    "region_size": ("region", "size"),
    "region_type": ("region", "type"),
    "size_type": ("size", "type"),
    "cell": ("region", "size", "type"),
}
"""The margins that should be even, named, with the fields that make a level of each."""


@dataclass(frozen=True)
class Rules:
    """What has to be even, and how much a batch can take.

    `by_year_only` names the families that need only be even over the years. `sizes` gives the size of every
    block in time order; left out, they differ by at most one. `capacity` is the most that a region can take
    in a block.
    """

    families: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(FAMILIES))
    by_year_only: frozenset[str] = frozenset()
    sizes: tuple[int, ...] = ()
    capacity: Mapping[tuple[str, Block], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Where every unit landed, and the certificate that shows how even it is (JSON values only)."""

    assignment: Mapping[str, Block]
    certificate: Mapping[str, Any]


def all_blocks(years: int, batches: int) -> list[Block]:
    """Every block of the cycle, in time order."""
    return [Block(year, batch) for year in range(1, years + 1) for batch in range(1, batches + 1)]


def level_of(unit: Unit, names: Sequence[str]) -> str:
    """The level of a unit in a family: its fields joined by "|"."""
    return "|".join([getattr(unit, name) for name in names])


def by_cell(units: Iterable[Unit], families: Iterable[Sequence[str]]) -> list[list[Unit]]:
    """The units, those together that have the same level in every family: the first tells it for all."""
    names = sorted({name for each in families for name in each})
    found: dict[Any, list[Unit]] = defaultdict(list)
    cell = attrgetter(*names) if names else type
    for unit in units:
        found[cell(unit)].append(unit)
    return list(found.values())


NAMES = tuple(sorted(each.name for each in fields(Unit)))
VALUES = attrgetter(*NAMES)


def row_of(unit: Unit) -> dict[str, Any]:
    """A unit as JSON. Its koncern is left out when it has none, as before there was such a field."""
    row = dict(zip(NAMES, VALUES(unit), strict=True))
    if not unit.koncern:
        del row["koncern"]
    return row


def input_sha256(units: Iterable[Unit]) -> str:
    """The hash of the input, independent of its order: canonical JSON of the units sorted by id."""
    rows = [row_of(unit) for unit in sorted(units, key=attrgetter("id"))]
    text = json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
