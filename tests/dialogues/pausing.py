"""Dialogues that rest, for tests."""

from django.utils import timezone

from accounts.models import User
from dialogues.models import Dialogue
from tests.accounts.factories import planner

REASON = "Ni byter skolchef och vill vänta till hösten."


def put_to_rest(dialogue: Dialogue, by: User | None = None) -> Dialogue:
    """Let the dialogue be paused already, with nobody told."""
    fields = {"paused_at": timezone.now(), "paused_by": by or planner(), "paused_reason": REASON}
    Dialogue.objects.filter(pk=dialogue.pk).update(**fields)
    dialogue.refresh_from_db()
    return dialogue
