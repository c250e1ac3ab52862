"""The huvudman's own goals: one goal, what has come of it, how it turned out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.portal import LONGEST_QUESTION, NO_PUPILS
from dialogues.models import GoalKind
from quality_system.models import SuccessFactor


class GoalForm(PlainForm):
    """What the huvudman wants to reach, what it is about, and a success factor to start from."""

    text = LongText(
        label=_("Vad vill ni nå?"),
        longest=LONGEST_QUESTION,
        rows=4,
        help_text=NO_PUPILS,
        error_messages={"required": _("Skriv vad ni vill nå.")},
    )
    kind = forms.ChoiceField(
        label=_("Vad handlar det om?"),
        choices=GoalKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad det handlar om.")},
    )
    success_factor = forms.ChoiceField(label=_("Framgångsfaktor att utgå från"), required=False)

    def __init__(self, *args: Any, factors: Iterable[SuccessFactor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.factors = {str(factor.pk): factor for factor in factors}
        names = [(key, factor.marked_text) for key, factor in self.factors.items()]
        self.fields["success_factor"].choices = [("", _("Ingen särskild")), *names]  # type: ignore[attr-defined]
        self.fields["success_factor"].widget.attrs["lang"] = "sv"

    def clean_success_factor(self) -> SuccessFactor | None:
        return self.factors.get(self.cleaned_data["success_factor"])


class FollowUpForm(PlainForm):
    """What has happened by a day."""

    day = forms.DateField(
        label=_("Dag"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = LongText(label=_("Vad har hänt?"), longest=LONGEST_QUESTION, rows=4, help_text=NO_PUPILS)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("Välj i dag eller en dag som har varit."))
        return day


class OutcomeForm(PlainForm):
    """How a goal turned out."""

    outcome = LongText(label=_("Hur blev det?"), longest=LONGEST_QUESTION, rows=4, help_text=NO_PUPILS)
