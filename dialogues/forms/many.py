"""Confirming a deed for many: those whom the page showed, and a later batch where one is to be chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import asked
from dialogues.batch_deeds import Deed, batches_after
from dialogues.forms.content_steps import BatchField
from dialogues.models import InvitationBatch


class DeedForm(forms.Form):
    """The ids of the dialogues that the page showed (`vilka`, dots between), and the batch (`omgang`)."""

    has_changed_meanwhile = False

    vilka = forms.CharField(required=False, widget=forms.HiddenInput)
    omgang = BatchField(label=_("Omgång"), queryset=InvitationBatch.objects.none(), empty_label=None)

    def __init__(self, *args: Any, batch: InvitationBatch, deed: Deed, **more: Any) -> None:
        super().__init__(*args, **more)
        if deed.asks_for_batch:
            self.fields["omgang"].queryset = batches_after(batch)  # type: ignore[attr-defined]
        else:
            del self.fields["omgang"]

    def clean_vilka(self) -> list[int]:
        """The ids."""
        parts = self.cleaned_data["vilka"].split(".")
        return [int(part) for part in parts if asked.only_key(part)]
