"""A value is not a number: what a statistical source says, kept as it was said.

Plain Python. A hidden value has no number, refuses arithmetic and cannot be sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

NBSP = "\u00a0"
MINUS = "\u2212"


class ValueKind(StrEnum):
    """What a source says about a figure."""

    NUMBER = "number"
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    NEARLY_ALL = "nearly_all"
    NOT_APPLICABLE = "not_applicable"
    APPROXIMATE = "approximate"


KINDS_WITH_NUMBER = frozenset({ValueKind.NUMBER, ValueKind.APPROXIMATE})


class HiddenValue(ValueError):
    """Arithmetic was asked of a value that has no exact number."""


class UnreadableValue(ValueError):
    """The text is no value that the sources use."""


@dataclass(frozen=True, slots=True)
class Value:
    """A figure as its source states it. `number` is there exactly when the kind has one.

    `reason` is a word for why a value is hidden (see `wording.REASONS`), where it is known.
    Raises ValueError when kind and number do not agree.
    """

    kind: ValueKind
    number: Decimal | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.kind in KINDS_WITH_NUMBER) != (self.number is not None):
            raise ValueError(f"a value of kind {self.kind} with number {self.number}")
        if self.number is not None and not self.number.is_finite():
            raise ValueError("a number must be finite")

    @property
    def is_hidden(self) -> bool:
        """Tell whether the value has no number to show."""
        return self.number is None

    @property
    def exact(self) -> Decimal:
        """The number to count with. Raises HiddenValue for everything that is not an exact number."""
        if self.kind is not ValueKind.NUMBER or self.number is None:
            raise HiddenValue(f"{self.kind} is not a number to count with")
        return self.number


MISSING = Value(ValueKind.MISSING)
SUPPRESSED = Value(ValueKind.SUPPRESSED)
NEARLY_ALL = Value(ValueKind.NEARLY_ALL)
NOT_APPLICABLE = Value(ValueKind.NOT_APPLICABLE)


def number(of: Decimal | int | str) -> Value:
    """An exact number as a value."""
    return Value(ValueKind.NUMBER, Decimal(of))


def approximate(of: Decimal | int | str) -> Value:
    """A number that the source has rounded ("cirka 360")."""
    return Value(ValueKind.APPROXIMATE, Decimal(of))


# Signs ----------------------------------------------------------------------------------------------------
SIGNS: Mapping[str, Value] = {
    "": MISSING,
    ".": MISSING,
    "...": MISSING,
    "-": MISSING,
    "..": SUPPRESSED,
    "~100": NEARLY_ALL,
    "~100%": NEARLY_ALL,
    "*": NOT_APPLICABLE,
}
SYMBOLS = {
    ValueKind.MISSING: ".",
    ValueKind.SUPPRESSED: "..",
    ValueKind.NEARLY_ALL: "~100",
    ValueKind.NOT_APPLICABLE: "*",
}

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_NUMBER = re.compile(r"([-\u2212]?)([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:,([0-9]+))? ?%?")
_ABOUT = re.compile(r"(?:cirka|ca\.?|c:a) ?", re.IGNORECASE)


def parse_value(text: str | None, signs: Mapping[str, Value] = SIGNS) -> Value:
    """Read Swedish source text: `76,5`, `1 234,5` (any space), `44%`, `cirka 360`, `..`, `~100`, `*`.

    `signs` says what the signs mean where a source has its own usage. No text is a missing value.
    Raises UnreadableValue for anything else; nothing is guessed.
    """
    plain = " ".join((text or "").translate(_INVISIBLE).split())
    sign = signs.get(plain.replace(" ", ""))
    if sign is not None:
        return sign
    about = _ABOUT.match(plain)
    match = _NUMBER.fullmatch(plain, about.end() if about else 0)
    if match is None:
        raise UnreadableValue(plain[:80])
    figure = _decimal(*match.groups())
    return Value(ValueKind.APPROXIMATE if about else ValueKind.NUMBER, figure)


def _decimal(sign: str, whole: str, decimals: str | None) -> Decimal:
    figure = Decimal(f"{whole.replace(' ', '')}.{decimals or '0'}")
    if not decimals:
        figure = figure.to_integral_value()
    return -figure if sign and figure else figure


# Written for people ---------------------------------------------------------------------------------------
def format_number(figure: Decimal, decimals: int | None = None) -> str:
    """`1 234,5` with no-break spaces and a real minus; `decimals` rounds half up (else all are shown)."""
    shown = shown_number(figure, decimals)
    whole, _dot, part = f"{abs(shown):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NBSP)
    sign = MINUS if shown < 0 else ""
    return f"{sign}{grouped},{part}" if part else f"{sign}{grouped}"


def shown_number(figure: Decimal, decimals: int | None) -> Decimal:
    """The number that is shown: rounded half up to `decimals`, or without needless noughts."""
    if decimals is not None:
        return figure.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    shown = figure.normalize()
    return shown if shown.as_tuple().exponent < 0 else figure.to_integral_value()  # type: ignore[operator]


def format_value(value: Value, *, unit: str = "", decimals: int | None = None) -> str:
    """The value as it stands in a table or a text: `81 %`, `cirka 360`, `..`; hidden values by their sign."""
    if value.number is None:
        return SYMBOLS[value.kind]
    about = f"cirka{NBSP}" if value.kind is ValueKind.APPROXIMATE else ""
    after = f"{NBSP}{unit}" if unit else ""
    return f"{about}{format_number(value.number, decimals)}{after}"


# Arithmetic -----------------------------------------------------------------------------------------------
def difference(own: Value, other: Value) -> Decimal:
    """`own` minus `other`. Raises HiddenValue unless both are exact numbers."""
    return own.exact - other.exact


def total(values: Iterable[Value]) -> Decimal:
    """The sum. Raises HiddenValue unless every part is an exact number."""
    return sum((value.exact for value in values), Decimal(0))


def weighted_mean(parts: Iterable[tuple[Value, int]]) -> Decimal:
    """The mean of (value, weight) pairs.

    Raises HiddenValue unless every part is an exact number, ValueError when the weights are no positive sum.
    """
    pairs = [(value.exact, Decimal(weight)) for value, weight in parts]
    weight = sum((w for _v, w in pairs), Decimal(0))
    if weight <= 0 or any(w < 0 for _v, w in pairs):
        raise ValueError("weights must be positive")
    return sum((v * w for v, w in pairs), Decimal(0)) / weight
