"""How an underlag's content is shown: values and sentences for people. Plain words, no ranking."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import CentralArea
from dialogues.underlag.content import Json, figures_in, value_from_json
from dialogues.underlag.questions import questions_for
from quality_system.models import Area
from quality_system.values import MISSING, Value, ValueKind, format_value

AREA_QUESTIONS: dict[str, str | Promise] = {
    Area.EQUITY: gettext_lazy("Vad vet ni om skillnader mellan grupper och enheter, och vad beror de på?"),
    Area.QUALITY: gettext_lazy("Hur vet ni att undervisningen når alla, och vad vill ni utveckla?"),
    Area.LEARNING: gettext_lazy("Hur följer ni barnens och elevernas utveckling, och vad ser ni?"),
}
SIGNS: dict[str, str | Promise] = {
    ValueKind.MISSING: gettext_lazy("uppgift saknas"),
    ValueKind.SUPPRESSED: gettext_lazy("värdet visas inte, för att skydda enskilda personer"),
    ValueKind.NEARLY_ALL: gettext_lazy("nästan alla: det exakta värdet visas inte"),
    ValueKind.NOT_APPLICABLE: gettext_lazy("måttet gäller inte"),
}
SHORT: dict[str, str | Promise] = {
    ValueKind.MISSING: gettext_lazy("saknas"),
    ValueKind.SUPPRESSED: gettext_lazy("visas inte"),
    ValueKind.NEARLY_ALL: gettext_lazy("nästan alla"),
    ValueKind.NOT_APPLICABLE: gettext_lazy("gäller inte"),
}


def present(content: Json) -> dict[str, Any]:
    """Everything that the templates show, from a frozen content."""
    figures = list(figures_in(content))
    return {
        "huvudman": content["huvudman"],
        "facts": facts(content["huvudman"]),
        "edition": content["edition"],
        "made_on": day(content["made_on"]),
        "group": content["group"],
        "strengths": _central(content, CentralArea.Kind.STRENGTH),
        "needs": _central(content, CentralArea.Kind.NEED),
        "areas": [_area(area) for area in content["areas"]],
        "other_results": [_skolform(part) for part in content["other_results"]],
        "conditions": [_skolform(part) for part in content["conditions"]],
        "factors": [factor | {"questions": questions_for(factor["text"])} for factor in content["factors"]],
        "definitions": _definitions(figures),
        "signs": _signs(figures),
        "reasons": sorted({f["why_hidden"] for f in figures if f["why_hidden"]}),
        "sources": [s | {"retrieved_on": day(s["retrieved_on"])} for s in content["sources"]],
        "has_own_values": any("number" in f["own"] for f in figures),
    }


def facts(huvudman: Json) -> list[dict[str, str]]:
    """What is known of the huvudman, as label and value; what is not known is left out."""
    rows = [
        (_("Typ"), huvudman["type"]),
        (_("Verksamhet"), ", ".join(huvudman["skolformer"])),
        (_("Kommuner"), _few(huvudman["kommuner"])),
        (_("Skolenheter"), _count(huvudman["units"] or None)),
        (_("Barn i förskola"), _count(huvudman["children"])),
        (_("Elever"), _count(huvudman["pupils"])),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def shown(value: Value, unit: str = "", decimals: int | None = None) -> dict[str, str]:
    """A value for a table: its text or sign, and a short word where a sign needs one."""
    return {
        "text": format_value(value, unit=unit, decimals=decimals),
        "word": str(SHORT.get(value.kind, "")),
    }


def sentence(figure: Json) -> str:
    """The figure in words: the own value, riket, and where the comparable huvudmän lie."""
    return " ".join(part for part in (_own_words(figure), _riket_words(figure), _group_words(figure)) if part)


def place_in_group(figure: Json) -> str:
    """Where the own value lies against the group's middle half, in neutral words; empty when hidden."""
    own, spread = value_from_json(figure["own"]), figure["spread"] or {}
    low, high = (value_from_json(spread[name]) if spread else MISSING for name in ("low", "high"))
    if not all(value.kind == ValueKind.NUMBER for value in (own, low, high)):
        return ""
    if own.exact < low.exact:
        return _("under gruppens mittersta hälft")
    return (
        _("över gruppens mittersta hälft") if own.exact > high.exact else _("inom gruppens mittersta hälft")
    )


