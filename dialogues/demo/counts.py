"""What the main job counts in the database to see that things have happened."""

from __future__ import annotations

from django.db.models import QuerySet

from dialogues.demo.report import Missing
from dialogues.models import (
    Cycle,
    Dialogue,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    PaperLetter,
    PaperState,
    PostRun,
    RunState,
    Underlag,
    UnderlagState,
)
from dialogues.models import DialogueState as S


def fullest_batch(cycle: Cycle) -> InvitationBatch:
    """The largest batch of the cycle's first year."""
    first_year = cycle.batches.filter(year=cycle.first_year).order_by("number")
    return max(first_year, key=lambda batch: batch.dialogues.count())


def state_of(batch: InvitationBatch) -> str:
    """The batch's state as it stands now."""
    return InvitationBatch.objects.values_list("state", flat=True).get(pk=batch.pk)


def invited(batch: InvitationBatch) -> int:
    """How many are invited and have not answered."""
    return batch.dialogues.filter(state=S.INVITED).count()


def with_letters(batch: InvitationBatch) -> int:
    """How many huvudmän have been written to."""
    return batch.dialogues.filter(letters__kind=LetterKind.INVITATION).distinct().count()


def unanswered(batch: InvitationBatch) -> int:
    """How many have been written to and have not answered."""
    waiting = batch.dialogues.filter(state=S.INVITED, letters__kind=LetterKind.INVITATION)
    return waiting.distinct().count()


def rendered(batch: InvitationBatch) -> int:
    """How many underlag are ready to be confirmed. Raises Missing when one could not be made."""
    made = Underlag.objects.filter(dialogue__batch=batch)
    failed = made.filter(state=UnderlagState.FAILED).first()
    if failed:
        raise Missing(f"analysunderlaget för {failed.dialogue}: {failed.failure}")
    return made.filter(state=UnderlagState.RENDERED).count()


def sent(batch: InvitationBatch, kind: LetterKind | None = None) -> QuerySet[Letter]:
    """The batch's sent letters, of one kind or all."""
    letters = Letter.objects.filter(batch=batch, state=LetterState.SENT)
    return letters.filter(kind=kind) if kind else letters


def meeting(dialogue: Dialogue, kind: MeetingKind) -> Meeting:
    """The dialogue's current meeting of a phase."""
    return Meeting.objects.get(taken_seats__dialogue=dialogue, taken_seats__is_current=True, kind=kind)


def posted(batch: InvitationBatch) -> QuerySet[PaperLetter]:
    """The batch's letters that were printed and posted."""
    return PaperLetter.objects.filter(batch=batch, state=PaperState.POSTED)


def is_printed(run: PostRun) -> bool:
    """Tell whether a run's PDF is ready. Raises Missing when it could not be made."""
    run.refresh_from_db()
    if run.state == RunState.FAILED:
        raise Missing(f"utskriften av breven: {run.failure}")
    return run.state == RunState.READY
