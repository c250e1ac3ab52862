"""What everyone concerned is told when a meeting is fixed, moved or taken away, with calendar files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialogues.domain.correspondence import calendar_file, occasion_of, write_to_huvudman, write_to_staff
from dialogues.domain.staffing import StaffChange
from dialogues.letters import Attachment
from dialogues.models import Dialogue, DialogueState, LetterKind, Meeting, MeetingKind, MeetingStaff

CALL = {
    MeetingKind.INTRODUCTION: LetterKind.INTRODUCTION,
    MeetingKind.DIALOGUE: LetterKind.TIME_FIXED,
    MeetingKind.FEEDBACK: LetterKind.FEEDBACK,
}
"""The letter that calls to a meeting whose time is fixed."""


def tell_fixed(meeting: Meeting, dialogue: Dialogue, people: Iterable[MeetingStaff]) -> None:
    """Tell the huvudman and those from the agencies when and where they meet."""
    kind, calendar = CALL[MeetingKind(meeting.kind)], [calendar_file(meeting, dialogue)]
    write_to_huvudman(
        kind=kind,
        dialogue=dialogue,
        occasion=occasion_of(meeting),
        context={"meeting": meeting},
        attachments=calendar,
    )
    write_to_staff(kind=kind, meeting=meeting, people=people, dialogue=dialogue, attachments=calendar)


def tell_proposed(
    meeting: Meeting, dialogue: Dialogue, no_longer: Meeting | None, people: Iterable[MeetingStaff]
) -> None:
    """Tell the huvudman of a new proposal, unless it waits for the first one, which the underlag brings.

    `no_longer` is the meeting at the time that was fixed before, if it was: that leaves the calendar.
    `people` are those from the agencies who were booked for it then.
    """
    if dialogue.state == DialogueState.INTRODUCED:
        return
    write_to_huvudman(
        kind=LetterKind.TIME_PROPOSED,
        dialogue=dialogue,
        occasion=occasion_of(meeting),
        context={"meeting": meeting, "no_longer": no_longer},
        attachments=[_away(no_longer, dialogue, people)] if no_longer else [],
    )


def tell_wished(meeting: Meeting, dialogue: Dialogue, people: Sequence[MeetingStaff]) -> None:
    """A fixed time is off, as the huvudman wishes another: it leaves everyone's calendar."""
    write_to_huvudman(
        kind=LetterKind.MEETING_CANCELLED,
        dialogue=dialogue,
        occasion=occasion_of(meeting),
        context={"meeting": meeting, "why": "wished"},
        attachments=[_away(meeting, dialogue, people)],
    )
    tell_staff_free(meeting, dialogue, people, why="wished")


def tell_staff_change(meeting: Meeting, dialogue: Dialogue | None, change: StaffChange) -> None:
    """Tell those who came to a fixed meeting or left it; those who stayed know already."""
    call_staff(meeting, dialogue, change.came)
    tell_staff_free(meeting, dialogue, change.left, why="released")


def call_staff(
    meeting: Meeting, dialogue: Dialogue | None, people: Iterable[MeetingStaff], *, why: str = ""
) -> None:
    """Tell people from the agencies that they are booked, or that what they are booked for has changed."""
    write_to_staff(
        kind=CALL[MeetingKind(meeting.kind)],
        meeting=meeting,
        people=people,
        dialogue=dialogue,
        context={"why": why},
        attachments=[calendar_file(meeting, dialogue)],
    )


def tell_staff_free(
    meeting: Meeting, dialogue: Dialogue | None, people: Iterable[MeetingStaff], *, why: str
) -> None:
    """Tell people from the agencies that they need not keep the meeting's time any more."""
    people = list(people)
    write_to_staff(
        kind=LetterKind.MEETING_CANCELLED,
        meeting=meeting,
        people=people,
        dialogue=dialogue,
        context={"why": why},
        attachments=[_away(meeting, dialogue, people)],
    )


def _away(meeting: Meeting, dialogue: Dialogue | None, people: Iterable[MeetingStaff]) -> Attachment:
    return calendar_file(meeting, dialogue, method="CANCEL", people=people)
