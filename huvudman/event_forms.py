"""Forms for what happens to a huvudman: a merger, a split, a new orgnr, its end, its reopening."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.machine import NotPossible
from accounts.plain_words import LongText, PlainWords
from accounts.templatetags.look import day
from huvudman.domain.events import require_free
from huvudman.models import Huvudman
from huvudman.register.cells import known_orgnr
from huvudman.search import found

HITS = 20
EARLIEST = datetime.date(1990, 1, 1)
"""Kommuner have run the schools since about then: an earlier day is a slip of the pen."""


class EventForm(PlainWords, forms.Form):
    """When it happened, and a note on why."""

    asks_for_others: ClassVar[bool] = False

    on = forms.DateField(
        label=gettext_lazy("Första dagen då det gäller"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = LongText(
        label=gettext_lazy("Anteckning"),
        required=False,
        help_text=gettext_lazy("Till exempel beslutet som ligger bakom."),
        rows=3,
        longest=2000,
    )

    def __init__(self, *args: Any, huvudman: Huvudman, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.huvudman = huvudman

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(
                _("Dagen kan inte ligga framåt i tiden. Skriv in händelsen när den har inträffat.")
            )
        first = self.earliest()
        if on < first:
            raise forms.ValidationError(_("Dagen kan vara tidigast %(day)s.") % {"day": day(first)})
        return on

    def earliest(self) -> datetime.date:
        """The first day that can be meant."""
        return max(EARLIEST, self.huvudman.active_from or EARLIEST)


class ClosingForm(EventForm):
    """The huvudman is no more."""


class ReopeningForm(EventForm):
    """The huvudman goes on after all, or begins anew."""

    def earliest(self) -> datetime.date:
        """Its last day, unless that is to come."""
        last = self.huvudman.active_to or EARLIEST
        return max(super().earliest(), min(last, timezone.localdate()))


class NewOrgnrForm(EventForm):
    """The huvudman has got another orgnr."""

    field_order = ("orgnr", "on", "note")
    orgnr = forms.CharField(
        label=gettext_lazy("Nytt organisationsnummer"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_orgnr(self) -> str:
        orgnr = known_orgnr(self.cleaned_data["orgnr"])
        if not orgnr:
            raise forms.ValidationError(_("Organisationsnumret stämmer inte. Kontrollera siffrorna."))
        if orgnr == self.huvudman.orgnr:
            raise forms.ValidationError(_("Det är det nummer som huvudmannen redan har."))
        try:
            require_free(orgnr, self.huvudman)
        except NotPossible as error:
            raise forms.ValidationError(str(error)) from error
        return orgnr


GONE = gettext_lazy("En av de valda har redan upphört eller finns inte. Sök och kryssa i på nytt.")


class Huvudmen(forms.ModelMultipleChoiceField):
    """Huvudmän by what tells them apart."""

    def label_from_instance(self, obj: Huvudman) -> str:
        place = f", {obj.main_kommun.name}" if obj.main_kommun else ""
        return f"{obj.name} ({obj.shown_orgnr}{place})"


class OthersForm(EventForm):
    """Something that concerns other huvudmän too, found by searching for `q`: what is ticked stays ticked."""

    asks_for_others = True

    others = Huvudmen(
        label=gettext_lazy("Huvudmän som det gäller"),
        queryset=Huvudman.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Sök och kryssa i minst en huvudman."),
            "invalid_choice": GONE,
            "invalid_pk_value": GONE,
        },
    )

    def __init__(self, *args: Any, q: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Huvudman.objects.select_related("main_kommun").exclude(pk=self.huvudman.pk)
        field: Huvudmen = self.fields["others"]  # type: ignore[assignment]
        field.queryset = rows.filter(active_to__isnull=True)
        ticked = self.data.getlist("others") if isinstance(self.data, QueryDict) else []
        ticked = ticked or self.initial.get("others", [])
        known = [row for row in field.queryset if str(row.public_id) in ticked] if ticked else []
        hits = list(found(field.queryset, q)[:HITS]) if q else []
        shown = {row.public_id: field.label_from_instance(row) for row in (*known, *hits)}
        field.choices = list(shown.items())
        self.nothing_found = bool(q) and not hits
        if not shown:
            field.help_text = _("Sök ovan, så visas träffarna här.")
        elif len(hits) == HITS:
            field.help_text = _("De första %(number)d visas. Skriv mer av namnet för att hitta fler.") % {
                "number": HITS
            }


class MergerForm(OthersForm):
    """Huvudmän that go up in one."""

    field_order = ("others", "direction", "on", "note")
    direction = forms.ChoiceField(label=gettext_lazy("Vad händer?"), widget=forms.RadioSelect, initial="in")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = {"huvudman": self.huvudman}
        self.fields["direction"].choices = [  # type: ignore[attr-defined]
            ("in", _("De valda går upp i %(huvudman)s") % name),
            ("out", _("%(huvudman)s går upp i den valda") % name),
        ]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if fields.get("direction") == "out" and len(fields.get("others", [None])) != 1:
            self.add_error("others", _("Kryssa i den enda huvudman som den går upp i."))
        return fields


class SplitForm(OthersForm):
    """A huvudman that was divided into others."""

    field_order = ("others", "closes", "on", "note")
    closes = forms.BooleanField(
        required=False,
        initial=True,
        help_text=gettext_lazy("Delarna måste finnas i registret. Läs annars in det först."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes"].label = _("%(huvudman)s upphör vid delningen") % {"huvudman": self.huvudman}
