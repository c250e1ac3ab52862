"""Lets the demo's past be made: what the verbs date on another day is dated then."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from unittest.mock import patch

from django.utils import timezone

from dialogues.days import remarks


def at(days: int, hour: int, minute: int = 0) -> datetime.datetime:
    """A time of a day counted from the real today, in Stockholm."""
    today = datetime.datetime.now(timezone.get_default_timezone()).date()
    day = today + datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))


def school_days(first: int, step: int = 1) -> Iterator[int]:
    """The days from `first` on (or back) when schools can be reached: no weekend, no break, no eve."""
    return (days for days in count(first, step) if not remarks(at(days, 12).date()))


def school_day(days: int) -> int:
    """That day, or the last before it when schools can be reached."""
    return next(school_days(days, -1))


def next_school_day(days: int) -> int:
    """That day, or the first after it when schools can be reached."""
    return next(school_days(days))


def school_days_before(days: int, number: int) -> int:
    """The day that is so many school days before another."""
    return next(islice(school_days(days - 1, -1), number - 1, None))


@contextmanager
def day(days: int, hour: int = 10) -> Iterator[None]:
    """Let it be another day, with its clock running, for all that asks `timezone.now`. For the demo only."""
    began, then = datetime.datetime.now(datetime.UTC), at(days, hour).astimezone(datetime.UTC)

    def now() -> datetime.datetime:
        return then + (datetime.datetime.now(datetime.UTC) - began)

    with patch.object(timezone, "now", now):
        yield
