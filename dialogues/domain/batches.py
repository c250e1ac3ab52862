"""The lifecycle of an invitation batch, from draft to closed."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.domain.machine import Machine, NotPossible, WrongState
from accounts.templatetags.look import day
from dialogues.models import BatchState as S
from dialogues.models import DialogueState, Draw, DrawState, InvitationBatch, LetterKind, LetterState

TABLE: dict[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.APPROVED}),
    S.APPROVED: frozenset({S.DRAFT, S.SCHEDULED}),
    S.SCHEDULED: frozenset({S.APPROVED, S.SENDING}),
    S.SENDING: frozenset({S.STOPPED, S.SENT}),
    S.STOPPED: frozenset({S.SCHEDULED}),
    S.SENT: frozenset({S.STOPPED, S.CLOSED}),
    S.CLOSED: frozenset(),
}
SHORTEST_TO_ANSWER, LONGEST_TO_ANSWER = datetime.timedelta(days=7), datetime.timedelta(days=180)
FURTHEST_AHEAD = datetime.timedelta(days=730)
"""How long before it goes out that a batch can be scheduled."""

PREPARE, APPROVE, SEND = "dialogues.prepare_batch", "dialogues.approve_batch", "dialogues.send_batch"
BATCHES = Machine(
    model=InvitationBatch,
    table=TABLE,
    permissions={
        S.DRAFT: PREPARE,
        S.APPROVED: APPROVE,
        S.SCHEDULED: PREPARE,
        S.SENDING: SEND,
        S.STOPPED: PREPARE,
        S.SENT: SEND,
        S.CLOSED: PREPARE,
    },
)


def approve_batch(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Approve a draft. Above SECOND_APPROVAL_ABOVE huvudmän it takes another person than who prepared it.

    Raises NotPossible then, and when the batch is empty or has been scheduled.
    """

    def check(row: InvitationBatch) -> None:
        if row.state != S.DRAFT:
            raise WrongState(_("Omgången är redan schemalagd."))
        _refuse_open_plan(row)
        _refuse_approval(row, actor)

    def change(row: InvitationBatch) -> None:
        row.approved_by = actor.user

    return BATCHES.walk(batch, to=S.APPROVED, actor=actor, check=check, change=change)


