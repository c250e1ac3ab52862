"""Every form of the staff's says what is missing or wrong in plain words, never in Django's own."""

from __future__ import annotations

import pytest
from django import forms

from accounts.plain_words import PlainWords


class Form(PlainWords, forms.Form):
    name = forms.CharField(label="Namn")
    kind = forms.ChoiceField(label="Slag", choices=[("a", "A")])
    sure = forms.BooleanField(label="Säker")
    seats = forms.IntegerField(label="Platser", min_value=1, max_value=9)
    link = forms.URLField(label="Möteslänk", assume_scheme="https")
    short = forms.CharField(label="Kort", required=False, max_length=1500)
    own = forms.CharField(label="Eget", error_messages={"required": "Skriv något eget."})


@pytest.mark.parametrize("sign", ["\0", "\u202e", "\u2066"])
def test_no_sign_that_nobody_sees_is_kept(sign: str) -> None:
    assert "osynligt tecken" in Form({"name": f"Cykel {sign}2030"}).errors["name"][0]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({}, "name", "Fyll i ”Namn”."),
        ({}, "kind", "Välj under ”Slag”."),
        ({"kind": "b"}, "kind", "Det som var valt under ”Slag” går inte att välja nu. Välj på nytt."),
        ({}, "sure", "Kryssa i ”Säker” för att gå vidare."),
        ({}, "own", "Skriv något eget."),
        (
            {"own": "Ett\0tecken"},
            "own",
            "Texten innehåller ett osynligt tecken som inte går att spara. Klistra in den igen som ren text, "
            "eller skriv den på nytt.",
        ),
        ({"seats": "0"}, "seats", "”Platser” ska vara minst 1."),
        ({"seats": "10"}, "seats", "”Platser” ska vara högst 9."),
        (
            {"short": "ö" * 1501},
            "short",
            "Texten är för lång. Den får ha högst 1\xa0500 tecken. Nu är det 1\xa0501.",
        ),
        (
            {"link": "javascript:alert(1)"},
            "link",
            "Skriv en webbadress, till exempel https://exempel.se/mote.",
        ),
    ],
)
def test_what_is_said(typed: dict[str, str], field: str, words: str) -> None:
    assert Form(typed).errors[field] == [words]


def test_a_form_that_is_right_says_nothing() -> None:
    right = {"name": "A", "kind": "a", "sure": "on", "seats": "9", "link": "https://a.se", "own": "b"}
    assert Form(right).is_valid()
