"""Meetings: a proposed time, accepted or another wished; fixed only with somebody from each agency."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Machine, NotPossible
from accounts.models import Agency, User
from dialogues.domain.correspondence import calendar_file, write_to_huvudman, write_to_staff
from dialogues.domain.dialogues import DIALOGUES, move
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueState,
    LetterKind,
    Meeting,
    MeetingForm,
    MeetingKind,
    MeetingStaff,
    Seat,
)
from dialogues.models import MeetingState as S

TABLE: dict[str, frozenset[str]] = {
    S.PROPOSED: frozenset({S.FIXED, S.OTHER_WISHED, S.CANCELLED}),
    S.OTHER_WISHED: frozenset({S.PROPOSED, S.CANCELLED}),
    S.FIXED: frozenset({S.PROPOSED, S.OTHER_WISHED, S.HELD, S.CANCELLED}),
    S.HELD: frozenset(),
    S.CANCELLED: frozenset(),
}
PERMISSIONS: dict[str, str] = {
    S.PROPOSED: "dialogues.propose_time",
    S.OTHER_WISHED: "dialogues.settle_time",
    S.FIXED: "dialogues.settle_time",
    S.HELD: "dialogues.run_introduction",
    S.CANCELLED: "dialogues.cancel_dialogue",
}
MEETINGS = Machine(model=Meeting, table=TABLE, permissions=PERMISSIONS)

ALONE = (MeetingKind.DIALOGUE, MeetingKind.FEEDBACK)
"""Phases in which the agencies meet one huvudman at a time."""

TIME_OPEN = frozenset({DialogueState.INTRODUCED, DialogueState.UNDERLAG_SENT})
"""States of a dialogue in which a first time may be proposed."""


def propose_time(
    *,
    dialogue: Dialogue,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    form: MeetingForm,
    staff: list[User],
    actor: Actor,
    place: str = "",
    link: str = "",
) -> Meeting:
    """Propose when and where to meet for the dialogue; the underlag's letter carries the proposal.

    Raises NotPossible when there is a proposal already, or somebody is booked elsewhere at that time.
    """
    actor.require("dialogues.propose_time", dialogue)
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state not in TIME_OPEN:
            raise NotPossible(_("Det går att föreslå en tid när introduktionen är hållen."))
        return _make_meeting(
            locked,
            MeetingKind.DIALOGUE,
            actor,
            staff,
            state=S.PROPOSED,
            starts_at=starts_at,
            ends_at=ends_at,
            form=form,
            place=place,
            link=link,
        )


def accept_time(*, meeting: Meeting, given_by: str, channel: Channel, actor: Actor) -> Meeting:
    """The huvudman accepts the proposed time. Raises NotPossible unless both agencies will be there."""
    with transaction.atomic():
        dialogue = DIALOGUES.locked(_only_dialogue(meeting))
        return MEETINGS.walk(
            meeting,
            to=S.FIXED,
            actor=actor,
            check=require_both_agencies,
            change=_count_change,
            after=lambda row: _fix_time(dialogue, row, actor),
            given_by=given_by,
            channel=channel,
        )


def wish_other_time(*, meeting: Meeting, wish: str, actor: Actor, given_by: str, channel: Channel) -> Meeting:
    """The huvudman wishes another time, proposed or already fixed; the wish is kept in its own words."""
    if not wish.strip():
        raise NotPossible(_("Skriv vilka tider som passar er, så föreslår vi en ny."))

    def note_wish(row: Meeting) -> None:
        row.wish = wish.strip()

    with transaction.atomic():
        dialogue = DIALOGUES.locked(_only_dialogue(meeting))
        return MEETINGS.walk(
            meeting,
            to=S.OTHER_WISHED,
            actor=actor,
            change=note_wish,
            after=lambda _row: _unfix_time(dialogue, actor),
            given_by=given_by,
            channel=channel,
        )


def propose_again(
    *,
    meeting: Meeting,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    form: MeetingForm,
    staff: list[User],
    actor: Actor,
    place: str = "",
    link: str = "",
) -> Meeting:
    """Propose another time for a meeting (after a wish, or because the agencies must move it)."""

    def change(row: Meeting) -> None:
        row.starts_at, row.ends_at, row.form, row.place, row.link = starts_at, ends_at, form, place, link
        row.sequence += 1

    def after(row: Meeting) -> None:
        _unfix_time(dialogue, actor)
        rebook_staff(row, staff)
        _write(LetterKind.TIME_PROPOSED, dialogue, row)

    with transaction.atomic():
        dialogue = DIALOGUES.locked(_only_dialogue(meeting))
        return MEETINGS.walk(meeting, to=S.PROPOSED, actor=actor, change=change, after=after)


def set_up_feedback(
    *,
    dialogue: Dialogue,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    link: str,
    staff: list[User],
    actor: Actor,
) -> Meeting:
    """Set the digital feedback meeting. Raises NotPossible unless both agencies will be there."""
    actor.require("dialogues.propose_time", dialogue)
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state != DialogueState.DIALOGUE_HELD:
            raise NotPossible(_("Återkopplingen bokas när dialogen är hållen."))
        meeting = _make_meeting(
            locked,
            MeetingKind.FEEDBACK,
            actor,
            staff,
            state=S.FIXED,
            starts_at=starts_at,
            ends_at=ends_at,
            form=MeetingForm.DIGITAL,
            link=link,
        )
        require_both_agencies(meeting)
        _tell_fixed(LetterKind.FEEDBACK, locked, meeting)
    return meeting


def cancel_dialogue(*, dialogue: Dialogue, reason: str, actor: Actor) -> Dialogue:
    """Cancel the dialogue and its coming meetings: always possible, at any time, without blame."""

    def after(row: Dialogue) -> None:
        for seat in row.seats.filter(is_current=True).select_related("meeting").order_by("meeting_id"):
            _leave_meeting(seat, row, actor)
        write_to_huvudman(
            kind=LetterKind.CANCELLED, dialogue=row, occasion="cancelled", context={"reason": reason}
        )

    return move(dialogue, to=DialogueState.CANCELLED, actor=actor, after=after, reason=reason)


def require_both_agencies(meeting: Meeting) -> None:
    """Raise NotPossible unless somebody from each agency is booked for the meeting."""
    present = set(meeting.staff.filter(is_booked=True).values_list("agency_id", flat=True))
    absent = Agency.objects.exclude(pk__in=present).order_by("name").first()
    if absent:
        raise NotPossible(
            _("Mötet behöver någon från %(agency)s innan tiden kan bestämmas.") % {"agency": absent}
        )


def book_staff(meeting: Meeting, staff: list[User]) -> None:
    """Book people from the agencies. Raises NotPossible when the database finds one booked elsewhere."""
    during = DateTimeTZRange(meeting.starts_at, meeting.ends_at)
    for user in staff:
        try:
            with transaction.atomic():
                MeetingStaff.objects.create(
                    meeting=meeting, user=user, agency_id=user.staff.agency_id, during=during
                )
        except IntegrityError as taken:
            raise NotPossible(_("%(name)s är redan bokad den tiden.") % {"name": user}) from taken


def rebook_staff(meeting: Meeting, staff: list[User]) -> None:
    """Replace who is booked, for the time the meeting has now."""
    meeting.staff.all().delete()
    book_staff(meeting, staff)


def _make_meeting(
    dialogue: Dialogue, kind: MeetingKind, actor: Actor, staff: list[User], **fields: object
) -> Meeting:
    if dialogue.seats.filter(kind=kind, is_current=True).exists():
        raise NotPossible(_("Det finns redan en tid."))
    meeting = Meeting.objects.create(kind=kind, batch=dialogue.batch, **fields)
    Seat.objects.create(meeting=meeting, dialogue=dialogue, kind=kind)
    book_staff(meeting, staff)
    record(actor=actor, verb=f"meeting.{kind}_proposed", subject=meeting, starts_at=str(meeting.starts_at))
    return meeting


def _only_dialogue(meeting: Meeting) -> Dialogue:
    return Dialogue.objects.select_related("huvudman", "batch").get(
        seats__meeting=meeting, seats__is_current=True, seats__kind__in=ALONE
    )


def _count_change(meeting: Meeting) -> None:
    meeting.sequence += 1
    meeting.wish = ""


def _fix_time(dialogue: Dialogue, meeting: Meeting, actor: Actor) -> None:
    if meeting.kind == MeetingKind.FEEDBACK:
        return _tell_fixed(LetterKind.FEEDBACK, dialogue, meeting)
    dialogue = move(dialogue, to=DialogueState.TIME_FIXED, actor=actor)
    return _tell_fixed(LetterKind.TIME_FIXED, dialogue, meeting)


def _unfix_time(dialogue: Dialogue, actor: Actor) -> None:
    if dialogue.state == DialogueState.TIME_FIXED:
        move(dialogue, to=DialogueState.UNDERLAG_SENT, actor=actor)


def _tell_fixed(kind: LetterKind, dialogue: Dialogue, meeting: Meeting) -> None:
    calendar = [calendar_file(meeting, dialogue)]
    occasion = _occasion(meeting)
    write_to_huvudman(
        kind=kind, dialogue=dialogue, occasion=occasion, context={"meeting": meeting}, attachments=calendar
    )
    write_to_staff(kind=kind, dialogue=dialogue, meeting=meeting, occasion=occasion, attachments=calendar)


def _write(kind: LetterKind, dialogue: Dialogue, meeting: Meeting) -> None:
    write_to_huvudman(kind=kind, dialogue=dialogue, occasion=_occasion(meeting), context={"meeting": meeting})


def _occasion(meeting: Meeting) -> str:
    return f"meeting-{meeting.pk}-{meeting.sequence}"


def _leave_meeting(seat: Seat, dialogue: Dialogue, actor: Actor) -> None:
    if seat.meeting.state == S.HELD:
        return
    if seat.kind == MeetingKind.INTRODUCTION:
        Seat.objects.filter(pk=seat.pk).update(is_current=False)
        return
    was_fixed = seat.meeting.state == S.FIXED
    meeting = MEETINGS.walk(seat.meeting, to=S.CANCELLED, actor=actor, change=_count_change)
    cancelled = [calendar_file(meeting, dialogue, method="CANCEL")] if was_fixed else []
    write_to_staff(
        kind=LetterKind.CANCELLED,
        dialogue=dialogue,
        meeting=meeting,
        occasion=_occasion(meeting),
        attachments=cancelled,
    )
    meeting.staff.update(is_booked=False)
