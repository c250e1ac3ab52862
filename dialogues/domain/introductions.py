"""Introduction meetings: several huvudmän together, digital, no preparation needed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.attendance import (
    ATTENDANCE_CHANGED,
    attendance_conflict,
    attendance_version,
    noted_seats,
    refuse_others,
    who_came,
)
from dialogues.domain.correspondence import booked
from dialogues.domain.dialogues import DIALOGUES, OPEN, PausedNow, move, require_not_paused
from dialogues.domain.holding import note_held
from dialogues.domain.introduction_letters import offer_others, tell_cancelled, tell_left, tell_seat
from dialogues.domain.meeting_letters import call_staff, tell_staff_change, tell_staff_free
from dialogues.domain.meetings import MEETINGS
from dialogues.domain.staffing import StaffChange, book_staff, free_staff, rebook_staff, require_from_both
from dialogues.domain.underlag import order_underlag_for_meeting
from dialogues.models import (
    BEFORE_DIALOGUE,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Meeting,
    MeetingKind,
    MeetingState,
    Seat,
)
from dialogues.queries import open_introductions


def set_up_introduction(
    *, batch: InvitationBatch, arrangement: Arrangement, seats: int, actor: Actor
) -> Meeting:
    """Make a group meeting with `seats` seats for a batch, and place those who wait for one.

    Raises NotPossible when somebody is booked elsewhere at that time, or one agency is not there.
    """
    actor.require("dialogues.run_introduction", batch)
    require_from_both(arrangement.staff)
    with transaction.atomic():
        lock_for_placing(Meeting(batch=batch))
        meeting = make_group(batch=batch, arrangement=arrangement, seats=seats, actor=actor)
        _fill(meeting, actor)
    return meeting


def make_group(*, batch: InvitationBatch, arrangement: Arrangement, seats: int, actor: Actor) -> Meeting:
    """Make an empty group in the caller's transaction, which has called `lock_for_placing`, and call its
    people. Raises NotPossible when somebody is booked elsewhere at that time.
    """
    meeting = Meeting(kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=seats, batch=batch)
    arrangement.set_on(meeting)
    meeting.save()
    people = book_staff(meeting, arrangement.staff)
    record(actor=actor, verb="meeting.introduction_set_up", subject=meeting, seats=seats)
    call_staff(meeting, None, people)
    return meeting


def change_introduction(*, meeting: Meeting, arrangement: Arrangement, seats: int, actor: Actor) -> Meeting:
    """Change time, link, number of seats or people of a coming introduction; whom it concerns is told.

    Those who wait get the seats that are new. Raises NotPossible for fewer seats than are taken, and as
    `set_up_introduction`; WrongState when the meeting is held or cancelled.
    """
    actor.require("dialogues.run_introduction", meeting)
    require_from_both(arrangement.staff)
    with transaction.atomic():
        lock_for_placing(meeting)
        row = MEETINGS.locked(meeting)
        _require_coming(row)
        if seats < taken_seats(row):
            raise NotPossible(_("%(n)s huvudmän har redan plats på mötet.") % {"n": taken_seats(row)})
        is_moved = not arrangement.is_kept_by(row)
        arrangement.set_on(row)
        row.seats = seats
        row.sequence += is_moved
        row.save()
        change = rebook_staff(row, arrangement.staff)
        record(actor=actor, verb="meeting.introduction_changed", subject=row, seats=seats)
        _tell_change(row, change, is_moved=is_moved)
        _fill(row, actor)
    return row


def cancel_introduction(*, meeting: Meeting, actor: Actor) -> Meeting:
    """Cancel an introduction: seats are given up, those who had them are placed elsewhere if there is room.

    Everyone is told, with a file that takes it out of the calendar. Raises WrongState when it is held.
    """
    actor.require("dialogues.run_introduction", meeting)

    def change(row: Meeting) -> None:
        row.sequence += 1

    with transaction.atomic():
        lock_for_placing(meeting)
        return MEETINGS.walk(
            meeting,
            to=MeetingState.CANCELLED,
            actor=actor,
            check=_require_coming,
            change=change,
            after=lambda row: _dissolve(row, actor),
        )


def place(
    *,
    dialogue: Dialogue,
    meeting: Meeting,
    actor: Actor,
    after: Callable[[Seat], None] | None = None,
) -> Seat:
    """Give the huvudman a seat and tell it when and where; a seat in another coming group is given up.

    Who could not come when its group met may have a seat in another, until the dialogue is held; the
    dialogue's state stays. `after` is told of a seat that is new, in the same transaction. Raises NotPossible
    when there is no seat, or the huvudman is in no need of one.
    """
    actor.require("dialogues.answer_invitation", dialogue)
    with transaction.atomic():
        if meeting.batch_id != dialogue.batch_id:
            _lock_batch(meeting)  # whoever changes the meeting then knows of all who have seats there
        _require_need(DIALOGUES.locked(dialogue))
        locked = MEETINGS.locked(meeting)
        if locked.state != MeetingState.FIXED or not _has_free_seat(locked, dialogue):
            raise NotPossible(_("Introduktionsmötet är fullt eller redan hållet."))
        current = _current_seats(dialogue).select_related("meeting").first()
        if current and current.meeting_id == locked.pk:
            return current
        _current_seats(dialogue).update(is_current=False)
        seat = _seat(dialogue, locked)
        record(actor=actor, verb="dialogue.placed", subject=dialogue, meeting=str(locked))
        if current and current.meeting.state == MeetingState.FIXED:
            tell_left(current, dialogue)
        tell_seat(seat, dialogue, why=_why_again(dialogue, current))
        if after:
            after(seat)
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


def release_seats(dialogue: Dialogue) -> list[Seat]:
    """Give up the huvudman's seat in an introduction that has not been held; answer the seats given up."""
    coming = _current_seats(dialogue).exclude(meeting__state=MeetingState.HELD)
    given_up = list(coming.select_related("meeting"))
    coming.update(is_current=False)
    return given_up


