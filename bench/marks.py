"""Results of measurements, and how they are shown."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """One figure: measured and baseline in `unit`, and how many times the baseline it may be (`limit`).

    Without a baseline, `limit` is the most that `measured` may be.
    """

    name: str
    measured: float
    baseline: float | None
    limit: float
    unit: str = "s"
    against: str = ""

    @property
    def ratio(self) -> float:
        """Times the baseline, or the figure itself where there is none."""
        return self.measured / self.baseline if self.baseline else self.measured

    @property
    def met(self) -> bool:
        """Tell whether the figure is within its limit."""
        return self.ratio <= self.limit

    def cells(self) -> list[str]:
        """The row of the table."""
        base = f"{self.baseline:.4g} {self.unit}" if self.baseline else "–"
        ratio = f"{self.ratio:.2f} ×" if self.baseline else "–"
        limit = f"≤ {self.limit:g} ×" if self.baseline else f"≤ {self.limit:g} {self.unit}"
        kept = "met" if self.met else "MISSED"
        return [self.name, f"{self.measured:.4g} {self.unit}", base, ratio, limit, kept, self.against]


HEAD = ["what", "measured", "baseline", "ratio", "mark", "", "baseline is"]


def table(marks: Iterable[Mark]) -> str:
    """The marks as a table of plain text."""
    rows = [HEAD, *(mark.cells() for mark in marks)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def in_turns(times: int, *jobs: tuple[Callable[[], object], Callable[[], object]]) -> list[float]:
    """The median seconds of each job, run by turns so that a busy machine is as unkind to all.

    A job is (prepare, work); only the work is timed.
    """
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(times):
        for seconds, (prepare, work) in zip(taken, jobs, strict=True):
            prepare()
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) for seconds in taken]
