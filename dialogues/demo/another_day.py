"""Lets the demo's past be made: what is done at another moment is dated then, here and in the database."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.utils import timezone

OWN_CLOCK = """
CREATE SCHEMA IF NOT EXISTS another_day;
CREATE OR REPLACE FUNCTION another_day.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT pg_catalog.statement_timestamp() - current_setting('another_day.behind')::interval $$;
CREATE OR REPLACE FUNCTION another_day.now() RETURNS timestamptz LANGUAGE sql STABLE AS
    $$ SELECT another_day.statement_timestamp() $$;
"""
USE_OWN_CLOCK = "SELECT set_config('search_path', 'another_day, pg_catalog, public', false)"
SET_BEHIND = "SELECT set_config('another_day.behind', (pg_catalog.clock_timestamp() - %s)::text, false)"
NOT_BEHIND = "SELECT set_config('another_day.behind', '0', false)"
REAL_CLOCK = "RESET search_path; DROP SCHEMA another_day CASCADE"


class _AnyDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime.datetime)


class _Travelled(datetime.datetime, metaclass=_AnyDatetime):
    """The datetime class of one whose clock is behind, and runs."""

    behind = datetime.timedelta()

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        return datetime.datetime.now(tz) - cls.behind


@contextmanager
def travelling() -> Iterator[None]:
    """Let `moment` be used: the database gets a clock that can be set. Refuses outside a demo."""
    if not settings.DEMO:
        raise RuntimeError("time is travelled in a demo only")
    with connection.cursor() as cursor:
        cursor.execute(OWN_CLOCK)
        cursor.execute(NOT_BEHIND)
        cursor.execute(USE_OWN_CLOCK)
        try:
            yield
        finally:
            cursor.execute(REAL_CLOCK)


@contextmanager
def moment(then: datetime.datetime) -> Iterator[None]:
    """Let it be another moment, with its clock running, for all that asks Django or the database."""
    with patch.object(timezone, "datetime", _Travelled), connection.cursor() as cursor:
        cursor.execute(SET_BEHIND, [then])
        # After the database's: what is due by this clock is due by that, however slow the machine.
        _Travelled.behind = datetime.datetime.now(datetime.UTC) - then
        try:
            yield
        finally:
            cursor.execute(NOT_BEHIND)
