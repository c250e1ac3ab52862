"""Plain words for what is missing or wrong in a form, naming the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.free_text import NoPersonnummer
from accounts.templatetags.look import number

LONGEST = 10_000
"""Characters in a text of one's own."""
CHOICES = (
    forms.ChoiceField,
    forms.ModelChoiceField,
    forms.MultipleChoiceField,
    forms.ModelMultipleChoiceField,
)
STOCK = {
    "required": {forms.Field.default_error_messages["required"]},
    "empty": {forms.FileField.default_error_messages["empty"]},
    "invalid": {forms.URLField.default_error_messages["invalid"]},
    "invalid_choice": {field.default_error_messages["invalid_choice"] for field in CHOICES},
}
"""What Django says by itself."""


class MostSigns(MaxLengthValidator):
    """Says how long a text may be and how long it is."""

    def __call__(self, value: Any) -> None:
        length = self.clean(value)
        if length > self.limit_value:
            text = _("Texten är för lång. Den får ha högst %(most)s tecken. Nu är det %(now)s.")
            params = {"most": number(self.limit_value), "now": number(length)}
            raise ValidationError(text, code="max_length", params=params)


class LongText(forms.CharField):
    """A text of several lines. A browser must not cut it off in silence: what is too long gets an error."""

    def __init__(self, *, rows: int, longest: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.validators.append(MostSigns(longest))


TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that nobody sees and that turn the words after them round, also those of the page."""


class NoUnseenSign(ProhibitNullCharactersValidator):
    """Says in plain words that a text has a null sign or a turning one, as one that is pasted can have."""

    message = _(
        "Texten innehåller ett osynligt tecken som inte går att spara. Klistra in den igen som ren text, "
        "eller skriv den på nytt."
    )

    def __call__(self, value: Any) -> None:
        super().__call__(value)
        if TURNING & set(str(value)):
            raise ValidationError(self.message, code=self.code)


class PlainWords(NoPersonnummer):
    """For a form: names the field that is missing or wrong, where the field has no words of its own.

    Its free texts refuse personnummer.
    """

    def full_clean(self) -> None:
        for field in self.fields.values():
            for code, words in _words(field).items():
                if field.error_messages.get(code) in (None, *STOCK.get(code, ())):
                    field.error_messages[code] = words
            field.validators = [_in_words(validator) for validator in field.validators]
        super().full_clean()


def _in_words(validator: Any) -> Any:
    if type(validator) is ProhibitNullCharactersValidator:
        return NoUnseenSign()
    is_stock = type(validator) is MaxLengthValidator
    return MostSigns(validator.limit_value) if is_stock else validator


def _words(field: forms.Field) -> dict[str, Any]:
    words = {"required": format_lazy(_wanted(field), label=field.label)}
    if isinstance(field, CHOICES):
        gone = _("Det som var valt under ”{label}” går inte att välja nu. Välj på nytt.")
        words["invalid_choice"] = format_lazy(gone, label=field.label)
    if isinstance(field, forms.URLField):
        words["invalid"] = _("Skriv en webbadress, till exempel https://exempel.se/mote.")
    if isinstance(field, forms.FileField):
        words["empty"] = _(
            "Filen är tom. Spara den igen i programmet som den kommer från och välj den på nytt."
        )
    if isinstance(field, forms.IntegerField):
        least = _("”{label}” ska vara minst {least}.")
        most = _("”{label}” ska vara högst {most}.")
        words["min_value"] = format_lazy(least, label=field.label, least=field.min_value)
        words["max_value"] = format_lazy(most, label=field.label, most=field.max_value)
    return words


def _wanted(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("Kryssa i ”{label}” för att gå vidare.")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Välj under ”{label}”.")
    return _("Fyll i ”{label}”.")
