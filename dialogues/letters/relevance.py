"""Whether a letter still says what is true when it is about to be sent."""

from __future__ import annotations

import re

from django.db.models import Exists, Q, QuerySet
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
    MeetingKind,
    MeetingStaff,
    MeetingState,
    PaperLetter,
    RoundState,
    Seat,
    SummaryRound,
)
from huvudman.queries import contacts_to_check

OVER = frozenset({DialogueState.CANCELLED, DialogueState.CLOSED})
WANTED_STATES: dict[str, frozenset[str]] = {
    LetterKind.INVITATION: frozenset({DialogueState.INVITED}),
    LetterKind.REMINDER: frozenset({DialogueState.INVITED}),
    LetterKind.INTRODUCTION: BEFORE_DIALOGUE,
    LetterKind.MISSED: BEFORE_DIALOGUE,
    LetterKind.MEETING_CANCELLED: frozenset(DialogueState),
    LetterKind.CANCELLED: frozenset({DialogueState.CANCELLED}),
    LetterKind.CLOSED: frozenset({DialogueState.CLOSED}),
    LetterKind.EVALUATION: frozenset(DialogueState) - {DialogueState.CANCELLED},
    LetterKind.CARRIED: frozenset({DialogueState.PLANNED}),
    LetterKind.RECEIPT: frozenset(DialogueState),
    LetterKind.SENT: frozenset(DialogueState),
    LetterKind.ANALYSIS: frozenset(DialogueState),
    LetterKind.OWN_ANSWER: frozenset(DialogueState),
    LetterKind.BRIEF: frozenset({DialogueState.TIME_FIXED}),
    LetterKind.SUMMARY_DONE: frozenset(DialogueState),
}
"""In which states of its dialogue a letter makes sense; for other kinds, until the dialogue is over."""

SENT_WHILE_PAUSED = frozenset({LetterKind.PAUSED, LetterKind.MEETING_CANCELLED, LetterKind.CANCELLED})
"""Letters that go out though their dialogue is paused: that it is, and that somebody need not come."""
ASK_FOR_AN_ANSWER = frozenset({LetterKind.INVITATION, LetterKind.REMINDER})
"""Letters that are held while their batch is stopped, and not sent when its answer date has passed."""
WANTED_MEETINGS: dict[str, str] = {
    LetterKind.INTRODUCTION: MeetingState.FIXED,
    LetterKind.TIME_PROPOSED: MeetingState.PROPOSED,
    LetterKind.TIME_FIXED: MeetingState.FIXED,
    LetterKind.FEEDBACK: MeetingState.FIXED,
    LetterKind.BRIEF: MeetingState.FIXED,
}
OCCASION = re.compile(r"meeting-(\d+)-(\d+)(?:-(\d+))?")


def reminder_occasion(batch: InvitationBatch) -> str:
    """What a reminder has as its occasion: one for each last day to answer that a batch has had."""
    return f"batch-{batch.pk}-{batch.answer_by}"


def why_not_send(letter: Letter) -> str:
    """Why the letter should no longer be sent, in words for a person; empty when it should.

    Its dialogue, batch and contact are taken as they were read with the letter: see `as_seen`.
    """
    return _contact_has_left(letter) or _is_confirmed(letter) or why_not_true(letter)


def why_not_true(letter: Letter | PaperLetter) -> str:
    """Why a letter should not be on paper, now or any longer, in words for a person; empty when it should."""
    return _dialogue_has_moved_on(letter) or _meeting_has_changed(letter) or _summary_has_changed(letter)


def as_seen(letter: Letter) -> Q:
    """That the letter's dialogue still is in the state in which it was read and not paused, that its meeting
    is the version that it tells of, and that the batch of a letter that asks for an answer is not stopped.

    For the statement that moves the letter: subqueries, since an UPDATE can't join.
    """
    seen = letter.dialogue
    rows = Dialogue.objects.all() if letter.kind in SENT_WHILE_PAUSED else awake()
    as_read = Q(Exists(rows.filter(pk=seen.pk, state=seen.state))) if seen else Q()
    meeting = _meeting_told_of(letter)
    if meeting is not None:
        as_read &= Q(Exists(meeting))
    if letter.kind not in ASK_FOR_AN_ANSWER or letter.batch_id is None:
        return as_read
    stopped = InvitationBatch.objects.filter(pk=letter.batch_id, state=BatchState.STOPPED)
    return as_read & ~Q(Exists(stopped))