def day(iso: str) -> str:
    """`24 november 2026` from an ISO date; empty for none."""
    return date_format(datetime.date.fromisoformat(iso), "j F Y") if iso else ""


def _area(area: Json) -> dict[str, Any]:
    return {
        "key": area["area"],
        "name": Area(area["area"]).label,
        "question": str(AREA_QUESTIONS.get(area["area"], "")),
        "skolformer": [
            {
                "name": skolform["name"],
                "goals": [goal | _rows(goal["figures"]) for goal in skolform["goals"]],
            }
            for skolform in area["skolformer"]
        ],
    }


def _skolform(part: Json) -> dict[str, Any]:
    return {"name": part["name"], **_rows(part["figures"])}


def _rows(figures: list[Json]) -> dict[str, Any]:
    return {"figures": [_figure(figure) for figure in figures], "signs": _signs(figures)}


def _figure(figure: Json) -> dict[str, Any]:
    unit, decimals = figure["unit"], figure["decimals"]
    return {
        "key": figure["key"],
        "name": figure["name"],
        "period": figure["period"],
        "unit": unit,
        "decimals": decimals,
        "sentence": sentence(figure),
        "place": place_in_group(figure),
        "own": _cell(figure["own"], figure),
        "riket": _cell(figure["riket"], figure),
        "spread": _spread(figure),
        "raw": figure,
    }


def _spread(figure: Json) -> dict[str, Any] | None:
    spread = figure["spread"]
    if not spread:
        return None
    low, high = value_from_json(spread["low"]), value_from_json(spread["high"])
    known = low.number is not None and high.number is not None
    return {
        "median": _cell(spread["median"], figure),
        "low": _cell(spread["low"], figure),
        "range": f"{_bare(low, figure)}–{_text(high, figure)}" if known else "",
        "size": spread["size"],
    }


def _cell(value: Json, figure: Json) -> dict[str, str]:
    return shown(value_from_json(value), figure["unit"], figure["decimals"])


def _own_words(figure: Json) -> str:
    value = value_from_json(figure["own"])
    if value.number is not None:
        return _("Ert värde är %(value)s.") % {"value": _text(value, figure)}
    if value.kind == ValueKind.NEARLY_ALL:
        return _("Nästan alla hos er når måttet.")
    return figure["why_hidden"] or _("Ert värde: %(sign)s.") % {"sign": SIGNS[value.kind]}


def _riket_words(figure: Json) -> str:
    value = value_from_json(figure["riket"])
    return (
        _("I riket är det %(value)s.") % {"value": _text(value, figure)} if value.number is not None else ""
    )


def _group_words(figure: Json) -> str:
    spread = figure["spread"]
    if not spread:
        return ""
    low, median, high = (value_from_json(spread[name]) for name in ("low", "median", "high"))
    if low.number is None or median.number is None or high.number is None:
        return spread["why_hidden"]
    return _(
        "Hälften av de jämförbara huvudmännen har mellan %(low)s och %(high)s; mitten är %(median)s."
    ) % {"low": _bare(low, figure), "high": _text(high, figure), "median": _text(median, figure)}


def _text(value: Value, figure: Json) -> str:
    return format_value(value, unit=figure["unit"], decimals=figure["decimals"])


def _bare(value: Value, figure: Json) -> str:
    return format_value(value, decimals=figure["decimals"])


def _central(content: Json, kind: CentralArea.Kind) -> list[dict[str, str]]:
    return [c | {"area": Area(c["area"]).label} for c in content["central"] if c["kind"] == kind]


def _definitions(figures: Iterable[Json]) -> list[Json]:
    found = {figure["key"]: figure for figure in figures if figure["definition"]}
    return sorted(found.values(), key=lambda figure: figure["name"])


def _signs(figures: Iterable[Json]) -> list[dict[str, str]]:
    """The signs that occur among the figures, with what they mean."""
    used = {value["kind"] for figure in figures for value in _values(figure)}
    return [
        {"sign": format_value(Value(ValueKind(kind))), "meaning": str(meaning)}
        for kind, meaning in SIGNS.items()
        if kind in used
    ]


def _values(figure: Json) -> list[Json]:
    spread = figure["spread"] or {}
    return [figure["own"], figure["riket"], *(spread[n] for n in ("median", "low", "high") if n in spread)]


def _few(names: list[str], most: int = 5) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return _("%(names)s och %(more)s till") % {"names": ", ".join(names[:most]), "more": len(names) - most}


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}".replace(",", "\u00a0")
