"""Choices among what editions hold, told apart where the wording is the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.forms.models import ModelChoiceIterator
from django.utils.text import capfirst

from quality_system.models import Edition, Objective, SubGoal


class ByEdition(ModelChoiceIterator):
    """The choices in groups, an edition each."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for edition, rows in groupby(self.queryset, lambda row: objective_of(row).edition):
            yield str(edition), [self.choice(row) for row in rows]


class SkolformField(ModelChoiceField):
    """Objectives or sub-goals, shown by edition, skolform and text: skolformer have texts in common."""

    iterator = ByEdition

    def label_from_instance(self, obj: Objective | SubGoal) -> str:
        return f"{capfirst(objective_of(obj).get_skolform_display())}: {obj}"


def objective_of(row: Objective | SubGoal) -> Objective:
    """The objective itself, or the one that a sub-goal is under."""
    return row.objective if isinstance(row, SubGoal) else row


def draft_objectives() -> QuerySet[Objective]:
    """The objectives that may be written under, by edition."""
    rows = Objective.objects.filter(edition__state=Edition.State.DRAFT).select_related("edition")
    return rows.order_by("-edition__valid_from", "edition_id", "pk")


def draft_sub_goals() -> QuerySet[SubGoal]:
    """The sub-goals that indicators may be put under, by edition and objective."""
    rows = SubGoal.objects.filter(objective__edition__state=Edition.State.DRAFT)
    edition = ("-objective__edition__valid_from", "objective__edition_id")
    return rows.select_related("objective__edition").order_by(*edition, "objective_id", "number")
