"""Where an edition and its parts are found in the staff site."""

from __future__ import annotations

from django.urls import reverse

from quality_system.edition_content import Part, edition_of
from quality_system.models import Indicator, Objective, SubGoal, SuccessFactor

KINDS: dict[str, type[Objective] | type[SubGoal] | type[Indicator] | type[SuccessFactor]] = {
    "malsattning": Objective,
    "delmal": SubGoal,
    "indikator": Indicator,
    "framgangsfaktor": SuccessFactor,
}
"""The kinds of parts, by their names in addresses."""
KIND_NAMES = {kind: name for name, kind in KINDS.items()}


def address_of(part: Part) -> str:
    """The page of a part."""
    return reverse("admin:edition_part", args=[edition_of(part).pk, KIND_NAMES[type(part)], part.pk])


def place_of(part: Part) -> str:
    """The place on its edition's page where a part is read."""
    anchor = "framgangsfaktorer" if isinstance(part, SuccessFactor) else _skolform(part)
    return f"{reverse('admin:edition', args=[edition_of(part).pk])}#{anchor}"


def _skolform(part: Objective | SubGoal | Indicator) -> str:
    return part.objective.skolform if isinstance(part, SubGoal) else part.skolform
