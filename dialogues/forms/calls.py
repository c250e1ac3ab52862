"""What staff note of a call: who at the huvudman told us, who of us took it, and when."""

from __future__ import annotations

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffRole, User
from dialogues.domain.questions import Call
from dialogues.forms.steps import ToldForm


class Colleague(forms.ModelChoiceField):
    """A planner or leader of the agencies."""

    def __init__(self, **kwargs: object) -> None:
        roles = [StaffRole.PLANNER, StaffRole.LEADER]
        people = User.objects.filter(is_active=True, staff__roles__overlap=roles)
        people = people.select_related("staff__agency").order_by("name", "pk")
        super().__init__(queryset=people, empty_label=_("Jag själv"), required=False, **kwargs)  # type: ignore[arg-type]

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}, {obj.staff.agency}"


class CallFields(ToldForm):
    """A step that somebody at the huvudman told one of us, on a day."""

    called_by = Colleague(label=_("Vem av oss tog emot det?"))
    told_on = forms.DateField(
        label=_("Vilken dag?"),
        required=False,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_told_on(self) -> datetime.date | None:
        """A day that has been; today when none is said."""
        day: datetime.date | None = self.cleaned_data["told_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Välj en dag som har varit."))
        return day

    def call(self) -> Call:
        """Who of us was told, and when."""
        return Call(taken_by=self.cleaned_data["called_by"], day=self.cleaned_data["told_on"])
