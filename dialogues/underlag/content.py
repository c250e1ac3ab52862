"""What an underlag says, as frozen JSON: values with their kinds, periods, sources and source versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from dialogues.underlag.shapes import Goal, Material
from quality_system.figures import IndicatorFigures

SCHEMA = 2
"""2: the units beside the own value. What is stored as 1 has none of them, and is shown as it is."""
CONDITION = "condition"

Json = dict[str, Any]


def build_content(material: Material) -> Json:
    """The underlag's content as JSON values. The same material gives the same content."""
    owner = asdict(material.owner)
    return {
        "schema": SCHEMA,
        "huvudman": owner
        | {
            "skolformer": [name for _code, name in material.owner.skolformer],
            "kommuner": list(material.owner.kommuner),
        },
        "edition": {"id": material.edition_id, "name": material.edition, "is_example": material.is_example},
        "made_on": material.made_on.isoformat(),
        "figures_as_of": material.figures_as_of.isoformat() if material.figures_as_of else "",
        "central": [asdict(central) for central in material.central],
        "areas": [{"area": area, "skolformer": _goals_in(material, area)} for area in _areas(material)],
        "other_results": _outside_goals(material, are_conditions=False),
        "conditions": _outside_goals(material, are_conditions=True),
        "factors": [asdict(factor) for factor in material.factors],
    }


def figures_in(content: Json) -> Iterator[Json]:
    """Every figure of a content, in the order of the document."""
    for area in content["areas"]:
        for skolform in area["skolformer"]:
            for goal in skolform["goals"]:
                yield from goal["figures"]
    for part in ("other_results", "conditions"):
        for skolform in content[part]:
            yield from skolform["figures"]


def _areas(material: Material) -> list[str]:
    return list(dict.fromkeys(goal.area for goal in material.goals))


def _goals_in(material: Material, area: str) -> list[Json]:
    found = []
    for code, name in material.owner.skolformer:
        goals = [goal for goal in material.goals if (goal.area, goal.skolform) == (area, code)]
        if goals:
            rows = [_goal(goal, material.figures) for goal in goals]
            found.append({"skolform": code, "name": name, "goals": rows})
    return found


def _goal(goal: Goal, figures: Iterable[IndicatorFigures]) -> Json:
    rows = [f.as_json() for f in figures if (f.skolform, f.sub_goal) == (goal.skolform, goal.text)]
    return {"number": goal.number, "text": goal.text, "is_example": goal.is_example, "figures": rows}


def _outside_goals(material: Material, *, are_conditions: bool) -> list[Json]:
    """The figures tied to none of the owner's sub-goals, by skolform."""
    goals = {(goal.skolform, goal.text) for goal in material.goals}
    loose = [
        f
        for f in material.figures
        if (f.skolform, f.sub_goal) not in goals and (f.kind == CONDITION) == are_conditions
    ]
    found = []
    for code, name in material.owner.skolformer:
        rows = [f.as_json() for f in loose if f.skolform == code]
        if rows:
            found.append({"skolform": code, "name": name, "figures": rows})
    return found
