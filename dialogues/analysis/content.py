"""What is written in an analysis, as frozen JSON in Swedish: only the parts that say something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation

from dialogues.analysis.parts import PARTS, RATINGS, STEPS, Part, factor_key
from dialogues.domain.analysis_drafts import Texts
from dialogues.models import Dialogue
from quality_system.models import SuccessFactor
from quality_system.queries import edition_in_force

SCHEMA = 1
LANGUAGE = "sv"

Json = dict[str, Any]


def build_content(dialogue: Dialogue, texts: Texts, parts: Iterable[str] | None = None) -> Json:
    """What is written, in the order of the analysis; `parts` (slugs) are those to take in, all unless said.

    The same texts give the same content.
    """
    wanted = {part.slug for part in PARTS} if parts is None else set(parts)
    words = {key: row.text for key, row in texts.items() if row.text}
    with translation.override(LANGUAGE):
        rows = [_part(part, words) for part in PARTS if part.slug in wanted and not part.is_rating]
        ratings = any(part.is_rating and part.slug in wanted for part in PARTS)
        return {
            "schema": SCHEMA,
            "huvudman": dialogue.huvudman.name,
            "cycle": str(dialogue.cycle),
            "parts": [row for row in rows if row["fields"]],
            "ratings": _ratings(dialogue, words) if ratings else [],
        }


def is_empty(content: Json) -> bool:
    """Tell whether nothing is written."""
    return not content["parts"] and not content["ratings"]


def factors_of(dialogue: Dialogue, *rated: int) -> list[SuccessFactor]:
    """The success factors to rate oneself against: of the dialogue's edition or the one in force, in order;
    and those `rated` already, by id.
    """
    edition = dialogue.edition or edition_in_force()
    offered = SuccessFactor.objects.filter(edition=edition) | SuccessFactor.objects.filter(pk__in=rated)
    return list(offered.order_by("edition", "number"))


def factors_rated(words: Iterable[str]) -> list[int]:
    """The ids of the success factors among the names of fields."""
    begins = factor_key(0).removesuffix("0")
    return [int(key.removeprefix(begins)) for key in words if key.startswith(begins)]


def _part(part: Part, words: Mapping[str, str]) -> Json:
    steps = " · ".join(f"{number} {STEPS[number]}" for number in part.steps)
    written = [
        {"label": str(field.label), "text": words[part.key(field.name)]}
        for field in part.fields
        if part.key(field.name) in words
    ]
    return {"slug": part.slug, "title": str(part.title), "steps": steps, "fields": written}


def _ratings(dialogue: Dialogue, words: Mapping[str, str]) -> list[Json]:
    found = []
    for factor in factors_of(dialogue, *factors_rated(words)):
        answer = words.get(factor_key(factor.pk), "")
        if answer in RATINGS:
            row = {"factor": factor.text, "is_example": factor.is_example_text}
            found.append({**row, "answer": str(RATINGS[answer])})
    return found
