"""Whether a letter still says what is true when it is about to be sent."""

from __future__ import annotations

import re

from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues.models import (
    BEFORE_DIALOGUE,
    BatchState,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterKind,
    Meeting,
    MeetingStaff,
    MeetingState,
    PaperLetter,
    Seat,
)

OVER = frozenset({DialogueState.CANCELLED, DialogueState.CLOSED})
WANTED_STATES: dict[str, frozenset[str]] = {
    LetterKind.INVITATION: frozenset({DialogueState.INVITED}),
    LetterKind.REMINDER: frozenset({DialogueState.INVITED}),
    LetterKind.INTRODUCTION: BEFORE_DIALOGUE,
    LetterKind.MEETING_CANCELLED: frozenset(DialogueState),
    LetterKind.CANCELLED: frozenset({DialogueState.CANCELLED}),
    LetterKind.CLOSED: frozenset({DialogueState.CLOSED}),
    LetterKind.EVALUATION: frozenset(DialogueState) - {DialogueState.CANCELLED},
    LetterKind.RECEIPT: frozenset(DialogueState),
    LetterKind.SENT: frozenset(DialogueState),
    LetterKind.ANALYSIS: frozenset(DialogueState),
}
"""In which states of its dialogue a letter makes sense; for other kinds, until the dialogue is over."""

ASK_FOR_AN_ANSWER = frozenset({LetterKind.INVITATION, LetterKind.REMINDER})
"""Letters that are held while their batch is stopped, and not sent when its answer date has passed."""
WANTED_MEETINGS: dict[str, str] = {
    LetterKind.INTRODUCTION: MeetingState.FIXED,
    LetterKind.TIME_PROPOSED: MeetingState.PROPOSED,
    LetterKind.TIME_FIXED: MeetingState.FIXED,
    LetterKind.FEEDBACK: MeetingState.FIXED,
}
OCCASION = re.compile(r"meeting-(\d+)-(\d+)(?:-(\d+))?")


def reminder_occasion(batch: InvitationBatch) -> str:
    """What a reminder has as its occasion: one for each last day to answer that a batch has had."""
    return f"batch-{batch.pk}-{batch.answer_by}"


def why_not_send(letter: Letter) -> str:
    """Why the letter should no longer be sent, in words for a person; empty when it should.

    Its dialogue, batch and contact are taken as they were read with the letter: see `as_seen`.
    """
    return _contact_has_left(letter) or _dialogue_has_moved_on(letter) or _meeting_has_changed(letter)


def why_not_true(letter: PaperLetter) -> str:
    """Why a letter on paper should no longer be printed, in words for a person; empty when it should."""
    return _dialogue_has_moved_on(letter) or _meeting_has_changed(letter)


def as_seen(letter: Letter) -> Q:
    """That the letter's dialogue still is in the state in which it was read, and that the batch of a letter
    that asks for an answer has not been stopped.

    For the statement that moves the letter: subqueries, since an UPDATE can't join.
    """
    seen = letter.dialogue
    as_read = Q(Exists(Dialogue.objects.filter(pk=seen.pk, state=seen.state))) if seen else Q()
    if letter.kind not in ASK_FOR_AN_ANSWER or letter.batch_id is None:
        return as_read
    stopped = InvitationBatch.objects.filter(pk=letter.batch_id, state=BatchState.STOPPED)
    return as_read & ~Q(Exists(stopped))


def _contact_has_left(letter: Letter) -> str:
    contact = letter.contact
    if contact and contact.valid_to and contact.valid_to < timezone.localdate():
        return _("Mottagaren företräder inte längre huvudmannen.")
    return ""


def _dialogue_has_moved_on(letter: Letter | PaperLetter) -> str:
    if letter.dialogue is None:
        return ""
    wanted = WANTED_STATES.get(letter.kind, frozenset(DialogueState) - OVER)
    if letter.dialogue.state not in wanted:
        state = letter.dialogue.get_state_display()
        return _("Brevet är inte längre aktuellt: dialogen är i läget ”%(state)s”.") % {"state": state}
    if letter.kind in ASK_FOR_AN_ANSWER:
        return _answer_date_has_changed(letter, letter.dialogue.batch)
    return ""


def _answer_date_has_changed(letter: Letter | PaperLetter, batch: InvitationBatch) -> str:
    """An invitation is written anew when its batch gets new dates; a reminder of the old ones is not sent."""
    if batch.answer_by and batch.answer_by < timezone.localdate():
        return _("Svarsdatumet har passerat.")
    if letter.kind == LetterKind.REMINDER and letter.occasion != reminder_occasion(batch):
        return _("Inbjudan har fått en ny svarsdag sedan påminnelsen skrevs.")
    return ""


def _meeting_has_changed(letter: Letter | PaperLetter) -> str:
    """A letter of the occasion "meeting-<id>-<sequence>" is about that very version of the meeting.

    A third number names the huvudman's seat in a group, or the booking of somebody from the agencies.
    """
    about = OCCASION.fullmatch(letter.occasion)
    if about is None or letter.kind not in WANTED_MEETINGS:
        return ""
    meeting_id, sequence = int(about[1]), int(about[2])
    still = Meeting.objects.filter(pk=meeting_id, sequence=sequence, state=WANTED_MEETINGS[letter.kind])
    if still.exists() and (about[3] is None or _still_comes(letter, int(about[3]))):
        return ""
    return _("Mötet har ändrats sedan brevet skrevs.")


def _still_comes(letter: Letter | PaperLetter, pk: int) -> bool:
    if letter.kind == LetterKind.INTRODUCTION and letter.dialogue:
        return Seat.objects.filter(pk=pk, is_current=True).exists()
    return MeetingStaff.objects.filter(pk=pk, is_booked=True).exists()
