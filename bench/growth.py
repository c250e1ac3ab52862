"""How the cost of a plan grows with the register, beside other ways to spread it."""

from __future__ import annotations

import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from bench.baselines.planning import METHODS
from bench.marks import Mark
from bench.registers import synthetic_register, worst_of
from dialogues.planning import certify, plan

SIZES = ((2_500, 5, 5), (25_000, 10, 25), (250_000, 10, 250))
OURS = "this plan, with its certificate"
TOO_MANY = {"iterative stratification": 25_000}
"""Above so many units it would take an hour: it asks every batch about every unit."""
MOST = {2_500: (15, 500), 25_000: (10, 500), 250_000: (60, 3_000)}
"""The seconds and MB that a plan of so many may cost."""


@dataclass(frozen=True)
class Cost:
    """What one way cost, with the register in memory, and its largest deviation from a share."""

    processor: float
    clock: float
    megabytes: float
    deviation: float


def grown() -> list[Mark]:
    """Print the table; answer the marks of our own column."""
    costs = {(name, size): _cost(name, size) for size in SIZES for name in (OURS, *METHODS)}
    for size in SIZES:
        print(f"  {size[0]} units in {size[1] * size[2]} batches")
        ours = costs[OURS, size]
        for name in (OURS, *METHODS):
            print(f"    {name:<60} {_said(costs[name, size], ours)}")
    return [mark for size in SIZES if (cost := costs[OURS, size]) for mark in _marks(size, cost)]


def _said(cost: Cost | None, ours: Cost | None) -> str:
    if cost is None or ours is None:
        return "not run: it would take an hour"
    ratio = ours.processor / max(cost.processor, 0.001)
    return (
        f"{cost.processor:7.2f} s of processor ({cost.clock:.1f} s by the clock), {cost.megabytes:4.0f} MB, "
        f"worst deviation {cost.deviation:.2f}; ours {ratio:.1f} × its time, "
        f"{ours.deviation / cost.deviation:.2f} × its deviation"
    )


def _marks(size: tuple[int, int, int], cost: Cost) -> list[Mark]:
    name, (seconds, megabytes) = f"{size[0]} in {size[1] * size[2]}", MOST[size[0]]
    clock = f"{cost.clock:.1f} s by the clock, beside other work"
    return [
        Mark(f"{name}: time", cost.processor, None, seconds, "s of processor", clock),
        Mark(f"{name}: peak memory", cost.megabytes, None, megabytes, "MB"),
        Mark(f"{name}: largest deviation", cost.deviation, None, 0.9999, "units"),
    ]


def _cost(name: str, size: tuple[int, int, int]) -> Cost | None:
    """In a process of its own, so that the memory is its own."""
    if size[0] > next((most for each, most in TOO_MANY.items() if name.startswith(each)), size[0]):
        return None
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_spread, name, *size).result()


def _spread(name: str, count: int, years: int, batches: int) -> Cost:
    units = synthetic_register(count)
    processor, clock = time.process_time(), time.perf_counter()
    if name == OURS:
        assignment = dict(plan(units, years=years, batches=batches, seed="bench").assignment)
    else:
        assignment = dict(METHODS[name](units, years, batches))
    taken = time.process_time() - processor, time.perf_counter() - clock
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = certify(units, assignment, years=years, batches=batches)
    return Cost(*taken, peak, worst_of(found))
