"""Meetings: a proposed time, accepted or another wished; fixed only with somebody from each agency."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import latest, record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.models import User
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.briefs import brief
from dialogues.domain.conflicts import require_seen, require_time_that_stands, who_and_when
from dialogues.domain.correspondence import booked, calendar_file, write_to_huvudman, write_to_staff
from dialogues.domain.dialogues import DIALOGUES, UNTOLD, move
from dialogues.domain.impartial import ALONE
from dialogues.domain.impartiality import clear_reasons
from dialogues.domain.meeting_letters import (
    tell_fixed,
    tell_proposed,
    tell_staff_change,
    tell_staff_free,
)
from dialogues.domain.needs import clear_needs
from dialogues.domain.notes import clear_notes
from dialogues.domain.order import require_order
from dialogues.domain.participants import clear_participants
from dialogues.domain.receipts import register_sent
from dialogues.domain.staffing import (
    book_staff,
    free_staff,
    rebook_staff,
    require_both_agencies,
    require_from_both,
)
from dialogues.letters import Attachment
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueState,
    LetterKind,
    Meeting,
    MeetingKind,
    Seat,
    Sent,
)
from dialogues.models import MeetingState as S
from dialogues.timeline import when
from huvudman.queries import contacts_of

TABLE: dict[str, frozenset[str]] = {
    S.PROPOSED: frozenset({S.FIXED, S.OTHER_WISHED, S.MISSED, S.CANCELLED}),
    S.OTHER_WISHED: frozenset({S.PROPOSED, S.MISSED, S.CANCELLED}),
    S.FIXED: frozenset({S.PROPOSED, S.OTHER_WISHED, S.HELD, S.MISSED, S.CANCELLED}),
    S.HELD: frozenset(),
    S.MISSED: frozenset({S.PROPOSED, S.CANCELLED}),
    S.CANCELLED: frozenset(),
}
PERMISSIONS: dict[str, str] = {
    S.PROPOSED: "dialogues.propose_time",
    S.OTHER_WISHED: "dialogues.settle_time",
    S.FIXED: "dialogues.settle_time",
    S.HELD: "dialogues.run_introduction",
    S.MISSED: "dialogues.propose_time",
    S.CANCELLED: "dialogues.cancel_dialogue",
}
MEETINGS = Machine(model=Meeting, table=TABLE, permissions=PERMISSIONS)

ACCEPTED_AGAIN = "meeting.accepted_again"
OFFERED_AGAIN = "dialogue.part_offered_again"

TIMED = frozenset({S.PROPOSED, S.FIXED})
"""States of a meeting in which the time it has is the one that is meant."""

TIME_OPEN = frozenset({DialogueState.INTRODUCED, DialogueState.UNDERLAG_SENT})
"""States of a dialogue in which a first time may be proposed."""


def propose_time(*, dialogue: Dialogue, arrangement: Arrangement, actor: Actor) -> Meeting:
    """Propose when and where to meet for the dialogue; the underlag's letter carries the proposal.

    Raises NotPossible when there is a proposal already, somebody is booked elsewhere at that time, or nobody
    comes from one of the agencies.
    """
    actor.require("dialogues.propose_time", dialogue)
    require_from_both(arrangement.staff)
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state not in TIME_OPEN:
            raise NotPossible(_("Det går att föreslå en tid när introduktionen är hållen."))
        return _make_meeting(locked, MeetingKind.DIALOGUE, S.PROPOSED, arrangement, actor)


def accept_time(
    *,
    meeting: Meeting,
    given_by: str,
    channel: Channel,
    actor: Actor,
    seen: int | None = None,
    afterwards: bool = False,
) -> Meeting:
    """The huvudman accepts the proposed time. Raises NotPossible when it has passed, or an agency is missing.

    `seen` is the meeting's `sequence` when the time was read: raises NotPossible when it is another one now.
    `afterwards` the agencies note that a meeting took place whose time was accepted in some other way: only
    of a time that has passed, and no letters go out. Accepted again by somebody else, or in another way, that
    is kept in the audit log.
    """
    told: dict[str, Any] = {"given_by": given_by, "channel": channel}
    if afterwards:
        actor.require("dialogues.propose_time", meeting)

    def after(row: Meeting) -> None:
        _fix_time(dialogue, row, actor, tell=not afterwards)
        if not afterwards:
            body = when_in_swedish(row)
            register_sent(kind=Sent.TIME, dialogue=dialogue, body=body, actor=actor, by_mail=False, **told)

    with transaction.atomic():
        dialogue = DIALOGUES.locked(only_dialogue(meeting))
        row = MEETINGS.locked(meeting)
        require_time_that_stands(row, wish_stands=False)
        _require_proposal_seen(row, seen)
        _require_time(row, has_passed=afterwards)
        return MEETINGS.walk(
            meeting,
            to=S.FIXED,
            actor=actor,
            check=require_both_agencies,
            change=_count_acceptance,
            after=after,
            again=lambda row: _note_who_else(row, told, actor),
            **told,
            afterwards=afterwards,
        )


def propose_again(*, meeting: Meeting, arrangement: Arrangement, actor: Actor) -> Meeting:
    """Propose another time for a meeting (after a wish, or because the agencies must move it).

    The huvudman gets a letter, unless it has not been told the first proposal yet. Where only the people are
    others, the time stands, as by `change_staff`. Raises NotPossible as `propose_time`.
    """
    actor.require("dialogues.propose_time", meeting)
    require_from_both(arrangement.staff)
    with transaction.atomic():
        dialogue = DIALOGUES.locked(only_dialogue(meeting))
        row = MEETINGS.locked(meeting)
        if row.state in TIMED and arrangement.is_kept_by(row):
            return change_staff(meeting=row, staff=arrangement.staff, actor=actor)
        return _propose_anew(row, dialogue, arrangement, actor)


def change_staff(*, meeting: Meeting, staff: Sequence[User], actor: Actor) -> Meeting:
    """Change who comes from the agencies; the time stands. Of a fixed time, those who come or leave are told,
    until it has been.

    Raises NotPossible when somebody is booked elsewhere, one agency is not there, or the meeting has no time.
    """
    actor.require("dialogues.propose_time", meeting)
    require_from_both(staff)
    with transaction.atomic():
        dialogue = DIALOGUES.locked(only_dialogue(meeting))
        row = MEETINGS.locked(meeting)
        if row.state not in TIMED:
            raise WrongState(_("Det går att ändra när mötet har en tid."))
        change = rebook_staff(row, staff)
        if change:
            names = [str(user) for user in staff]
            record(actor=actor, verb="meeting.staff_changed", subject=row, staff=names)
        if row.state == S.FIXED and not row.is_over:
            tell_staff_change(row, dialogue, change)
    return row


def set_up_feedback(*, dialogue: Dialogue, arrangement: Arrangement, actor: Actor) -> Meeting:
    """Set the feedback meeting. Raises NotPossible unless both agencies will be there."""
    actor.require("dialogues.propose_time", dialogue)
    require_from_both(arrangement.staff)
    with transaction.atomic():
        locked = DIALOGUES.locked(dialogue)
        if locked.state != DialogueState.DIALOGUE_HELD:
            raise NotPossible(_("Återkopplingen bokas när dialogen är hållen."))
        offer_again(locked, actor)
        meeting = _make_meeting(locked, MeetingKind.FEEDBACK, S.FIXED, arrangement, actor)
        tell_fixed(meeting, locked, booked(meeting))
    return meeting


def offer_again(dialogue: Dialogue, actor: Actor) -> None:
    """Let a part that was to be left out be offered again, within the caller's transaction and lock."""
    if dialogue.skipped:
        record(actor=actor, verb=OFFERED_AGAIN, subject=dialogue, part=dialogue.skipped)
        dialogue.skipped = dialogue.skipped_because = ""
        dialogue.save(update_fields=["skipped", "skipped_because"])


