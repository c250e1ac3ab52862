"""Batches in every state, and cycles that are small enough to read."""

from __future__ import annotations

import datetime

from django.utils import timezone

from dialogues.models import BatchState, Cycle, InvitationBatch, Letter, LetterKind
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import BatchFactory, CycleFactory

WITHOUT_TIMES = frozenset({BatchState.DRAFT, BatchState.APPROVED})


def batch_in(state: BatchState, **fields: object) -> InvitationBatch:
    """A batch with the times that its state needs: sent an hour ago, to be answered within two weeks."""
    sent = timezone.now() - datetime.timedelta(hours=1)
    times: dict[str, object] = {"send_at": None, "answer_by": None}
    if state not in WITHOUT_TIMES:
        times = {"send_at": sent, "answer_by": timezone.localdate(sent) + datetime.timedelta(days=14)}
    return BatchFactory(state=state, **(times | fields))


def small_cycle() -> Cycle:
    """Two years of two batches, not planned."""
    return CycleFactory(name="Liten cykel", first_year=2027, years=2, batches_per_year=2)


def waiting_letter(batch: InvitationBatch) -> Letter:
    """An invitation of the batch that waits in the outbox."""
    return Letter.objects.create(
        kind=LetterKind.INVITATION,
        subject_key=f"dialogue:{batch.pk}",
        batch=batch,
        agency=AgencyFactory(),
        recipient="skolchef@example.test",
        title="Inbjudan",
        text="Hej",
        due_at=timezone.now(),
        message_id=f"<{batch.pk}@example.test>",
    )
