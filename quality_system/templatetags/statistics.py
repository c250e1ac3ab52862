"""How imports of statistics are shown."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from django import template
from django.utils.translation import gettext as _

from quality_system.wording import source_name

register = template.Library()


@register.filter
def source_words(source: str) -> str:
    """What the source is called; nothing where it is not known yet."""
    return source_name(source) if source else ""


@register.simple_tag
def place_of(line: dict[str, Any], files: Sized) -> str:
    """Where something could not be read: the line, or the words; and the file where there are several."""
    where = line["place"] or _("rad %d") % line["line"]
    return f"{line['file']}, {where}" if len(files) > 1 else str(where[:1].upper() + where[1:])
