"""Forms for an edition and its parts. The verbs are in `domain/edition_parts.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import ModelChoiceField
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.plain_words import LongText, PlainWords
from huvudman.models import Skolform
from quality_system.edition_content import INDICATOR_FIELDS, Part
from quality_system.models import Area, Edition, Indicator, Objective, SubGoal, SuccessFactor
from quality_system.wording import SOURCES

DAY = {"type": "date"}
Kind = type[Objective] | type[SubGoal] | type[Indicator] | type[SuccessFactor]


class EditionForm(PlainWords, forms.ModelForm):
    """A draft's name and first day."""

    class Meta:
        model = Edition
        fields = ("name", "valid_from")
        widgets = {"valid_from": forms.DateInput(attrs=DAY, format="%Y-%m-%d")}
        help_texts = {
            "valid_from": _(
                "Utgåvan kan börja gälla tidigast den dagen. Ersätter den en annan gäller den från dagen då "
                "någon låter den börja gälla."
            )
        }


class WordedForm(PlainWords, forms.ModelForm):
    """A part with a text, which may be an example."""

    text = LongText(label=_("Text"), rows=3, longest=2_000)
    is_example_text = forms.BooleanField(
        label=_("Texten är exempeltext"),
        required=False,
        help_text=_("Ta bort krysset när lydelsen är myndigheternas egen."),
    )


class ObjectiveForm(WordedForm):
    class Meta:
        model = Objective
        fields = ("text", "is_example_text")


class NewObjectiveForm(ObjectiveForm):
    """An objective for a skolform that has none in the edition."""

    class Meta(ObjectiveForm.Meta):
        fields = ("skolform", "text", "is_example_text")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = set(self.instance.edition.objectives.values_list("skolform", flat=True))
        left = [(form.value, form.label.capitalize()) for form in Skolform if form.value not in written]
        self.fields["skolform"].choices = [("", _("Välj skolform")), *left]  # type: ignore[attr-defined]


class SubGoalForm(WordedForm):
    class Meta:
        model = SubGoal
        fields = ("area", "text", "is_example_text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = [(area.value, str(area.label).capitalize()) for area in Area]
        self.fields["area"].choices = [("", _("Välj område")), *areas]  # type: ignore[attr-defined]


class SuccessFactorForm(WordedForm):
    text = LongText(label=_("Text"), rows=2, longest=300)

    class Meta:
        model = SuccessFactor
        fields = ("text", "is_example_text")


class SubGoalField(ModelChoiceField):
    """The sub-goals that an indicator can be under."""

    def label_from_instance(self, obj: SubGoal) -> str:
        return _("Delmål %(number)s: %(text)s") % {"number": obj.number, "text": obj}


class IndicatorForm(PlainWords, forms.ModelForm):
    """What is written of an indicator, in groups."""

    sub_goal = SubGoalField(
        label=_("Delmål"),
        queryset=SubGoal.objects.none(),
        required=False,
        empty_label=_("Inget: visas bara som bakgrund"),
    )
    source = forms.ChoiceField(label=_("Källa"), required=False)
    definition = LongText(
        label=_("Så mäts det"),
        rows=3,
        longest=2_000,
        required=False,
        help_text=_("Står i underlaget under ”Så mäts det”."),
    )

    class Meta:
        model = Indicator
        fields = INDICATOR_FIELDS
        widgets = {
            "usable_from": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
            "usable_to": forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        }
        help_texts = {
            "year_group": _("Om måttet bara gäller en årskurs."),
            "unit": _("Till exempel %, poäng eller kronor."),
            "direction": _("Utan riktning blir indikatorn aldrig ett centralt område."),
            "based_on": _(
                "Avgör minsta gruppen som visas: 10 elever eller barn på en enhet och 5 hos en huvudman, "
                "3 lärare, 5 svar."
            ),
            "smallest_group": _("Bara om källan kräver fler än så."),
            "fewest_short": _(
                "Bara för andelar av elever, om källan kräver fler än 5 för att visa den exakta andelen."
            ),
            "legal_basis": _("Lagen eller förordningen som låter uppgifterna användas, med paragraf."),
            "usable_to": _("Efter den dagen används uppgifterna inte i nya underlag."),
        }

    groups: Mapping[str | Promise, tuple[str, ...]] = {
        _("Vad det är"): ("name", "sub_goal", "kind", "year_group", "definition"),
        _("Hur det visas"): ("unit", "decimals", "direction", "by_sex", "publication"),
        _("Varifrån det kommer"): ("source", "source_key", "period_type", "level"),
        _("När ett värde får visas"): ("based_on", "smallest_group", "fewest_short"),
        _("Vad lagen tillåter"): ("legal_basis", "usable_from", "usable_to"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = SubGoal.objects.filter(
            objective__edition=self.instance.edition, objective__skolform=self.instance.skolform
        )
        self.fields["sub_goal"].queryset = own.order_by("number")  # type: ignore[attr-defined]
        known = {key: name for key, name in SOURCES.items() if key != "example"}
        kept = {self.instance.source: self.instance.source} if self.instance.source else {}
        choices = [("", _("Ingen än")), *(kept | known).items()]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    def in_groups(self) -> list[tuple[str | Promise, list[BoundField]]]:
        """The fields as the page shows them."""
        return [(name, [self[field] for field in fields]) for name, fields in self.groups.items()]


class NewIndicatorForm(IndicatorForm):
    """An indicator with the key that it is known by in every edition."""

    class Meta(IndicatorForm.Meta):
        fields = ("key", *INDICATOR_FIELDS)  # type: ignore[assignment]
        help_texts = IndicatorForm.Meta.help_texts | {
            "key": _(
                "Det som indikatorn känns igen på i alla utgåvor och källor. En känd nyckel har hela sin "
                "historik genast. Den ändras inte sedan."
            )
        }

    groups = {_("Det den känns igen på"): ("key",), **IndicatorForm.groups}

    def clean_key(self) -> str:
        """Keys begin with the skolform, so that no two skolformer share one."""
        key: str = self.cleaned_data["key"]
        first = f"{self.instance.skolform.lower()}-"
        if not key.startswith(first):
            raise forms.ValidationError(_("Börja nyckeln med %(first)s") % {"first": first})
        if self.instance.edition.indicators.filter(key=key).exists():
            raise forms.ValidationError(_("Nyckeln finns redan i utgåvan."))
        return key


class LastDayForm(PlainWords, forms.Form):
    """Until when the law lets an indicator's figures be used."""

    last = forms.DateField(
        label=_("Sista dagen"),
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=_("Lämna tomt om ingen sista dag är känd."),
    )


FORMS: Mapping[Kind, type[forms.ModelForm]] = {
    Objective: ObjectiveForm,
    SubGoal: SubGoalForm,
    Indicator: IndicatorForm,
    SuccessFactor: SuccessFactorForm,
}
NEW_FORMS: Mapping[Kind, type[forms.ModelForm]] = {
    **FORMS,
    Objective: NewObjectiveForm,
    Indicator: NewIndicatorForm,
}


def form_for(part: Part, data: Any = None) -> forms.ModelForm:
    """The form that a part is worded, or made, in."""
    forms_by_kind = NEW_FORMS if part.pk is None else FORMS
    return forms_by_kind[type(part)](data, instance=part)
