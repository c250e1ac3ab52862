"""What the huvudman types in its situation analysis: every field is voluntary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dialogues.analysis.parts import RATINGS, Part
from dialogues.forms.plain import LongText, PlainForm
from dialogues.forms.portal import NO_PUPILS
from quality_system.models import SuccessFactor

NOT_RATED: tuple[str, str | Promise] = ("", _("inget svar"))


class PartForm(PlainForm):
    """The fields of one part, by their names."""

    def __init__(self, *args: Any, part: Part, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in part.fields:
            words = format_lazy("{} {}", field.help, NO_PUPILS)
            self.fields[field.name] = LongText(label=field.label, required=False, rows=9, help_text=words)


class RatingForm(PlainForm):
    """A choice for each success factor, by the factor's id; no answer is an answer too."""

    def __init__(self, *args: Any, factors: Iterable[SuccessFactor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for factor in factors:
            self.fields[str(factor.pk)] = forms.ChoiceField(
                label=factor.marked_text,
                required=False,
                choices=[*RATINGS.items(), NOT_RATED],
                widget=forms.RadioSelect,
            )


class ChosenPartsForm(PlainForm):
    """Which parts of what is written are to be sent."""

    parts = forms.MultipleChoiceField(
        label=_("Vad vill ni skicka?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj minst en del att skicka.")},
    )

    def __init__(self, *args: Any, parts: Iterable[tuple[str, str | Promise]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = list(parts)  # type: ignore[attr-defined]
