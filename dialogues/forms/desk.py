"""Forms of Att göra i dag: let something rest, keep a choice."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.domain.resting import LONGEST
from dialogues.forms.plain import PlainForm
from dialogues.forms.planning import day_field

A_WEEK = datetime.timedelta(days=7)


class RestForm(PlainForm):
    """Until when something rests, and why."""

    until = day_field(label=_("Vila till"))
    reason = forms.CharField(
        label=_("Varför kan det vila?"),
        max_length=300,
        help_text=_("Alla som har det på sin lista ser skälet, på båda myndigheterna."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = timezone.localdate() + A_WEEK
        self.fields["until"].help_text = _(
            "Den dagen kommer det tillbaka av sig självt. Välj en dag inom %(days)s dagar."
        ) % {"days": LONGEST}


class ChoiceForm(PlainForm):
    """A name for a choice of what to list."""

    name = forms.CharField(label=_("Namn på urvalet"), max_length=40)
    is_usual = forms.BooleanField(label=_("Visa det här urvalet från början"), required=False)
