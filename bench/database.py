"""A database of its own for measurements: whatever is in DATABASE_URL stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

NAME = "bench_kvalitetsdialoger"


@contextmanager
def own_database() -> Iterator[str]:
    """Make a fresh database beside that of DATABASE_URL, use it and drop it. Gives its name."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = NAME
    debug, settings.DEBUG = settings.DEBUG, False
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield NAME
    finally:
        connection.close()
        connection.creation.destroy_test_db(before, verbosity=0)
        settings.DEBUG = debug
