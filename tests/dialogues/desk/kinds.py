"""What the tests of the desk's kinds share: a day to stand on, and what somebody has of one kind."""

from __future__ import annotations

import datetime

from accounts.models import StaffRole, User
from dialogues.desk import KINDS, Desk, Todo, waiting
from dialogues.models import Dialogue, Meeting
from tests.accounts.factories import staff_user

NOW = datetime.datetime(2026, 11, 24, 9, 0, tzinfo=datetime.UTC)
TODAY = NOW.date()


def days(number: float) -> datetime.timedelta:
    return datetime.timedelta(days=number)


def todos(key: str, user: User | None = None) -> list[Todo]:
    """What a user (a planner who is also a leader, unless told) has of one kind."""
    somebody = user or staff_user(StaffRole.PLANNER, StaffRole.LEADER)
    found = waiting([kind for kind in KINDS if kind.key == key], Desk.of(somebody))
    return found.read(found.only(key))


def only(key: str, user: User | None = None) -> Todo:
    (todo,) = todos(key, user)
    return todo


def since(dialogue: Dialogue, ago: int) -> Dialogue:
    Dialogue.objects.filter(pk=dialogue.pk).update(state_since=NOW - days(ago))
    return dialogue


def book(meeting: Meeting, *people: User) -> None:
    for user in people:
        meeting.staff.create(user=user, agency=user.staff.agency, during=(meeting.starts_at, meeting.ends_at))
