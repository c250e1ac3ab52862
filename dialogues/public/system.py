"""The quality system in force, as the open page shows it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from quality_system.models import SubGoal
from quality_system.queries import edition_in_force


def system_in_force() -> dict[str, Any]:
    """The edition in force with objectives, sub-goals, indicators and success factors: five queries."""
    edition = edition_in_force()
    if edition is None:
        return {"edition": None}
    sub_goals = SubGoal.objects.prefetch_related("indicators")
    return {
        "edition": edition,
        "objectives": edition.objectives.prefetch_related(Prefetch("sub_goals", sub_goals)),
        "factors": edition.success_factors.all(),
    }
