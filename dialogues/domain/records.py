"""Holding the dialogue and the feedback meeting, what was written about them, and closing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import entries, latest, record
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry
from dialogues.domain.closing import require_can_be_closed
from dialogues.domain.conflicts import who_and_when
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import DIALOGUES, move
from dialogues.domain.holding import correct_time, note_held, refuse_other_time
from dialogues.domain.impartial import silent_about
from dialogues.domain.impartiality import clear_reasons
from dialogues.domain.needs import clear_needs
from dialogues.domain.notes import clear_notes
from dialogues.domain.own_questions import leave_open_questions, require_all_settled
from dialogues.domain.participants import clear_participants
from dialogues.domain.receipts import in_swedish
from dialogues.domain.summaries import clear_unsent_summary
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    LetterKind,
    Meeting,
    MeetingKind,
    OwnQuestion,
    Seat,
    SkippedPart,
)
from huvudman.models import Skolform

CHANGED = "dialogue.record_changed"
HELD_UNDECLARED = "dialogue.held_undeclared"
TIME_CHANGED = "dialogue.held_time_changed"
RECORDED = (DialogueState.DIALOGUE_HELD, DialogueState.FEEDBACK_HELD)
"""States in which what was noted of the meetings can be changed."""
WRITTEN = (f"dialogue.{DialogueState.DIALOGUE_HELD}", f"dialogue.{DialogueState.FEEDBACK_HELD}", CHANGED)
"""What the audit log calls the writing of a record."""


def hold_dialogue(
    *,
    dialogue: Dialogue,
    summary: str,
    discussed_skolformer: Sequence[Skolform],
    actor: Actor,
    held_at: datetime.datetime | None = None,
    although_silent: bool = False,
) -> Dialogue:
    """Note that the dialogue was held, with a summary and the skolformer that were discussed.

    `held_at` is when, should it be at another time than was fixed; `although_silent` that somebody who led it
    had not said whether they have a conflict of interest. Raises NotPossible when the time has not come or
    somebody is silent and that is not said, and Conflict when somebody has noted it with other words.
    """
    told = _told(summary, discussed_skolformer)

    def write_record(row: Dialogue) -> None:
        hold_meeting(row, MeetingKind.DIALOGUE, actor, held_at, although_silent=although_silent)
        DialogueRecord.objects.create(dialogue=row, **told)
        clear_needs(row, actor)

    def refuse_other(row: Dialogue) -> None:
        if _changed(row.record, told):
            raise _conflict(row)
        _refuse_other_time(row, MeetingKind.DIALOGUE, held_at)

    return move(dialogue, to=DialogueState.DIALOGUE_HELD, actor=actor, after=write_record, again=refuse_other)


def hold_feedback(
    *,
    dialogue: Dialogue,
    feedback: str,
    actor: Actor,
    held_at: datetime.datetime | None = None,
    although_silent: bool = False,
) -> Dialogue:
    """Note that the feedback meeting was held and what was said about the continued work.

    `held_at` and `although_silent` as in `hold_dialogue`. Raises NotPossible when the time has not come
    or is before the dialogue, and Conflict when somebody has noted it with other words.
    """
    feedback = feedback.strip()

    def write_feedback(row: Dialogue) -> None:
        hold_meeting(row, MeetingKind.FEEDBACK, actor, held_at, although_silent=although_silent)
        DialogueRecord.objects.filter(dialogue=row).update(feedback=feedback)

    def refuse_other(row: Dialogue) -> None:
        if feedback != row.record.feedback:
            raise _conflict(row)
        _refuse_other_time(row, MeetingKind.FEEDBACK, held_at)

    return move(
        dialogue, to=DialogueState.FEEDBACK_HELD, actor=actor, after=write_feedback, again=refuse_other
    )


def change_record(
    *,
    dialogue: Dialogue,
    summary: str,
    discussed_skolformer: Sequence[Skolform],
    feedback: str,
    seen: int,
    actor: Actor,
) -> Dialogue:
    """Change what was written about the dialogue and the feedback; what it was is kept in the audit log.

    Until the dialogue is closed or cancelled: then it is over, and its record stands as the huvudman knows
    it. `seen` is the record's version on the page (`record_version`): raises Conflict when it is another one
    now. The same words again do nothing.
    """
    told = {**_told(summary, discussed_skolformer), "feedback": feedback.strip()}
    with transaction.atomic():
        row = DIALOGUES.locked(dialogue)
        actor.require("dialogues.hold_dialogue", row)
        if row.state not in RECORDED:
            raise WrongState(
                _("Dokumentationen går att ändra från det att dialogen är hållen tills den avslutas.")
            )
        stands = row.record
        was = _changed(stands, told)
        if not was:
            return row
        if seen != record_version(row):
            raise _conflict(row)
        if row.state == DialogueState.DIALOGUE_HELD and feedback.strip():
            raise NotPossible(_("Återkopplingen är inte hållen än."))
        for name in was:
            setattr(stands, name, told[name])
        stands.save(update_fields=[*was])
        record(actor=actor, verb=CHANGED, subject=row, was=was)
    return row


def change_held_time(
    *, dialogue: Dialogue, kind: MeetingKind, held_at: datetime.datetime, seen: int, actor: Actor
) -> Dialogue:
    """Correct when the dialogue or its feedback was held, until it is closed or cancelled; what was noted is
    kept in the audit log. `seen` is the time's version on the page (`held_time_version`).

    Raises NotPossible when it cannot have been then, and Conflict when the time has been corrected since it
    was seen. The same minute does nothing.
    """
    with transaction.atomic():
        row = DIALOGUES.locked(dialogue)
        actor.require("dialogues.hold_dialogue", row)
        seat = _seat(row, kind)
        if row.state not in RECORDED or seat is None:
            raise WrongState(_("Det går att ändra från det att mötet är hållet tills dialogen avslutas."))
        was = seat.meeting.starts_at
        if held_at == was.replace(second=0, microsecond=0):
            return row
        if seen != held_time_version(row, kind):
            raise _time_conflict(row, kind)
        correct_time(seat.meeting, held_at)
        times = {"was": was.isoformat(), "now": held_at.astimezone(datetime.UTC).isoformat()}
        record(actor=actor, verb=TIME_CHANGED, subject=row, kind=kind, **times)
    return row


def held_time_version(dialogue: Dialogue, kind: MeetingKind) -> int:
    """A number that is another one each time somebody corrects when the meeting was held; 0 before that."""
    entry = _last_correction(dialogue, kind)
    return entry.pk if entry else 0


def last_written(dialogue: Dialogue) -> AuditEntry | None:
    """Who last wrote in the dialogue's record, and when."""
    return latest(dialogue, *WRITTEN)


