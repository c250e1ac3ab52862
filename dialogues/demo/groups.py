"""The introduction groups of the first batch, and how far their huvudmän have come, in days of the story."""

from __future__ import annotations

from dataclasses import dataclass

from dialogues.demo.story import EARLIER


@dataclass(frozen=True)
class Journey:
    """When one huvudman's dialogue came or comes to each step; None for what is not settled yet."""

    dialogue: int | None = None
    accepted: int | None = None
    feedback: int | None = None
    closed: int | None = None
    paused: int | None = None
    missed: bool = False
    """Tells that the dialogue did not take place on its day."""
    left_out: int | None = None
    """When the feedback was left out, with a reason."""
    summary: str = "agreed"
    """How far the summary has come: sent, returned, agreed, or changed, which is agreed in a second round."""


@dataclass(frozen=True)
class Group:
    """An introduction: when it was set up and meets, when its underlag were sent, and who is in it."""

    set_up: int
    meets: int
    sent: int | None = None
    journeys: tuple[Journey, ...] = ()
    missed: int = 0
    """How many, of those last in it, could not come."""
    seats: int | None = None
    """How many seats it has when more wait than it has room for; else as many as its journeys."""
    cancelled: tuple[int, int] | None = None
    """The day on which some of those last in it cancelled, and how many they were."""


FIRST = Group(
    set_up=EARLIER.sent,
    meets=-48,
    sent=-41,
    journeys=(
        Journey(accepted=-38, dialogue=-27, feedback=-14, closed=-10, summary="changed"),
        Journey(accepted=-37, dialogue=-26, feedback=-12, closed=-8),
        Journey(accepted=-37, dialogue=-25, feedback=-4),
        Journey(accepted=-36, dialogue=-7, feedback=10, summary="sent"),
        Journey(accepted=-35, dialogue=-6, summary="returned"),
        Journey(accepted=-34, dialogue=-24, left_out=-9, closed=-6),
        Journey(accepted=-33, dialogue=-3, missed=True),
    ),
)
SECOND = Group(
    set_up=EARLIER.sent,
    meets=-20,
    sent=-11,
    journeys=(
        Journey(dialogue=13),
        Journey(accepted=-8, dialogue=6),
        Journey(accepted=-7, dialogue=7),
        Journey(accepted=-6, dialogue=8),
        Journey(accepted=-5, dialogue=9),
        Journey(dialogue=14),
        Journey(dialogue=15),
        Journey(dialogue=16, paused=-3),
    ),
)
"""With the kommun that can be tried, which has got a time to answer to, as the first of its journeys."""

THIRD = Group(set_up=-16, meets=-4, journeys=(Journey(),) * 3, missed=1)
NEXT = Group(set_up=-3, meets=8, seats=52, cancelled=(-2, 2))
"""Has room for nearly all those who still wait; two of them cancel, so that two of its seats are free."""
