"""A huvudman that wants to take part later keeps its right: it is carried to a later batch, and told."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import day
from dialogues.domain.batches import refuse_outgrown_approval
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, PERMISSIONS, move
from dialogues.half_years import half_year_name
from dialogues.models import (
    Answer,
    BatchState,
    Dialogue,
    DialogueState,
    InvitationAnswer,
    InvitationBatch,
    LetterKind,
)
from dialogues.queries import earlier_answer, latest_answer

NOT_SENT = frozenset({BatchState.DRAFT, BatchState.APPROVED, BatchState.SCHEDULED})
MOVED = "dialogue.moved"


def may_answer_until(dialogue: Dialogue) -> datetime.date | None:
    """The last day on which the huvudman may change its answer by itself; None when that day has passed."""
    last: datetime.date | None = dialogue.invitations.filter(
        batch=dialogue.batch_id, answer_by__gte=timezone.localdate()
    ).aggregate(last=Max("answer_by"))["last"]
    return last


def batches_to_move_to(dialogue: Dialogue) -> QuerySet[InvitationBatch]:
    """The batches that may take a huvudman that wants to take part later: later than the one in which it was
    invited, and not sent. None for a huvudman that has not been invited.
    """
    invited = InvitationBatch.objects.filter(invitations__dialogue=dialogue)
    since = dialogue.batch if dialogue.state == DialogueState.POSTPONED else invited.last()
    if since is None:
        return InvitationBatch.objects.none()
    later = Q(year__gt=since.year) | Q(year=since.year, number__gt=since.number)
    rows = InvitationBatch.objects.filter(later, cycle=dialogue.cycle_id, state__in=NOT_SENT)
    return rows.exclude(pk=dialogue.batch_id)


def carry_to_later_batch(*, dialogue: Dialogue, batch: InvitationBatch, actor: Actor) -> Dialogue:
    """Give a huvudman that wants to take part later its place in a later batch of the cycle; while neither
    has been sent, move it from there to another such batch.

    Raises NotPossible while the huvudman may change its answer, and when the batch is not later, has begun to
    be sent, or would outgrow its approval.
    """

    def check(row: Dialogue) -> None:
        last = may_answer_until(row)
        if last:
            raise NotPossible(still_may_change(last))
        if not batches_to_move_to(row).filter(pk=batch.pk).exists():
            raise NotPossible(_("Välj en senare omgång som inte har skickats."))

    def change(row: Dialogue) -> None:
        row.batch = locked[batch.pk]

    with transaction.atomic():
        # The batches before their dialogues, as when they are sent.
        rows = InvitationBatch.objects.select_for_update(no_key=True).order_by("pk")
        locked = {row.pk: row for row in rows.filter(pk__in={batch.pk, dialogue.batch_id})}
        row = DIALOGUES.locked(dialogue)
        if row.state == DialogueState.PLANNED and row.batch_id != batch.pk:
            carried = _move_on(row, locked, check, change, actor)
        else:
            carried = move(
                row, to=DialogueState.PLANNED, actor=actor, check=check, change=change, batch=str(batch)
            )
        refuse_outgrown_approval(locked[batch.pk])
        tell_carried(carried)
    return carried


def wished_later(dialogue: Dialogue) -> InvitationAnswer | None:
    """The answer that the huvudman wants to take part later, if that is what it said last."""
    answer = latest_answer(dialogue) or earlier_answer(dialogue)
    return answer if answer and answer.answer == Answer.LATER else None


def tell_carried(dialogue: Dialogue) -> None:
    """Tell the huvudman about when it will be invited: it has waited for that since its answer."""
    answer = wished_later(dialogue)
    entry = latest(dialogue, f"dialogue.{DialogueState.PLANNED}", MOVED)
    write_to_huvudman(
        kind=LetterKind.CARRIED,
        dialogue=dialogue,
        occasion=f"carried-{entry.pk if entry else dialogue.batch_id}",
        context={
            "half_year": half_year_name(dialogue.batch.half_year),
            "wished": answer.wished_time if answer else "",
        },
    )


def still_may_change(last: datetime.date) -> str:
    """Why a huvudman that wants to take part later is not given a later batch yet."""
    text = _("Huvudmannen kan ändra sitt svar till och med %(day)s. Välj en senare omgång efter den dagen.")
    return text % {"day": day(last)}


def _move_on(
    row: Dialogue,
    locked: Mapping[int, InvitationBatch],
    check: Callable[[Dialogue], None],
    change: Callable[[Dialogue], None],
    actor: Actor,
) -> Dialogue:
    """Move a planned dialogue from a batch that has not been sent; its batch must be among the locked."""
    actor.require(PERMISSIONS[DialogueState.PLANNED], row)
    source = locked.get(row.batch_id)
    if source is None or source.state not in NOT_SENT:
        raise NotPossible(_("Omgången som huvudmannen är i har börjat skickas."))
    check(row)
    change(row)
    row.save(update_fields=["batch"])
    record(actor=actor, verb=MOVED, subject=row, was=str(source), batch=str(row.batch))
    return row
