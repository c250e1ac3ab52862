"""New dates for a batch that waits: the way out when its answer date has come before everyone was invited."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from accounts.templatetags.look import day
from dialogues.domain.batches import BATCHES, PREPARE, date_errors
from dialogues.letters import write_invitation_anew
from dialogues.letters.lifecycle import WAITING, take_back
from dialogues.models import (
    BatchState,
    InvitationAnswer,
    InvitationBatch,
    Letter,
    LetterKind,
    LetterState,
    PaperLetter,
    PaperState,
)
from dialogues.paper import write_paper_anew

WAITS = frozenset({BatchState.SCHEDULED, BatchState.STOPPED})
"""The states of a batch that may be given new dates."""
PAPER_NOT_POSTED = frozenset({PaperState.WAITING, PaperState.IN_RUN})
MAY_HAVE_ARRIVED = frozenset({LetterState.SENT, LetterState.UNCERTAIN, LetterState.HANDING_OVER})
"""The states of a letter that somebody may have read."""


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
        letters = _locked_letters(row)  # so that none leaves with the old day after we have looked
        papers = _locked_papers(row)
        errors = new_date_errors(row, send_at, answer_by)
        if errors:
            raise NotPossible(" ".join(errors.values()))
        if row.state == BatchState.STOPPED:
            row = BATCHES.walk(row, to=BatchState.SCHEDULED, actor=actor)
        was = {"send_at_was": str(row.send_at), "answer_by_was": str(row.answer_by)}
        row.send_at, row.answer_by = send_at, answer_by
        row.save(update_fields=["send_at", "answer_by"])
        row.invitations.update(answer_by=answer_by)
        written_anew = _write_letters_anew(row, letters) + _write_papers_anew(row, papers)
        dates = {"send_at": send_at.isoformat(), "answer_by": answer_by.isoformat()}
        record(
            actor=actor,
            verb="invitationbatch.new_dates",
            subject=row,
            **was,
            **dates,
            letters_written_anew=written_anew,
        )
    return row


def new_date_errors(
    batch: InvitationBatch, send_at: datetime.datetime, answer_by: datetime.date
) -> dict[str, str]:
    """What is wrong with new dates, by field: as for a first schedule, and no earlier than we have told."""
    told = _told_to_answer_by(batch)
    errors = {}
    if told and answer_by < told:
        text = _(
            "Några har fått en inbjudan som kan besvaras till och med %(day)s. Välj den dagen eller senare."
        )
        errors["answer_by"] = text % {"day": day(told)}
    return errors | date_errors(send_at, answer_by)


def _told_to_answer_by(batch: InvitationBatch) -> datetime.date | None:
    """The last day to answer that a huvudman has been told: by a letter that may have got there, or when it
    answered.
    """
    letters = Letter.objects.filter(
        kind=LetterKind.INVITATION,
        dialogue=OuterRef("dialogue"),
        batch=OuterRef("batch"),
        state__in=MAY_HAVE_ARRIVED,
    )
    posted = PaperLetter.objects.filter(invitation=OuterRef("pk"), state=PaperState.POSTED)
    answers = InvitationAnswer.objects.filter(invitation=OuterRef("pk"))
    told = batch.invitations.filter(Q(Exists(letters)) | Q(Exists(posted)) | Q(Exists(answers)))
    last: datetime.date | None = told.aggregate(last=Max("answer_by"))["last"]
    return last


def _locked_letters(batch: InvitationBatch) -> list[Letter]:
    """The invitations that have not been sent, locked. Raises NotPossible while one is being handed over."""
    left = batch.letters.filter(kind=LetterKind.INVITATION).exclude(state=LetterState.SENT)
    # In the order in which workers lock them.
    rows = left.select_for_update(of=("self",), no_key=True).order_by("due_at", "pk")
    letters = list(rows.select_related("contact", "agency"))
    if any(letter.state == LetterState.HANDING_OVER for letter in letters):
        raise NotPossible(_("Ett brev i omgången lämnas över just nu. Vänta en stund och försök igen."))
    return letters


def _locked_papers(batch: InvitationBatch) -> list[PaperLetter]:
    """Invitations that wait to be printed, locked. Raises NotPossible while one is printed and not posted:
    it would come with the old day.
    """
    left = batch.paper_letters.filter(kind=LetterKind.INVITATION, state__in=PAPER_NOT_POSTED)
    rows = left.select_for_update(of=("self",), no_key=True).order_by("pk")
    papers = list(rows.select_related("huvudman", "agency"))
    if any(letter.state == PaperState.IN_RUN for letter in papers):
        raise NotPossible(
            _("Inbjudningar i omgången är med i en utskrift. Markera den som postad eller ångra den först.")
        )
    return papers


def _write_papers_anew(batch: InvitationBatch, papers: list[PaperLetter]) -> int:
    """Write the invitations that wait to be printed with the new day, and answer how many."""
    invitations = {row.pk: row for row in batch.invitations.select_related("dialogue__huvudman", "batch")}
    for letter in papers:
        write_paper_anew(letter, invitations[letter.invitation_id])  # type: ignore[index]
    return len(papers)


def _write_letters_anew(batch: InvitationBatch, letters: list[Letter]) -> int:
    """Write the letters that wait anew, also those that a worker has claimed, and answer how many. One that
    has ended is written anew if a person sends it again, since it may have been delivered as it is.
    """
    claimed = [letter for letter in letters if letter.state == LetterState.CLAIMED]
    take_back(claimed)
    waiting = claimed + [letter for letter in letters if letter.state in WAITING]
    invitations = {
        row.dialogue_id: row for row in batch.invitations.select_related("dialogue__huvudman", "batch")
    }
    for letter in waiting:
        write_invitation_anew(letter, invitations[letter.dialogue_id])  # type: ignore[index]
    return len(waiting)