def hold_introduction(
    *, meeting: Meeting, attended: set[int], actor: Actor, held_at: datetime.datetime | None = None
) -> Meeting:
    """Note that the meeting was held and who came (`attended`: dialogue ids), and when (`held_at`) should it
    be at another time than was planned.

    Everyone's underlag is ordered, also of those who could not come, who are offered another group. Those
    whose dialogue is paused give up their seat, and get another when it goes on.
    Raises NotPossible when its time has not come, there is no edition of the quality system in force to make
    it from, or a paused one came, and Conflict when it is noted already that others came.
    """

    def note_attendance(row: Meeting) -> None:
        taken = row.taken_seats.filter(is_current=True).select_for_update(of=("self",))
        for seat in taken.select_related("dialogue").order_by("dialogue_id"):
            if seat.dialogue.is_paused:
                _give_up_paused(seat, attended)
                continue
            seat.attended = seat.dialogue_id in attended
            seat.save(update_fields=["attended"])
            if seat.dialogue.state == DialogueState.ACCEPTED:
                move(seat.dialogue, to=DialogueState.INTRODUCED, actor=actor, attended=seat.attended)

    with transaction.atomic():
        lock_for_placing(meeting)
        held = note_held(
            meeting,
            held_at=held_at,
            actor=actor,
            after=note_attendance,
            again=lambda row: refuse_others(row, attended),
            attended=sorted(attended),
        )
        order_underlag_for_meeting(meeting=held, actor=actor)
        _offer_others([seat for seat in noted_seats(held) if not seat.attended], held)
    return held


