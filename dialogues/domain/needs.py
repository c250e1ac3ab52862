"""What the huvudman needs at the dialogue: asked once, read by those who meet it, and soon taken away.

No letter, log or receipt has the words: only that they were told, and that they were taken away.
"""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from accounts.personnummer import mask_personnummer
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.receipts import register_sent
from dialogues.models import Channel, Dialogue, MeetingKind, MeetingNeeds, Sent
from dialogues.models import DialogueState as S
from dialogues.rules import meets_huvudman, represents_huvudman, writes_for_huvudman

OPEN_FOR_NEEDS = frozenset({S.UNDERLAG_SENT, S.TIME_FIXED})
"""From the first proposed time until the dialogue is held."""
KEPT_AFTER = datetime.timedelta(days=14)
"""How long needs are kept after a meeting that nobody has noted as held."""
TOLD, CLEARED = "dialogue.needs_told", "dialogue.needs_cleared"


@dataclass(frozen=True)
class Needs:
    """What is needed; all empty for nothing. `interpreter` is a language."""

    interpreter: str = ""
    hearing_loop: bool = False
    premises: bool = False
    other: str = ""


def needs_of(dialogue: Dialogue, actor: Actor) -> MeetingNeeds | None:
    """What the huvudman has told, for those who meet it and for itself. Raises PermissionDenied for everyone
    else, superusers too.
    """
    user = actor.user
    if user is None or not (represents_huvudman(user, dialogue) or meets_huvudman(user, dialogue)):
        raise PermissionDenied("dialogues.needs")
    return MeetingNeeds.objects.filter(dialogue=dialogue).first()


@transaction.atomic
def tell_needs(
    *, dialogue: Dialogue, needs: Needs, seen: int, given_by: str, channel: Channel, actor: Actor
) -> MeetingNeeds:
    """Keep what the huvudman needs, told by itself or noted by who meets it. Told again it replaces the old.

    `seen` is the version on the page, 0 for none: raises Conflict when another one stands, unless it says the
    same. Raises NotPossible for a personnummer, or when no dialogue is to come.
    """
    user = actor.user
    if user is None or not (writes_for_huvudman(user, dialogue) or meets_huvudman(user, dialogue)):
        raise PermissionDenied("dialogues.needs")
    if any(mask_personnummer(text) != text for text in (needs.interpreter, needs.other)):
        raise NotPossible(_("Ta bort personnumret ur texten."))
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_NEEDS:
        raise NotPossible(
            _("Det går att berätta från det att en tid är föreslagen tills dialogen är hållen.")
        )
    row = MeetingNeeds.objects.filter(dialogue=locked).first() or MeetingNeeds(dialogue=locked, version=0)
    if row.version and _as_told(row) == needs:
        return row
    if row.version != seen:
        raise Conflict(_("Någon annan har berättat sedan sidan öppnades. Läs det som står nu först."))
    for name, value in asdict(needs).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    record(actor=actor, verb=TOLD, subject=locked, channel=channel)
    about: dict[str, Any] = {"given_by": given_by, "channel": channel, "actor": actor}
    register_sent(kind=Sent.NEEDS, dialogue=locked, by_mail=False, **about)
    return row


def clear_needs(dialogue: Dialogue, actor: Actor) -> None:
    """Take away what was told, within the caller's transaction and lock on the dialogue. The log keeps only
    that it was done.
    """
    deleted, _each = MeetingNeeds.objects.filter(dialogue=dialogue).delete()
    if deleted:
        record(actor=actor, verb=CLEARED, subject=dialogue)


def kept_too_long() -> QuerySet[Dialogue]:
    """Dialogues whose needs should be gone: no dialogue is to come, or its time passed long ago."""
    past = Q(
        seats__kind=MeetingKind.DIALOGUE,
        seats__is_current=True,
        seats__meeting__ends_at__lt=timezone.now() - KEPT_AFTER,
    )
    rows = Dialogue.objects.filter(needs__isnull=False)
    return rows.filter(~Q(state__in=OPEN_FOR_NEEDS) | past).distinct()


def _as_told(row: MeetingNeeds) -> Needs:
    return Needs(row.interpreter, row.hearing_loop, row.premises, row.other)
