"""People who have said that they have no conflict of interest, for tests."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from dialogues.models import ConflictDeclaration, Dialogue, Meeting


def declared(dialogue: Dialogue, people: Iterable[User]) -> None:
    """Let people have said that they have no conflict of interest in a dialogue, whatever its state."""
    for user in people:
        about = {"has_conflict": False, "agency": user.staff.agency}
        ConflictDeclaration.objects.update_or_create(dialogue=dialogue, user=user, defaults=about)


def all_declared(meeting: Meeting) -> Meeting:
    """The meeting with nobody booked who has not said it."""
    people = [row.user for row in meeting.staff.select_related("user__staff__agency")]
    for seat in meeting.taken_seats.select_related("dialogue"):
        declared(seat.dialogue, people)
    return meeting
