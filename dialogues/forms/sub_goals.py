"""Choosing a sub-goal that a question is about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from quality_system.models import SubGoal


class SubGoalField(forms.TypedChoiceField):
    """One of `sub_goals`, in the order of their objectives; None for no particular one."""

    def __init__(self, *, sub_goals: Iterable[SubGoal], **kwargs: Any) -> None:
        by_key = {str(goal.pk): goal for goal in sub_goals}
        choices = by_skolform(by_key.values())
        super().__init__(choices=choices, coerce=by_key.get, empty_value=None, required=False, **kwargs)


def by_skolform(goals: Iterable[SubGoal]) -> list[tuple[Any, Any]]:
    """Choices under headings, one a skolform: `goals` in the order of their objectives."""
    none: list[tuple[Any, str | Promise]] = [("", _("Inget särskilt delmål"))]
    groups = groupby(goals, key=lambda goal: goal.objective.get_skolform_display())
    return none + [
        (skolform.capitalize(), [(str(goal.pk), f"{goal.number}. {goal.marked_text}") for goal in rows])
        for skolform, rows in groups
    ]