def change_attendance(*, meeting: Meeting, attended: set[int], seen: int, actor: Actor) -> Meeting:
    """Correct who came to an introduction that is held (`attended`: dialogue ids); who it was is kept in the
    audit log. Everyone's underlag is made all the same.

    Who did come after all, and has a seat in a coming group, gives that up and is told. `seen` is the version
    on the page (`attendance_version`): raises Conflict when it is another one now, and NotPossible about a
    huvudman whose dialogue is over. The same again does nothing.
    """
    actor.require("dialogues.run_introduction", meeting)
    with transaction.atomic():
        lock_for_placing(meeting)
        row = MEETINGS.locked(meeting)
        if row.kind != MeetingKind.INTRODUCTION or row.state != MeetingState.HELD:
            raise WrongState(_("Vilka som deltog går att ändra när introduktionsmötet är hållet."))
        wrong = [seat for seat in noted_seats(row) if seat.attended != (seat.dialogue_id in attended)]
        if not wrong:
            return row
        if seen != attendance_version(row):
            raise attendance_conflict(row)
        was = sorted(who_came(row))
        for seat in wrong:
            _correct(seat)
        record(actor=actor, verb=ATTENDANCE_CHANGED, subject=row, was=was, attended=sorted(attended))
        _offer_others([seat for seat in wrong if not seat.attended], row)
    return row


def needs_seat(dialogue: Dialogue) -> bool:
    """Tell whether the huvudman may have a seat: before the dialogue, if it has been to no introduction."""
    if dialogue.state not in BEFORE_DIALOGUE:
        return False
    return not dialogue.seats.filter(kind=MeetingKind.INTRODUCTION, attended=True).exists()


def taken_seats(meeting: Meeting) -> int:
    """How many seats of an introduction are taken."""
    return meeting.taken_seats.filter(is_current=True).count()


def waiting_for_seat(batch: InvitationBatch) -> QuerySet[Dialogue]:
    """Those in the batch who said yes and have no seat."""
    seated = Seat.objects.filter(kind=MeetingKind.INTRODUCTION, is_current=True)
    rows = batch.dialogues.filter(state=DialogueState.ACCEPTED, paused_at=None)
    return rows.exclude(pk__in=seated.values("dialogue"))


def _give_up_paused(seat: Seat, attended: set[int]) -> None:
    """A paused dialogue stays as it is when its group meets without it."""
    if seat.dialogue_id in attended:
        text = _("Dialogen med %(huvudman)s är pausad. Återuppta den först, om huvudmannen deltog.")
        raise PausedNow(text % {"huvudman": seat.dialogue.huvudman})
    seat.is_current = False
    seat.save(update_fields=["is_current"])


def _correct(seat: Seat) -> None:
    """Let a seat say the opposite of what it did. Who came needs no other group."""
    require_not_paused(seat.dialogue)
    if seat.dialogue.state not in OPEN:
        text = _("Dialogen med %(huvudman)s är över, så det går inte längre att ändra om den deltog.")
        raise NotPossible(text % {"huvudman": seat.dialogue.huvudman})
    seat.attended = not seat.attended
    if seat.attended:
        for other in release_seats(seat.dialogue):
            tell_left(other, seat.dialogue)
            seat.is_current = True
    seat.save(update_fields=["attended", "is_current"])


def _offer_others(absent: Sequence[Seat], meeting: Meeting) -> None:
    """Write to those who could not come which other groups have free seats, if they still need one."""
    noted = attendance_version(meeting)
    for seat in absent:
        dialogue = Dialogue.objects.select_related("huvudman", "batch").get(pk=seat.dialogue_id)
        if seat.is_current and needs_seat(dialogue):
            offer_others(seat, dialogue, list(open_introductions(dialogue)), noted)


def _fill(meeting: Meeting, actor: Actor) -> None:
    """Place those in the batch who wait, as far as the meeting's seats go."""
    assert meeting.batch is not None  # noqa: S101  (the database holds it for introductions)
    free = (meeting.seats or 0) - taken_seats(meeting)
    waiting = waiting_for_seat(meeting.batch).select_related("huvudman", "batch")
    for dialogue in waiting.order_by("pk")[: max(free, 0)]:
        place(dialogue=dialogue, meeting=meeting, actor=actor)


