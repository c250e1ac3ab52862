"""The moment whose figures all underlag of a batch rest on."""

from __future__ import annotations

import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict
from dialogues.models import InvitationBatch
from quality_system.domain.moments import moment_between_imports

FREEZE = "dialogues.order_underlag"


class FrozenSince(Conflict):
    """Somebody has chosen other figures for the batch since the page was read."""


def freeze_figures(*, batch_id: int, actor: Actor) -> datetime.datetime:
    """Answer the moment whose figures the batch's underlag rest on; the first who asks freezes them now.

    Waits for an import of statistics that is being stored, so that none is half in.
    """
    moment = _moment_of(batch_id)
    if moment:
        return moment
    with transaction.atomic():
        now = moment_between_imports()
        batch = InvitationBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
        if batch.figures_as_of is None:
            _freeze(batch, now, actor)
        return batch.figures_as_of or now


def freeze_figures_anew(
    *, batch: InvitationBatch, actor: Actor, seen: datetime.datetime | None
) -> InvitationBatch:
    """Let the batch's underlag rest on the figures that stand now. Those made already stay as they are.

    `seen` is the moment that the page showed: raises FrozenSince when it is another, or none is chosen yet.
    """
    actor.require(FREEZE)
    with transaction.atomic():
        now = moment_between_imports()
        locked = InvitationBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if locked.figures_as_of is None or locked.figures_as_of != seen:
            raise FrozenSince()
        _freeze(locked, now, actor)
    return locked


def _moment_of(batch_id: int) -> datetime.datetime | None:
    return InvitationBatch.objects.values_list("figures_as_of", flat=True).get(pk=batch_id)


def _freeze(batch: InvitationBatch, now: datetime.datetime, actor: Actor) -> None:
    was = batch.figures_as_of
    batch.figures_as_of = now
    batch.save(update_fields=["figures_as_of"])
    facts = {"was": was.isoformat()} if was else {}
    record(actor=actor, verb="batch.figures_frozen", subject=batch, as_of=now.isoformat(), **facts)