def record_version(dialogue: Dialogue) -> int:
    """A number that is another one each time somebody writes in the dialogue's record."""
    entry = last_written(dialogue)
    return entry.pk if entry else 0


def close_dialogue(*, dialogue: Dialogue, actor: Actor, unanswered: str = "") -> Dialogue:
    """Close the dialogue and thank the huvudman; the continued work is its own. Working notes, the names of
    those who came and a summary that was never sent are cleared.

    `unanswered` is why questions from the huvudman that still wait get no answer: the letter tells it. Raises
    NotPossible when there is such a question and no reason, while a summary that was sent waits, or when a
    part is neither held nor left out.
    """

    def check(row: Dialogue) -> None:
        require_can_be_closed(row)
        require_all_settled(row, unanswered)

    def after(row: Dialogue) -> None:
        clear_notes(row, actor)
        clear_needs(row, actor)
        clear_participants(row, actor)
        clear_unsent_summary(row)
        clear_reasons(row)
        _say_thanks(row, leave_open_questions(row, unanswered, actor))

    return move(
        dialogue,
        to=DialogueState.CLOSED,
        actor=actor,
        check=check,
        after=after,
    )


def hold_meeting(
    dialogue: Dialogue,
    kind: MeetingKind,
    actor: Actor,
    held_at: datetime.datetime | None,
    *,
    although_silent: bool = False,
) -> Meeting:
    """Move the phase's current meeting to held. Raises NotPossible when there is none, or somebody who leads
    it is silent about conflicts of interest and that is not said; and as `note_held`.
    """
    seat = _seat(dialogue, kind)
    if seat is None:
        raise NotPossible(_("Det finns inget bokat möte."))
    seat.attended = True
    seat.save(update_fields=["attended"])
    held = note_held(seat.meeting, held_at=held_at, actor=actor)
    silent = silent_about(seat.meeting, dialogue)
    if silent and not although_silent:
        text = _("%(names)s har inte svarat om jäv. Kryssa i att mötet hölls ändå, om det gjorde det.")
        raise NotPossible(text % {"names": ", ".join(silent)})
    if silent:
        record(actor=actor, verb=HELD_UNDECLARED, subject=dialogue, people=silent)
    return held


def _seat(dialogue: Dialogue, kind: MeetingKind) -> Seat | None:
    return dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()


def _refuse_other_time(dialogue: Dialogue, kind: MeetingKind, held_at: datetime.datetime | None) -> None:
    seat = _seat(dialogue, kind)
    if seat:
        refuse_other_time(seat.meeting, held_at)


def _told(summary: str, discussed_skolformer: Sequence[Skolform]) -> dict[str, Any]:
    if not summary.strip() or not discussed_skolformer:
        raise NotPossible(_("Skriv en sammanfattning och ange vilka skolformer som togs upp."))
    return {"summary": summary.strip(), "discussed_skolformer": sorted(set(discussed_skolformer))}


def _changed(stands: DialogueRecord, told: Mapping[str, Any]) -> dict[str, Any]:
    """What stands now of that which is told otherwise."""
    return {name: getattr(stands, name) for name in told if getattr(stands, name) != told[name]}


def _conflict(dialogue: Dialogue) -> Conflict:
    text = _(
        "%(who)s skrev det som står nu, %(when)s. Din text är inte sparad. Läs det som står, för ihop "
        "texterna och spara igen."
    )
    return Conflict(text % who_and_when(last_written(dialogue)))


def _last_correction(dialogue: Dialogue, kind: MeetingKind) -> AuditEntry | None:
    return entries(dialogue, TIME_CHANGED).filter(facts__kind=kind).first()


def _time_conflict(dialogue: Dialogue, kind: MeetingKind) -> Conflict:
    text = _(
        "%(who)s ändrade tiden %(when)s. Din tid är inte sparad. Läs den som står. Ska din gälla i stället? "
        "Spara då igen."
    )
    return Conflict(text % who_and_when(_last_correction(dialogue, kind)))


def _say_thanks(dialogue: Dialogue, left: Sequence[OwnQuestion]) -> None:
    write_to_huvudman(
        kind=LetterKind.CLOSED,
        dialogue=dialogue,
        occasion="closed",
        context={
            "left_questions": left,
            "skipped": in_swedish(SkippedPart(dialogue.skipped).label) if dialogue.skipped else "",
            "skipped_because": dialogue.skipped_because,
        },
    )
