"""What looks odd in a made underlag, so that a person reads there first. Plain rules on the frozen content.

Nothing is wrong for being odd: a rule says what to look at, and never stops an underlag.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialogues.underlag.content import Json, figures_in
from quality_system import wording
from quality_system.figures import IndicatorFigures
from quality_system.values import ValueKind

FEW_SHOWN = Decimal("0.25")
"""A smaller share of figures with a value is told of."""
LEAP = Decimal(2)
"""A change in one year of more widths of the group's middle half is told of."""
FAR = Decimal(3)
"""An own value more widths from the middle half is told of."""
NUMBERS = re.compile(r"\d+(?:[ \u00a0]\d{3})*(?:,\d+)?")

Latest = Mapping[str, str]
"""The period that most underlag of a batch have, by indicator."""


def latest_periods(contents: Iterable[Json]) -> dict[str, str]:
    """The period that most of the underlag have for each indicator; the later of two as usual."""
    found: dict[str, Counter[str]] = {}
    for content in contents:
        for stored in figures_in(content):
            if stored["period"]:
                found.setdefault(stored["key"], Counter())[stored["period"]] += 1
    return {key: max(periods, key=lambda p: (periods[p], p)) for key, periods in found.items()}


def oddities(content: Json, latest: Latest) -> list[str]:
    """What to look at in an underlag, each with its reason, in the active language."""
    figures = [IndicatorFigures.from_json(stored) for stored in figures_in(content)]
    return [*_of_all(content, figures), *_of_words(content, figures), *_of_each(figures, latest)]


def _of_all(content: Json, figures: list[IndicatorFigures]) -> Iterator[str]:
    shown = sum(not figure.own.is_hidden for figure in figures)
    if figures and shown < FEW_SHOWN * len(figures):
        told = ngettext(
            "Bara %(shown)s av %(all)s värde visas.", "Bara %(shown)s av %(all)s värden visas.", len(figures)
        )
        yield told % {"shown": shown, "all": len(figures)}
    kinds = {row["kind"] for row in content["central"]}
    if not shown:
        return
    if not kinds:
        yield _("Inget centralt område pekas ut.")
    elif "strength" not in kinds:
        yield _("Ingen styrka finns bland de centrala områdena.")


def _of_words(content: Json, figures: list[IndicatorFigures]) -> Iterator[str]:
    """Central areas whose text holds a number while the figure says another now."""
    by_key = {figure.key: figure for figure in figures}
    for row in content["central"]:
        figure = by_key.get(row["indicator"])
        if figure and not figure.own.is_hidden and _tells_another(row["text"], figure):
            yield _("Texten om ”%(name)s” har siffror, men inte dagens värde %(value)s.") % _told(figure)


def _tells_another(text: str, figure: IndicatorFigures) -> bool:
    own = NUMBERS.search(wording.value_text(figure, figure.own))
    told = NUMBERS.findall(text.replace(figure.name, ""))
    return own is not None and bool(told) and own.group() not in told


def _of_each(figures: Iterable[IndicatorFigures], latest: Latest) -> Iterator[str]:
    for figure in figures:
        if figure.own.kind is ValueKind.NUMBER:
            yield from _leap(figure)
            yield from _far_off(figure)
            yield from _is_old(figure, latest.get(figure.key, ""))


def _leap(figure: IndicatorFigures) -> Iterator[str]:
    past = [p.value for p in figure.series if p.period < figure.period]
    width = figure.group.spread.middle_half if figure.group else Decimal(0)
    if not past or not width or past[-1].kind is not ValueKind.NUMBER:
        return
    if abs(figure.own.exact - past[-1].exact) > LEAP * width:
        words = _("%(name)s har ändrats mycket sedan förra gången: från %(before)s till %(value)s.")
        yield words % (_told(figure) | {"before": wording.value_text(figure, past[-1])})


def _far_off(figure: IndicatorFigures) -> Iterator[str]:
    if figure.group is None:
        return
    spread, own = figure.group.spread, figure.own.exact
    beyond = max(spread.q1 - own, own - spread.q3)
    if spread.middle_half and beyond > FAR * spread.middle_half:
        yield _("%(name)s ligger långt från gruppen: %(value)s.") % _told(figure)


def _is_old(figure: IndicatorFigures, usual: str) -> Iterator[str]:
    if figure.period < usual:
        words = _("%(name)s är från %(period)s; de flesta i omgången har %(usual)s.")
        yield words % (_told(figure) | {"period": figure.period, "usual": usual})


def _told(figure: IndicatorFigures) -> dict[str, str]:
    return {"name": figure.name, "value": wording.value_text(figure, figure.own)}
