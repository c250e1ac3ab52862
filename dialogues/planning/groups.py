"""Who meets whom at the introductions: groups by region and type, never larger than the seats there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What those in a group have in common."""

    ALIKE = "alike"
    REGION = "region"
    TYPE = "type"
    MIXED = "mixed"


@dataclass(frozen=True, order=True)
class Waiting:
    """A huvudman that waits for a seat: its number, region and type."""

    key: int
    region: str
    type: str


@dataclass(frozen=True)
class Group:
    """Those who meet, by number, and why just they; `region` and `type` are empty where they differ."""

    members: tuple[int, ...]
    why: Why
    region: str = ""
    type: str = ""


def propose_groups(waiting: Iterable[Waiting], *, seats: int, smallest: int = 1) -> list[Group]:
    """Put everyone in one group of at most `seats`, as even as can be.

    First those of the same region and type. Where that makes fewer than `smallest`, all types of the region
    meet; where that is still fewer, those of the same type from several regions; and those left over meet in
    mixed groups, however few they are. The same input gives the same groups, in whatever order it comes.
    Raises ValueError for fewer seats than one.
    """
    if seats < 1:
        raise ValueError(seats)
    left, found = sorted(set(waiting)), []
    for why, alike in STEPS:
        enough = 1 if why == Why.MIXED else min(smallest, seats)
        made, left = _step(left, why, alike, seats=seats, enough=enough)
        found += made
    return found


STEPS: tuple[tuple[Why, Callable[[Waiting], Hashable]], ...] = (
    (Why.ALIKE, lambda one: (one.region, one.type)),
    (Why.REGION, lambda one: one.region),
    (Why.TYPE, lambda one: one.type),
    (Why.MIXED, lambda one: ""),
)


def _step(
    waiting: Sequence[Waiting], why: Why, alike: Callable[[Waiting], Hashable], *, seats: int, enough: int
) -> tuple[list[Group], list[Waiting]]:
    """The groups of those who are alike, and those who are too few for one."""
    buckets: dict[Hashable, list[Waiting]] = defaultdict(list)
    for one in waiting:
        buckets[alike(one)].append(one)
    made: list[Group] = []
    left: list[Waiting] = []
    for _key, members in sorted(buckets.items(), key=lambda bucket: str(bucket[0])):
        if len(members) < enough:
            left += members
        else:
            made += [_group(part, why) for part in _even_parts(members, seats)]
    return made, sorted(left)


def _even_parts(members: Sequence[Waiting], seats: int) -> list[Sequence[Waiting]]:
    """As few parts as there must be, none larger than another by more than one."""
    count = -(-len(members) // seats)
    small, larger = divmod(len(members), count)
    parts, start = [], 0
    for number in range(count):
        end = start + small + (number < larger)
        parts.append(members[start:end])
        start = end
    return parts


def _group(members: Sequence[Waiting], why: Why) -> Group:
    regions, types = {one.region for one in members}, {one.type for one in members}
    return Group(
        members=tuple(one.key for one in members),
        why=why,
        region=regions.pop() if len(regions) == 1 else "",
        type=types.pop() if len(types) == 1 else "",
    )
