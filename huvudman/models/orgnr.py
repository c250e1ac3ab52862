"""Organisation numbers in the database and on the screen."""

from __future__ import annotations

from django.db import models

PERSON_DIGIT = 2
"""Index of the digit that tells: 2 or more for a legal person; a personnummer has a month's 0 or 1."""


class OrgnrIsValid(models.Func):
    """The database's own check: ten figures, the last a right check figure (Luhn)."""

    function = "orgnr_is_valid"
    output_field = models.BooleanField()


def is_personnummer(orgnr: str) -> bool:
    """Tell whether an orgnr belongs to a natural person (a sole trader) and must never be shown whole."""
    return len(orgnr) == 10 and orgnr[PERSON_DIGIT] in "01"


def shown(orgnr: str) -> str:
    """The orgnr as people may see it: `556677-8899`, or `190101-XXXX` where it is a personnummer."""
    return f"{orgnr[:6]}-XXXX" if is_personnummer(orgnr) else f"{orgnr[:6]}-{orgnr[6:]}"
