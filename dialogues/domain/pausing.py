"""Letting a dialogue rest, and taking it up again as it was."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, NotPossible
from accounts.personnummer import mask_personnummer
from dialogues.domain.conflicts import who_and_when
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, end_pause
from dialogues.letters.waking import wake_the_post
from dialogues.models import UNDER_WAY, Dialogue, LetterKind

PAUSE = "dialogues.pause_dialogue"
PAUSED, RESUMED = "dialogue.paused", "dialogue.resumed"
LONGEST = datetime.timedelta(days=730)
"""How far ahead the day may be on which somebody looks at the pause again."""


def pause_dialogue(
    *, dialogue: Dialogue, reason: str, actor: Actor, look_again_on: datetime.date | None = None
) -> Dialogue:
    """Let a dialogue that is under way rest: its state, meetings and seats stay, its letters wait.

    The huvudman is told, with the reason in the words given. `look_again_on` is when it comes back on the
    planners' list. Raises NotPossible without a reason, with a personnummer in it, for a day that has been,
    and when the dialogue is not under way; Conflict when it is paused already for another reason.
    """
    reason = reason.strip()
    actor.require(PAUSE, dialogue)
    _check(reason, look_again_on)
    with transaction.atomic():
        row = DIALOGUES.locked_as_it_stands(dialogue)
        if row.is_paused:
            return _the_same(row, reason, look_again_on)
        if row.state not in UNDER_WAY:
            raise NotPossible(_("Det går att pausa från det att inbjudan är skickad tills dialogen är över."))
        row.paused_at, row.paused_by, row.paused_reason = timezone.now(), actor.user, reason
        row.look_again_on = look_again_on
        row.save(update_fields=["paused_at", "paused_by", "paused_reason", "look_again_on"])
        day = look_again_on.isoformat() if look_again_on else ""
        entry = record(actor=actor, verb=PAUSED, subject=row, reason=reason, look_again_on=day)
        write_to_huvudman(
            kind=LetterKind.PAUSED,
            dialogue=row,
            occasion=f"paused-{entry.pk}",
            context={"reason": reason},
        )
    return row


def resume_dialogue(*, dialogue: Dialogue, actor: Actor) -> Dialogue:
    """Take up a paused dialogue again, in the very state it was, and let its letters go.

    The huvudman is told. One that is not paused is answered as it is.
    """
    actor.require(PAUSE, dialogue)
    with transaction.atomic():
        row = DIALOGUES.locked_as_it_stands(dialogue)
        if row.paused_at is None:
            return row
        facts = {"since": row.paused_at.isoformat(), "reason": row.paused_reason}
        end_pause(row)
        row.save(update_fields=["paused_at", "paused_by", "paused_reason", "look_again_on"])
        entry = record(actor=actor, verb=RESUMED, subject=row, **facts)
        write_to_huvudman(kind=LetterKind.RESUMED, dialogue=row, occasion=f"resumed-{entry.pk}")
        transaction.on_commit(wake_the_post, robust=True)
    return row


def _check(reason: str, look_again_on: datetime.date | None) -> None:
    today = timezone.localdate()
    if not reason:
        raise NotPossible(_("Skriv varför dialogen pausas. Huvudmannen läser skälet."))
    if mask_personnummer(reason) != reason:
        raise NotPossible(_("Ta bort personnumret ur skälet."))
    if look_again_on and not today < look_again_on <= today + LONGEST:
        raise NotPossible(_("Välj en dag efter i dag, inom två år."))


def _the_same(dialogue: Dialogue, reason: str, look_again_on: datetime.date | None) -> Dialogue:
    """What stands, when it is this: a button was pressed twice. Raises Conflict when it is not."""
    if (dialogue.paused_reason, dialogue.look_again_on) != (reason, look_again_on):
        text = _(
            "%(who)s pausade dialogen %(when)s, och det skälet gäller: ”%(reason)s”. Ditt är inte sparat."
        )
        told = who_and_when(latest(dialogue, PAUSED))
        raise Conflict(text % {**told, "reason": dialogue.paused_reason})
    return dialogue
