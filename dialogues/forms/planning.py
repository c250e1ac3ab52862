"""Forms for cycles and batches."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.plain_words import PlainWords
from accounts.templatetags.look import number
from dialogues.domain.batches import date_errors, schedule_batch
from dialogues.domain.cycles import create_cycle, overlapping, rename_cycle, with_place_in
from dialogues.domain.new_dates import choose_new_dates, new_date_errors
from dialogues.forms.moments import MomentForm
from dialogues.models import Cycle, InvitationBatch

DAY_FORMATS = ["%Y-%m-%d", "%Y%m%d", "%d/%m %Y", "%d/%m/%Y", "%d.%m.%Y"]
NAME_TAKEN = _("Det finns redan en cykel med det namnet. Välj ett annat.")
TIME_FORMATS = ["%H:%M", "%H.%M", "%H"]


def day_field(**kwargs: Any) -> forms.DateField:
    """A day, typed as Swedes do or picked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        widget=widget,
        input_formats=DAY_FORMATS,
        error_messages={"invalid": _("Skriv dagen som år, månad och dag, till exempel 2027-02-15.")},
        **kwargs,
    )


class CycleForm(PlainWords, forms.ModelForm):
    """A new cycle: its years and how many batches a year. Its seed comes with its lottery."""

    years = forms.IntegerField(label=_("Antal år"), min_value=1, max_value=10, initial=5)
    batches_per_year = forms.IntegerField(label=_("Omgångar per år"), min_value=1, max_value=52, initial=5)
    beside_others = forms.BooleanField(label=_("Ja, skapa cykeln ändå"), required=False)

    class Meta:
        model = Cycle
        fields = ("name", "first_year", "years", "batches_per_year")
        error_messages: ClassVar = {"name": {"unique": NAME_TAKEN}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["first_year"] = forms.IntegerField(
            label=_("Första år"), min_value=this_year - 10, max_value=this_year + 10, initial=this_year + 1
        )
        self.order_fields(self.Meta.fields)
        if not self.is_bound or not self._overlap():
            del self.fields["beside_others"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        warning = self._overlap()
        if warning and not data.get("beside_others"):
            self.add_error("beside_others", warning)
        return data

    def perform(self, actor: Actor) -> Cycle:
        """Start the cycle."""
        names = [*self.Meta.fields, "beside_others"]
        return create_cycle(
            actor=actor, **{name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        )

    def _overlap(self) -> str:
        """Which cycles the typed years overlap, and how many huvudmän that concerns; nothing when none."""
        try:
            first, years = (self.fields[n].clean(self.data.get(n)) for n in ("first_year", "years"))
        except forms.ValidationError:
            return ""
        cycles = overlapping(first, years)
        if not cycles:
            return ""
        count = with_place_in(cycles, first, years).count()
        text = ngettext(
            "Åren överlappar %(cycles)s. %(count)s huvudman har redan en dialog planerad de åren och kan "
            "få två. Kryssa i att det är meningen.",
            "Åren överlappar %(cycles)s. %(count)s huvudmän har redan en dialog planerad de åren och kan "
            "få två. Kryssa i att det är meningen.",
            count,
        )
        return text % {"cycles": ", ".join(f"”{cycle}”" for cycle in cycles), "count": number(count)}


class RenameCycleForm(PlainWords, forms.ModelForm):
    """Another name for a cycle."""

    class Meta:
        model = Cycle
        fields = ("name",)
        error_messages: ClassVar = {"name": {"unique": NAME_TAKEN}}

    def perform(self, actor: Actor) -> Cycle:
        """Rename the cycle."""
        return rename_cycle(cycle=self.instance, name=self.cleaned_data["name"], actor=actor)


class ScheduleForm(MomentForm):
    """When the invitations of a batch go out, and the last day to answer."""

    day = day_field(label=_("Dag då inbjudningarna skickas"))
    time = forms.TimeField(
        label=_("Klockslag"),
        input_formats=TIME_FORMATS,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=datetime.time(8, 0),
        error_messages={"invalid": _("Skriv klockslaget som timme och minut, till exempel 08.00.")},
    )
    answer_by = day_field(
        label=_("Svara senast"), help_text=_("Huvudmannen kan ändra sitt svar till och med den dagen.")
    )

    def __init__(self, *args: Any, batch: InvitationBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if all(data.get(name) for name in ("day", "time", "answer_by")):
            for field, error in self.date_errors(self.moment(), data["answer_by"]).items():
                self.add_error("day" if field == "send_at" else field, error)
        return data

    def date_errors(self, send_at: datetime.datetime, answer_by: datetime.date) -> dict[str, str]:
        """What is wrong with the dates, by field."""
        return date_errors(send_at, answer_by)

    def perform(self, actor: Actor) -> InvitationBatch:
        """Schedule the batch."""
        answer_by = self.cleaned_data["answer_by"]
        return schedule_batch(batch=self.batch, send_at=self.moment(), answer_by=answer_by, actor=actor)


class NewDatesForm(ScheduleForm):
    """Other dates for a batch that is scheduled or stopped; it opens with those that still can be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        send_at, answer_by = self.batch.send_at, self.batch.answer_by
        if send_at and send_at > timezone.now():
            starts = timezone.localtime(send_at)
            self.initial.update(day=starts.date(), time=starts.time())
        if answer_by and answer_by > timezone.localdate():
            self.initial["answer_by"] = answer_by

    def date_errors(self, send_at: datetime.datetime, answer_by: datetime.date) -> dict[str, str]:
        """What is wrong with the dates, by field; nothing before what has been told."""
        return new_date_errors(self.batch, send_at, answer_by)

    def perform(self, actor: Actor) -> InvitationBatch:
        """Give the batch the new dates."""
        answer_by = self.cleaned_data["answer_by"]
        return choose_new_dates(batch=self.batch, send_at=self.moment(), answer_by=answer_by, actor=actor)
