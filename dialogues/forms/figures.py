"""Choosing a figure of the underlag that a question builds on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dialogues.underlag.html import LANGUAGE


class SwedishOptions(forms.Select):
    """Choices in the underlag's language, whatever language the page is read in."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["lang"] = LANGUAGE
        return option


class FigureField(forms.ChoiceField):
    """One of the underlag's figures, as a line of words; empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=SwedishOptions, **kwargs)


def offer_figures(form: forms.Form, name: str, figures: Iterable[str]) -> list[str]:
    """Let a form's field offer the figures; it is taken away where there are none. Answers the figures."""
    offered = list(figures)
    if offered:
        none = ("", _("Ingen särskild siffra"))
        form.fields[name].choices = [none, *((line, line) for line in offered)]  # type: ignore[attr-defined]
    else:
        del form.fields[name]
    return offered
