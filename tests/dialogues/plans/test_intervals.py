"""The least time between two dialogues: whom it holds back, what is committed, and what the pages say."""

from __future__ import annotations

import datetime
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.domain.machine import NotPossible
from dialogues.domain import draws, swaps
from dialogues.domain.intervals import hold_back, previous_years, too_early
from dialogues.domain.plans import units_to_plan
from dialogues.domain.swaps import current_places
from dialogues.draw_queries import free_partners
from dialogues.models import Cycle, DialogueState, Draw, MeetingKind, MeetingState, Seat, SkippedPart, Swap
from dialogues.plan_exports import register_csv
from dialogues.planning.files import read_units
from huvudman.models import Huvudman
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import BatchFactory, CycleFactory, DialogueFactory, MeetingFactory
from tests.dialogues.plans.draws import approved, drawn, huvudman_in_two_lan, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle() -> Cycle:
    """Of 2027 and 2028, for eight huvudmän."""
    huvudman_in_two_lan()
    return small_cycle()


def had_dialogue(at: int, year: int, state: str = DialogueState.CLOSED, **more: object) -> Huvudman:
    """One of the register, with a dialogue in a batch of that year of an earlier cycle."""
    huvudman = Huvudman.objects.order_by("pk")[at]
    before = Cycle.objects.filter(first_year=2022).first() or CycleFactory(name="Förra", first_year=2022)
    batch = BatchFactory(cycle=before, year=year, number=at + 1)
    DialogueFactory(batch=batch, huvudman=huvudman, state=state, **more)
    return huvudman


def locked(cycle: Cycle, least: int) -> Draw:
    return draws.commit_lottery(
        cycle=cycle,
        years=2,
        batches_per_year=2,
        source="Slutvärdet för OMXS30",
        value_on=timezone.localdate() + datetime.timedelta(days=1),
        why="Cykelns lottning",
        actor=somebody(),
        least_years_between=least,
    )


def held(cycle: Cycle, least: int) -> dict[str, int]:
    units = hold_back(units_to_plan(), cycle, years=2, least=least)
    return {unit.id: unit.not_before_year for unit in units if unit.not_before_year}


def test_only_who_had_a_dialogue_too_lately_is_held_back(cycle) -> None:
    late, earlier = had_dialogue(0, 2026), had_dialogue(1, 2024)
    assert previous_years(cycle) == {str(late.public_id): 2026, str(earlier.public_id): 2024}
    assert held(cycle, 2) == {str(late.public_id): 2}
    assert held(cycle, 1) == held(cycle, 0) == {}
    assert held(cycle, 4) == {str(late.public_id): 2, str(earlier.public_id): 2}
    assert too_early(cycle, years=2, least=4) == {str(late.public_id): 2026}


@pytest.mark.parametrize("state", [DialogueState.DECLINED, DialogueState.CANCELLED, DialogueState.ACCEPTED])
def test_what_was_never_held_holds_nobody_back(cycle, state) -> None:
    had_dialogue(0, 2026, state)
    had_dialogue(1, 2026, skipped=SkippedPart.DIALOGUE, skipped_because="Tiden räckte inte")
    assert previous_years(cycle) == {}


def test_the_year_is_when_they_met_and_not_when_they_were_invited(cycle) -> None:
    huvudman = had_dialogue(0, 2025)
    starts = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
    meeting = MeetingFactory(
        kind=MeetingKind.DIALOGUE,
        state=MeetingState.HELD,
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=2),
    )
    Seat.objects.create(dialogue=huvudman.dialogues.get(), meeting=meeting, kind=MeetingKind.DIALOGUE)
    assert previous_years(cycle) == {str(huvudman.public_id): 2027}, "the year of the clock in Sweden"


def test_the_years_are_read_in_one_query(cycle, django_assert_num_queries) -> None:
    for at in range(3):
        had_dialogue(at, 2026)
    with django_assert_num_queries(1):
        assert len(previous_years(cycle)) == 3


def test_no_swap_brings_one_to_a_year_that_it_may_not_have(cycle) -> None:
    late = str(had_dialogue(0, 2026).public_id)
    draw = drawn(locked(cycle, 2))
    early = next(unit for unit, block in draw.assignment.items() if block.startswith("1:"))
    for pair in ((late, early), (early, late)):
        with pytest.raises(NotPossible, match="får inte ha den omgången"):
            swaps.swap_places(
                draw=draw, first=pair[0], second=pair[1], reason="Flytt av skola", actor=somebody()
            )
    offered = {str(row.public_id) for row in free_partners(draw, current_places(draw), late)}
    assert {draw.assignment[unit][0] for unit in offered} <= {"2"}
    assert not Swap.objects.exists()


def test_what_is_committed_says_the_rule_and_the_plan_keeps_it(cycle) -> None:
    late = str(had_dialogue(0, 2026).public_id)
    draw = drawn(locked(cycle, 2))
    told = json.loads(draw.commitment)
    assert (told["least_years_between"], told["too_early"]) == (2, 0)
    assert draw.assignment[late].startswith("2:")
    assert {row["id"]: row["not_before_year"] for row in draw.units}[late] == 2
    assert {u.id: u.not_before_year for u in read_units(register_csv(draw), years=2, batches=2)}[late] == 2


def test_one_for_whom_no_year_is_late_enough_gets_the_last_and_is_named(client, cycle) -> None:
    late = had_dialogue(0, 2026)
    draw = drawn(locked(cycle, 5))
    assert json.loads(draw.commitment)["too_early"] == 1
    assert draw.assignment[str(late.public_id)].startswith("2:")
    client.force_login(planner())
    page = client.get(reverse("admin:draw", args=[draw.public_id])).text
    assert f"{late}: förra dialogen 2026" in page


def test_the_pages_say_whom_it_holds_back_and_that_the_chances_differ(client, cycle) -> None:
    late = had_dialogue(0, 2026)
    draw = approved(drawn(locked(cycle, 2)))
    words = ("kan 1 huvudman inte få de första åren", "Chansen är då inte lika för alla", "100,0")
    report = client.get(reverse("lottery", args=[draw.public_id])).text
    assert late.name not in report
    client.force_login(planner())
    for page in (report, client.get(reverse("admin:draw", args=[draw.public_id])).text):
        assert all(word in page for word in words)
        assert "Minst antal år mellan två dialoger" in page


def test_without_the_rule_nothing_is_said(client, cycle) -> None:
    had_dialogue(0, 2026)
    draw = approved(drawn(locked(cycle, 0)))
    page = client.get(reverse("lottery", args=[draw.public_id])).text
    assert "Tid mellan två dialoger" not in page
    assert "Alla har samma chans att hamna i varje omgång." in page


def test_the_form_asks_for_the_years_and_takes_none(client, cycle) -> None:
    client.force_login(planner())
    url = reverse("admin:cycle_try", args=[cycle.pk])
    assert "Minst antal år mellan två dialoger" in client.get(url).text
    sent = {"years": "2", "batches_per_year": "2", "families": ["region"], "why": ""}
    assert client.post(url, sent | {"least_years_between": "-1"}).status_code == 422
    client.post(url, sent | {"least_years_between": "0"})
    assert Draw.objects.get().least_years_between == 0
