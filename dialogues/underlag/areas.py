"""The form in which the agencies put the central areas in their own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialogues.domain.underlag import MOST_AREAS, AreaText
from dialogues.forms.plain import LongText, PlainForm
from dialogues.models import CentralArea, Underlag
from quality_system.models import Area, Edition, Indicator


class AreaForm(PlainForm):
    """One central area. An empty text leaves it out."""

    kind = forms.ChoiceField(label=_("Slag"), choices=CentralArea.Kind.choices)
    area = forms.ChoiceField(label=_("Område"), choices=Area.choices)
    text = LongText(
        label=_("Text"),
        required=False,
        longest=600,
        rows=3,
        help_text=_("Enkla ord, till huvudmannen, högst 600 tecken. Lämna tomt för att ta bort området."),
    )
    indicator = forms.ModelChoiceField(Indicator.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = Indicator.objects.filter(edition=edition)  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """A row counts when something is written in it."""
        return bool(self["text"].value())


class ReasonForm(PlainForm):
    """Why the central areas are changed."""

    reason = LongText(
        label=_("Varför ändrar ni områdena?"),
        longest=600,
        rows=2,
        help_text=_("Den andra myndigheten ser skälet innan den fastställer. Det står inte i underlaget."),
    )


class AgainForm(forms.Form):
    """Whether the central areas stay when the underlag is made anew."""

    KEEP, FIND = "keep", "find"

    areas = forms.ChoiceField(
        label=_("Vad ska hända med de centrala områdena?"),
        choices=[
            (KEEP, _("Behåll dem som de är")),
            (FIND, _("Ta fram nya ur siffrorna, det som står nu försvinner")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj om områdena ska behållas.")},
    )


class AreaForms(forms.BaseFormSet):
    """The areas of one underlag, most important first."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": True}


AreaFormSet = forms.formset_factory(
    AreaForm, formset=AreaForms, extra=2, max_num=MOST_AREAS, validate_max=True
)


def initial_areas(underlag: Underlag) -> list[dict[str, object]]:
    """The form's first contents: the areas that the underlag has."""
    rows = underlag.central_areas.select_related("indicator")
    return [{"kind": a.kind, "area": a.area, "text": a.text, "indicator": a.indicator} for a in rows]


def area_texts(rows: forms.BaseFormSet) -> list[AreaText]:
    """The areas that were written, in the form's order."""
    return [
        AreaText(
            kind=CentralArea.Kind(row["kind"]),
            area=Area(row["area"]),
            text=row["text"],
            indicator=row["indicator"],
        )
        for row in (form.cleaned_data for form in rows.forms)
        if row.get("text", "").strip()
    ]