def _dissolve(meeting: Meeting, actor: Actor) -> None:
    seats = meeting.taken_seats.filter(is_current=True)
    given_up = list(seats.select_related("dialogue__huvudman", "dialogue__batch").order_by("dialogue_id"))
    seats.update(is_current=False)
    for seat in given_up:
        elsewhere = place_where_free(dialogue=seat.dialogue, actor=actor)
        tell_cancelled(seat, meeting, elsewhere=elsewhere is not None)
    tell_staff_free(meeting, None, list(booked(meeting)), why="cancelled")
    free_staff(meeting)


def _tell_change(meeting: Meeting, change: StaffChange, *, is_moved: bool) -> None:
    tell_staff_change(meeting, None, change)
    if not is_moved:
        return
    call_staff(meeting, None, change.stayed, why="changed")
    seats = meeting.taken_seats.filter(is_current=True).select_related("dialogue__huvudman")
    for seat in seats.order_by("dialogue_id"):
        tell_seat(seat, seat.dialogue, why="changed")


def lock_for_placing(meeting: Meeting) -> None:
    """Lock the batch, then all who may get or lose a seat, then the coming meetings: always in that order.

    All in the batch, whatever they have answered: a yes that is being given either sees the meeting when it
    looks for a seat, or is seen when the meeting is filled. (The order of all locks: docs/decisions/0008.)
    """
    _lock_batch(meeting)
    seated = Seat.objects.filter(meeting=meeting.pk).values("dialogue")
    concerned = Dialogue.objects.filter(Q(batch=meeting.batch_id) | Q(pk__in=seated)).order_by("pk")
    locked = concerned.select_for_update(no_key=True)
    batches = {meeting.batch_id, *locked.values_list("batch_id", flat=True)}
    coming = Meeting.objects.filter(batch__in=batches, kind=MeetingKind.INTRODUCTION)
    list(coming.filter(state=MeetingState.FIXED).order_by("pk").select_for_update(no_key=True))


def _lock_batch(meeting: Meeting) -> None:
    assert meeting.batch_id is not None  # noqa: S101  (the database holds it for introductions)
    InvitationBatch.objects.select_for_update(no_key=True).get(pk=meeting.batch_id)


def _require_coming(meeting: Meeting) -> None:
    if meeting.kind != MeetingKind.INTRODUCTION or meeting.state != MeetingState.FIXED:
        raise WrongState(_("Introduktionsmötet är redan hållet eller inställt."))


def _require_need(dialogue: Dialogue) -> None:
    if not needs_seat(dialogue):
        raise NotPossible(_("Huvudmannen behöver ingen plats på ett introduktionsmöte nu."))


def _seat(dialogue: Dialogue, meeting: Meeting) -> Seat:
    """A new seat; one that was given up in the same meeting makes room for it."""
    Seat.objects.filter(meeting=meeting, dialogue=dialogue).delete()
    return Seat.objects.create(meeting=meeting, dialogue=dialogue, kind=MeetingKind.INTRODUCTION)


def _why_again(dialogue: Dialogue, current: Seat | None) -> str:
    if dialogue.seats.filter(kind=MeetingKind.INTRODUCTION, attended=False).exists():
        return "missed"
    return "other_group" if current else ""


def _current_seats(dialogue: Dialogue) -> QuerySet[Seat]:
    return Seat.objects.filter(dialogue=dialogue, kind=MeetingKind.INTRODUCTION, is_current=True)


def _coming(batch: InvitationBatch) -> QuerySet[Meeting]:
    coming = batch.meetings.filter(kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED)
    return coming.filter(starts_at__gt=timezone.now()).order_by("starts_at")


def _has_free_seat(meeting: Meeting, dialogue: Dialogue) -> bool:
    taken = meeting.taken_seats.filter(is_current=True).exclude(dialogue=dialogue).count()
    return taken < (meeting.seats or 0)
