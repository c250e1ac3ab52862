"""Inviting one more in a batch that is being sent or has been, when another there can't take part now."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import day
from dialogues.domain.batches import outgrows_approval
from dialogues.domain.carrying import MOVED, NOT_SENT
from dialogues.domain.dialogues import PERMISSIONS
from dialogues.domain.invitations import invite
from dialogues.models import BatchState, Dialogue, DialogueState, InvitationBatch
from huvudman.models import Huvudman

LEAST_DAYS_LEFT = 10
"""Days to the last day to answer that one who is invited late has at the least: some letters go by post."""
LEAVE_A_PLACE = frozenset({DialogueState.DECLINED, DialogueState.POSTPONED, DialogueState.CANCELLED})
"""States of a dialogue whose place in its batch somebody else can have."""


def is_late(batch: InvitationBatch) -> bool:
    """Tell whether one that comes to the batch has to be invited at once: the others have been, or are."""
    return batch.state not in NOT_SENT


def why_none_invited_late(batch: InvitationBatch) -> str:
    """Why nobody more is invited in a batch that has begun to be sent, in words; nothing when one can be."""
    if batch.state == BatchState.STOPPED:
        return _("Utskicket är stoppat, så ingen kan bjudas in nu. Återuppta det först.")
    if batch.state == BatchState.CLOSED:
        return _("Omgången är avslutad, så ingen ny kan komma med i den. De andra behåller sina omgångar.")
    if batch.answer_by and (batch.answer_by - timezone.localdate()).days >= LEAST_DAYS_LEFT:
        return ""
    text = _(
        "Det är för sent att bjuda in någon till i den här omgången. Sista svarsdag är %(day)s, och den som "
        "bjuds in behöver minst %(days)s dagar på sig att svara. De andra bjuds in i sina egna omgångar."
    )
    return text % {"day": day(batch.answer_by), "days": LEAST_DAYS_LEFT}


def invite_late(
    *, dialogue: Dialogue, batch: InvitationBatch, answer_by: datetime.date | None, actor: Actor
) -> Dialogue:
    """Move a planned dialogue to a batch that is being sent or has been, and invite it as the others were.

    `answer_by` is the day that the planner was shown. The batches and the dialogue are locked. Raises
    NotPossible when nobody more can be invited or the day is another now, and when the huvudman has closed or
    not begun.
    """
    actor.require(PERMISSIONS[DialogueState.INVITED], dialogue)
    if why := why_none_invited_late(batch):
        raise NotPossible(why)
    if answer_by != batch.answer_by:
        raise NotPossible(_("Omgången har ändrats sedan sidan öppnades. Läs igenom och bekräfta igen."))
    _refuse_inactive(dialogue.huvudman)
    was = str(dialogue.batch)
    dialogue.batch = batch
    dialogue.save(update_fields=["batch"])
    if outgrows_approval(batch):
        raise NotPossible(
            _(
                "Den som förberedde omgången har godkänt den på egen hand. Med en till blir den så stor att "
                "det hade krävts en annan planerare, så ingen mer kan bjudas in i den."
            )
        )
    record(actor=actor, verb=MOVED, subject=dialogue, was=was, batch=str(batch))
    return invite(dialogue=dialogue, actor=actor)


def _refuse_inactive(huvudman: Huvudman) -> None:
    begins, closed, today = huvudman.active_from, huvudman.active_to, timezone.localdate()
    if closed and closed < today:
        raise NotPossible(_("Verksamheten upphörde %(day)s.") % {"day": day(closed)})
    if begins and begins > today:
        raise NotPossible(_("Verksamheten börjar först %(day)s.") % {"day": day(begins)})
