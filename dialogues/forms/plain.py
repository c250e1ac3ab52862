"""What the staff's forms have in common: plain words about what is missing, and room for long texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.templatetags.look import number

LONGEST = 10_000
"""Characters in a text of one's own."""


class LongText(forms.CharField):
    """A text of several lines. A browser must not cut it off in silence: what is too long gets an error."""

    def __init__(self, *, rows: int, longest: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        too_long = _("Texten är för lång. Den får ha högst {most} tecken.")
        self.validators.append(MaxLengthValidator(longest, format_lazy(too_long, most=number(longest))))


class PlainForm(forms.Form):
    """Names the field that is missing, where the field has no words of its own for it."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = format_lazy(_wanted(field), label=field.label)
        super().full_clean()


def _wanted(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("Kryssa i ”{label}” för att gå vidare.")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Välj under ”{label}”.")
    return _("Fyll i ”{label}”.")