def cancel_dialogue(*, dialogue: Dialogue, reason: str, actor: Actor) -> Dialogue:
    """Cancel the dialogue and its coming meetings: always possible, at any time, without blame. Working
    notes, needs and names are cleared. A huvudman that was never invited gets no letter about it.

    Raises Conflict when it is cancelled already for another reason: the huvudman has been told that one.
    """

    def refuse_other(row: Dialogue) -> None:
        entry = latest(row, f"dialogue.{DialogueState.CANCELLED}")
        stands = entry.facts.get("reason", "") if entry else ""
        if reason.strip() and reason.strip() != stands.strip():
            text = _(
                "%(who)s avbokade dialogen %(when)s, och det skälet gäller: ”%(reason)s”. Ditt skäl är inte "
                "sparat."
            )
            raise Conflict(text % {**who_and_when(entry), "reason": stands})

    def after(row: Dialogue) -> None:
        seats = row.seats.filter(is_current=True).exclude(meeting__state=S.HELD)
        seats = seats.select_related("meeting").order_by("meeting_id")
        calendars = [file for seat in seats for file in _leave_meeting(seat, row, actor, reason)]
        clear_notes(row, actor)
        clear_needs(row, actor)
        clear_participants(row, actor)
        clear_reasons(row)
        if has_heard:
            _tell_cancelled(row, reason, calendars)
            _keep_own_receipt(row, reason, actor)

    with transaction.atomic():
        has_heard = has_heard_of(DIALOGUES.locked_as_it_stands(dialogue))
        return move(
            dialogue, to=DialogueState.CANCELLED, actor=actor, after=after, again=refuse_other, reason=reason
        )