def awake() -> QuerySet[Dialogue]:
    """The dialogues that are not paused: the letters of the others wait, but for `SENT_WHILE_PAUSED`."""
    return Dialogue.objects.filter(paused_at=None)


def _contact_has_left(letter: Letter) -> str:
    contact = letter.contact
    if contact and contact.valid_to and contact.valid_to < timezone.localdate():
        return _("Mottagaren företräder inte längre huvudmannen.")
    return ""


def _is_confirmed(letter: Letter) -> str:
    """Nobody is asked about contacts that have been confirmed since the letter was written."""
    if letter.kind != LetterKind.CONTACT_CHECK or letter.contact is None:
        return ""
    asks = contacts_to_check().filter(huvudman=letter.contact.huvudman_id)
    return "" if asks.exists() else _("Kontakterna är bekräftade sedan brevet skrevs.")


def _dialogue_has_moved_on(letter: Letter | PaperLetter) -> str:
    if letter.dialogue is None:
        return ""
    if letter.kind == LetterKind.PAUSED and not letter.dialogue.is_paused:
        return _("Dialogen är inte längre pausad.")
    wanted = WANTED_STATES.get(letter.kind, frozenset(DialogueState) - OVER)
    if letter.dialogue.state not in wanted:
        state = letter.dialogue.get_state_display()
        return _("Brevet är inte längre aktuellt: dialogen är i läget ”%(state)s”.") % {"state": state}
    if letter.kind == LetterKind.CARRIED and letter.batch_id != letter.dialogue.batch_id:
        return _("Huvudmannen har fått plats i en annan omgång.")
    if letter.kind == LetterKind.MISSED and _has_seat_or_came(letter.dialogue):
        return _("Huvudmannen har fått plats på ett annat introduktionsmöte, eller deltog.")
    if letter.kind in ASK_FOR_AN_ANSWER:
        return _answer_date_has_changed(letter, letter.dialogue.batch)
    return ""


def _has_seat_or_came(dialogue: Dialogue) -> bool:
    seats = dialogue.seats.filter(kind=MeetingKind.INTRODUCTION)
    return seats.filter(Q(attended=True) | Q(attended=None, is_current=True)).exists()


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
    about, still = OCCASION.fullmatch(letter.occasion), _meeting_told_of(letter)
    if about is None or still is None:
        return ""
    if still.filter(starts_at__lte=timezone.now()).exists():
        return _("Mötets tid har varit.")
    if still.exists() and (about[3] is None or _still_comes(letter, int(about[3]))):
        return ""
    return _("Mötet har ändrats sedan brevet skrevs.")


def _summary_has_changed(letter: Letter | PaperLetter) -> str:
    """A summary to read has the occasion "summary-<version>": it is sent only while that version waits."""
    if letter.kind != LetterKind.SUMMARY:
        return ""
    number = int(letter.occasion.removeprefix("summary-"))
    waits = SummaryRound.objects.filter(dialogue=letter.dialogue, number=number, state=RoundState.OPEN)
    return "" if waits.exists() else _("Sammanfattningen har besvarats eller ändrats sedan brevet skrevs.")


def _meeting_told_of(letter: Letter | PaperLetter) -> QuerySet[Meeting] | None:
    """The meeting as the letter tells of it, if it still is so; None for a letter about no meeting."""
    about = OCCASION.fullmatch(letter.occasion)
    if about is None or letter.kind not in WANTED_MEETINGS:
        return None
    wanted = WANTED_MEETINGS[letter.kind]
    return Meeting.objects.filter(pk=int(about[1]), sequence=int(about[2]), state=wanted)


def _still_comes(letter: Letter | PaperLetter, pk: int) -> bool:
    if letter.kind == LetterKind.INTRODUCTION and letter.dialogue:
        return Seat.objects.filter(pk=pk, is_current=True).exists()
    return MeetingStaff.objects.filter(pk=pk, is_booked=True).exists()