def withdraw_approval(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Make an approved batch a draft again."""

    def change(row: InvitationBatch) -> None:
        row.approved_by = None

    return BATCHES.walk(batch, to=S.DRAFT, actor=actor, change=change)


def schedule_batch(
    *, batch: InvitationBatch, send_at: datetime.datetime, answer_by: datetime.date, actor: Actor
) -> InvitationBatch:
    """Set when the invitations go out and the last day to answer.

    Raises NotPossible for times in the wrong order, and when the batch is scheduled for another time.
    """

    def check(row: InvitationBatch) -> None:
        if row.state != S.APPROVED:
            raise WrongState(_("Utskicket är stoppat. Återuppta det i stället."))
        errors = date_errors(send_at, answer_by)
        if errors:
            raise NotPossible(" ".join(errors.values()))

    def change(row: InvitationBatch) -> None:
        row.send_at, row.answer_by = send_at, answer_by

    scheduled = BATCHES.walk(
        batch,
        to=S.SCHEDULED,
        actor=actor,
        check=check,
        change=change,
        send_at=send_at.isoformat(),
        answer_by=answer_by.isoformat(),
    )
    if (scheduled.send_at, scheduled.answer_by) != (send_at, answer_by):
        raise NotPossible(_("Omgången är redan schemalagd till en annan tid. Avbryt schemat först."))
    return scheduled


def date_errors(send_at: datetime.datetime, answer_by: datetime.date) -> dict[str, str]:
    """What is wrong with the two times, by field: sending soon but not in the past, and time to answer."""
    if send_at > timezone.now() + FURTHEST_AHEAD:
        return {"send_at": _("Välj en dag inom två år.")}
    errors = {}
    if send_at <= timezone.now():
        errors["send_at"] = _("Välj en tid som inte har passerat.")
    wrong = _wrong_with_answer_date(timezone.localdate(send_at), answer_by)
    return errors | ({"answer_by": wrong} if wrong else {})


def _wrong_with_answer_date(sent: datetime.date, answer_by: datetime.date) -> str:
    first, last = sent + SHORTEST_TO_ANSWER, sent + LONGEST_TO_ANSWER
    if answer_by < first:
        text = _("Huvudmännen behöver minst %(days)s dagar på sig att svara. Välj %(day)s eller senare.")
        return text % {"days": SHORTEST_TO_ANSWER.days, "day": day(first)}
    if answer_by > last:
        text = _("Sista svarsdag kan vara högst %(days)s dagar efter utskicket. Välj %(day)s eller tidigare.")
        return text % {"days": LONGEST_TO_ANSWER.days, "day": day(last)}
    return ""


def unschedule_batch(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Take a scheduled batch back to approved. Raises NotPossible when anyone has been invited."""

    def check(row: InvitationBatch) -> None:
        if row.state != S.SCHEDULED:
            raise WrongState(_("Bara en schemalagd omgång kan tas ur schemat."))
        if row.invitations.exists():
            raise NotPossible(_("Några är redan inbjudna. Stoppa utskicket i stället när det har börjat."))

    def change(row: InvitationBatch) -> None:
        row.send_at = row.answer_by = None

    return BATCHES.walk(batch, to=S.APPROVED, actor=actor, check=check, change=change)


def start_sending(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Begin to send a scheduled batch whose time has come. Raises NotPossible before that."""

    def check(row: InvitationBatch) -> None:
        if row.send_at and row.send_at > timezone.now():
            raise NotPossible(_("Tiden för utskicket har inte kommit."))
        _refuse_without_time_to_answer(row)

    return BATCHES.walk(batch, to=S.SENDING, actor=actor, check=check)


def stop_batch(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Stop the sending: no more invitations are written, and the outbox holds those not yet handed over,
    also those that a worker has claimed.

    Raises NotPossible when every letter has left.
    """

    def check(row: InvitationBatch) -> None:
        if row.state == S.SENT and not _has_waiting_letters(row):
            raise NotPossible(_("Alla brev i omgången har redan lämnats över."))

    return BATCHES.walk(batch, to=S.STOPPED, actor=actor, check=check)


def resume_batch(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Take up a stopped batch: it is scheduled with its old times, so the next beat goes on with the rest."""

    def check(row: InvitationBatch) -> None:
        if row.state != S.STOPPED:
            raise WrongState(_("Bara ett stoppat utskick kan återupptas."))
        _refuse_without_time_to_answer(row)

    return BATCHES.walk(batch, to=S.SCHEDULED, actor=actor, check=check)


def finish_sending(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Note that everyone has been invited or left out. Raises NotPossible while someone is left."""

    def check(row: InvitationBatch) -> None:
        left = row.dialogues.filter(state=DialogueState.PLANNED).count()
        if left:
            raise NotPossible(
                ngettext("En huvudman är inte inbjuden.", "%(n)s huvudmän är inte inbjudna.", left)
                % {"n": left}
            )

    return BATCHES.walk(batch, to=S.SENT, actor=actor, check=check)


def close_batch(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    """Close a sent batch when the time to answer has passed. Raises NotPossible before that."""

    def check(row: InvitationBatch) -> None:
        if row.answer_by and row.answer_by >= timezone.localdate():
            raise NotPossible(_("Omgången kan avslutas när svarstiden har gått ut."))

    return BATCHES.walk(batch, to=S.CLOSED, actor=actor, check=check)


def needs_new_dates(batch: InvitationBatch) -> bool:
    """Tell whether nobody more can be invited in a batch, since the last day to answer has come."""
    return batch.answer_by is not None and batch.answer_by <= timezone.localdate()


def needs_second_person(batch: InvitationBatch) -> bool:
    """Tell whether the batch is so large that somebody else than who prepared it must approve it."""
    return batch.dialogues.count() > settings.SECOND_APPROVAL_ABOVE


def outgrows_approval(batch: InvitationBatch) -> bool:
    """Tell whether a batch has become too large for the one who both prepared and approved it."""
    own = batch.approved_by_id is not None and batch.approved_by_id == batch.prepared_by_id
    return batch.state != S.DRAFT and own and needs_second_person(batch)


def refuse_outgrown_approval(batch: InvitationBatch) -> None:
    """Raise NotPossible for an approved batch that has become too large for the one who approved it."""
    if outgrows_approval(batch):
        raise NotPossible(
            _(
                "Omgången blir så stor att en annan planerare än den som förberett den behöver godkänna "
                "den. Återta godkännandet först, eller välj en annan omgång."
            )
        )


def _refuse_open_plan(batch: InvitationBatch) -> None:
    """A batch is approved when its plan is frozen, not while huvudmän change places in it."""
    opened = Draw.objects.filter(cycle=batch.cycle_id, state=DrawState.DRAWN, written_at__isnull=False)
    if opened.exists():
        raise NotPossible(_("Planen är öppen för byten. Godkänn planen först."))


def _refuse_without_time_to_answer(batch: InvitationBatch) -> None:
    if needs_new_dates(batch):
        raise NotPossible(_("Svarsdatumet har kommit, så inga fler kan bjudas in. Välj nya datum."))


def _has_waiting_letters(batch: InvitationBatch) -> bool:
    not_handed_over = (LetterState.QUEUED, LetterState.RETRY, LetterState.CLAIMED)
    return batch.letters.filter(kind=LetterKind.INVITATION, state__in=not_handed_over).exists()


def _refuse_approval(batch: InvitationBatch, actor: Actor) -> None:
    if not batch.dialogues.exists():
        raise NotPossible(_("Omgången är tom."))
    own = actor.user is not None and actor.user.pk == batch.prepared_by_id
    if own and needs_second_person(batch):
        raise NotPossible(_("Du har förberett omgången. En annan planerare behöver godkänna den."))
