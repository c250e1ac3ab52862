"""What the main job tells while it runs: each step, how many, how long; and what was missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Found = TypeVar("Found")


class Missing(Exception):
    """Something the main job must bring about did not happen. The text says what."""


class Report:
    """Writes a line a step, with its time."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.began = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Time a step; what is put in the list is told after its name."""
        began = time.monotonic()
        told: list[str] = []
        yield told
        seconds = time.monotonic() - began
        self.write(f"  {what:<34} {' · '.join(told):<58} {seconds:6.1f} s")

    def total(self) -> None:
        """Tell how long it all took."""
        self.write(f"  {'Allt':<34} {'':<58} {time.monotonic() - self.began:6.1f} s")


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float, every: float = 0.5) -> Found:
    """Look again and again until something is found; raise Missing when the time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(every)
    raise Missing(f"{what}: inte klart på {seconds:.0f} sekunder")


def must_equal(what: str, found: object, wanted: object) -> None:
    """Raise Missing unless the two are equal."""
    if found != wanted:
        raise Missing(f"{what}: {found}, skulle vara {wanted}")
