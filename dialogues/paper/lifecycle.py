"""The life of letters on paper and of the post runs they are printed in: the one door for their states.

Locks: dialogues, then the run, then its letters (by primary key).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.models import AuditEntry
from accounts.templatetags.look import day
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER, SENT_WHILE_PAUSED, why_not_true
from dialogues.models import BatchState, Dialogue, PaperLetter, PostRun, StoredFile
from dialogues.models import PaperState as S
from dialogues.models import RunState as R
from huvudman.queries import postal_address_of

TABLE: dict[str, frozenset[str]] = {
    S.WAITING: frozenset({S.IN_RUN, S.WITHDRAWN}),
    S.IN_RUN: frozenset({S.WAITING, S.POSTED, S.WITHDRAWN}),
    S.WITHDRAWN: frozenset({S.WAITING}),
    S.POSTED: frozenset(),
}
RUN_TABLE: dict[str, frozenset[str]] = {
    R.ORDERED: frozenset({R.READY, R.FAILED, R.UNDONE}),
    R.READY: frozenset({R.ORDERED, R.POSTED, R.UNDONE}),
    R.FAILED: frozenset({R.ORDERED, R.UNDONE}),
    R.POSTED: frozenset(),
    R.UNDONE: frozenset(),
}
HANDLE = "dialogues.handle_letters"
RENDER = "dialogues.render_post_run"
"""Held by the system alone."""
PAPER = Machine(model=PaperLetter, table=TABLE, permissions=dict.fromkeys(S.values, HANDLE))
RUNS = Machine(
    model=PostRun,
    table=RUN_TABLE,
    permissions={
        R.ORDERED: HANDLE,
        R.READY: RENDER,
        R.FAILED: RENDER,
        R.POSTED: HANDLE,
        R.UNDONE: HANDLE,
    },
)
NOT_POSTED = frozenset({R.ORDERED, R.READY, R.FAILED})
"""States of a run that can still be undone, and that letters can be taken out of."""


class Superseded(NotPossible):
    """The run has been asked for anew, or is no more, since the rendering began."""


# Letters ----------------------------------------------------------------------------------------------------


def printable() -> QuerySet[PaperLetter]:
    """The letters that wait to be printed, first written first; those that ask for an answer
    are held while their batch is stopped, and those of a paused dialogue till it goes on.
    """
    held = Q(kind__in=ASK_FOR_AN_ANSWER, batch__state=BatchState.STOPPED)
    rests = Q(dialogue__paused_at__isnull=False) & ~Q(kind__in=SENT_WHILE_PAUSED)
    return PaperLetter.objects.filter(~held, ~rests, state=S.WAITING).order_by("written_at", "pk")


def withdraw_letter(*, letter: PaperLetter, reason: str, actor: Actor) -> PaperLetter:
    """Take a letter back that waits to be printed. Raises as `Machine.walk`; NotPossible without a reason."""

    def check(row: PaperLetter) -> None:
        _asks_why(reason)
        if row.state == S.IN_RUN:
            raise WrongState(_("Brevet är med i en utskrift. Ta ut det därifrån i stället."))

    return PAPER.walk(
        letter,
        to=S.WITHDRAWN,
        actor=actor,
        check=check,
        again=_keeps_why(reason, actor),
        reason=reason.strip(),
    )


def put_back(*, letter: PaperLetter, actor: Actor) -> PaperLetter:
    """Let a withdrawn letter wait again, with the address that the register has now.

    Raises NotPossible when it is no longer true, and when the huvudman has no postal address.
    """

    def check(row: PaperLetter) -> None:
        if row.state == S.IN_RUN:
            raise WrongState(_("Brevet är med i en utskrift. Lös upp utskriften i stället."))
        why = why_not_true(row)
        if why:
            raise NotPossible(why)

    def change(row: PaperLetter) -> None:
        address = postal_address_of(row.huvudman)
        if address is None:
            raise NotPossible(_("Huvudmannen saknar postadress. Ring i stället."))
        row.address = "\n".join(address.lines)

    return PAPER.walk(letter, to=S.WAITING, actor=actor, check=check, change=change)


def withdraw_waiting(letters: Iterable[PaperLetter], *, reason: str, actor: Actor) -> None:
    """Withdraw letters that the caller has locked and that still wait."""
    _move_all([row for row in letters if row.state == S.WAITING], to=S.WITHDRAWN, actor=actor, reason=reason)


# Runs -------------------------------------------------------------------------------------------------------


def make_run(*, actor: Actor) -> PostRun | None:
    """Take all letters that can be printed into a new run, which a worker renders; None when there are none.

    What is no longer true is withdrawn instead, with the reason kept.
    """
    actor.require(HANDLE)
    with transaction.atomic():
        true, untrue = _sorted_by_truth(_locked_printable())
        for letter, why in untrue:
            _move_all([letter], to=S.WITHDRAWN, actor=actor, reason=why)
        if not true:
            return None
        run = PostRun.objects.create(made_by=actor.user, ordered_at=timezone.now())
        record(actor=actor, verb="postrun.made", subject=run, letters=len(true), withdrawn=len(untrue))
        _move_all(true, to=S.IN_RUN, actor=actor, run=run)
        _render_soon(run)
    return run


def render_again(*, run: PostRun, actor: Actor) -> PostRun:
    """Ask for the PDF of a run anew, after it failed."""
    return RUNS.walk(run, to=R.ORDERED, actor=actor, change=_order_anew, after=_render_soon)


def take_out(*, letter: PaperLetter, reason: str, actor: Actor) -> PaperLetter:
    """Take a letter out of a run that is not posted: it is withdrawn, and the PDF is made without it. The
    last one's run is undone.
    """
    _asks_why(reason)
    if letter.run is None:
        return withdraw_letter(letter=letter, reason=reason, actor=actor)
    with transaction.atomic():
        run = RUNS.locked(letter.run)
        locked = PAPER.locked(letter)
        if locked.state == S.IN_RUN and locked.run_id != run.pk:
            raise WrongState(_("Brevet har hamnat i en annan utskrift."))
        taken = PAPER.walk(
            locked,
            to=S.WITHDRAWN,
            actor=actor,
            change=_out_of_run,
            again=_keeps_why(reason, actor),
            run_was=run.pk,
            reason=reason.strip(),
        )
        if locked.state == S.IN_RUN:
            _order_without(run, actor)
    return taken


def undo_run(*, run: PostRun, actor: Actor) -> PostRun:
    """Undo a run that is not posted: its letters wait again."""

    def let_go(row: PostRun) -> None:
        _move_all(_letters_of(row), to=S.WAITING, actor=actor, run_was=row.pk, run=None)

    return RUNS.walk(run, to=R.UNDONE, actor=actor, after=let_go)


def mark_as_posted(*, run: PostRun, on: datetime.date, actor: Actor) -> PostRun:
    """Note that all letters of a run were posted on a day.

    Raises NotPossible for a day to come or before the run was made, Conflict when another day is noted.
    """

    def check(row: PostRun) -> None:
        made = timezone.localdate(row.made_at)
        if on > timezone.localdate():
            raise NotPossible(_("Välj dagens datum eller en dag som har varit."))
        if on < made:
            raise NotPossible(
                _("Utskriften gjordes %(day)s. Välj den dagen eller senare.") % {"day": day(made)}
            )

    def change(row: PostRun) -> None:
        row.posted_on = on

    def again(row: PostRun) -> None:
        if row.posted_on != on:
            raise Conflict(
                _("Utskriften är redan markerad som postad %(day)s.") % {"day": day(row.posted_on)}
            )

    def post_letters(row: PostRun) -> None:
        _move_all(_letters_of(row), to=S.POSTED, actor=actor, posted_on=on)

    return RUNS.walk(
        run,
        to=R.POSTED,
        actor=actor,
        check=check,
        change=change,
        again=again,
        after=post_letters,
        on=on.isoformat(),
    )


def finish_run(
    *, run: PostRun, ordered_at: datetime.datetime, pdf: StoredFile, sheets: int, actor: Actor
) -> PostRun:
    """Keep the PDF of a run. Raises Superseded when it has been asked for anew meanwhile."""

    def change(row: PostRun) -> None:
        row.pdf, row.sheets, row.failure = pdf, sheets, ""

    check = _still_ordered(ordered_at)
    return RUNS.walk(run, to=R.READY, actor=actor, check=check, change=change, again=check, sheets=sheets)


def fail_run(*, run: PostRun, ordered_at: datetime.datetime, reason: str, actor: Actor) -> PostRun:
    """Note why a run's PDF could not be made. Raises Superseded when it has been asked for anew."""

    def change(row: PostRun) -> None:
        row.failure = reason[:300]

    check = _still_ordered(ordered_at)
    return RUNS.walk(run, to=R.FAILED, actor=actor, check=check, change=change, again=check)


