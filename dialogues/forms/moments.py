"""A day and a time of day that together are a moment in Stockholm, and a tick that a time is meant."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.forms.plain import PlainForm

FURTHEST = 10
"""Years from now beyond which a date is a slip of the fingers."""


class TickForTime(forms.CheckboxInput):
    """A tick that the time from `starts_at` to `ends_at` is meant: given for another time, it is none."""

    def __init__(self, *, starts_at: datetime.datetime, ends_at: datetime.datetime) -> None:
        self.meant = f"{starts_at.isoformat()}/{ends_at.isoformat()}"
        super().__init__(attrs={"value": self.meant})

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return data.get(name) == self.meant

    def format_value(self, value: Any) -> None:
        """What the tick says is the time, ticked or not."""


class MomentForm(PlainForm):
    """A form with the fields `day` and `time`; refuses moments that there are none of, or too far away."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day = data.get("day")
        if day and abs(day.year - timezone.localdate().year) > FURTHEST:
            self.add_error("day", _("Välj en dag inom tio år."))
        elif day and data.get("time") and not self._is_on_the_clock():
            self.add_error("time", _("Klockslaget finns inte den dagen: klockan ställs fram till sommartid."))
        return data

    def moment(self) -> datetime.datetime:
        """The moment as an aware time: the first of the two in the hour that comes twice in autumn."""
        return timezone.make_aware(self._naive())

    def span_of(self, minutes: int) -> dict[str, Any]:
        """A meeting's beginning and end, as the verbs want them, also when the clocks change in between."""
        starts_at = self.moment().astimezone(datetime.UTC)
        return {"starts_at": starts_at, "ends_at": starts_at + datetime.timedelta(minutes=minutes)}

    def _is_on_the_clock(self) -> bool:
        there_and_back = timezone.localtime(self.moment().astimezone(datetime.UTC))
        return there_and_back.replace(tzinfo=None) == self._naive()

    def _naive(self) -> datetime.datetime:
        return datetime.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
