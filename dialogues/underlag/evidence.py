"""The underlag's figures as something a question may build on: each a line of words, to be kept as it is."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from dialogues.models import Dialogue, UnderlagState
from dialogues.underlag.content import Json, figures_in
from dialogues.underlag.html import LANGUAGE
from dialogues.underlag.units import has_rings
from huvudman.models import Skolform
from quality_system import wording
from quality_system.figures import IndicatorFigures

LONGEST_LINE = 400


def figure_lines(dialogue: Dialogue) -> list[str]:
    """The figures with a value to show in the underlag that was sent, in its order; none before it was.

    Each as ”Grundskola: Behöriga lärare, 2023/24: 71,5 %”. One query.
    """
    content = dialogue.underlag.filter(state=UnderlagState.ISSUED).values_list("content", flat=True).first()
    with translation.override(LANGUAGE):
        return list(dict.fromkeys(_lines(content))) if content else []


def _lines(content: Json) -> Iterator[str]:
    for stored in figures_in(content):
        figures = IndicatorFigures.from_json(stored)
        if not figures.own.is_hidden:
            yield _line(figures)


def _line(figures: IndicatorFigures) -> str:
    skolform = str(Skolform(figures.skolform).label).capitalize()
    value = wording.value_text(figures, figures.own)
    line = f"{skolform}: {figures.name}, {figures.period}: {value}"
    units = wording.units_words(figures) if has_rings([figures]) else ""
    return f"{line}. {units}"[:LONGEST_LINE] if units else line[:LONGEST_LINE]
