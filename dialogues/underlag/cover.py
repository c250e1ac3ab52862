"""What the covering letter says of an underlag: what its frozen content holds, and no more."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.underlag.content import CONDITION, Json, figures_in
from dialogues.underlag.summary import standing_words
from dialogues.underlag.units import has_rings
from huvudman.models import Skolform
from quality_system.figures import IndicatorFigures
from quality_system.models import Area

SHOWN: dict[frozenset[bool], str | Promise] = {
    frozenset({False}): gettext_lazy("I underlaget finns siffror om era resultat, för %(skolformer)s."),
    frozenset({True}): gettext_lazy("I underlaget finns siffror om era förutsättningar, för %(skolformer)s."),
    frozenset({False, True}): gettext_lazy(
        "I underlaget finns siffror om era resultat och förutsättningar, för %(skolformer)s."
    ),
}
"""By whether the figures that are shown are conditions."""
KINDS: dict[frozenset[str], str | Promise] = {
    frozenset({"strength"}): gettext_lazy("styrkor att bygga vidare på"),
    frozenset({"need"}): gettext_lazy("sådant som kan utvecklas"),
    frozenset({"strength", "need"}): gettext_lazy("både styrkor och sådant som kan utvecklas"),
}
"""By the kinds of the central areas."""


def cover_words(content: Json) -> list[str]:
    """Sentences about what the underlag holds, in the active language; nothing that is not there."""
    figures = [IndicatorFigures.from_json(stored) for stored in figures_in(content)]
    shown = [figure for figure in figures if not figure.own.is_hidden]
    told = _figures(shown) if shown else standing_words(figures)
    told = " ".join(filter(None, [told, _units(figures)]))
    return [
        words for words in (told, _central(content["central"]), _questions(content, bool(shown))) if words
    ]


def _figures(shown: Iterable[IndicatorFigures]) -> str:
    kinds = frozenset(figure.kind == CONDITION for figure in shown)
    return SHOWN[kinds] % {"skolformer": _skolformer({figure.skolform for figure in shown})}


def _units(figures: Iterable[IndicatorFigures]) -> str:
    return _("Där det går visas också era skolenheters värden.") if has_rings(figures) else ""


def _central(central: list[Json]) -> str:
    if not central:
        return _("Vi pekar inte ut något område. Er egen bild är utgångspunkten för samtalet.")
    areas = dict.fromkeys(row["area"] for row in central)
    return _(
        "Vi på Skolverket och Specialpedagogiska skolmyndigheten tar tillsammans upp det som vi tror är "
        "viktigt att prata om, inom %(areas)s: %(kinds)s."
    ) % {
        "areas": _listed(str(Area(area).label) for area in areas),
        "kinds": KINDS[frozenset(row["kind"] for row in central)],
    }


def _questions(content: Json, has_figures: bool) -> str:
    """That there are sub-goals is told where there is little else."""
    codes = {part["skolform"] for area in content["areas"] for part in area["skolformer"]}
    if codes and not has_figures:
        words = _("Underlaget tar upp delmålen för %(skolformer)s och har frågor att tala om hemma.")
        return words % {"skolformer": _skolformer(codes)}
    if codes or content["factors"]:
        return _("Underlaget har också frågor att tala om hemma.")
    return ""


def _skolformer(codes: Iterable[str]) -> str:
    return _listed(str(form.label) for form in Skolform if form in codes)


def _listed(words: Iterable[str]) -> str:
    """`a`, `a och b`, `a, b och c`; empty of none."""
    *most, last = list(words) or [""]
    return _("%(most)s och %(last)s") % {"most": ", ".join(most), "last": last} if most else last
