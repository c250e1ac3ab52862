"""Sending the batches whose time has come, one huvudman at a time; and to those who get an address later.

Every invitation is a transaction of its own that takes the batch's lock and reads its state again. So two
beats at once take turns, a stop takes effect at once, and after a killed worker the next beat goes on where
it ended.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.batches import finish_sending, needs_new_dates, start_sending
from dialogues.domain.dialogues import move
from dialogues.domain.invitations import invite, late_addresses, write_to_late_address
from dialogues.models import BatchState, Dialogue, DialogueState, InvitationBatch

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """What one run did with a batch: counts, and the dialogues that failed and stay planned."""

    invited: int = 0
    left_out: int = 0
    failed: set[int] = field(default_factory=set)


def due_batches() -> QuerySet[InvitationBatch]:
    """Batches to start now, and those that a run before this one did not finish.

    One whose answer date has come is not started: it waits for a planner to choose new dates.
    """
    due = Q(state=BatchState.SCHEDULED, send_at__lte=timezone.now(), answer_by__gt=timezone.localdate())
    return InvitationBatch.objects.filter(due | Q(state=BatchState.SENDING)).order_by("send_at", "pk")


def start_due_batches(*, actor: Actor) -> dict[int, Tally]:
    """Send every due batch; answer what was done, by batch id."""
    tallies = {}
    for batch in due_batches():
        try:
            sending = start_sending(batch=batch, actor=actor)
        except NotPossible as changed:
            logger.info("batch %s is not sent: %s", batch.pk, changed)
            continue
        tallies[batch.pk] = send_batch(batch=sending, actor=actor)
    return tallies


def send_batch(*, batch: InvitationBatch, actor: Actor) -> Tally:
    """Invite everyone in a batch that is being sent, then note it as sent unless somebody failed."""
    tally = Tally()
    while _treat_next(batch, tally, actor):
        pass
    if tally.failed:
        logger.error("batch %s: %s invitations failed and are tried again", batch.pk, len(tally.failed))
        return tally
    try:
        finish_sending(batch=batch, actor=actor)
    except NotPossible as stopped:
        logger.info("batch %s is not finished: %s", batch.pk, stopped)
    return tally


def write_to_late_addresses(*, actor: Actor) -> int:
    """Write to everyone who was invited without an address and has got one since; answer how many."""
    written = 0
    for dialogue in late_addresses().order_by("batch", "pk"):
        try:
            written += write_to_late_address(dialogue=dialogue, actor=actor)
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # as above: the others get their letters, and this one is tried again
            logger.exception("dialogue %s could not be written to", dialogue.pk)
    return written


def _treat_next(batch: InvitationBatch, tally: Tally, actor: Actor) -> bool:
    """Treat one planned dialogue; answer False when there is none left or the batch may send no more."""
    with transaction.atomic():
        # NO KEY: letters written elsewhere point at the batch and must not wait for us.
        locked = InvitationBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if locked.state != BatchState.SENDING or needs_new_dates(locked):
            return False
        planned = locked.dialogues.filter(state=DialogueState.PLANNED).exclude(pk__in=tally.failed)
        dialogue = planned.select_related("huvudman").order_by("pk").first()
        if dialogue is None:
            return False
        _treat(dialogue, tally, actor)
    return True


def _treat(dialogue: Dialogue, tally: Tally, actor: Actor) -> None:
    try:
        with transaction.atomic():
            invited = _invite_or_leave_out(dialogue, actor)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # whatever is wrong with one huvudman must not keep the letters from the others
        logger.exception("dialogue %s could not be invited", dialogue.pk)
        tally.failed.add(dialogue.pk)
        return
    tally.invited += invited
    tally.left_out += not invited


def _invite_or_leave_out(dialogue: Dialogue, actor: Actor) -> bool:
    """Tell whether the huvudman was invited; one that has closed is left out, with the reason kept."""
    closed = dialogue.huvudman.active_to
    if closed and closed < timezone.localdate():
        leave_out_closed(dialogue, actor)
        return False
    invite(dialogue=dialogue, actor=actor)
    return True


def leave_out_closed(dialogue: Dialogue, actor: Actor) -> Dialogue:
    """Cancel the planned dialogue of a huvudman that has closed: nobody is written to, the reason is kept."""
    closed = dialogue.huvudman.active_to
    reason = _("Verksamheten upphörde %(day)s.") % {"day": closed.isoformat() if closed else "–"}
    return move(dialogue, to=DialogueState.CANCELLED, actor=actor, reason=reason)
