"""Reminding those who have not answered their invitation: kindly, and once for each last day to answer."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.actors import Actor
from accounts.domain.audit import record
from dialogues.batch_queries import reachable
from dialogues.days import day_off
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.letters.relevance import reminder_occasion
from dialogues.links import answer_link
from dialogues.models import BatchState, Dialogue, DialogueState, Letter, LetterKind, LetterState

logger = logging.getLogger(__name__)

REMIND = "dialogues.invite"
REST = datetime.timedelta(days=3)
"""How long an invitation is left in peace before anybody reminds of it."""
MORNING = datetime.time(8)
"""When those reminders go out that nobody has asked for by hand."""


@dataclass(frozen=True)
class Reminded:
    """How many huvudmän were reminded, and how many were left out: answered or reminded meanwhile."""

    reminded: int
    left_out: int


def remindable() -> Q:
    """Holds for a dialogue whose huvudman may be reminded now: invited by e-mail some days ago and not
    answered, with time left to answer and an address, and not reminded of that last day yet.
    """
    today = timezone.localdate()
    letters = Letter.objects.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch_id"))
    reached = letters.filter(
        kind=LetterKind.INVITATION, state=LetterState.SENT, sent_at__lte=timezone.now() - REST
    )
    told = letters.filter(kind=LetterKind.REMINDER, occasion=_occasion())
    return Q(
        Q(huvudman__active_to=None) | Q(huvudman__active_to__gte=today),
        Exists(reached),
        ~Exists(told),
        reachable(),
        state=DialogueState.INVITED,
        batch__state__in=(BatchState.SENDING, BatchState.SENT),
        batch__answer_by__gte=today,
    )


def remind(*, dialogue: Dialogue, actor: Actor, due_at: datetime.datetime | None = None) -> int:
    """Write a reminder with a link of its own to each of the huvudman's recipients, at once or to be sent at
    `due_at`; answer how many.

    None to a huvudman that has answered or been reminded meanwhile. One that answers before the letter leaves
    does not get it (`letters/relevance.py`). The last day to answer stays as it is.
    """
    with transaction.atomic():
        row = DIALOGUES.locked(dialogue)
        actor.require(REMIND, row)
        if not Dialogue.objects.filter(remindable(), pk=row.pk).exists():
            return 0
        invitation = row.invitations.get(batch=row.batch_id)
        letters = write_to_huvudman(
            kind=LetterKind.REMINDER,
            dialogue=row,
            occasion=reminder_occasion(row.batch),
            context={"answer_by": invitation.answer_by},
            personal=lambda contact: {"answer_url": answer_link(invitation, contact)},
            due_at=due_at,
        )
        answer_by = invitation.answer_by.isoformat()
        record(actor=actor, verb="dialogue.reminded", subject=row, letters=len(letters), answer_by=answer_by)
    return len(letters)


def remind_all(*, dialogues: Iterable[Dialogue], actor: Actor) -> Reminded:
    """Remind those of the dialogues that may be reminded, each in a transaction of its own."""
    actor.require(REMIND)
    reminded = [remind(dialogue=dialogue, actor=actor) > 0 for dialogue in dialogues]
    return Reminded(sum(reminded), len(reminded) - sum(reminded))


def due_for_reminder() -> QuerySet[Dialogue]:
    """Those to remind without being asked: REMINDER_DAYS before the last day to answer, or later."""
    if not settings.REMINDER_DAYS:
        return Dialogue.objects.none()
    last = timezone.localdate() + datetime.timedelta(days=settings.REMINDER_DAYS)
    return Dialogue.objects.filter(remindable(), batch__answer_by__lte=last).order_by("batch", "pk")


def remind_the_silent(*, actor: Actor) -> int:
    """Remind everyone who is due, this morning, on a working day; answer how many huvudmän."""
    if day_off(timezone.localdate()):
        return 0
    morning, reminded = _this_morning(), 0
    for dialogue in due_for_reminder():
        try:
            reminded += remind(dialogue=dialogue, actor=actor, due_at=morning) > 0
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # whatever is wrong with one huvudman must not keep the letters from the others
            logger.exception("dialogue %s could not be reminded", dialogue.pk)
    return reminded


def _this_morning() -> datetime.datetime:
    morning = datetime.datetime.combine(timezone.localdate(), MORNING)
    return max(timezone.now(), timezone.make_aware(morning))


def _occasion() -> Concat:
    """`reminder_occasion` of the row's batch, in the database."""
    batch, day = OuterRef("batch_id"), OuterRef("batch__answer_by")
    text = CharField()
    return Concat(Value("batch-"), Cast(batch, text), Value("-"), Cast(day, text), output_field=text)
