"""Who comes from the huvudman: named by it, invited by it, and taken away when the dialogue is over.

The log keeps that the list was changed, and no name.
"""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.dialogues import DIALOGUES
from dialogues.models import BEFORE_DIALOGUE, Dialogue, DialogueState, Participant
from dialogues.rules import meets_huvudman, represents_huvudman, writes_for_huvudman

MOST = 30
KEPT_WHILE = BEFORE_DIALOGUE | {DialogueState.DIALOGUE_HELD, DialogueState.FEEDBACK_HELD}
"""From the huvudman's yes until the dialogue is closed."""
CHANGED, CLEARED = "dialogue.participants_changed", "dialogue.participants_cleared"


def participants_of(dialogue: Dialogue, actor: Actor) -> QuerySet[Participant]:
    """Those who come, for those who meet them and for the huvudman. Raises PermissionDenied for everyone
    else, superusers too.
    """
    user = actor.user
    if user is None or not (represents_huvudman(user, dialogue) or meets_huvudman(user, dialogue)):
        raise PermissionDenied("dialogues.participants")
    return dialogue.participants.order_by("pk")


@transaction.atomic
def save_participant(
    *, dialogue: Dialogue, participant: UUID | None, name: str, role: str, email: str, actor: Actor
) -> Participant:
    """Add somebody who comes, or change one. The same name and role, added twice, are one person.

    Raises NotPossible when the one to change is gone, is somebody else already, or there are thirty.
    """
    locked = _open(dialogue, actor)
    rows = {row.public_id: row for row in locked.participants.order_by("pk")}
    same = next((row for row in rows.values() if (row.name, row.role) == (name, role)), None)
    if participant is None:
        row = same or _new(locked, len(rows))
    elif participant not in rows:
        raise NotPossible(_("Deltagaren finns inte längre på listan."))
    else:
        row = rows[participant]
        if same and same != row:
            raise NotPossible(_("Det finns redan någon med det namnet och den rollen på listan."))
    if (row.name, row.role, row.email) != (name, role, email):
        row.name, row.role, row.email = name, role, email
        row.save()
        record(actor=actor, verb=CHANGED, subject=locked)
    return row


@transaction.atomic
def drop_participant(*, dialogue: Dialogue, participant: UUID, actor: Actor) -> None:
    """Take somebody off the list; one who is gone stays gone."""
    locked = _open(dialogue, actor)
    deleted, _each = locked.participants.filter(public_id=participant).delete()
    if deleted:
        record(actor=actor, verb=CHANGED, subject=locked)


def clear_participants(dialogue: Dialogue, actor: Actor) -> None:
    """Take away the names of a dialogue that is over, within the caller's transaction and lock on it. The log
    keeps how many they were.
    """
    deleted, _each = dialogue.participants.all().delete()
    if deleted:
        record(actor=actor, verb=CLEARED, subject=dialogue, number=deleted)


def names_kept_too_long() -> QuerySet[Dialogue]:
    """Dialogues that are over, or that the huvudman has left, and still have names."""
    return Dialogue.objects.filter(participants__isnull=False).exclude(state__in=KEPT_WHILE).distinct()


def _open(dialogue: Dialogue, actor: Actor) -> Dialogue:
    if actor.user is None or not writes_for_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.participants")
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in BEFORE_DIALOGUE:
        raise NotPossible(
            _("Ni kan ändra vilka som kommer från det att ni tackat ja tills dialogen är hållen.")
        )
    return locked


def _new(dialogue: Dialogue, there_are: int) -> Participant:
    if there_are >= MOST:
        raise NotPossible(_("Ni kan ha högst trettio deltagare på listan."))
    return Participant(dialogue=dialogue)
