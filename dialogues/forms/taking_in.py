"""Choosing whom a batch takes in of those who want to take part later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialogues.domain.taking_in import FITS, who_could_come
from dialogues.forms.plain import PlainForm
from dialogues.half_years import half_year_name
from dialogues.models import Dialogue, InvitationBatch


class WaitingField(forms.ModelMultipleChoiceField):
    """Huvudmän, with the batch they were invited in and what they wished."""

    def label_from_instance(self, obj: Any) -> str:
        wish = half_year_name(obj.wished) or _("inget önskat halvår")
        return f"{obj.huvudman.name} ({obj.batch}, {wish})"


class TakeInForm(PlainForm):
    """Who is to come; those whom the batch suits are ticked."""

    dialogues = WaitingField(
        label=_("Vilka ska med i omgången?"),
        queryset=Dialogue.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "De som har önskat det halvår då omgången skickas, eller tidigare, står först och är ikryssade."
        ),
        error_messages={
            "required": _("Kryssa i minst en huvudman."),
            "invalid_choice": _(
                "Någon av dem har ändrat sitt svar eller har redan fått en omgång. Välj igen."
            ),
        },
    )

    def __init__(self, *args: Any, batch: InvitationBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = who_could_come(batch)
        self.fields["dialogues"].queryset = self.rows  # type: ignore[attr-defined]
        fits = [row.pk for row in self.rows if getattr(row, "suits", None) == FITS]
        self.initial.setdefault("dialogues", fits)
