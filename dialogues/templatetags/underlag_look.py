"""How an underlag is told of in a letter."""

from __future__ import annotations

from django import template

from dialogues.models import Underlag
from dialogues.underlag.cover import cover_words

register = template.Library()


@register.filter
def holds(underlag: Underlag) -> str:
    """What the underlag holds, in sentences."""
    return " ".join(cover_words(underlag.content))
