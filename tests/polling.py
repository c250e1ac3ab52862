"""Waiting for what happens elsewhere: look again and again, never longer than a bound."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float = 40) -> None:
    """Look again and again until something holds; fail when it has not within the time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.05)
