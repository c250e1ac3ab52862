"""What a person decides about letters on paper and their post runs, and the code typed from such a letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.free_text import NoPersonnummer
from accounts.plain_words import LongText
from dialogues.forms.planning import day_field


class WithdrawForm(NoPersonnummer, forms.Form):
    """Why a letter is not to be printed."""

    reason = LongText(
        label=_("Varför ska brevet inte med?"),
        help_text=_("Till exempel att adressen är fel, eller att ni har pratat på telefon."),
        longest=500,
        rows=3,
        error_messages={"required": _("Skriv varför.")},
    )


class PostedForm(forms.Form):
    """The day on which a run was posted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = day_field(label=_("Dagen då breven postades"), initial=timezone.localdate)


class CodeForm(forms.Form):
    """The code from a letter on paper."""

    code = forms.CharField(
        label=_("Kod från brevet"),
        help_text=_("Till exempel ABCDE-23456. Små och stora bokstäver går lika bra."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Skriv koden som står i brevet.")},
    )

    def clean_code(self) -> str:
        """The code's letters and figures alone, in capitals."""
        return "".join(sign for sign in self.cleaned_data["code"].upper() if sign.isalnum())
