"""The life of a letter: the one door for its states.

People's steps walk the machine. Workers' steps are compare-and-set on the claim, so that a worker whose claim
has been taken away can't touch the letter, and claims are taken for many letters at once.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import latest, record, update_and_record
from accounts.domain.machine import Machine, NotPossible, WrongState
from accounts.models import AuditEntry
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER, SENT_WHILE_PAUSED
from dialogues.letters.waking import wake_the_post
from dialogues.letters.writing import write_invitation_anew
from dialogues.models import BatchState, Invitation, Letter, LetterKind
from dialogues.models import LetterState as S

TABLE: dict[str, frozenset[str]] = {
    S.QUEUED: frozenset({S.CLAIMED, S.STOPPED}),
    S.RETRY: frozenset({S.CLAIMED, S.STOPPED}),
    S.CLAIMED: frozenset({S.HANDING_OVER, S.QUEUED, S.RETRY, S.STOPPED, S.FAILED}),
    S.HANDING_OVER: frozenset({S.SENT, S.RETRY, S.FAILED, S.UNCERTAIN}),
    S.UNCERTAIN: frozenset({S.QUEUED, S.SENT}),
    S.FAILED: frozenset({S.QUEUED, S.SENT}),
    S.STOPPED: frozenset({S.QUEUED}),
    S.SENT: frozenset(),
}
BY_WORKERS = "dialogues.deliver_letters"
"""Held by the system alone."""
BY_PEOPLE = "dialogues.handle_letters"
PERMISSIONS: dict[str, str] = {
    S.QUEUED: BY_PEOPLE,
    S.CLAIMED: BY_WORKERS,
    S.HANDING_OVER: BY_WORKERS,
    S.SENT: BY_PEOPLE,
    S.RETRY: BY_WORKERS,
    S.UNCERTAIN: BY_WORKERS,
    S.FAILED: BY_WORKERS,
    S.STOPPED: BY_PEOPLE,
}
LETTERS = Machine(model=Letter, table=TABLE, permissions=PERMISSIONS)

WAITING = (S.QUEUED, S.RETRY)
"""States from which a letter is sent when it is due."""
ENDED = (S.UNCERTAIN, S.FAILED, S.STOPPED)
"""States from which only a person can move a letter."""


# People -----------------------------------------------------------------------------------------------------


def stop_letter(*, letter: Letter, reason: str, actor: Actor) -> Letter:
    """Stop a letter that has not been handed over. Raises as `Machine.walk`; NotPossible without a reason."""
    return LETTERS.walk(
        letter,
        to=S.STOPPED,
        actor=actor,
        check=_asks_why(reason),
        again=_keeps_why(reason, actor),
        reason=reason.strip(),
    )


def send_again(*, letter: Letter, reason: str, actor: Actor) -> Letter:
    """Put an uncertain, failed or stopped letter in the queue again: it may then come twice.

    An uncertain letter keeps its very bytes, so that the receiving server can tell that it is the same one; a
    failed one is built anew, in case what was wrong with it has been put right. An invitation whose batch has
    got new dates since says those and goes out with the rest; earlier bytes are kept, named in the log.
    """

    def start_over(row: Letter) -> None:
        if was.state == S.FAILED:
            row.sent_bytes = None
        row.claim = row.claimed_at = None
        row.attempts = 0
        row.due_at = timezone.now()
        if outdated:
            write_invitation_anew(row, outdated)

    with transaction.atomic():
        was = LETTERS.locked(letter)
        if was.state not in (*ENDED, S.QUEUED):
            raise WrongState(_("Brevet är redan på väg eller skickat."))
        outdated = _invitation_with_new_dates(was)
        facts: dict[str, Any] = {"sent_bytes_was": was.sent_bytes_id} if outdated else {}
        again = LETTERS.walk(
            letter,
            to=S.QUEUED,
            actor=actor,
            check=_asks_why(reason),
            change=start_over,
            again=_keeps_why(reason, actor),
            reason=reason.strip(),
            **facts,
        )
        transaction.on_commit(wake_the_post, robust=True)
    return again


def mark_as_arrived(*, letter: Letter, reason: str, actor: Actor) -> Letter:
    """Note that an uncertain or failed letter has reached its recipient after all.

    Raises NotPossible without a reason, or when the letter never was handed over.
    """

    def check(row: Letter) -> None:
        _asks_why(reason)(row)
        if row.state not in (S.UNCERTAIN, S.FAILED):
            raise WrongState(_("Brevet är på väg eller stoppat."))
        if row.handed_over_at is None:
            raise NotPossible(_("Brevet har aldrig lämnats över, så det kan inte ha kommit fram."))

    def note_when(row: Letter) -> None:
        row.sent_at = row.handed_over_at or timezone.now()

    return LETTERS.walk(
        letter,
        to=S.SENT,
        actor=actor,
        check=check,
        change=note_when,
        again=_keeps_why(reason, actor),
        reason=reason.strip(),
    )


def take_back(letters: Iterable[Letter]) -> None:
    """Put claimed letters that the caller has locked back in the queue: those who claimed them lose them."""
    _move_all(list(letters), to=S.QUEUED, claim=None, claimed_at=None)


# Workers ----------------------------------------------------------------------------------------------------


def letters_due() -> QuerySet[Letter]:
    """Letters to send now, first due first.

    Invitations and reminders of a stopped batch are held until it goes on, and those of a batch that goes out
    after its last day to answer until it has new dates. Letters of a paused dialogue wait till it goes on.
    """
    going_out = Q(batch__state__in=(BatchState.SCHEDULED, BatchState.SENDING))
    late = going_out & Q(batch__answer_by__lt=timezone.localdate())
    held = Q(kind__in=ASK_FOR_AN_ANSWER) & (Q(batch__state=BatchState.STOPPED) | late)
    rests = Q(dialogue__paused_at__isnull=False) & ~Q(kind__in=SENT_WHILE_PAUSED)
    return Letter.objects.filter(~held, ~rests, state__in=WAITING, due_at__lte=Now()).order_by("due_at", "pk")


def claim_due(limit: int) -> list[Letter]:
    """Claim at most `limit` letters that are due, in one short transaction; each letter has one claimer."""
    claim = uuid.uuid4()
    with transaction.atomic():
        taken = _locked(letters_due(), limit)
        _move_all(taken, to=S.CLAIMED, claim=claim, claimed_at=Now())
    return list(
        Letter.objects.filter(pk__in=[letter.pk for letter in taken], claim=claim, state=S.CLAIMED)
        .select_related("dialogue__batch", "contact", "agency", "sent_bytes")
        .order_by("due_at", "pk")
    )


def step(
    letter: Letter, *, to: S, only_if: Q | None = None, facts: dict[str, object] | None = None, **fields: Any
) -> bool:
    """Move a letter that this worker has claimed. Answers False, and does nothing, when it no longer has it
    or when `only_if` does not hold: all is asked and done in one statement.

    Raises WrongState when the state `to` may never follow the letter's state.
    """
    was = letter.state
    if to not in TABLE[was]:
        raise WrongState(f"{was} → {to}")
    held = Letter.objects.filter(only_if or Q(), pk=letter.pk, claim=letter.claim, state=was)
    told = {"was": was, **(facts or {})}
    values = {"state": to, **fields}
    if not update_and_record(held, values, actor=SYSTEM, verb=f"letter.{to}", **told):
        return False
    letter.state = to
    return True


def release(letters: Iterable[Letter]) -> None:
    """Put letters back that this worker has claimed and not touched."""
    with transaction.atomic():
        for letter in letters:
            if letter.state == S.CLAIMED:
                step(letter, to=S.QUEUED, claim=None, claimed_at=None)


def sweep() -> tuple[int, int]:
    """Look after letters whose worker is dead: (taken up again, uncertain).

    A worker is surely dead when its claim is older than settings.LETTER_CLAIM_LIMIT, which is longer than a
    task may run. What was only claimed goes back to the queue; what was being handed over may have arrived or
    not, and waits for a person.
    """
    limit = Now() - datetime.timedelta(seconds=settings.LETTER_CLAIM_LIMIT)
    with transaction.atomic():
        claimed = _locked(Letter.objects.filter(state=S.CLAIMED, claimed_at__lt=limit).order_by("pk"))
        _move_all(claimed, to=S.QUEUED, claim=None, claimed_at=None)
        lost = _locked(Letter.objects.filter(state=S.HANDING_OVER, claimed_at__lt=limit).order_by("pk"))
        _move_all(lost, to=S.UNCERTAIN, last_reply=_("Överlämningen avbröts innan e-postservern svarade."))
    return len(claimed), len(lost)


def _locked(letters: QuerySet[Letter], limit: int = 500) -> list[Letter]:
    """Lock rows that nobody else has locked, and answer them (only what a move needs)."""
    return list(letters.select_for_update(skip_locked=True, of=("self",)).only("pk", "state")[:limit])


def _move_all(letters: list[Letter], *, to: S, **fields: Any) -> None:
    """Move locked letters, each with its audit entry."""
    if any(to not in TABLE[letter.state] for letter in letters):
        raise WrongState(str(to))
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(state=to, **fields)
    kind = ContentType.objects.get_for_model(Letter)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_label=SYSTEM.label,
            verb=f"letter.{to}",
            subject_type=kind,
            subject_id=letter.pk,
            facts={"was": letter.state},
        )
        for letter in letters
    )


def _invitation_with_new_dates(letter: Letter) -> Invitation | None:
    """The invitation that a letter is about, when its batch goes out later than the letter last did."""
    if letter.kind != LetterKind.INVITATION or letter.batch is None or letter.batch.send_at is None:
        return None
    if (letter.handed_over_at or letter.queued_at) >= letter.batch.send_at:
        return None
    rows = Invitation.objects.select_related("dialogue__huvudman", "batch")
    return rows.filter(dialogue=letter.dialogue_id, batch=letter.batch_id).first()


def _asks_why(reason: str) -> Callable[[Letter], None]:
    def check(_row: Letter) -> None:
        if not reason.strip():
            raise NotPossible(_("Skriv varför, så att andra förstår vad som hände."))

    return check


def _keeps_why(reason: str, actor: Actor) -> Callable[[Letter], None]:
    """Of a letter that is where it should be already: what one more person knows about it is kept, once."""

    def again(row: Letter) -> None:
        _asks_why(reason)(row)
        verb = f"letter.{row.state}"
        entry = latest(row, verb)
        if entry is None or entry.facts.get("reason") != reason.strip():
            record(actor=actor, verb=verb, subject=row, was=row.state, reason=reason.strip())

    return again
