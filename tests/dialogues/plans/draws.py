"""Lotteries in every state, brought there by the verbs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from django.utils import timezone

from accounts.actors import Actor, person
from dialogues.domain import draw_work, draws
from dialogues.domain.plan_approval import approve_plan
from dialogues.models import Cycle, Draw
from dialogues.models import DrawState as S
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, LanFactory

VALUE = "2 501,35"


def somebody() -> Actor:
    """A planner nobody has seen before."""
    return person(planner())


def huvudman_in_two_lan(count: int = 8) -> None:
    """Half of them in Skåne, half in Norrbotten."""
    south = KommunFactory(code="1280", lan=LanFactory(code="12", name="Skåne län"))
    north = KommunFactory(code="2580", lan=LanFactory(code="25", name="Norrbottens län"))
    for number in range(count):
        HuvudmanFactory(main_kommun=north if number % 2 else south, pupils=100 + number)


def committed(
    cycle: Cycle | None = None, actor: Actor | None = None, *, years: int = 2, batches_per_year: int = 2
) -> Draw:
    """A lottery whose register is locked, of two years with two batches each unless told."""
    return draws.commit_lottery(
        cycle=cycle or small_cycle(),
        years=years,
        batches_per_year=batches_per_year,
        source="Slutvärdet för OMXS30",
        value_on=timezone.localdate() + datetime.timedelta(days=1),
        why="Cykelns lottning",
        actor=actor or somebody(),
    )


@contextmanager
def the_value_is_out(draw: Draw) -> Iterator[None]:
    """The day after the value's day."""
    assert draw.value_on
    noon = datetime.datetime.combine(draw.value_on, datetime.time(12), datetime.UTC)
    with time_machine.travel(noon + datetime.timedelta(days=1)):
        yield


def typed(draw: Draw | None = None, actor: Actor | None = None) -> Draw:
    """A lottery whose value waits to be confirmed."""
    draw = draw or committed()
    with the_value_is_out(draw):
        return draws.type_value(
            draw=draw, value=VALUE, where="nasdaq.example/omxs30", actor=actor or somebody()
        )


def queued(draw: Draw | None = None) -> Draw:
    """A lottery that waits for a worker."""
    draw = typed(draw)
    with the_value_is_out(draw):
        return draws.confirm_value(draw=draw, value=VALUE, actor=somebody())


def drawn(draw: Draw | None = None) -> Draw:
    """A lottery that has been drawn."""
    draw = queued(draw)
    draw_work.work_on(draw.pk)
    draw.refresh_from_db()
    assert draw.state == S.DRAWN
    return draw


def approved(draw: Draw | None = None) -> Draw:
    """A lottery whose plan lies in the batches."""
    return approve_plan(draw=draw or drawn(), actor=somebody())


def two_apart(draw: Draw) -> tuple[str, str]:
    """The ids of two units in different batches."""
    first = next(iter(draw.assignment))
    return first, next(u for u, block in draw.assignment.items() if block != draw.assignment[first])


def plan_on(text: str) -> dict[str, str]:
    """The plan that a page was about, and its version: what the page sends with its form."""
    return dict(re.findall(r'name="(plan|seen)" value="([^"]+)"', text))
