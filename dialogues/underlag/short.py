"""The underlag on two pages, for a nämnd or styrelse: what is central, the figures behind, what to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.models import CentralArea
from dialogues.underlag.content import Json, figures_in
from dialogues.underlag.html import LANGUAGE, STYLES, WATERMARK, read_styles
from dialogues.underlag.pdf import page_count, pdf_from
from dialogues.underlag.present import AREA_QUESTIONS, day, figure_words
from dialogues.underlag.summary import standing_words
from huvudman.models import Skolform
from quality_system.charts import NARROW, spread_chart
from quality_system.figures import IndicatorFigures
from quality_system.models import Area

MOST_PAGES = 2
LAYOUTS = ((6, True), (4, True), (2, True), (2, False), (0, False))
"""How many figures at most, and whether the questions have a page of their own with room for notes: the first
that the pages can hold."""
SHORT_STYLES = (*STYLES, "css/underlag-short.css")
QUESTIONS: tuple[str | Promise, ...] = (
    _("Stämmer bilden? Vad vet ni som siffrorna inte visar?"),
    _("Varför ser det ut så, och hur vet ni det?"),
    _("Vad vill ni att de som möter oss tar upp i dialogen?"),
    _("Vad behöver ni själva besluta om, och hur följer ni det?"),
)


class TooLong(Exception):
    """There is no room for the words alone."""


def short_pdf(content: Json) -> bytes:
    """The two pages as an accessible PDF, from the frozen content alone. Raises TooLong without room."""
    for most, has_room in LAYOUTS:
        pdf = pdf_from(short_html(content, most, has_room=has_room))
        if page_count(pdf) <= MOST_PAGES:
            return pdf
    raise TooLong


def short_html(content: Json, most: int, *, has_room: bool) -> str:
    """The two pages as a whole HTML document; `most` figures, and `has_room` for notes, as in LAYOUTS."""
    with translation.override(LANGUAGE):
        styles = SHORT_STYLES + ((WATERMARK,) if content["edition"]["is_example"] else ())
        told = _told(content, most) | {"styles": read_styles(*styles), "has_room": has_room}
        return render_to_string("underlag/short.html", told)


def _told(content: Json, most: int) -> dict[str, Any]:
    figures = [IndicatorFigures.from_json(stored) for stored in figures_in(content)]
    return {
        "huvudman": content["huvudman"],
        "edition": content["edition"],
        "made_on": day(content["made_on"]),
        "strengths": _central(content, CentralArea.Kind.STRENGTH),
        "needs": _central(content, CentralArea.Kind.NEED),
        "standing": standing_words(figures),
        "figures": [_figure(each) for each in _behind(content, figures)][:most],
        "count": len(figures),
        "questions": [*_area_questions(content), *QUESTIONS],
        "hides_some": any(figure.own.is_hidden for figure in figures),
    }


def _central(content: Json, kind: CentralArea.Kind) -> list[dict[str, str]]:
    rows = (row for row in content["central"] if row["kind"] == kind)
    return [{"area": str(Area(row["area"]).label), "text": row["text"]} for row in rows]


def _behind(content: Json, figures: list[IndicatorFigures]) -> Iterator[IndicatorFigures]:
    """The figures with a chart that the central areas rest on, in their order, each once."""
    by_key = {figure.key: figure for figure in figures}
    for key in dict.fromkeys(row["indicator"] for row in content["central"]):
        if key in by_key and not by_key[key].own.is_hidden and spread_chart(by_key[key], NARROW):
            yield by_key[key]


def _figure(figures: IndicatorFigures) -> dict[str, Any]:
    return {
        "name": figures.name,
        "skolform": str(Skolform(figures.skolform).label),
        "period": figures.period,
        "words": figure_words(figures),
        "chart": spread_chart(figures, NARROW),
    }


def _area_questions(content: Json) -> list[str | Promise]:
    """A question for each area that is central; for those of its sub-goals where none is."""
    areas = dict.fromkeys(row["area"] for row in content["central"]) or {
        row["area"]: None for row in content["areas"]
    }
    return [AREA_QUESTIONS[area] for area in areas]