def has_heard_of(dialogue: Dialogue) -> bool:
    """Tell whether the huvudman knows of the dialogue: it has been invited, now or in an earlier batch."""
    return dialogue.state not in UNTOLD or dialogue.invitations.exists()


def _make_meeting(
    dialogue: Dialogue, kind: MeetingKind, state: S, arrangement: Arrangement, actor: Actor
) -> Meeting:
    there = dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()
    if there:
        text = _("Det finns redan en tid: %(when)s. Den du valde är inte sparad.")
        raise NotPossible(text % {"when": when(there.meeting)})
    meeting = Meeting(kind=kind, state=state, batch=dialogue.batch)
    arrangement.set_on(meeting)
    require_order(meeting, [dialogue.pk])
    meeting.save()
    Seat.objects.create(meeting=meeting, dialogue=dialogue, kind=kind)
    book_staff(meeting, arrangement.staff)
    record(actor=actor, verb=f"meeting.{kind}_proposed", subject=meeting, starts_at=str(meeting.starts_at))
    return meeting


def only_dialogue(meeting: Meeting) -> Dialogue:
    """The dialogue of a meeting with one huvudman alone."""
    return Dialogue.objects.select_related("huvudman", "batch").get(
        seats__meeting=meeting, seats__is_current=True, seats__kind__in=ALONE
    )


def _propose_anew(meeting: Meeting, dialogue: Dialogue, arrangement: Arrangement, actor: Actor) -> Meeting:
    was = copy.copy(meeting)
    was.sequence += 1
    was_booked = list(booked(meeting))

    def change(row: Meeting) -> None:
        arrangement.set_on(row)
        require_order(row, [dialogue.pk])
        row.sequence += 1

    def after(row: Meeting) -> None:
        offer_again(dialogue, actor)
        unfix_time(dialogue, actor)
        rebook_staff(row, arrangement.staff)
        tell_proposed(row, dialogue, was if was.state == S.FIXED else None, was_booked)
        if was.state == S.FIXED:
            tell_staff_free(was, dialogue, was_booked, why="moved")

    if meeting.state != S.PROPOSED:
        return MEETINGS.walk(meeting, to=S.PROPOSED, actor=actor, change=change, after=after)
    change(meeting)
    meeting.save()
    record(actor=actor, verb="meeting.proposal_changed", subject=meeting, was=str(was.starts_at))
    after(meeting)
    return meeting


