"""What a huvudman is told about its seat in an introduction, with calendar files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dialogues.domain.correspondence import calendar_file, occasion_of, write_to_huvudman
from dialogues.links import introduction_link
from dialogues.models import Dialogue, LetterKind, Meeting, Seat
from huvudman.models import Contact

MOST_OFFERED = 5
"""How many other groups a letter names; the page that its link leads to has them all."""


def tell_seat(seat: Seat, dialogue: Dialogue, *, why: str = "") -> None:
    """Tell the huvudman when and where its group meets.

    `why` it is told again: the meeting is "changed", it has moved to an "other_group", or "missed" its first.
    """
    write_to_huvudman(
        kind=LetterKind.INTRODUCTION,
        dialogue=dialogue,
        occasion=f"{occasion_of(seat.meeting)}-{seat.pk}",
        context={"meeting": seat.meeting, "why": why},
        attachments=[calendar_file(seat.meeting, dialogue, seat=seat)],
        personal=_link_to_others(dialogue),
    )


def offer_others(seat: Seat, dialogue: Dialogue, others: Sequence[Meeting], noted: int) -> None:
    """Offer a huvudman that could not come the `others`, each with a link that chooses it; nothing is chosen
    by opening it. `noted` is the number of the note that it could not come.
    """

    def links(contact: Contact | None) -> Mapping[str, object]:
        link = introduction_link(dialogue, contact)
        offered = [(meeting, f"{link}?mote={meeting.public_id}") for meeting in others[:MOST_OFFERED]]
        return {"choose_url": link, "offered": offered}

    write_to_huvudman(
        kind=LetterKind.MISSED,
        dialogue=dialogue,
        occasion=f"missed-{seat.pk}-{noted}",
        context={"meeting": seat.meeting, "others": others[:MOST_OFFERED]},
        personal=links,
    )


def _link_to_others(dialogue: Dialogue) -> Callable[[Contact | None], Mapping[str, object]]:
    return lambda contact: {"choose_url": introduction_link(dialogue, contact)}


def tell_left(seat: Seat, dialogue: Dialogue) -> None:
    """Take a meeting out of the huvudman's calendar when it has moved to another group."""
    _tell_away(seat, seat.meeting, dialogue, why="other_group")


def tell_cancelled(seat: Seat, meeting: Meeting, *, elsewhere: bool) -> None:
    """Tell the huvudman that its group will not meet, and whether it has a seat `elsewhere`."""
    _tell_away(seat, meeting, seat.dialogue, why="cancelled", elsewhere=elsewhere)


def _tell_away(seat: Seat, meeting: Meeting, dialogue: Dialogue, **context: object) -> None:
    write_to_huvudman(
        kind=LetterKind.MEETING_CANCELLED,
        dialogue=dialogue,
        occasion=f"{occasion_of(meeting)}-{seat.pk}",
        context={"meeting": meeting, **context},
        attachments=[calendar_file(meeting, dialogue, method="CANCEL", seat=seat)],
    )
