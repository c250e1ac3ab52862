"""How the states of batches are shown."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from accounts.templatetags.look import badge
from dialogues import days
from dialogues.models import BatchState, InvitationBatch

register = template.Library()

BATCH_BADGES: dict[str, str] = {
    BatchState.DRAFT: "off",
    BatchState.APPROVED: "wait",
    BatchState.SCHEDULED: "wait",
    BatchState.SENDING: "now",
    BatchState.STOPPED: "stop",
    BatchState.SENT: "ok",
    BatchState.CLOSED: "off",
}


@register.simple_tag
def batch_badge(batch: InvitationBatch) -> SafeString:
    """The batch's state as a badge."""
    return badge(BATCH_BADGES[batch.state], BatchState(batch.state).label)


register.filter("day_in_words", days.in_words)
