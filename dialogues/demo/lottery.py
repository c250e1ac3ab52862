"""The demo's lottery: the register locked one day, the plan drawn by a public value of a later one."""

from __future__ import annotations

from django.conf import settings

from accounts.actors import Actor
from dialogues.demo.another_day import moment
from dialogues.demo.people import kommun_tried, small_association
from dialogues.demo.story import DRAWN, EARLIER, LOCKED, Story
from dialogues.domain import cycles, draw_work, draws, plan_approval, swaps
from dialogues.models import Cycle, Draw

YEARS, BATCHES_A_YEAR = 4, 7
VALUE, WHERE = "2 501,35", "Ett exempelvärde i demon"
REASON = "Demon behöver ha huvudmannen i en av de första omgångarna"


def hold_lottery(story: Story, first: Actor, second: Actor) -> Cycle:
    """Make a cycle and hold its lottery: one planner locks and types, the other confirms and approves."""
    with moment(story.at(LOCKED, 10)):
        lottery = _lock(story, first)
    with moment(story.at(DRAWN, 10)):
        draws.type_value(draw=lottery, value=VALUE, where=WHERE, actor=first)
        draws.confirm_value(draw=lottery, value=VALUE, actor=second)
        draw_work.work_on(lottery.pk)
        _bring_early(lottery, first)
        return plan_approval.approve_plan(draw=lottery, actor=second).cycle


def _lock(story: Story, actor: Actor) -> Draw:
    """Make the cycle, which begins with the year in which the first are invited, and lock the register."""
    first_year = story.day(EARLIER.sent).year
    cycle = cycles.create_cycle(
        name=f"Cykel {first_year}–{first_year + YEARS - 1}",
        first_year=first_year,
        years=YEARS,
        batches_per_year=BATCHES_A_YEAR,
        actor=actor,
    )
    return draws.commit_lottery(
        cycle=cycle,
        years=YEARS,
        batches_per_year=BATCHES_A_YEAR,
        source=settings.LOTTERY_SOURCE,
        value_on=story.day(DRAWN - 1),
        why="Cykelns första lottning",
        actor=actor,
    )


def _bring_early(lottery: Draw, actor: Actor) -> None:
    """See that the huvudmän to be tried are in the first batches, by swaps that the report tells of."""
    tried = [str(huvudman.public_id) for huvudman in (kommun_tried(), small_association())]
    for own, block in zip(tried, ("1:1", "1:2"), strict=True):
        places = swaps.current_places(Draw.objects.get(pk=lottery.pk))
        if places[own] != block:
            there = {unit for unit, place in places.items() if place == block} - set(tried)
            other = _most_alike(lottery, own, there)
            swaps.swap_places(draw=lottery, first=own, second=other, reason=REASON, actor=actor)


def _most_alike(lottery: Draw, own: str, others: set[str]) -> str:
    """Who of `others` is most like `own` in what the plan evens, so that their swap makes it least uneven."""
    units = {row["id"]: row for row in lottery.units}

    def unlike(unit: str) -> tuple[int, int, str]:
        differs = sum(units[unit][name] != units[own][name] for name in ("region", "size", "type"))
        return differs, abs(units[unit]["pupils"] - units[own]["pupils"]), unit

    return min(others, key=unlike)
