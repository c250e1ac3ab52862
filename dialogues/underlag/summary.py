"""What the first page says of the figures where no area is pointed out as central."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality_system.comparison import Place
from quality_system.figures import IndicatorFigures
from quality_system.values import ValueKind

LOWER, MIDDLE, UPPER = Place.LOWER, Place.MIDDLE, Place.UPPER
WHERE: dict[frozenset[Place], str | Promise] = {
    frozenset({MIDDLE}): gettext_lazy("inom"),
    frozenset({UPPER}): gettext_lazy("högre än"),
    frozenset({LOWER}): gettext_lazy("lägre än"),
    frozenset({MIDDLE, UPPER}): gettext_lazy("dels inom, dels högre än"),
    frozenset({MIDDLE, LOWER}): gettext_lazy("dels inom, dels lägre än"),
    frozenset({LOWER, UPPER}): gettext_lazy("dels lägre, dels högre än"),
    frozenset({LOWER, MIDDLE, UPPER}): gettext_lazy("dels lägre än, dels inom, dels högre än"),
}
PROTECTED = {ValueKind.SUPPRESSED, ValueKind.NEARLY_ALL}


def standing_words(figures: Collection[IndicatorFigures]) -> str:
    """Where the own values stand among comparable huvudmän; why that is not told where it can't be."""
    places = frozenset(figure.place for figure in figures if figure.place)
    if places:
        return _among_others(places)
    kinds = {figure.own.kind for figure in figures}
    if ValueKind.NUMBER in kinds:
        return _(
            "De siffror som visas går inte att jämföra: för få liknande huvudmän har värden som får visas."
        )
    if ValueKind.APPROXIMATE in kinds:
        return _only_rounded(kinds)
    if kinds & PROTECTED:
        return _(
            "De siffror som finns om er visas inte, eller inte exakt, för att skydda enskilda personer. "
            "Det är vanligt för små huvudmän."
        )
    return _(
        "Det finns inga siffror att visa om er i den nationella statistiken. "
        "Det är vanligt för små huvudmän och för dem som bara driver förskola."
    )


def _among_others(places: frozenset[Place]) -> str:
    words = _(
        "De siffror som vi kan jämföra ligger %(where)s den mittersta hälften hos jämförbara huvudmän."
    ) % {"where": WHERE[places]}
    if places == {MIDDLE}:
        return words
    return f"{words} {_('Det är varken bra eller dåligt i sig.')}"


def _only_rounded(kinds: Collection[ValueKind]) -> str:
    if PROTECTED.isdisjoint(kinds):
        return _("De siffror som finns om er är avrundade och går inte att jämföra.")
    return _(
        "En del siffror om er visas inte, eller inte exakt, för att skydda enskilda personer. "
        "De som visas är avrundade och går inte att jämföra."
    )
