"""The huvudman's units in an underlag: tables of their values by skolform, and why some are not shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.underlag.signs import SHORT, legend
from huvudman.models import Skolform
from quality_system import wording
from quality_system.disclosure import DERIVABLE, FEW_ANSWERS, FEW_PUPILS, FEW_TEACHERS
from quality_system.figures import IndicatorFigures
from quality_system.units import UnitSpread
from quality_system.values import Value, ValueKind

FEW_UNITS = 5
"""So many units are a table's columns; where they are more they are its rows."""
COLUMNS = 5
"""So many indicators stand side by side over rows of units."""
WHY: dict[str, str | Promise] = {
    FEW_PUPILS: gettext_lazy("för få elever"),
    FEW_TEACHERS: gettext_lazy("för få lärare"),
    FEW_ANSWERS: gettext_lazy("för få svar"),
    DERIVABLE: gettext_lazy("skyddar andra"),
}
"""Why a value is not shown, in a table's cell."""


def units_of(figures: Collection[IndicatorFigures]) -> list[dict[str, Any]]:
    """What is told of the units, by skolform, where they are several: tables, and words where none can be."""
    found = []
    for form in Skolform:
        several = [f for f in figures if f.skolform == form and _is_several(f.units)]
        if several:
            found.append({"name": str(form.label), **_part(str(form.label), several)})
    return found


def single_words(figures: Collection[IndicatorFigures]) -> str:
    """Where each skolform has one unit: that its values are the huvudman's own; else empty."""
    totals: dict[str, int] = {}
    for figure in figures:
        if figure.units:
            totals[figure.skolform] = max(figure.units.total, totals.get(figure.skolform, 0))
    alone = [str(form.label) for form in Skolform if totals.get(form) == 1]
    if not alone:
        return ""
    return _("Ni har en skolenhet för %(skolformer)s. Där är era värden också skolenhetens.") % {
        "skolformer": ", ".join(alone)
    }


def has_rings(figures: Iterable[IndicatorFigures]) -> bool:
    """Whether a unit's value is shown of any indicator."""
    return any(figure.units and figure.units.shown for figure in figures)


def unit_kinds(figures: Iterable[IndicatorFigures]) -> set[ValueKind]:
    """The kinds of the units' values."""
    return {unit.value.kind for figure in figures if figure.units for unit in figure.units.values}


def _is_several(units: UnitSpread | None) -> bool:
    return units is not None and units.total > 1


def _part(name: str, figures: list[IndicatorFigures]) -> dict[str, Any]:
    shown = [f for f in figures if f.units and f.units.shown]
    tables = list(_tables(shown))
    for number, table in enumerate(tables, start=1):
        table["caption"] = _caption(name, number, len(tables))
    hidden = [f for f in figures if f not in shown and f.units and f.units.values]
    return {
        "tables": tables,
        "hidden": [{"name": f.name, "words": wording.units_words(f)} for f in hidden],
        "without": [f.name for f in figures if f.units and not f.units.values and not f.bar],
    }


def _caption(name: str, number: int, of: int) -> str:
    words = _("Era skolenheter, %(skolform)s") % {"skolform": name}
    if of == 1:
        return words
    return _("%(words)s (%(number)s av %(of)s)") % {"words": words, "number": number, "of": of}


def _tables(figures: Iterable[IndicatorFigures]) -> Iterator[dict[str, Any]]:
    """Indicators about the same units stand in one table, a few at a time where the units are many."""
    alike: dict[tuple[str, ...], list[IndicatorFigures]] = {}
    for figure in figures:
        alike.setdefault(_names(figure), []).append(figure)
    for names, same in alike.items():
        if len(names) <= FEW_UNITS:
            yield _by_indicator(names, same)
        else:
            for start in range(0, len(same), COLUMNS):
                yield _by_unit(names, same[start : start + COLUMNS])


def _names(figures: IndicatorFigures) -> tuple[str, ...]:
    return tuple(unit.name for unit in figures.units.values) if figures.units else ()


def _by_indicator(names: tuple[str, ...], figures: list[IndicatorFigures]) -> dict[str, Any]:
    """A row for each indicator, a column for each unit."""
    rows = [{"head": _head(f), "cells": _cells(f)} for f in figures]
    heads = [{"name": name} for name in names]
    return {"corner": _("Indikator"), "heads": heads, "rows": rows, "signs": legend(unit_kinds(figures))}


def _by_unit(names: tuple[str, ...], figures: list[IndicatorFigures]) -> dict[str, Any]:
    """A row for each unit, a column for each indicator."""
    columns = zip(*(_cells(f) for f in figures), strict=True)
    rows = [{"head": {"name": name}, "cells": cells} for name, cells in zip(names, columns, strict=True)]
    return {
        "corner": _("Skolenhet"),
        "heads": [_head(f) for f in figures],
        "rows": rows,
        "signs": legend(unit_kinds(figures)),
    }


def _head(figures: IndicatorFigures) -> dict[str, str]:
    return {"name": figures.name, "period": figures.period, "unit": figures.unit}


def _cells(figures: IndicatorFigures) -> list[dict[str, str]]:
    values = [unit.value for unit in figures.units.values] if figures.units else []
    return [{"text": wording.cell_text(figures, value), "word": word_of(value)} for value in values]


def word_of(value: Value) -> str:
    """Why a unit's value is not shown, in a word or two; empty for a number."""
    return str(WHY.get(value.reason) or SHORT.get(value.kind, ""))
