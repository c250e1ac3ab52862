"""A form that says a meeting was held: it asks when, while the meeting's time has not come."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.forms.moments import MomentForm
from dialogues.models import Meeting, MeetingState


class HeldFields(MomentForm):
    """When a meeting was held, if its time has not come."""

    def ask_when(self, meeting: Meeting | None) -> None:
        """Ask for the day and time when the meeting's are to come, or were as the page was opened."""
        is_early = meeting and meeting.state != MeetingState.HELD and meeting.starts_at > timezone.now()
        if not is_early and not self.data.get("day"):
            return
        self.fields["day"] = forms.DateField(
            label=_("Mötets tid har inte varit än. Vilken dag hölls mötet?"),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        self.fields["time"] = forms.TimeField(
            label=_("Vilket klockslag började det?"),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        held_at = self.held_at()
        if held_at and held_at > timezone.now():
            self.add_error("day", _("Välj en tid som har varit. Mötet kan antecknas när det är hållet."))
        return data

    def held_at(self) -> datetime.datetime | None:
        """When the meeting was held, where that was asked."""
        if not self.cleaned_data.get("day") or self.cleaned_data.get("time") is None:
            return None
        return self.moment()
