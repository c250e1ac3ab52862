"""A huvudman's units in its chart: a small hollow ring for each that may be shown, below the group's band."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

RADIUS = 4
STEP = 2 * RADIUS + 1
"""From ring to ring, where there is room."""
DEEPEST = 3 * STEP
"""So far down rings are stacked; where more stand in one place they overlap."""
PLUM = "#692859"


def stacked(places: Iterable[float]) -> list[tuple[float, int]]:
    """Places across the picture, in order, each with how many rings it has to stand below."""
    ends: list[float] = []
    found = []
    for x in sorted(places):
        level = next(level for level in count() if level == len(ends) or ends[level] + STEP <= x)
        ends[level : level + 1] = [x]
        found.append((x, level))
    return found


def depth(rings: list[tuple[float, int]]) -> float:
    """How far down the rings reach from the middle of the first row."""
    return min(max((level for _x, level in rings), default=0) * STEP, DEEPEST)


def drawing(rings: list[tuple[float, int]], top: float) -> str:
    """All rings as one path; the middle of the first row stands at `top`. Half open, so that each is seen."""
    lowest = max((level for _x, level in rings), default=0)
    step = depth(rings) / lowest if lowest else 0.0
    rounds = "".join(_ring(x, top + level * step) for x, level in rings)
    line = f'stroke="{PLUM}" stroke-width="1.5" stroke-opacity="0.85"'
    return f'<path class="units" d="{rounds}" fill="none" {line}/>'


def _ring(x: float, y: float) -> str:
    """A circle of four curves: some programs draw arcs as polygons."""
    r, k = RADIUS, round(RADIUS * 0.4477, 2)
    return (
        f"M{x - r:.1f} {y:.1f}c0 -{r - k:.2f} {k} -{r} {r} -{r}s{r} {k} {r} {r}"
        f"s-{k} {r} -{r} {r}s-{r} -{k} -{r} -{r}z"
    )
