"""What may be shown, so that nothing hidden can be read out of what is shown. Plain Python.

Every function takes values and answers values: it hides more, never less.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from quality_system.values import NEARLY_ALL, SUPPRESSED, Value, ValueKind

FEW_PUPILS, FEW_TEACHERS, FEW_ANSWERS = "few_pupils", "few_teachers", "few_answers"
DERIVABLE = "derivable"

MINIMUM: Mapping[tuple[str, str], tuple[int, str]] = {
    ("pupils", "unit"): (10, FEW_PUPILS),
    ("pupils", "huvudman"): (5, FEW_PUPILS),
    ("children", "unit"): (10, FEW_PUPILS),
    ("children", "huvudman"): (5, FEW_PUPILS),
    ("teachers", "unit"): (3, FEW_TEACHERS),
    ("teachers", "huvudman"): (3, FEW_TEACHERS),
    ("answers", "unit"): (5, FEW_ANSWERS),
    ("answers", "huvudman"): (5, FEW_ANSWERS),
}
"""The smallest group a figure may rest on, by (what it is based on, level), and the reason given."""

KOMMUNALA = frozenset({"kommun", "kommunalforbund"})
FEW_LEFT = range(1, 5)
"""How many may fall short of a measure before the exact share can be shown."""


def is_published(publication: str, huvudman_type: str) -> bool:
    """Tell whether an indicator with this publication rule is shown for a huvudman of this type."""
    return publication == "everyone" or huvudman_type in KOMMUNALA


def protect(value: Value, *, count: int | None, based_on: str, level: str, is_share: bool = False) -> Value:
    """`value` as it may be shown: suppressed under the smallest group, `~100` where 1–4 fall short.

    `count` is how many the figure rests on (None: not known, then the source's own rules have to do).
    A value that the source hides is given the reason of its kind of source.
    """
    smallest, reason = MINIMUM.get((based_on, level), (0, ""))
    if value.kind is ValueKind.SUPPRESSED:
        return replace(value, reason=value.reason or reason)
    if count is None or value.number is None:
        return value
    if count < smallest:
        return replace(SUPPRESSED, reason=reason)
    return NEARLY_ALL if is_share and _left_out(value.number, count) in FEW_LEFT else value


def _left_out(share: Decimal, count: int) -> int:
    return int(((100 - share) * count / 100).to_integral_value(ROUND_HALF_UP))


def protect_sexes(total: Value, girls: Value, boys: Value) -> tuple[Value, Value]:
    """Girls' and boys' values beside the total: both are shown, or neither.

    Girls and boys make up the total, so one shown beside a shown total would tell the other.
    Two shares that are both nearly all tell nothing exact, and stay.
    """
    if girls.kind is boys.kind is ValueKind.NEARLY_ALL:
        return girls, boys
    if total.is_hidden or girls.is_hidden or boys.is_hidden:
        return _hidden(girls), _hidden(boys)
    return girls, boys


def _hidden(value: Value) -> Value:
    """A shown value (or nearly all, which tells much) becomes suppressed; other hidden values stay."""
    tells = value.number is not None or value.kind is ValueKind.NEARLY_ALL
    return replace(SUPPRESSED, reason=DERIVABLE) if tells else value


def protect_parts(total: Value, parts: Mapping[str, tuple[Value, int | None]]) -> dict[str, Value]:
    """Parts (name → value and count) of a shown total: where just one is hidden, the smallest other is too.

    With two hidden parts the total and the shown parts no longer give either of them.
    """
    shown = {name: value for name, (value, _count) in parts.items()}
    visible = [name for name, value in shown.items() if value.number is not None]
    if total.is_hidden or len(shown) - len(visible) != 1 or not visible:
        return shown
    smallest = min(visible, key=lambda name: (parts[name][1] or 0, name))
    return shown | {smallest: _hidden(shown[smallest])}


def shown_parts(counts: Mapping[str, int], *, smallest: int, never: Collection[str] = ()) -> set[str]:
    """Which parts (name → how many are in it) of a shown whole may be shown; those in `never` are not.

    A part with fewer than `smallest` is hidden. The hidden ones are what is left when the shown are taken
    from the whole: unless nobody is in them, they must be `smallest` together, and until they are the
    smallest shown part is hidden too.
    """
    shown = {name for name, count in counts.items() if count >= smallest and name not in never}
    while 0 < sum(counts[name] for name in counts.keys() - shown) < smallest and shown:
        shown.remove(min(shown, key=lambda name: (counts[name], name)))
    return shown
