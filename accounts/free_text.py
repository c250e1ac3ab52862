"""Texts that people write: no personnummer is taken in with them."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.personnummer import first_personnummer

ASKS_FOR_NUMBERS = frozenset({"orgnr", "q", "telephone"})
"""Fields where ten figures in a row are what is asked for."""


def refuse_personnummer(text: str) -> None:
    """Raise ValidationError, which says where, if the text holds what looks like a personnummer."""
    if found := first_personnummer(text):
        words = _(
            "Skriv inget personnummer här, och inget som ser ut som ett (%(found)s). "
            "Skriv telefonnummer med bindestreck: 070-101 12 34."
        )
        raise ValidationError(words % {"found": found}, code="personnummer")


def keep_out_personnummer(name: str, field: forms.Field) -> None:
    """Let the field refuse personnummer if it is a text that people write freely."""
    is_address = isinstance(field, forms.EmailField | forms.URLField | forms.UUIDField)
    is_text = isinstance(field.widget, forms.Textarea | forms.TextInput)
    if not isinstance(field, forms.CharField) or is_address or not is_text or name in ASKS_FOR_NUMBERS:
        return
    if refuse_personnummer not in field.validators:
        field.validators.append(refuse_personnummer)


class NoPersonnummer(forms.BaseForm):
    """For a form: its free texts refuse personnummer."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            keep_out_personnummer(name, field)
        super().full_clean()
