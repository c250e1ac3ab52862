"""Whole numbers drawn from the seed, the same on every machine (splitmix64 started by HMAC-SHA256)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialogues.planning.tickets import ticket

STEP, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = (1 << 64) - 1


class Stream:
    """Numbers that follow from a seed and a name."""

    def __init__(self, seed: str, name: str) -> None:
        self._state = int.from_bytes(ticket(seed, f"stream {name}")[:8], "big")

    def below(self, limit: int) -> int:
        """A number from 0 to limit − 1."""
        self._state = (self._state + STEP) & MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * FIRST) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * SECOND) & MASK
        return (mixed ^ (mixed >> 31)) % limit

    def many(self, count: int) -> NDArray[np.uint64]:
        """`count` numbers of 64 bits."""
        steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(STEP)
        mixed = np.uint64(self._state) + steps
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(FIRST)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(SECOND)
        self._state = (self._state + STEP * count) & MASK
        return mixed ^ (mixed >> np.uint64(31))
