"""What was said in the dialogue before this one, folded, on pages of both sides."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.actors import person
from dialogues.last_time import last_time_of
from dialogues.models import Dialogue

register = template.Library()


@register.inclusion_tag("components/last_time.html", takes_context=True)
def own_last_time(context: dict[str, Any], dialogue: Dialogue) -> dict[str, Any]:
    """For the huvudman: also what it wrote and never sent."""
    return {"last": last_time_of(dialogue, own=person(context["request"].user))}


@register.inclusion_tag("components/last_time.html")
def told_last_time(dialogue: Dialogue) -> dict[str, Any]:
    """For staff: what was told and agreed."""
    return {"last": last_time_of(dialogue), "for_staff": True}
