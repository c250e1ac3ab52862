"""A form that says a meeting was held: it asks when, while its time has not come, and loses no answer."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.domain.machine import NotPossible
from accounts.templatetags.look import moment
from dialogues.domain.holding import require_may_be_held
from dialogues.domain.impartial import silent_about
from dialogues.forms.moments import MomentForm
from dialogues.forms.steps import StepForm
from dialogues.models import Meeting, MeetingKind, MeetingState
from dialogues.queries import current_meeting

EARLY = _("Mötets tid har inte varit än. Vilken dag hölls mötet?")


class HeldFields(MomentForm):
    """When a meeting was held, if its time has not come."""

    about: Meeting | None = None
    """The meeting."""
    noted: Meeting | None = None
    """The meeting, where it is noted as held already."""
    if_wrong: ClassVar[str | Promise] = ""
    """What to do when the time that is noted is wrong."""

    def ask_when(self, meeting: Meeting | None) -> None:
        """Ask for the day and time when the meeting's are to come, or were as the page was opened."""
        self.about = meeting
        is_early = meeting and meeting.state != MeetingState.HELD and meeting.starts_at > timezone.now()
        if not is_early and not self.is_out_of_order() and not self.data.get("day"):
            return
        self._add_when(EARLY if is_early else _("Vilken dag hölls mötet?"))

    def _add_when(self, label: Any) -> None:
        self.fields["day"] = forms.DateField(
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        self.fields["time"] = forms.TimeField(
            label=_("Vilket klockslag började det?"),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )

    def ask_instead(self, meeting: Meeting | None) -> None:
        """Ask for the day and time anew of a meeting that is held; opens with what is noted."""
        self.about = meeting
        self._add_when(_("Vilken dag hölls mötet?"))
        if meeting:
            noted = timezone.localtime(meeting.starts_at)
            self.initial.update(day=noted.date(), time=noted.time())

    def keep_when(self, meeting: Meeting | None) -> None:
        """Keep, out of sight, what was said about when a meeting was held that is noted already."""
        self.about = self.noted = meeting
        if self.data.get("day"):
            self.fields["day"] = forms.DateField(required=False, widget=forms.HiddenInput)
            self.fields["time"] = forms.TimeField(required=False, widget=forms.HiddenInput)

    def other_time(self) -> str:
        """What was said about when, should another time be noted, to be read beside the form."""
        held_at = self.held_at() if self.noted and self.is_bound else None
        if not self.noted or not held_at or held_at == self.noted.starts_at:
            return ""
        text = _(
            "Du skrev att mötet hölls %(typed)s. Det är antecknat som hållet %(noted)s, och den tiden ändras "
            "inte här."
        )
        told = text % {"typed": moment(held_at), "noted": moment(self.noted.starts_at)}
        return f"{told} {self.if_wrong}".strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.noted:
            self._forgive_when()
            return data
        held_at = self.held_at()
        if held_at and held_at > timezone.now():
            self.add_error("day", _("Välj en tid som har varit. Mötet kan antecknas när det är hållet."))
        elif held_at and self.about and (why := _refusal(self.about, held_at)):
            self.add_error("day", why)
        return data

    def _forgive_when(self) -> None:
        """What is kept out of sight is never saved, and nobody can correct it: it stops nothing."""
        for name in ("day", "time"):
            self.errors.pop(name, None)

    def is_out_of_order(self) -> bool:
        """Whether the meeting cannot have been held at the time that it has."""
        is_fixed = self.about and self.about.state == MeetingState.FIXED
        return bool(self.about and is_fixed and _refusal(self.about, self.about.starts_at))

    def held_at(self) -> datetime.datetime | None:
        """When the meeting was held, where that was asked."""
        if not self.cleaned_data.get("day") or self.cleaned_data.get("time") is None:
            return None
        return self.moment()


class HeldForm(HeldFields, StepForm):
    """A step that says a meeting was held; asks when, while its time has not come."""

    kind: MeetingKind

    def prepare(self) -> None:
        super().prepare()
        meeting = current_meeting(self.dialogue, self.kind)
        self.ask_when(meeting)
        if meeting and meeting.state == MeetingState.FIXED:
            self._ask_although_silent(silent_about(meeting, self.dialogue))

    def _ask_although_silent(self, silent: list[str]) -> None:
        if silent:
            warning = _(
                "Har inte svarat om jäv: {names}. Den som leder mötet ska svara innan. I historiken "
                "antecknas att mötet hölls ändå."
            )
            self.fields["although_silent"] = forms.BooleanField(
                label=_("Mötet hölls, fast alla inte har svarat om jäv"),
                help_text=format_lazy(warning, names=", ".join(silent)),
            )

    def how_held(self) -> dict[str, Any]:
        """When the meeting was held, and whether somebody was silent, as the verbs want it."""
        silent = bool(self.cleaned_data.get("although_silent"))
        return {"held_at": self.held_at(), "although_silent": silent}


def _refusal(meeting: Meeting, held_at: datetime.datetime) -> str:
    """Why the meeting cannot have been held then; empty when it can."""
    try:
        require_may_be_held(meeting, held_at)
    except NotPossible as reason:
        return str(reason)
    return ""
