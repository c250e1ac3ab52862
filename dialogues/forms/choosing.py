"""Choosing an introduction, as the huvudman does it itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dialogues.forms.plain import PlainForm
from dialogues.models import Dialogue, Meeting
from dialogues.queries import open_introductions
from dialogues.timeline import when


class FreeGroupField(forms.ModelChoiceField):
    """Introductions by time and free seats, named in the form by their public id."""

    def label_from_instance(self, obj: Any) -> str:
        free = (obj.seats or 0) - obj.taken
        seats = ngettext("%(n)s ledig plats", "%(n)s lediga platser", free) % {"n": free}
        return f"{when(obj)} ({seats})"


class ChooseIntroductionForm(PlainForm):
    """Which of the cycle's coming introductions with free seats."""

    mote = FreeGroupField(
        label=_("Vilket möte passar er?"),
        queryset=Meeting.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        to_field_name="public_id",
        error_messages={
            "required": _("Välj ett möte."),
            "invalid_choice": _("Mötet är fullt eller går inte längre att välja. Välj ett annat."),
        },
    )

    def __init__(self, *args: Any, dialogue: Dialogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups: QuerySet[Meeting] = open_introductions(dialogue)
        self.fields["mote"].queryset = self.groups  # type: ignore[attr-defined]
