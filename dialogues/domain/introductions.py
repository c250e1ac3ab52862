"""Introduction meetings: several huvudmän together, digital, no preparation needed."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.models import User
from dialogues.domain.correspondence import calendar_file, write_to_huvudman
from dialogues.domain.dialogues import move
from dialogues.domain.meetings import MEETINGS, book_staff
from dialogues.domain.underlag import order_underlag_for_meeting
from dialogues.models import (
    Dialogue,
    DialogueState,
    InvitationBatch,
    LetterKind,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingState,
    Seat,
)


def set_up_introduction(
    *,
    batch: InvitationBatch,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    link: str,
    seats: int,
    staff: list[User],
    actor: Actor,
) -> Meeting:
    """Make a group meeting with `seats` seats for a batch, and place those who wait for one.

    Raises NotPossible when somebody is booked elsewhere at that time.
    """
    actor.require("dialogues.run_introduction", batch)
    with transaction.atomic():
        meeting = Meeting.objects.create(
            kind=MeetingKind.INTRODUCTION,
            state=MeetingState.FIXED,
            starts_at=starts_at,
            ends_at=ends_at,
            form=MeetingForm.DIGITAL,
            link=link,
            seats=seats,
            batch=batch,
        )
        book_staff(meeting, staff)
        record(actor=actor, verb="meeting.introduction_set_up", subject=meeting, seats=seats)
        place_all(batch=batch, actor=actor)
    return meeting


def place(*, dialogue: Dialogue, meeting: Meeting, actor: Actor) -> Seat:
    """Give the huvudman a seat and tell it when and where. Raises NotPossible when there is none."""
    actor.require("dialogues.answer_invitation", dialogue)
    with transaction.atomic():
        locked = MEETINGS.locked(meeting)
        if locked.state != MeetingState.FIXED or not _has_free_seat(locked, dialogue):
            raise NotPossible(_("Introduktionsmötet är fullt eller redan hållet."))
        current = _current_seats(dialogue)
        if current.filter(meeting=locked).exists():
            return current.get(meeting=locked)
        current.update(is_current=False)
        seat, _new = Seat.objects.update_or_create(
            meeting=locked,
            dialogue=dialogue,
            defaults={"kind": MeetingKind.INTRODUCTION, "is_current": True, "attended": None},
        )
        record(actor=actor, verb="dialogue.placed", subject=dialogue, meeting=str(locked))
        _tell_about_introduction(dialogue, locked)
    return seat


def place_where_free(*, dialogue: Dialogue, actor: Actor) -> Seat | None:
    """Place the huvudman in the first coming introduction of its batch with a free seat, if there is one."""
    if _current_seats(dialogue).exists():
        return None
    for meeting in _coming(dialogue.batch):
        try:
            return place(dialogue=dialogue, meeting=meeting, actor=actor)
        except NotPossible:
            continue
    return None


def place_all(*, batch: InvitationBatch, actor: Actor) -> int:
    """Place everyone in the batch who said yes and has no seat yet; answer how many got one."""
    waiting = batch.dialogues.filter(state=DialogueState.ACCEPTED).exclude(
        seats__kind=MeetingKind.INTRODUCTION, seats__is_current=True
    )
    return sum(
        place_where_free(dialogue=dialogue, actor=actor) is not None
        for dialogue in waiting.select_related("huvudman", "batch").order_by("pk")
    )


def release_seats(dialogue: Dialogue) -> None:
    """Give up the huvudman's seat in an introduction that has not been held."""
    _current_seats(dialogue).exclude(meeting__state=MeetingState.HELD).update(is_current=False)


def hold_introduction(*, meeting: Meeting, attended: set[int], actor: Actor) -> Meeting:
    """Note that the meeting was held and who came (`attended`: dialogue ids).

    Everyone's underlag is ordered, also of those who could not come, who are offered another group.
    Raises NotPossible when there is no edition of the quality system in force to make it from.
    """

    def note_attendance(row: Meeting) -> None:
        taken = row.taken_seats.filter(is_current=True).select_related("dialogue")
        for seat in taken.order_by("dialogue_id"):
            seat.attended = seat.dialogue_id in attended
            seat.save(update_fields=["attended"])
            if seat.dialogue.state == DialogueState.ACCEPTED:
                move(seat.dialogue, to=DialogueState.INTRODUCED, actor=actor, attended=seat.attended)

    with transaction.atomic():
        held = MEETINGS.walk(meeting, to=MeetingState.HELD, actor=actor, after=note_attendance)
        order_underlag_for_meeting(meeting=held, actor=actor)
    return held


def _current_seats(dialogue: Dialogue) -> QuerySet[Seat]:
    return Seat.objects.filter(dialogue=dialogue, kind=MeetingKind.INTRODUCTION, is_current=True)


def _coming(batch: InvitationBatch) -> QuerySet[Meeting]:
    return batch.meetings.filter(kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED).order_by(
        "starts_at"
    )


def _has_free_seat(meeting: Meeting, dialogue: Dialogue) -> bool:
    taken = meeting.taken_seats.filter(is_current=True).exclude(dialogue=dialogue).count()
    return taken < (meeting.seats or 0)


def _tell_about_introduction(dialogue: Dialogue, meeting: Meeting) -> None:
    write_to_huvudman(
        kind=LetterKind.INTRODUCTION,
        dialogue=dialogue,
        occasion=f"meeting-{meeting.pk}-{meeting.sequence}",
        context={"meeting": meeting},
        attachments=[calendar_file(meeting, dialogue)],
    )
