"""The signs that stand for values without a number, and what they mean."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from quality_system.values import Value, ValueKind, format_value

SIGNS: dict[ValueKind, str | Promise] = {
    ValueKind.MISSING: gettext_lazy("uppgift saknas"),
    ValueKind.SUPPRESSED: gettext_lazy("värdet visas inte, för att skydda enskilda personer"),
    ValueKind.NEARLY_ALL: gettext_lazy("alla eller nästan alla; den exakta andelen visas inte"),
    ValueKind.NOT_APPLICABLE: gettext_lazy("måttet gäller inte"),
}
SHORT: dict[ValueKind, str | Promise] = {
    ValueKind.MISSING: gettext_lazy("saknas"),
    ValueKind.SUPPRESSED: gettext_lazy("visas inte"),
    ValueKind.NEARLY_ALL: gettext_lazy("nästan alla"),
    ValueKind.NOT_APPLICABLE: gettext_lazy("gäller inte"),
}


def legend(kinds: Collection[ValueKind]) -> list[dict[str, str]]:
    """The signs of `kinds`, with what they mean."""
    return [
        {"sign": format_value(Value(kind)), "meaning": str(meaning)}
        for kind, meaning in SIGNS.items()
        if kind in kinds
    ]
