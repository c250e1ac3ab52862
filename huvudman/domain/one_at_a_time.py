"""The lock that keeps imports and events of huvudmän from changing the register at the same time."""

from __future__ import annotations

from django.db import connection

ONE_AT_A_TIME = 7_263_001
"""Key of the lock."""


def one_at_a_time() -> None:
    """Wait until no other import or event is under way, and keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
