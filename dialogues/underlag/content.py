"""What an underlag says, as frozen JSON: values with their kinds, periods, sources and source versions."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dialogues.underlag.shapes import Figure, Goal, Material, Source, Spread
from quality_system.values import Value, ValueKind

SCHEMA = 1
CONDITION = "condition"

Json = dict[str, Any]


def build_content(material: Material) -> Json:
    """The underlag's content as JSON values. The same material gives the same content."""
    owner = material.owner
    return {
        "schema": SCHEMA,
        "huvudman": {
            "name": owner.name,
            "type": owner.type,
            "skolformer": [name for _code, name in owner.skolformer],
            "units": owner.units,
            "children": owner.children,
            "pupils": owner.pupils,
            "kommuner": list(owner.kommuner),
        },
        "edition": {"id": material.edition_id, "name": material.edition, "is_example": material.is_example},
        "made_on": material.made_on.isoformat(),
        "group": _group(material),
        "central": [
            {"kind": c.kind, "area": c.area, "text": c.text, "indicator": c.indicator}
            for c in material.central
        ],
        "areas": [{"area": area, "skolformer": _skolformer(material, area)} for area in _areas(material)],
        "other_results": _loose(material, is_condition=False),
        "conditions": _loose(material, is_condition=True),
        "factors": [
            {"number": f.number, "text": f.text, "is_example": f.is_example} for f in material.factors
        ],
        "sources": _sources(material.figures),
    }


def figures_in(content: Json) -> Iterable[Json]:
    """Every figure of a content, in the order of the document."""
    for area in content["areas"]:
        for skolform in area["skolformer"]:
            for goal in skolform["goals"]:
                yield from goal["figures"]
    for part in ("other_results", "conditions"):
        for skolform in content[part]:
            yield from skolform["figures"]


def value_to_json(value: Value) -> Json:
    """A value with its kind; the number, when there is one, as exact text."""
    found: Json = {"kind": str(value.kind)}
    if value.number is not None:
        found["number"] = str(value.number)
    return found


def value_from_json(found: Json) -> Value:
    """The value that `value_to_json` wrote."""
    number = found.get("number")
    return Value(ValueKind(found["kind"]), Decimal(number) if number is not None else None)


def _group(material: Material) -> Json | None:
    group = material.group
    return {"words": group.words, "size": group.size, "how": group.how} if group else None


def _areas(material: Material) -> list[str]:
    return list(dict.fromkeys(goal.area for goal in material.goals))


def _skolformer(material: Material, area: str) -> list[Json]:
    found = []
    for code, name in material.owner.skolformer:
        goals = [goal for goal in material.goals if (goal.area, goal.skolform) == (area, code)]
        if goals:
            rows = [_goal(goal, material.figures) for goal in goals]
            found.append({"skolform": code, "name": name, "goals": rows})
    return found


def _goal(goal: Goal, figures: Iterable[Figure]) -> Json:
    rows = [_figure(f) for f in figures if f.sub_goal == goal.id and f.kind != CONDITION]
    return {"number": goal.number, "text": goal.text, "is_example": goal.is_example, "figures": rows}


def _loose(material: Material, *, is_condition: bool) -> list[Json]:
    """Figures outside the sub-goals, by skolform: conditions, or results tied to no sub-goal of the owner."""
    goals = {goal.id for goal in material.goals}
    found = []
    for code, name in material.owner.skolformer:
        rows = [
            _figure(f)
            for f in material.figures
            if f.skolform == code
            and (f.kind == CONDITION) == is_condition
            and (is_condition or f.sub_goal not in goals)
        ]
        if rows:
            found.append({"skolform": code, "name": name, "figures": rows})
    return found


def _figure(figure: Figure) -> Json:
    return {
        "key": figure.key,
        "name": figure.name,
        "kind": figure.kind,
        "unit": figure.unit,
        "decimals": figure.decimals,
        "definition": figure.definition,
        "period": figure.period,
        "source": figure.source.name,
        "source_version": figure.source.version,
        "own": value_to_json(figure.own),
        "why_hidden": figure.why_hidden,
        "riket": value_to_json(figure.riket),
        "spread": _spread(figure.spread),
    }


def _spread(spread: Spread | None) -> Json | None:
    if spread is None:
        return None
    values = {name: getattr(spread, name) for name in ("median", "low", "high", "least", "most")}
    return {
        **{name: value_to_json(value) for name, value in values.items()},
        "size": spread.size,
        "why_hidden": spread.why_hidden,
    }


def _sources(figures: Iterable[Figure]) -> list[Json]:
    sources: dict[tuple[str, str], Source] = {}
    for figure in figures:
        sources.setdefault((figure.source.name, figure.source.version), figure.source)
    return [
        {
            "name": source.name,
            "version": source.version,
            "retrieved_on": source.retrieved_on.isoformat() if source.retrieved_on else "",
        }
        for _key, source in sorted(sources.items())
    ]