# What they share --------------------------------------------------------------------------------------------


def printable_by_truth() -> tuple[list[PaperLetter], list[PaperLetter]]:
    """The letters that a run made now would print, and those that it would withdraw: they hold no more."""
    rows = printable().select_related("dialogue__batch").defer("text")
    true, untrue = _sorted_by_truth(list(rows))
    return true, [letter for letter, _why in untrue]


def _locked_printable() -> list[PaperLetter]:
    """The letters that can be printed, with their dialogues locked before them: nobody answers meanwhile."""
    about = printable().order_by().values("dialogue")
    list(Dialogue.objects.select_for_update(no_key=True).filter(pk__in=about).order_by("pk").only("pk"))
    rows = printable().select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(rows.select_related("dialogue__batch"))


def _sorted_by_truth(
    letters: list[PaperLetter],
) -> tuple[list[PaperLetter], list[tuple[PaperLetter, str]]]:
    whys = [(letter, why_not_true(letter)) for letter in letters]
    return [letter for letter, why in whys if not why], [(letter, why) for letter, why in whys if why]


def _letters_of(run: PostRun) -> list[PaperLetter]:
    rows = run.letters.filter(state=S.IN_RUN).select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk"))


def _order_without(run: PostRun, actor: Actor) -> None:
    """A letter has left the locked run: make its PDF anew, or undo it when nothing is left."""
    if not run.letters.filter(state=S.IN_RUN).exists():
        RUNS.walk(run, to=R.UNDONE, actor=actor)
        return
    RUNS.walk(run, to=R.ORDERED, actor=actor, change=_order_anew, again=_order_again)
    _render_soon(run)


