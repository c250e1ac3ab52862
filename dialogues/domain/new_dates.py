"""New dates for a batch that waits: the way out when its answer date has come before everyone was invited."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from accounts.templatetags.look import day
from dialogues.domain.batches import BATCHES, PREPARE, date_errors
from dialogues.letters import write_invitation_anew
from dialogues.letters.lifecycle import WAITING, take_back
from dialogues.models import BatchState, InvitationBatch, LetterKind, LetterState

WAITS = frozenset({BatchState.SCHEDULED, BatchState.STOPPED})
"""The states of a batch that may be given new dates."""


def choose_new_dates(
    *, batch: InvitationBatch, send_at: datetime.datetime, answer_by: datetime.date, actor: Actor
) -> InvitationBatch:
    """Give a scheduled or stopped batch other dates; a stopped one is scheduled again.

    Invitations sent already stay valid and can be answered to the new day; letters that wait are written anew
    and go out with the rest. Raises NotPossible for dates that `new_date_errors` refuses, and while a letter
    is being handed over: it could come back to wait with the old day.
    """
    with transaction.atomic():
        # The batch and never its dialogues: who answers has the dialogue's lock, and then wants to point at
        # the batch from a letter.
        row = InvitationBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        actor.require(PREPARE, row)
        if row.state not in WAITS:
            raise WrongState(_("Bara en schemalagd eller stoppad omgång kan få nya datum."))
        errors = new_date_errors(row, send_at, answer_by)
        if errors:
            raise NotPossible(" ".join(errors.values()))
        if row.state == BatchState.STOPPED:
            row = BATCHES.walk(row, to=BatchState.SCHEDULED, actor=actor)
        was = {"send_at_was": str(row.send_at), "answer_by_was": str(row.answer_by)}
        row.send_at, row.answer_by = send_at, answer_by
        row.save(update_fields=["send_at", "answer_by"])
        row.invitations.update(answer_by=answer_by)
        letters = _write_letters_anew(row)
        dates = {"send_at": send_at.isoformat(), "answer_by": answer_by.isoformat()}
        record(
            actor=actor,
            verb="invitationbatch.new_dates",
            subject=row,
            **was,
            **dates,
            letters_written_anew=letters,
        )
    return row


def new_date_errors(
    batch: InvitationBatch, send_at: datetime.datetime, answer_by: datetime.date
) -> dict[str, str]:
    """What is wrong with new dates, by field: as for a first schedule, and no earlier than we have told."""
    told: datetime.date | None = batch.invitations.aggregate(told=Max("answer_by"))["told"]
    errors = {}
    if told and answer_by < told:
        text = _(
            "Några har fått en inbjudan som kan besvaras till och med %(day)s. Välj den dagen eller senare."
        )
        errors["answer_by"] = text % {"day": day(told)}
    return errors | date_errors(send_at, answer_by)


def _write_letters_anew(batch: InvitationBatch) -> int:
    """Write the letters that wait anew, also those that a worker has claimed, and answer how many. One that
    has ended is written anew if a person sends it again, since it may have been delivered as it is.
    """
    left = batch.letters.filter(kind=LetterKind.INVITATION).exclude(state=LetterState.SENT)
    # In the order in which workers lock them.
    rows = left.select_for_update(of=("self",), no_key=True).order_by("due_at", "pk")
    letters = list(rows.select_related("contact", "agency"))
    if any(letter.state == LetterState.HANDING_OVER for letter in letters):
        raise NotPossible(_("Ett brev i omgången lämnas över just nu. Vänta en stund och försök igen."))
    claimed = [letter for letter in letters if letter.state == LetterState.CLAIMED]
    take_back(claimed)
    waiting = claimed + [letter for letter in letters if letter.state in WAITING]
    invitations = {
        row.dialogue_id: row for row in batch.invitations.select_related("dialogue__huvudman", "batch")
    }
    for letter in waiting:
        write_invitation_anew(letter, invitations[letter.dialogue_id])  # type: ignore[index]
    return len(waiting)
