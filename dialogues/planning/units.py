"""What is spread, and where it can land."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Unit:
    """One huvudman as the draw sees it. `pupils` counts children and pupils together."""

    id: str
    region: str
    size: str
    type: str
    pupils: int = 0
    office: str = ""
    form: str = ""


class Block(NamedTuple):
    """A batch of a year; both are counted from 1."""

    year: int
    batch: int

    def __str__(self) -> str:
        return f"{self.year}:{self.batch}"


@dataclass(frozen=True)
class Plan:
    """Where every unit landed, and the certificate that shows how even it is (JSON values only)."""

    assignment: Mapping[str, Block]
    certificate: Mapping[str, Any]


def all_blocks(years: int, batches: int) -> list[Block]:
    """Every block of the cycle, in time order."""
    return [Block(year, batch) for year in range(1, years + 1) for batch in range(1, batches + 1)]


def input_sha256(units: Iterable[Unit]) -> str:
    """The hash of the input, independent of its order: canonical JSON of the units sorted by id."""
    rows = [asdict(unit) for unit in sorted(units, key=lambda unit: unit.id)]
    text = json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