def _order_anew(run: PostRun) -> None:
    run.ordered_at, run.pdf, run.sheets, run.failure = timezone.now(), None, None, ""


def _order_again(run: PostRun) -> None:
    """Of a run that is being rendered: what that rendering makes is thrown away."""
    _order_anew(run)
    run.save(update_fields=["ordered_at", "pdf", "sheets", "failure"])


def _render_soon(run: PostRun) -> None:
    from dialogues.paper.tasks import render_post_run

    transaction.on_commit(lambda: render_post_run.delay(run.pk), robust=True)


def _out_of_run(letter: PaperLetter) -> None:
    letter.run = None


def _still_ordered(ordered_at: datetime.datetime) -> Callable[[PostRun], None]:
    def check(row: PostRun) -> None:
        if row.ordered_at != ordered_at:
            raise Superseded(_("Utskriften har beställts på nytt."))

    return check


def _asks_why(reason: str) -> None:
    if not reason.strip():
        raise NotPossible(_("Skriv varför, så att andra förstår vad som hände."))


def _keeps_why(reason: str, actor: Actor) -> Callable[[PaperLetter], None]:
    """Of a letter that is withdrawn already: what one more person knows about it is kept, once."""

    def again(row: PaperLetter) -> None:
        _asks_why(reason)
        verb = f"paperletter.{row.state}"
        entry = latest(row, verb)
        if entry is None or entry.facts.get("reason") != reason.strip():
            record(actor=actor, verb=verb, subject=row, was=row.state, reason=reason.strip())

    return again


def _move_all(
    letters: list[PaperLetter],
    *,
    to: S,
    actor: Actor = SYSTEM,
    reason: str = "",
    run_was: int = 0,
    **fields: Any,
) -> None:
    """Move locked letters, each with its audit entry."""
    if any(to not in TABLE[letter.state] for letter in letters):
        raise WrongState(str(to))
    PaperLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(state=to, **fields)
    kind = ContentType.objects.get_for_model(PaperLetter)
    told: dict[str, object] = {}
    if reason:
        told["reason"] = reason
    if run_was or "run" in fields:
        told["run"] = run_was or fields["run"].pk
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor.user,
            actor_label=actor.label,
            verb=f"paperletter.{to}",
            subject_type=kind,
            subject_id=letter.pk,
            facts={"was": letter.state, **told},
        )
        for letter in letters
    )
