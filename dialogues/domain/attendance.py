"""Who came to a held introduction: what is noted of it, by whom, and which version that is."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.domain.audit import latest
from accounts.domain.machine import Conflict
from accounts.models import AuditEntry
from dialogues.domain.conflicts import who_and_when
from dialogues.models import Meeting, MeetingState, Seat

ATTENDANCE_CHANGED = "meeting.attendance_changed"


def noted_seats(meeting: Meeting) -> QuerySet[Seat]:
    """The seats of those who came to a held introduction, or could not, also when they have got another."""
    seats = meeting.taken_seats.filter(attended__isnull=False)
    return seats.select_related("dialogue__huvudman", "dialogue__batch").order_by("dialogue_id")


def last_noted(meeting: Meeting) -> AuditEntry | None:
    """Who last noted who came to an introduction, and when."""
    return latest(meeting, f"meeting.{MeetingState.HELD}", ATTENDANCE_CHANGED)


def attendance_version(meeting: Meeting) -> int:
    """A number that is another one each time somebody notes who came."""
    entry = last_noted(meeting)
    return entry.pk if entry else 0


def who_came(meeting: Meeting) -> set[int]:
    """The dialogues whose huvudmän came."""
    return set(meeting.taken_seats.filter(attended=True).values_list("dialogue_id", flat=True))


def refuse_others(meeting: Meeting, attended: set[int]) -> None:
    """Raise Conflict when somebody has noted that others came."""
    if attended != who_came(meeting):
        raise attendance_conflict(meeting)


def attendance_conflict(meeting: Meeting) -> Conflict:
    """Who noted who came, and that what is ticked now is not saved."""
    text = _(
        "%(who)s skrev in vilka som deltog, %(when)s. Det du har kryssat i är inte sparat. Jämför med det "
        "som står och spara igen."
    )
    return Conflict(text % who_and_when(last_noted(meeting)))
