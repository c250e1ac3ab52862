"""Meetings made ready, moved and answered, and what the letters put into calendars."""

import datetime
import re

from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.days import day_off
from dialogues.domain import meetings, staffing
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.files import read_file
from dialogues.domain.wishes import wish_other_time
from dialogues.models import Channel, Letter, MeetingKind
from tests.accounts.factories import pair
from tests.dialogues.conflicts import all_declared
from tests.dialogues.factories import dialogue_with_contact, seat_at

START = datetime.datetime(2099, 3, 3, 9, tzinfo=datetime.UTC)
TWO_HOURS = datetime.timedelta(hours=2)


def working_day(ahead: int) -> datetime.date:
    """The first working day so many days from now or later."""
    day = timezone.localdate() + datetime.timedelta(days=ahead)
    while day_off(day):
        day += datetime.timedelta(days=1)
    return day


def arranged(staff, **more) -> Arrangement:
    """Two hours in Rådhuset, unless said."""
    usual = {"starts_at": START, "ends_at": START + TWO_HOURS, "form": "in_person", "place": "Rådhuset"}
    return Arrangement(staff=staff, **usual | more)


def propose(dialogue, staff, **fields):
    return meetings.propose_time(dialogue=dialogue, arrangement=arranged(staff, **fields), actor=SYSTEM)


def accept(meeting, actor=SYSTEM, **more):
    return meetings.accept_time(
        meeting=meeting, given_by="Kim Ek", channel=Channel.PORTAL, actor=actor, **more
    )


def wish(meeting, actor=SYSTEM, text="Helst en onsdag", **more):
    return wish_other_time(
        meeting=meeting, wish=text, given_by="Kim", channel=Channel.PORTAL, actor=actor, **more
    )


def propose_again(meeting, staff, **more):
    return meetings.propose_again(meeting=meeting, arrangement=arranged(staff, **more), actor=SYSTEM)


def ready(state, meeting_state, kind=MeetingKind.DIALOGUE):
    """A dialogue, a user of its huvudman, its meeting, and those from the agencies."""
    dialogue, own = dialogue_with_contact(state)
    staff = pair()
    meeting = seat_at(dialogue, kind=kind, state=meeting_state, starts_at=START, form="in_person")
    staffing.book_staff(meeting, staff)
    all_declared(meeting)
    return dialogue, own, meeting, staff


def calendars(kind, recipient) -> list[str]:
    """The calendar files of the letters of a kind to a person, in order."""
    letters = Letter.objects.filter(kind=kind, recipient=recipient).order_by("pk")
    files = [letter.attachments.get() for letter in letters if letter.attachments.exists()]
    return [read_file(row.file).decode().replace("\r\n ", "") for row in files]


def in_calendar(texts: list[str]) -> list[tuple[str, int]]:
    """The method and sequence of calendar files, which must all be about one meeting."""
    assert len({re.search("UID:(.*)", text)[1] for text in texts}) <= 1
    return [
        (re.search(r"METHOD:(\w+)", text)[1], int(re.search(r"SEQUENCE:(\d+)", text)[1])) for text in texts
    ]
