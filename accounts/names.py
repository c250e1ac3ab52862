"""Names as people type them: one line, not too long, of signs that can be seen."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 120
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, direction and other unseen signs, and line breaks: they can make a name look like another's."""


def only_seen_signs(text: str) -> None:
    """Raise ValidationError when the text has signs that can't be seen, or more than one line."""
    if any(unicodedata.category(sign) in UNSEEN for sign in text):
        raise ValidationError(
            _("Här finns tecken som inte syns. Skriv för hand i stället för att klistra in."), code="unseen"
        )


def fit_for_name(text: str) -> None:
    """Raise ValidationError when the text can't be a person's name or title."""
    MaxLengthValidator(LONGEST_NAME)(text)
    only_seen_signs(text)
