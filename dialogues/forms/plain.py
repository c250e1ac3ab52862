"""What forms have in common: plain words about what is wrong, and room for long texts."""

from __future__ import annotations

from django import forms

from accounts.plain_words import LONGEST, LongText, PlainWords

__all__ = ["LONGEST", "LongText", "PlainForm"]


class PlainForm(PlainWords, forms.Form):
    """A form that names the field that is missing or wrong."""
