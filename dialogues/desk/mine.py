"""The meetings ahead of one person."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.models import User
from dialogues.models import Meeting, MeetingState

FORTNIGHT = datetime.timedelta(days=14)


def meetings_of(user: User) -> list[Meeting]:
    """The meetings of the coming fortnight where `user` is booked, with the huvudmän that have a seat."""
    now = timezone.now()
    rows = Meeting.objects.filter(
        staff__user=user, staff__is_booked=True, ends_at__gte=now, starts_at__lt=now + FORTNIGHT
    ).exclude(state=MeetingState.CANCELLED)
    return list(rows.prefetch_related("taken_seats__dialogue__huvudman").order_by("starts_at"))
