"""What forms have in common: plain words about what is wrong, and room for long texts."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.plain_words import MostSigns, PlainWords

LONGEST = 10_000
"""Characters in a text of one's own."""


class LongText(forms.CharField):
    """A text of several lines. A browser must not cut it off in silence: what is too long gets an error."""

    def __init__(self, *, rows: int, longest: int = LONGEST, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.validators.append(MostSigns(longest))


class PlainForm(PlainWords, forms.Form):
    """A form that names the field that is missing or wrong."""
