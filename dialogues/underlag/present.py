"""How an underlag's content is shown: values and sentences for people. Plain words, no ranking."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import CentralArea
from dialogues.underlag.content import CONDITION, Json, figures_in
from dialogues.underlag.questions import central_questions, questions_for
from dialogues.underlag.signs import SHORT, SIGNS, legend
from dialogues.underlag.summary import standing_words
from dialogues.underlag.units import has_rings, single_words, unit_kinds, units_of
from quality_system import wording
from quality_system.charts import NARROW, spread_chart
from quality_system.comparison import MINIMUM_MEMBERS, RANGE_MEMBERS
from quality_system.figures import IndicatorFigures
from quality_system.models import Area
from quality_system.values import NBSP, Value, ValueKind, format_number

AREA_QUESTIONS: dict[str, str | Promise] = {
    Area.EQUITY: gettext_lazy("Vad vet ni om skillnader mellan grupper och enheter, och vad beror de på?"),
    Area.QUALITY: gettext_lazy("Hur vet ni att undervisningen når alla, och vad vill ni utveckla?"),
    Area.LEARNING: gettext_lazy("Hur följer ni barnens och elevernas utveckling, och vad ser ni?"),
}


def present(content: Json) -> dict[str, Any]:
    """Everything that the templates show, from a frozen content."""
    figures = _stored(figures_in(content))
    return {
        "huvudman": content["huvudman"],
        "facts": facts(content["huvudman"]),
        "edition": content["edition"],
        "made_on": day(content["made_on"]),
        "figures_as_of": moment_day(content.get("figures_as_of", "")),
        "strengths": _central(content, figures, CentralArea.Kind.STRENGTH),
        "needs": _central(content, figures, CentralArea.Kind.NEED),
        "areas": [_area(area) for area in content["areas"]],
        **present_loose(content),
        "factors": [factor | {"questions": questions_for(factor["text"])} for factor in content["factors"]],
        "group": _group(figures),
        "is_grouped": any(figure.group and figure.group.rule for figure in figures),
        "least_members": MINIMUM_MEMBERS,
        "members_for_line": RANGE_MEMBERS,
        "definitions": _definitions(figures),
        "units": units_of(figures),
        "single": single_words(figures),
        "has_rings": has_rings(figures),
        "signs": legend(_kinds(figures) | unit_kinds(figures)),
        "reasons": sorted({why for figure in figures if (why := _why_hidden(figure))}),
        "sources": _sources(figures),
        "standing": standing_words(figures),
    }


def present_area(content: Json, area: str) -> dict[str, Any]:
    """What the templates show of one area alone."""
    areas = [row for row in content["areas"] if row["area"] == area]
    goals = [goal for row in areas for part in row["skolformer"] for goal in part["goals"]]
    figures = _stored(figure for goal in goals for figure in goal["figures"])
    return {"areas": [_area(row) for row in areas], "units": units_of(figures)}


def present_loose(content: Json) -> dict[str, Any]:
    """What the templates show of the figures tied to no sub-goal, conditions last."""
    parts = [*content["other_results"], *content["conditions"]]
    return {
        "units": units_of(_stored(figure for part in parts for figure in part["figures"])),
        "other_results": [_part(part) for part in content["other_results"]],
        "conditions": [_part(part) | {"charts": []} for part in content["conditions"]],
    }


def facts(huvudman: Json) -> list[dict[str, str]]:
    """What is known of the huvudman, as label and value; what is not known is left out."""
    rows = [
        (_("Typ"), huvudman["type"]),
        (_("Verksamhet"), ", ".join(huvudman["skolformer"])),
        (_("Kommuner") if len(huvudman["kommuner"]) > 1 else _("Kommun"), _few(huvudman["kommuner"])),
        (_("Skolenheter"), _count(huvudman["units"] or None)),
        (_("Barn i förskola"), _count(huvudman["children"])),
        (_("Elever"), _count(huvudman["pupils"])),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def day(iso: str) -> str:
    """`24 november 2026` from an ISO date."""
    return date_format(datetime.date.fromisoformat(iso), "j F Y")


def moment_day(iso: str) -> str:
    """The Swedish day of an ISO moment; empty of none."""
    return day(timezone.localdate(datetime.datetime.fromisoformat(iso)).isoformat()) if iso else ""


# Figures --------------------------------------------------------------------------------------------------
def figure_words(figures: IndicatorFigures) -> str:
    """The own value in a sentence, and where it stands in the group; why there is none where it is hidden."""
    if figures.own.is_hidden:
        return _sentence_case(wording.own_reason(figures))
    value = wording.value_text(figures, figures.own)
    if figures.place is None:
        return _("Ert värde är %(value)s.") % {"value": value}
    return _("Ert värde är %(value)s, %(place)s.") % {
        "value": value,
        "place": wording.place_words(figures.place),
    }


def earlier_words(figures: IndicatorFigures) -> str:
    """The own values of earlier periods, oldest first: `2022/23: visas inte · 2023/24: 71 %`; else empty."""
    earlier = [past for past in figures.series if past.period != figures.period]
    return " · ".join(
        f"{past.period}: {SHORT.get(past.value.kind) or wording.value_text(figures, past.value)}"
        for past in earlier
    )


def _area(area: Json) -> dict[str, Any]:
    return {
        "name": Area(area["area"]).label,
        "question": AREA_QUESTIONS[area["area"]],
        "skolformer": [
            {"name": part["name"], "goals": [goal | _rows(goal["figures"]) for goal in part["goals"]]}
            for part in area["skolformer"]
        ],
    }


def _part(part: Json) -> dict[str, Any]:
    return {"name": part["name"], **_rows(part["figures"])}


def _rows(stored: list[Json]) -> dict[str, Any]:
    """The figures of one table: those with a chart of their own, all rows, and the signs that occur."""
    figures = _stored(stored)
    rows = [_row(figure) for figure in figures]
    return {
        "figures": rows,
        "charts": [row for row in rows if row["chart"]],
        "by_sex": any(figure.girls or figure.boys for figure in figures),
        "signs": legend(_kinds(figures)),
    }


def _stored(rows: Iterable[Json]) -> list[IndicatorFigures]:
    return [IndicatorFigures.from_json(row) for row in rows]


def _row(figures: IndicatorFigures) -> dict[str, Any]:
    has_chart = not figures.own.is_hidden or has_rings([figures])
    return {
        "name": figures.name,
        "period": figures.period,
        "unit": figures.unit,
        "is_condition": figures.kind == CONDITION,
        "words": figure_words(figures),
        "earlier": earlier_words(figures),
        "uncertainty": wording.uncertainty_words(figures),
        "why_hidden": _why_hidden(figures),
        "units": wording.units_words(figures),
        "has_rings": has_rings([figures]),
        "chart": spread_chart(figures) if has_chart else "",
        "narrow_chart": spread_chart(figures, NARROW) if has_chart else "",
        "own": _cell(figures, figures.own),
        "girls": _cell(figures, figures.girls),
        "boys": _cell(figures, figures.boys),
        "riket": _cell(figures, figures.riket),
        **_spread(figures),
    }


def _why_hidden(figures: IndicatorFigures) -> str:
    """Why there is no own value, where the sign in the table does not say all of it."""
    why = wording.own_reason(figures)
    return "" if why == SIGNS.get(figures.own.kind) else _sentence_case(why)


def _spread(figures: IndicatorFigures) -> dict[str, str]:
    """The group's median and middle half; nothing where there is no group."""
    if figures.group is None:
        return {}
    spread = figures.group.spread
    q1, median, q3 = (format_number(n, figures.decimals) for n in (spread.q1, spread.median, spread.q3))
    return {"median": median, "middle": f"{q1}–{q3}", "members": _count(spread.members)}


