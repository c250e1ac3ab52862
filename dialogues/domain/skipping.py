"""A dialogue or a feedback meeting that did not take place: offered again, or left out with a reason."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from dialogues.domain.closing import SKIPPED_IN
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.meetings import MEETINGS, only_dialogue, unfix_time
from dialogues.domain.needs import clear_needs
from dialogues.models import Dialogue, DialogueState, Meeting, MeetingState, SkippedPart

SKIPPED = "dialogue.part_skipped"
MISSED = f"meeting.{MeetingState.MISSED}"


@transaction.atomic
def note_missed(*, meeting: Meeting, actor: Actor) -> Meeting:
    """Note that a dialogue or feedback meeting with a fixed time did not take place. A new time can be
    proposed, or the part left out. No letters go out. Noted again, nothing happens.

    Raises NotPossible before the time has been, and WrongState of one that is held.
    """
    dialogue = DIALOGUES.locked(only_dialogue(meeting))
    return _miss(meeting, dialogue, actor)


@transaction.atomic
def skip_part(*, dialogue: Dialogue, part: SkippedPart, reason: str, actor: Actor) -> Dialogue:
    """Leave a part out, with a reason that the huvudman reads; then the dialogue can be closed. A time that
    is proposed or booked afterwards takes it back.

    Raises NotPossible without a reason, when it is not time for the part, or a meeting is still to come; and
    Conflict when it is left out for another reason already.
    """
    actor.require("dialogues.close_dialogue", dialogue)
    reason = reason.strip()
    if not reason:
        raise NotPossible(_("Skriv varför delen hoppas över. Huvudmannen läser det."))
    row = DIALOGUES.locked(dialogue)
    if row.skipped:
        _refuse_other(row, part, reason)
        return row
    _require_waiting(row, part)
    _let_go_of_meeting(row, part, actor)
    row = DIALOGUES.locked(row)
    if row.state != SKIPPED_IN[part]:
        raise NotPossible(_("Det går att hoppa över delen när det är dags för den."))
    row.skipped, row.skipped_because = part, reason
    row.save(update_fields=["skipped", "skipped_because"])
    if part == SkippedPart.DIALOGUE:
        clear_needs(row, actor)
    record(actor=actor, verb=SKIPPED, subject=row, part=part, reason=reason)
    return row


def _require_waiting(dialogue: Dialogue, part: SkippedPart) -> None:
    states = {SKIPPED_IN[part]} | ({DialogueState.TIME_FIXED} if part == SkippedPart.DIALOGUE else set())
    if dialogue.state not in states:
        raise NotPossible(_("Det går att hoppa över delen när det är dags för den."))


def _let_go_of_meeting(dialogue: Dialogue, part: SkippedPart, actor: Actor) -> None:
    """Note that the part's meeting, if there is one, did not take place."""
    seat = dialogue.seats.filter(kind=part.value, is_current=True).select_related("meeting").first()
    if seat and seat.meeting.state != MeetingState.CANCELLED:
        _miss(seat.meeting, dialogue, actor)


def _miss(meeting: Meeting, dialogue: Dialogue, actor: Actor) -> Meeting:
    return MEETINGS.walk(
        meeting,
        to=MeetingState.MISSED,
        actor=actor,
        check=_require_not_to_come,
        after=lambda _row: unfix_time(dialogue, actor),
    )


def _require_not_to_come(meeting: Meeting) -> None:
    has_no_time = meeting.state == MeetingState.OTHER_WISHED or meeting.proposal_has_passed
    if not has_no_time and not meeting.is_over:
        raise NotPossible(_("Mötet är inte över än. Vänta tills tiden har varit, eller föreslå en annan."))


def _refuse_other(dialogue: Dialogue, part: SkippedPart, reason: str) -> None:
    if (dialogue.skipped, dialogue.skipped_because) != (part, reason):
        raise Conflict(_("Delen hoppas redan över, med ett annat skäl. Det skälet gäller."))
