"""Moments at which statistics are whole."""

from __future__ import annotations

import datetime

from django.utils import timezone

from quality_system.domain.import_statistics import one_at_a_time


def moment_between_imports() -> datetime.datetime:
    """Now, when no import is being stored: what stands at this moment is the same whenever it is read.

    Waits for one that is. Must be asked for in a transaction, which keeps others out until it ends.
    """
    one_at_a_time()
    return timezone.now()
