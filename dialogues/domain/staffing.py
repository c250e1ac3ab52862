"""Who comes from the agencies: somebody from each, and nobody in two meetings at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _
from psycopg.errors import ExclusionViolation

from accounts.domain.machine import NotPossible
from accounts.models import Agency, StaffMember, User
from dialogues.domain.correspondence import booked
from dialogues.domain.impartial import require_no_conflict
from dialogues.models import Meeting, MeetingStaff


@dataclass(frozen=True)
class StaffChange:
    """Who came to a meeting, left it and stayed when its people were changed."""

    came: list[MeetingStaff]
    left: list[MeetingStaff]
    stayed: list[MeetingStaff]

    def __bool__(self) -> bool:
        return bool(self.came or self.left)


def absent_agency(staff: Iterable[User]) -> Agency | None:
    """An agency that nobody in `staff` works at."""
    present = {user.staff.agency_id for user in staff}
    return Agency.objects.exclude(pk__in=present).order_by("name").first()


def require_from_both(staff: Iterable[User]) -> None:
    """Raise NotPossible unless somebody from each agency is in `staff`."""
    absent = absent_agency(staff)
    if absent:
        raise NotPossible(_("Mötet behöver någon från %(agency)s.") % {"agency": absent})


def require_both_agencies(meeting: Meeting) -> None:
    """Raise NotPossible unless somebody from each agency is booked for the meeting."""
    require_from_both([row.user for row in booked(meeting)])


@transaction.atomic
def book_staff(meeting: Meeting, staff: Iterable[User]) -> list[MeetingStaff]:
    """Book people from the agencies: they are asked, and take part when they have said that they have no
    conflict of interest. Raises NotPossible when one has, or the database finds one booked elsewhere.
    """
    people = list(staff)
    require_no_conflict(meeting, people)
    _lock(people)
    return [_book(meeting, user) for user in people]


@transaction.atomic
def rebook_staff(meeting: Meeting, staff: Iterable[User]) -> StaffChange:
    """Replace who is booked, for the time the meeting has now. Raises as `book_staff`."""
    wanted = list(staff)
    before = {row.user_id: row for row in booked(meeting)}
    _lock([*wanted, *(row.user for row in before.values())])
    left = [row for row in before.values() if row.user not in wanted]
    meeting.staff.exclude(user__in=wanted).delete()
    now = book_staff(meeting, wanted)
    return StaffChange(
        came=[row for row in now if row.user_id not in before],
        left=left,
        stayed=[row for row in now if row.user_id in before],
    )


def free_staff(meeting: Meeting) -> None:
    """Let those booked be booked elsewhere at that time; who they were is kept for the next proposal."""
    meeting.staff.update(is_booked=False)


def _lock(people: Iterable[User]) -> None:
    """Let those who book the same people take turns. The exclusion constraint alone would have them wait for
    one person after another, in the order of a form, and so for each other.
    """
    members = StaffMember.objects.filter(user__in=people).order_by("pk")
    list(members.select_for_update(no_key=True).values_list("pk"))


def _book(meeting: Meeting, user: User) -> MeetingStaff:
    during = DateTimeTZRange(meeting.starts_at, meeting.ends_at)
    details = {"agency_id": user.staff.agency_id, "during": during, "is_booked": True}
    try:
        with transaction.atomic():
            row, _new = MeetingStaff.objects.update_or_create(meeting=meeting, user=user, defaults=details)
    except IntegrityError as taken:
        if not isinstance(taken.__cause__, ExclusionViolation):
            raise
        raise NotPossible(_("%(name)s är redan bokad den tiden.") % {"name": user}) from taken
    return row
