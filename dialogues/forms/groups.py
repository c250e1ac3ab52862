"""Forms for proposing introductions for a whole batch in one go."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from dialogues.days import remarks, unusual_hours
from dialogues.domain.introduction_groups import TimedGroup, proposed_groups, set_up_groups
from dialogues.forms.introductions import IntroductionFields
from dialogues.forms.moments import MomentForm
from dialogues.models import InvitationBatch, Meeting
from dialogues.planning.groups import Group


class GroupsForm(IntroductionFields):
    """How large the groups are, when the first meets, by which link and with whom."""

    field_order = ("seats", "smallest", "day", "time", "minutes", "link", "staff")

    smallest = forms.IntegerField(
        label=_("Minsta grupp"),
        min_value=1,
        max_value=100,
        initial=5,
        help_text=_("Är de färre i samma region och av samma typ möts de tillsammans med andra."),
    )

    def __init__(self, *args: Any, batch: InvitationBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self.fields["seats"].help_text = _("Högsta antal huvudmän i varje grupp.")
        self.fields["day"].label = _("Första mötets dag")
        self.fields["day"].help_text = _("De andra mötena läggs på följande vanliga arbetsdagar, samma tid.")

    def groups(self) -> list[Group]:
        """The proposal, by what was filled in."""
        data = self.cleaned_data
        return proposed_groups(self.batch, seats=data["seats"], smallest=data["smallest"])

    def _ask_when_unusual(self) -> None:
        """The proposal is looked at before it is made, with a remark at each unusual day."""

    def times(self, count: int) -> list[datetime.date]:
        """The days of so many meetings: the one chosen, and ordinary working days after it."""
        day = self.cleaned_data["day"]
        found = [day]
        while len(found) < count:
            day += datetime.timedelta(days=1)
            if not remarks(day):
                found.append(day)
        return found


class GroupTimeForm(MomentForm):
    """When one of the groups meets; its length and people are those of all."""

    day = forms.DateField(label=_("Dag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        label=_("Klockslag"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, minutes: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minutes = minutes

    @property
    def remark(self) -> str:
        """Why the day or the hours may be a bad choice; empty for an ordinary time."""
        chosen = self.cleaned_data if self.is_bound else self.initial
        day, time = chosen.get("day"), chosen.get("time")
        if not day:
            return ""
        starts_at = timezone.make_aware(datetime.datetime.combine(day, time)) if time else None
        ends_at = starts_at and starts_at + datetime.timedelta(minutes=self.minutes)
        why = unusual_hours(starts_at, ends_at) if starts_at and ends_at else ""
        return ", ".join([*remarks(day), *([why] if why else [])])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("day") and data.get("time") and self.moment() < timezone.now():
            self.add_error("day", _("Välj en tid som inte har passerat."))
        return data


def fingerprint(groups: Sequence[Group]) -> str:
    """A text that is another one when anybody is in another group."""
    members = json.dumps([group.members for group in groups])
    return hashlib.sha256(members.encode()).hexdigest()[:16]


class Proposal:
    """The groups of a form that was filled in, each with its time to be changed; and the verb."""

    def __init__(self, form: GroupsForm, data: Any = None) -> None:
        self.form, self.groups = form, form.groups()
        self.fingerprint = fingerprint(self.groups)
        days = form.times(len(self.groups))
        first = form.cleaned_data
        self.time_forms = [
            GroupTimeForm(
                data,
                prefix=f"g{number}",
                minutes=first["minutes"],
                initial={"day": day, "time": first["time"]},
            )
            for number, day in enumerate(days[: len(self.groups)])
        ]

    @property
    def is_valid(self) -> bool:
        """Whether every group has a time."""
        wrong = [form for form in self.time_forms if not form.is_valid()]  # all of them, not the first
        return not wrong

    @property
    def has_errors(self) -> bool:
        """Whether a group's time has been found wrong."""
        return any(form.is_bound and form.errors for form in self.time_forms)

    def perform(self, actor: Actor) -> list[Meeting]:
        """Make the groups. Raises as `set_up_groups`."""
        data = self.form.cleaned_data
        timed = [
            TimedGroup(group.members, self.form.arranged(form.span_of(data["minutes"])))
            for group, form in zip(self.groups, self.time_forms, strict=True)
        ]
        return set_up_groups(batch=self.form.batch, groups=timed, seats=data["seats"], actor=actor)
