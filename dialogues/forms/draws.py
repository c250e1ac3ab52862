"""Forms for draws: what to lock or try."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.templatetags.look import day
from dialogues.days import day_off
from dialogues.domain import draws
from dialogues.domain.engine import WHOLE
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.planning import day_field
from dialogues.models import Cycle, Draw
from dialogues.plan_queries import family_name
from dialogues.planning import FAMILIES

LONGEST_REASON = 1000
YEARS_BETWEEN = 2
"""The least number of years between two dialogues, unless another is chosen."""
TO_THE_VALUE = 7
"""Days from the commitment to the value's day, unless another is chosen."""


def reason_field(label: str | Promise, **kwargs: Any) -> LongText:
    """Why something is done: the public report may show it."""
    return LongText(
        rows=3,
        longest=LONGEST_REASON,
        label=label,
        help_text=_("Står i loggen, och den offentliga rapporten kan visa det. Skriv inga namn på personer."),
        **kwargs,
    )


class NumbersForm(PlainForm):
    """How the cycle is divided, and by what it has to be even."""

    years = forms.IntegerField(label=_("Antal år"), min_value=1, max_value=10)
    batches_per_year = forms.IntegerField(label=_("Omgångar per år"), min_value=1, max_value=52)
    least_years_between = forms.IntegerField(
        label=_("Minst antal år mellan två dialoger"),
        min_value=0,
        max_value=10,
        initial=YEARS_BETWEEN,
        help_text=_(
            "Räknas från året för huvudmannens förra dialog. Den som nyss har haft en får inte de första "
            "åren och har större chans till vart och ett av de senare. 0: ingen sådan regel."
        ),
    )
    together = forms.BooleanField(
        label=_("Bjud in huvudmän i samma koncern tillsammans"),
        required=False,
        help_text=_("När någon lik den kan byta plats med den. Planen blir lika jämn och chanserna lika."),
    )
    families = forms.MultipleChoiceField(
        label=_("Jämnt fördelat efter"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ju fler, desto svårare att få alla jämna. Omgångarnas storlek är alltid jämn."),
    )
    by_year_only = forms.MultipleChoiceField(
        label=_("Räcker att jämna år för år"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "De andra jämnas i varje omgång. Välj alla fördelningar med län här, så samlas ett läns huvudmän "
            "i färre omgångar under året och resorna blir färre, än mer om också regionalt kontor väljs. "
            "Planens sida visar hur mycket."
        ),
    )

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = cycle
        self.initial.setdefault("years", cycle.years)
        self.initial.setdefault("batches_per_year", cycle.batches_per_year)
        choices = [(family, family_name(family)) for family in FAMILIES if family != WHOLE]
        for name in ("families", "by_year_only"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("families", [family for family, _label in choices])

    def asked(self) -> dict[str, Any]:
        """What was asked for, as the verbs take it."""
        data = dict(self.cleaned_data)
        families, by_year = data.pop("families"), data.pop("by_year_only")
        return data | {"even": draws.Even(tuple(families), tuple(by_year))}

    def perform(self, actor: Actor) -> Draw:
        """Do what the form asks for."""
        raise TypeError(f"{type(self).__name__} has no verb")


class TrialForm(NumbersForm):
    """A trial: numbers, and why if one wants to say so."""

    why = reason_field(_("Vad vill du se?"), required=False)

    def perform(self, actor: Actor) -> Draw:
        """Ask for the trial."""
        return draws.try_draw(cycle=self.cycle, actor=actor, **self.asked())


class CommitForm(NumbersForm):
    """A lottery: numbers, where the value will be found, on which day, and why it is made."""

    source = forms.CharField(
        label=_("Källa till värdet"),
        max_length=300,
        help_text=_(
            "Ett värde som ingen här kan påverka och som går att läsa för alla efteråt, till exempel ett "
            "slutvärde för ett börsindex eller en dragning. Skriv exakt vilket, och hur många decimaler."
        ),
        widget=forms.TextInput(attrs={"class": "wide"}),
    )
    value_on = day_field(
        label=_("Värdets dag"), help_text=_("En dag efter i dag, då källan ger ett värde. Välj en vardag.")
    )
    on_day_off = forms.BooleanField(label=_("Ja, källan ger ett värde den dagen"), required=False)
    why = reason_field(_("Varför görs lottningen?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("source", settings.LOTTERY_SOURCE)
        self.initial.setdefault("value_on", next_working_day(TO_THE_VALUE))
        if not self.is_bound or not self._day_off():
            del self.fields["on_day_off"]

    def clean_value_on(self) -> datetime.date:
        chosen: datetime.date = self.cleaned_data["value_on"]
        wrong = draws.wrong_with_value_day(chosen)
        if wrong:
            raise forms.ValidationError(wrong)
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        off = self._day_off()
        if off and not data.pop("on_day_off", False):
            self.add_error("on_day_off", off)
        return data

    def _day_off(self) -> str:
        """Why the source may have no value on the chosen day; nothing on a working day."""
        try:
            chosen = self.fields["value_on"].clean(self.data.get("value_on"))
        except forms.ValidationError:
            return ""
        why = day_off(chosen)
        if not why:
            return ""
        text = _(
            "%(day)s är en ledig dag (%(why)s), då många källor inte ger något värde. Välj en annan dag, "
            "eller kryssa i att källan ger ett."
        )
        return str(text) % {"day": day(chosen), "why": why}

    def perform(self, actor: Actor) -> Draw:
        """Lock the register and the numbers."""
        return draws.commit_lottery(cycle=self.cycle, actor=actor, **self.asked())


def next_working_day(days: int) -> datetime.date:
    """The first working day that is at least `days` away: then most sources have a value."""
    found = timezone.localdate() + datetime.timedelta(days=days)
    while day_off(found):
        found += datetime.timedelta(days=1)
    return found
