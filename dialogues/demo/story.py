"""The days of the demo's story, counted in school days from the day on which it is told.

Day -1 is the last school day before today and day 1 the first after it, so that the story is the same
whenever it is told: nothing happens today, in a weekend, on an eve or in a break.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone

from dialogues.days import remarks

FOUNDED, LOCKED, DRAWN = -125, -95, -90
"""When the register and the staff were put in, the register locked for the lottery, and the cycle drawn."""


@dataclass(frozen=True)
class Sending:
    """The days of a batch: approved and scheduled, sent, and the last one to answer."""

    approved: int
    sent: int
    answer_by: int


EARLIER = Sending(approved=-71, sent=-70, answer_by=-55)
RECENT = Sending(approved=-6, sent=-5, answer_by=10)
COMING = Sending(approved=-2, sent=22, answer_by=37)
"""The first three batches, the last of them still to go out."""

CARRIED, CLOSED = -54, -53
"""When those of the first batch who wanted to come later got a place in another, and the batch was closed."""


@dataclass(frozen=True)
class Story:
    """The demo's story as told on a day, in Stockholm."""

    today: datetime.date

    def day(self, number: int) -> datetime.date:
        """The date of a day of the story. There is no day 0."""
        return school_day(self.today, number)

    def at(self, number: int, hour: int, minute: int = 0) -> datetime.datetime:
        """A time of a day of the story; minutes past 59 are of the hours that follow."""
        midnight = datetime.datetime.combine(self.day(number), datetime.time())
        return timezone.make_aware(midnight + datetime.timedelta(hours=hour, minutes=minute))


@lru_cache(maxsize=10_000)
def school_day(today: datetime.date, number: int) -> datetime.date:
    """The school day so many after a date, or before it: no weekend, no break, no eve."""
    step = 1 if number > 0 else -1
    day = today if number == step else school_day(today, number - step)
    while remarks(day := day + datetime.timedelta(days=step)):
        pass
    return day
