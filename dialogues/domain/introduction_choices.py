"""The huvudman chooses its introduction itself: another group than it was placed in, or was absent from."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.dialogues import require_not_paused
from dialogues.domain.introductions import needs_seat, place
from dialogues.domain.meetings import when_in_swedish
from dialogues.domain.receipts import register_sent
from dialogues.models import Channel, Dialogue, Meeting, MeetingKind, MeetingState, Seat, Sent


def why_not_choose(dialogue: Dialogue) -> str:
    """Why the huvudman cannot choose an introduction itself now, in words for it; empty when it can."""
    if dialogue.is_paused:
        return _("Dialogen är pausad, så ni behöver inte välja något nu. Vi hör av oss.")
    if not needs_seat(dialogue):
        return _("Ni behöver inte välja något introduktionsmöte nu.")
    if _own_has_begun(dialogue):
        return _("Ert introduktionsmöte har börjat. Kunde ni inte vara med? Ring oss, så hjälper vi er.")
    return ""


def choose_introduction(
    *, dialogue: Dialogue, meeting: Meeting, given_by: str, channel: Channel, actor: Actor
) -> Seat:
    """Give the huvudman the seat that it chose; the one it had is given up, and it is told of both.

    The same again does nothing. Raises NotPossible when the last seat has gone, the meeting has begun or is
    another cycle's, or the huvudman's own has begun.
    """

    def note(seat: Seat) -> None:
        register_sent(
            kind=Sent.INTRODUCTION,
            dialogue=dialogue,
            given_by=given_by,
            channel=channel,
            actor=actor,
            body=when_in_swedish(seat.meeting),
            by_mail=False,
        )

    require_not_paused(dialogue)
    why = why_not_choose(dialogue)
    if why:
        raise NotPossible(why)
    if meeting.starts_at <= timezone.now() or not _is_in_cycle(meeting, dialogue):
        raise NotPossible(_("Det mötet går inte längre att välja. Välj ett annat."))
    return place(dialogue=dialogue, meeting=meeting, actor=actor, after=note)


def _is_in_cycle(meeting: Meeting, dialogue: Dialogue) -> bool:
    return meeting.batch is not None and meeting.batch.cycle_id == dialogue.cycle_id


def _own_has_begun(dialogue: Dialogue) -> bool:
    own = dialogue.seats.filter(kind=MeetingKind.INTRODUCTION, is_current=True)
    return own.filter(meeting__state=MeetingState.FIXED, meeting__starts_at__lte=timezone.now()).exists()