def _cell(figures: IndicatorFigures, value: Value | None) -> dict[str, str]:
    """A value in a table: its number or sign, and a short word where a sign needs one; empty for none."""
    if value is None:
        return {}
    if figures.bar:
        return {"text": "–", "word": _("används inte")}
    return {"text": wording.cell_text(figures, value), "word": str(SHORT.get(value.kind, ""))}


def _kinds(figures: Iterable[IndicatorFigures]) -> set[ValueKind]:
    """The kinds of the values in a table of these figures."""
    shown = [f for f in figures if not f.bar]
    return {v.kind for f in shown for v in (f.own, f.riket, f.girls, f.boys) if v is not None}


# The rest -------------------------------------------------------------------------------------------------
def _central(
    content: Json, figures: Iterable[IndicatorFigures], kind: CentralArea.Kind
) -> list[dict[str, Any]]:
    """The central areas of one kind, each with its questions, and its figure where the text leaves it out."""
    by_key = {figure.key: figure for figure in figures}
    return [
        central
        | {
            "area": Area(central["area"]).label,
            "questions": central_questions(kind, central["area"]),
            "figure": _figure_beside(central["text"], by_key.get(central["indicator"])),
        }
        for central in content["central"]
        if central["kind"] == kind
    ]


def _figure_beside(text: str, figures: IndicatorFigures | None) -> str:
    """`Meritvärde: 231,5 poäng, 2024/25`, for a text in a person's words; empty where it has the value."""
    if figures is None or figures.bar or figures.own.is_hidden:
        return ""
    value = wording.value_text(figures, figures.own)
    return "" if value in text else f"{figures.name}: {value}, {figures.period}"


def _group(figures: Iterable[IndicatorFigures]) -> str:
    """The comparison group in words; empty where nothing is compared."""
    return next((wording.group_words(figure.group) for figure in figures if figure.group), "")


def _definitions(figures: Iterable[IndicatorFigures]) -> list[dict[str, Any]]:
    """Each definition once, with the names of the indicators that share it, by the first of them."""
    names: dict[str, set[str]] = {}
    for figure in figures:
        if figure.definition:
            names.setdefault(figure.definition, set()).add(figure.name)
    rows = [{"names": sorted(shared), "definition": definition} for definition, shared in names.items()]
    return sorted(rows, key=itemgetter("names"))


def _sources(figures: Iterable[IndicatorFigures]) -> list[dict[str, str]]:
    found = sorted({(f.source, f.source_version) for f in figures if f.source})
    return [{"name": wording.source_name(name), "version": version} for name, version in found]


def _few(names: list[str], most: int = 5) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return _("%(names)s och %(more)s till") % {"names": ", ".join(names[:most]), "more": len(names) - most}


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}".replace(",", NBSP)


def _sentence_case(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""
