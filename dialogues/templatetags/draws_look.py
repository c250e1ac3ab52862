"""How draws are shown."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from accounts.templatetags.look import badge
from dialogues.models import Draw, DrawKind, DrawState
from dialogues.plan_charts import signed

register = template.Library()

DRAW_BADGES: dict[str, str] = {
    DrawState.COMMITTED: "wait",
    DrawState.TYPED: "wait",
    DrawState.QUEUED: "now",
    DrawState.DRAWN: "note",
    DrawState.APPROVED: "ok",
    DrawState.FAILED: "stop",
    DrawState.DISCARDED: "off",
    DrawState.REPLACED: "off",
}


@register.simple_tag
def draw_badge(draw: Draw) -> SafeString:
    """The draw's state as a badge. A trial waits for nobody's approval."""
    is_read_only = draw.kind == DrawKind.TRIAL and draw.state == DrawState.DRAWN
    return badge("now" if is_read_only else DRAW_BADGES[draw.state], draw.state_told)


register.filter("signed", signed)
