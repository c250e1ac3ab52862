"""A huvudman's figure from its units' figures, or the reason why there can be none. Plain Python."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from quality_system.values import KINDS_WITH_NUMBER, Value, ValueKind, number, weighted_mean


class NotComputable(StrEnum):
    """Why a huvudman's figure cannot be computed from its units."""

    NO_UNITS = "no_units"
    UNITS_LACKING = "units_lacking"
    HIDDEN_PARTS = "hidden_parts"
    ROUNDED_PARTS = "rounded_parts"
    COUNTS_UNKNOWN = "counts_unknown"


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's figure, and how many it rests on."""

    unit_code: str
    value: Value
    count: int | None


def weighted_figure(parts: Collection[Part], expected: Collection[str]) -> Value | NotComputable:
    """The mean of all units' figures weighted by their counts, rounded to four decimals.

    `expected` are the codes of the units that must be there. Only where every one of them has an exact number
    that is public, and a known count, is there a figure: nothing hidden may be guessed at or left out.
    """
    if not parts:
        return NotComputable.NO_UNITS
    if not set(expected) <= {part.unit_code for part in parts}:
        return NotComputable.UNITS_LACKING
    if any(part.value.kind not in KINDS_WITH_NUMBER for part in parts):
        return NotComputable.HIDDEN_PARTS
    if any(part.value.kind is not ValueKind.NUMBER for part in parts):
        return NotComputable.ROUNDED_PARTS
    if any(not part.count for part in parts):
        return NotComputable.COUNTS_UNKNOWN
    mean = weighted_mean((part.value, part.count or 0) for part in parts)
    return number(round(mean, 4))
