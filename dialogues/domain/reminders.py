"""Reminding those who have not answered their invitation: kindly, and once for each last day to answer."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.batch_queries import postable, reachable
from dialogues.days import day_off
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.many import Outcome, for_each
from dialogues.letters.relevance import reminder_occasion
from dialogues.links import answer_link
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    LetterState,
    PaperLetter,
)

logger = logging.getLogger(__name__)

REMIND = "dialogues.invite"
REST = datetime.timedelta(days=3)
"""How long an invitation is left in peace before anybody reminds of it."""
POST_TAKES = datetime.timedelta(days=3)
"""How long the post needs: who is invited on paper is not reminded before, nor when it would be too late."""
MORNING = datetime.time(8)
"""When those reminders go out that nobody has asked for by hand."""


def remindable() -> Q:
    """Holds for a dialogue whose huvudman may be reminded now: invited some days ago, by e-mail or on paper,
    and not answered, with time left to answer and an address, and not reminded of that last day yet.

    On paper only while the post can bring it before the last day.
    """
    today = timezone.localdate()
    return Q(
        Q(huvudman__active_to=None) | Q(huvudman__active_to__gte=today),
        _invited_by_mail() | _invited_on_paper(),
        ~_reminded(Letter),
        ~_reminded(PaperLetter),
        reachable() | (postable() & Q(batch__answer_by__gte=today + POST_TAKES)),
        state=DialogueState.INVITED,
        paused_at=None,
        batch__state__in=(BatchState.SENDING, BatchState.SENT),
        batch__answer_by__gte=today,
    )


def _invited_by_mail() -> Q:
    letters = Letter.objects.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch_id"))
    since = timezone.now() - REST
    return Q(Exists(letters.filter(kind=LetterKind.INVITATION, state=LetterState.SENT, sent_at__lte=since)))


def _invited_on_paper() -> Q:
    letters = PaperLetter.objects.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch_id"))
    since = timezone.localdate() - POST_TAKES - REST
    return Q(Exists(letters.filter(kind=LetterKind.INVITATION, posted_on__lte=since)))


def _reminded(letters: type[Letter] | type[PaperLetter]) -> Q:
    """Holds for a dialogue of which a reminder of its last day is written, in one way."""
    told = letters._default_manager.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch_id"))
    return Q(Exists(told.filter(kind=LetterKind.REMINDER, occasion=_occasion())))


def remind(*, dialogue: Dialogue, actor: Actor, due_at: datetime.datetime | None = None) -> int:
    """Write a reminder with a link of its own to each of the huvudman's recipients, at once or to be sent at
    `due_at`; answer how many. Where no e-mail reaches the huvudman, one goes on paper.

    None to a huvudman that has answered, been reminded or been paused meanwhile. One that answers before the
    letter leaves does not get it (`letters/relevance.py`). The last day to answer stays as it is.
    """
    with transaction.atomic():
        row = DIALOGUES.locked_as_it_stands(dialogue)
        actor.require(REMIND, row)
        if not Dialogue.objects.filter(remindable(), pk=row.pk).exists():
            return 0
        invitation, occasion = row.invitations.get(batch=row.batch_id), reminder_occasion(row.batch)
        letters = write_to_huvudman(
            kind=LetterKind.REMINDER,
            dialogue=row,
            occasion=occasion,
            context={"answer_by": invitation.answer_by},
            personal=lambda contact: {"answer_url": answer_link(invitation, contact)},
            due_at=due_at,
        )
        papers = row.paper_letters.filter(kind=LetterKind.REMINDER, occasion=occasion).count()
        told = {"letters": len(letters), "answer_by": invitation.answer_by.isoformat()}
        record(
            actor=actor,
            verb="dialogue.reminded",
            subject=row,
            **told,
            **({"on_paper": papers} if papers else {}),
        )
    return len(letters) + papers


def remind_all(*, dialogues: Iterable[Dialogue], actor: Actor) -> Outcome:
    """Remind those of the dialogues that may be reminded, each in a transaction of its own."""
    actor.require(REMIND)

    def remind_one(dialogue: Dialogue) -> None:
        if not remind(dialogue=dialogue, actor=actor):
            raise NotPossible(_("Har svarat eller påmints under tiden, eller kan inte påminnas nu."))

    return for_each(dialogues, remind_one)


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
