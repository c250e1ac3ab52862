"""What has changed since a plan was laid: who has closed, come, waits, or keeps its place."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain import swaps
from dialogues.domain.dialogues import move
from dialogues.domain.since_planned import since_planned
from dialogues.domain.swaps import current_places
from dialogues.draw_queries import changed_since
from dialogues.models import (
    DialogueState,
)
from huvudman.models import Huvudman, SizeClass
from tests.dialogues.plans.draws import approved, drawn, huvudman_in_two_lan, somebody, two_apart
from tests.dialogues.plans.replans import (
    asked,
    dialogue_of,
    in_force,
    reality_changes,
    wants_later,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


class TestWhatHasChanged:
    def test_nothing(self) -> None:
        draw = approved()
        since = since_planned(draw)
        assert since.is_nothing
        assert {unit: str(block) for unit, block in since.previous.items()} == draw.assignment
        with pytest.raises(NotPossible, match="Inget har ändrats"):
            asked(draw)

    def test_closed_new_and_of_another_kind(self) -> None:
        draw = approved()
        gone, come = reality_changes(draw)
        grown = max(draw.assignment)
        largest = SizeClass.values[-1]
        Huvudman.objects.filter(public_id=grown).update(pupils=9_000, size_class=largest)
        since = since_planned(draw)
        assert (since.closed, since.come, since.waiting) == ([gone], [come], [])
        ((then, now),) = since.other
        assert (then.id, now.id, now.size) == (grown, grown, largest)
        assert then.size != now.size

    def test_who_wants_to_take_part_later_gets_a_place_in_a_later_batch(self) -> None:
        draw = approved()
        unit = next(u for u, block in draw.assignment.items() if block == "1:2")
        wants_later(draw, unit)
        since = since_planned(draw)
        assert since.waiting == [unit]
        assert unit not in since.previous
        (waits,) = [each for each in since.units if each.id == unit]
        assert waits.not_before_year == 2  # 1:1 is earlier than the batch that it was invited in

    def test_who_may_still_change_its_answer_stays(self) -> None:
        draw = approved()
        unit = next(u for u, block in draw.assignment.items() if block == "1:1")
        dialogue = wants_later(draw, unit)
        dialogue.invitations.update(answer_by=timezone.localdate())
        assert since_planned(draw).waiting == []

    def test_no_later_batch_and_it_stays(self) -> None:
        draw = approved()
        unit = next(u for u, block in draw.assignment.items() if block == "2:2")
        wants_later(draw, unit)
        since = since_planned(draw)
        assert (since.waiting, str(since.previous[unit])) == ([], "2:2")

    def test_who_has_been_told_when_or_was_swapped_keeps_its_place(self) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=somebody())
        draw = approved(draw)
        since = since_planned(draw)
        tied = {unit.id: f"{unit.pin_year}:{unit.pin_batch}" for unit in since.units if unit.tied}
        places = current_places(draw)
        assert tied == {first: places[first], second: places[second]}

    @pytest.mark.parametrize(("month", "day"), [(1, 1), (7, 1)])
    def test_one_whose_activity_has_not_begun_waits_for_it(self, month: int, day: int) -> None:
        draw = approved()
        unit = next(u for u, block in draw.assignment.items() if block.startswith("1:"))
        begins = datetime.date(draw.cycle.first_year + (month == 1), month, day)
        Huvudman.objects.filter(public_id=unit).update(active_from=begins)
        since = since_planned(draw)
        assert (since.closed, since.come, since.too_soon) == ([], [], [unit])
        replan = in_force(draw)
        assert replan.assignment[unit].startswith("2:")
        assert dialogue_of(replan, unit).state == DialogueState.PLANNED
        assert since_planned(replan).is_nothing

    def test_one_that_begins_before_its_place_keeps_it(self) -> None:
        draw = approved()
        unit = next(u for u, block in draw.assignment.items() if block.startswith("2:"))
        begins = datetime.date(draw.cycle.first_year + 1, 1, 1)
        Huvudman.objects.filter(public_id=unit).update(active_from=begins)
        assert since_planned(draw).is_nothing
        assert changed_since(draw) == (0, 0)

    def test_one_that_comes_later_is_new_on_the_day_it_begins(self) -> None:
        draw = approved()
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        late = HuvudmanFactory(active_from=tomorrow)
        assert since_planned(draw).is_nothing
        with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(12), datetime.UTC)):
            assert since_planned(draw).come == [str(late.public_id)]

    def test_one_that_was_cancelled_gets_no_new_place(self) -> None:
        draw = approved()
        unit = min(draw.assignment)
        move(dialogue_of(draw, unit), to=DialogueState.CANCELLED, actor=SYSTEM)
        since = since_planned(draw)
        assert unit not in since.previous
        assert unit not in {each.id for each in since.units}
        assert since.is_nothing
