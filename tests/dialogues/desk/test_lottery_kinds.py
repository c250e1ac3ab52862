"""A lottery on the desk: whoever can take it further has it, from the day on which that can be done."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse

from dialogues.domain import draws, swaps
from dialogues.domain.plan_approval import approve_plan
from tests.accounts.factories import planner
from tests.dialogues.desk.kinds import todos
from tests.dialogues.plans.draws import (
    committed,
    drawn,
    huvudman_in_two_lan,
    person,
    somebody,
    the_value_is_out,
    two_apart,
    typed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def test_the_value_is_typed_from_its_day_on() -> None:
    draw = committed()
    assert todos("lottning", planner()) == []
    with the_value_is_out(draw):
        (todo,) = todos("lottning", planner())
        assert todo.what == "Skriv in värdet till lottningen"
        assert todo.due == draw.value_on
        assert todo.url == reverse("admin:draw", args=[draw.public_id])


def test_it_is_confirmed_by_another() -> None:
    anna, bo = planner(), planner()
    typed(actor=person(anna))
    assert todos("lottning", anna) == []
    assert [todo.what for todo in todos("lottning", bo)] == ["Bekräfta värdet till lottningen"]


def test_the_plan_is_approved_by_another_than_who_made_it_so() -> None:
    anna, bo = planner(), planner()
    draw = drawn(committed(actor=person(anna)))
    assert todos("lottning", anna) == []
    (todo,) = todos("lottning", bo)
    assert todo.what == "Läs och godkänn planen"
    assert todo.due == draw.drawn_at.date() + datetime.timedelta(days=7)
    first, second = two_apart(draw)
    swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=person(bo))
    assert todos("lottning", bo) == []
    assert len(todos("lottning", anna)) == 1
    approve_plan(draw=draw, actor=person(anna))
    assert todos("lottning", planner()) == []


def test_what_is_thrown_away_waits_for_nobody() -> None:
    draws.discard_draw(draw=drawn(), why="Fel", actor=somebody())
    assert todos("lottning", planner()) == []
