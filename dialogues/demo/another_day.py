"""Lets the demo's past be made: what the verbs date on another day is dated then."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.utils import timezone


def at(days: int, hour: int, minute: int = 0) -> datetime.datetime:
    """A time of a day counted from the real today, in Stockholm."""
    today = datetime.datetime.now(timezone.get_default_timezone()).date()
    day = today + datetime.timedelta(days=days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))


@contextmanager
def day(days: int, hour: int = 10) -> Iterator[None]:
    """Let it be another day, with its clock running, for all that asks `timezone.now`. For the demo only."""
    began, then = datetime.datetime.now(datetime.UTC), at(days, hour).astimezone(datetime.UTC)

    def now() -> datetime.datetime:
        return then + (datetime.datetime.now(datetime.UTC) - began)

    with patch.object(timezone, "now", now):
        yield
