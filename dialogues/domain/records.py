"""Holding the dialogue and the feedback meeting, and closing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.dialogues import move
from dialogues.domain.meetings import MEETINGS
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
)
from huvudman.models import Skolform


def hold_dialogue(
    *, dialogue: Dialogue, summary: str, discussed_skolformer: Sequence[Skolform], actor: Actor
) -> Dialogue:
    """Note that the dialogue was held, with a summary and the skolformer that were discussed."""
    if not summary.strip() or not discussed_skolformer:
        raise NotPossible(_("Skriv en sammanfattning och ange vilka skolformer som togs upp."))

    def write_record(row: Dialogue) -> None:
        hold_meeting(row, MeetingKind.DIALOGUE, actor)
        DialogueRecord.objects.create(
            dialogue=row, summary=summary.strip(), discussed_skolformer=sorted(set(discussed_skolformer))
        )

    return move(dialogue, to=DialogueState.DIALOGUE_HELD, actor=actor, after=write_record)


def hold_feedback(*, dialogue: Dialogue, feedback: str, actor: Actor) -> Dialogue:
    """Note that the feedback meeting was held and what was said about the continued work."""

    def write_feedback(row: Dialogue) -> None:
        hold_meeting(row, MeetingKind.FEEDBACK, actor)
        DialogueRecord.objects.filter(dialogue=row).update(feedback=feedback.strip())

    return move(dialogue, to=DialogueState.FEEDBACK_HELD, actor=actor, after=write_feedback)


def close_dialogue(*, dialogue: Dialogue, actor: Actor) -> Dialogue:
    """Close the dialogue and thank the huvudman; the continued work is its own."""
    return move(
        dialogue,
        to=DialogueState.CLOSED,
        actor=actor,
        after=_say_thanks,
    )


def hold_meeting(dialogue: Dialogue, kind: MeetingKind, actor: Actor) -> Meeting:
    """Move the phase's current meeting to held. Raises NotPossible when there is none."""
    seat = dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()
    if seat is None:
        raise NotPossible(_("Det finns inget bokat möte."))
    seat.attended = True
    seat.save(update_fields=["attended"])
    return MEETINGS.walk(seat.meeting, to=MeetingState.HELD, actor=actor)


def _say_thanks(dialogue: Dialogue) -> None:
    write_to_huvudman(kind=LetterKind.CLOSED, dialogue=dialogue, occasion="closed")