def _note_who_else(meeting: Meeting, told: dict[str, str], actor: Actor) -> None:
    entry = latest(meeting, f"meeting.{S.FIXED}", ACCEPTED_AGAIN)
    if entry is None or told != {name: entry.facts.get(name) for name in told}:
        record(actor=actor, verb=ACCEPTED_AGAIN, subject=meeting, **told)


def _require_proposal_seen(meeting: Meeting, seen: int | None) -> None:
    """A fixed time is what was proposed, counted once more when it was accepted."""
    require_seen(meeting, seen, meeting.sequence - (meeting.state == S.FIXED), meeting.sequence)


def _require_time(meeting: Meeting, *, has_passed: bool) -> None:
    if meeting.state != S.PROPOSED or meeting.proposal_has_passed == has_passed:
        return
    if has_passed:
        raise NotPossible(_("Tiden har inte passerat än. Godta den som vanligt."))
    raise NotPossible(_("Tiden har passerat och går inte längre att godta."))


def _count_change(meeting: Meeting) -> None:
    meeting.sequence += 1


def _count_acceptance(meeting: Meeting) -> None:
    meeting.sequence += 1
    meeting.wish = ""


def _fix_time(dialogue: Dialogue, meeting: Meeting, actor: Actor, *, tell: bool) -> None:
    if meeting.kind == MeetingKind.DIALOGUE:
        dialogue = move(dialogue, to=DialogueState.TIME_FIXED, actor=actor)
    if tell:
        tell_fixed(meeting, dialogue, booked(meeting))
        brief(dialogue=dialogue)


def unfix_time(dialogue: Dialogue, actor: Actor) -> None:
    """Let a dialogue whose time was fixed wait for one again."""
    if dialogue.state == DialogueState.TIME_FIXED:
        move(dialogue, to=DialogueState.UNDERLAG_SENT, actor=actor)


def _tell_cancelled(dialogue: Dialogue, reason: str, calendars: Sequence[Attachment]) -> None:
    write_to_huvudman(
        kind=LetterKind.CANCELLED,
        dialogue=dialogue,
        occasion="cancelled",
        context={"reason": reason, "calendar": bool(calendars)},
        attachments=calendars,
    )


def when_in_swedish(meeting: Meeting) -> str:
    """Which meeting it is and its time, as a receipt keeps it."""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{meeting.get_kind_display().capitalize()}: {when(meeting)}"


def _keep_own_receipt(dialogue: Dialogue, reason: str, actor: Actor) -> None:
    """Keep that the huvudman itself cancelled; what the agencies note of a call is in the log."""
    contact = contacts_of(actor.user).filter(huvudman=dialogue.huvudman_id).first() if actor.user else None
    if contact:
        register_sent(
            kind=Sent.CANCELLED,
            dialogue=dialogue,
            given_by=str(contact),
            channel=Channel.PORTAL,
            actor=actor,
            body=reason,
            by_mail=False,
        )


def _leave_meeting(seat: Seat, dialogue: Dialogue, actor: Actor, reason: str) -> list[Attachment]:
    """Give up the seat; answer the file that takes the meeting out of the huvudman's calendar, if need be."""
    if seat.kind == MeetingKind.INTRODUCTION:
        Seat.objects.filter(pk=seat.pk).update(is_current=False)
        return [calendar_file(seat.meeting, dialogue, method="CANCEL", seat=seat)]
    was_fixed = seat.meeting.state == S.FIXED
    meeting = MEETINGS.walk(seat.meeting, to=S.CANCELLED, actor=actor, change=_count_change)
    calendar = [calendar_file(meeting, dialogue, method="CANCEL")] if was_fixed else []
    write_to_staff(
        kind=LetterKind.CANCELLED,
        meeting=meeting,
        people=booked(meeting),
        dialogue=dialogue,
        context={"reason": reason},
        attachments=calendar,
    )
    free_staff(meeting)
    return calendar
