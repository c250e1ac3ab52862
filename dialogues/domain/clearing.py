"""A safety net: what should have been taken away when a dialogue moved on is taken away now."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import Actor
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.needs import clear_needs, kept_too_long
from dialogues.domain.participants import clear_participants, names_kept_too_long
from dialogues.models import Dialogue


def clear_what_was_kept_too_long(*, actor: Actor) -> int:
    """Take away needs and names that are kept longer than the pages say; answer from how many dialogues.

    Each dialogue is a transaction of its own, paused or not. Safe to run twice at once.
    """
    cleared = 0
    for rows, clear in ((kept_too_long, clear_needs), (names_kept_too_long, clear_participants)):
        for pk in list(rows().values_list("pk", flat=True)):
            with transaction.atomic():
                locked = DIALOGUES.locked_as_it_stands(Dialogue(pk=pk))
                if rows().filter(pk=pk).exists():
                    clear(locked, actor)
                    cleared += 1
    return cleared
