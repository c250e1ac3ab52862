"""Swaps with their reason and their cost, and a plan that is approved by another and then frozen."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.models import StaffRole
from dialogues.domain import draws, swaps
from dialogues.domain.batches import approve_batch
from dialogues.domain.engine import unit_from
from dialogues.domain.plan_approval import approve_plan, open_plan
from dialogues.domain.plans import plan_cycle
from dialogues.models import (
    BatchState,
    ConflictDeclaration,
    Dialogue,
    DialogueState,
    Draw,
    DrawEntry,
    DrawEvent,
    Swap,
)
from dialogues.models import DrawState as S
from dialogues.planning import certify
from tests.accounts.factories import planner, staff_user
from tests.dialogues.plans.draws import approved, committed, drawn, huvudman_in_two_lan, somebody, two_apart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def swapped(draw: Draw, actor: Actor | None = None) -> Swap:
    first, second = two_apart(draw)
    return swaps.swap_places(
        draw=draw, first=first, second=second, reason="Flytt av skola", actor=actor or somebody()
    )


def batch_of(draw: Draw, unit: str) -> str:
    """The block of a unit's dialogue, as the plan writes it."""
    dialogue = Dialogue.objects.get(cycle=draw.cycle, huvudman__public_id=unit)
    return f"{dialogue.batch.year - draw.cycle.first_year + 1}:{dialogue.batch.number}"


class TestCost:
    def test_one_more_count_off_is_a_cost_though_the_worst_is_as_bad_as_before(self) -> None:
        row = {"family": "region", "before": 1.5, "after": 1.5, "breaches_before": 1, "breaches_after": 2}
        assert not swaps.Cost(("1:1", "1:2"), [row], [], {}).is_free
        assert swaps.Cost(("1:1", "1:2"), [row | {"breaches_after": 1}], [], {}).is_free

    def test_it_says_every_margin_before_and_after(self) -> None:
        draw = drawn()
        region = {row["id"]: row["region"] for row in draw.units}
        first = next(iter(draw.assignment))
        second = next(
            unit
            for unit, block in draw.assignment.items()
            if block != draw.assignment[first] and region[unit] != region[first]
        )
        cost = swaps.cost_of_swap(draw, first, second)
        places = dict(draw.assignment)
        places[first], places[second] = places[second], places[first]
        units = [unit_from(row) for row in draw.units]
        counts = certify(units, swaps.blocks_of(places), years=2, batches=2)
        found = {row["family"]: row for row in cost.families}
        assert set(found) == set(counts["worst"])
        for family, worst in counts["worst"].items():
            assert found[family]["after"] == max(worst["batch"]["deviation"], worst["year"]["deviation"])
        assert (found["region"]["before"], found["region"]["after"]) == (0, 1)
        assert not cost.is_free
        assert {row["block"]: row["after"] for row in cost.pupils} == {
            block: counts["pupils"][block] for block in cost.blocks
        }

    def test_in_the_same_cell_it_is_free(self) -> None:
        draw = drawn()
        cell = {row["id"]: (row["region"], row["size"], row["type"]) for row in draw.units}
        first = next(iter(draw.assignment))
        second = next(
            u for u, b in draw.assignment.items() if b != draw.assignment[first] and cell[u] == cell[first]
        )
        assert swaps.cost_of_swap(draw, first, second).is_free

    def test_two_in_one_batch_or_not_in_the_plan_are_told(self) -> None:
        draw = drawn()
        first = next(iter(draw.assignment))
        with pytest.raises(NotPossible, match="samma omgång"):
            swaps.cost_of_swap(draw, first, first)
        with pytest.raises(NotPossible, match="finns inte"):
            swaps.cost_of_swap(draw, first, "någon annan")


class TestSwap:
    def test_it_changes_the_plan_and_the_draw_stays_as_drawn(self) -> None:
        draw = drawn()
        as_drawn, (first, second) = dict(draw.assignment), two_apart(draw)
        swap = swapped(draw)
        draw.refresh_from_db()
        assert draw.assignment == as_drawn
        places = swaps.current_places(draw)
        assert (places[first], places[second]) == (as_drawn[second], as_drawn[first])
        (told,) = draw.counted["swaps"]
        assert (told["first"], told["second"], told["reason"]) == (first, second, "Flytt av skola")
        assert "swaps" not in draw.certificate
        assert swap.cost == json.loads(json.dumps(swap.cost))
        assert DrawEntry.objects.get(event=DrawEvent.SWAPPED).why == "Flytt av skola"

    def test_a_second_swap_builds_on_the_first(self) -> None:
        draw = drawn()
        swapped(draw)
        swapped(draw)
        draw.refresh_from_db()
        assert swaps.current_places(draw) == draw.assignment
        assert len(draw.counted["swaps"]) == 2

    def test_it_needs_a_reason(self) -> None:
        draw = drawn()
        with pytest.raises(NotPossible, match="Skriv varför"):
            swaps.swap_places(draw=draw, first="a", second="b", reason=" ", actor=somebody())

    @pytest.mark.parametrize("change", ["update", "delete"])
    def test_the_database_keeps_swaps_as_they_were(self, change: str) -> None:
        swapped(drawn())
        deeds = {
            "update": lambda: Swap.objects.update(reason="Annat"),
            "delete": lambda: Swap.objects.all().delete(),
        }
        with pytest.raises(DatabaseError), transaction.atomic():
            deeds[change]()

    def test_not_in_a_frozen_plan(self) -> None:
        with pytest.raises(NotPossible, match="öppen för byten"):
            swapped(approved())

    @pytest.mark.parametrize("role", [role for role in StaffRole if role != StaffRole.PLANNER])
    def test_only_planners_swap(self, role: StaffRole) -> None:
        draw = drawn()
        with pytest.raises(PermissionDenied):
            swapped(draw, person(staff_user(role)))

    @pytest.mark.parametrize("state", [BatchState.APPROVED, BatchState.SENT])
    def test_refused_when_a_batch_has_been_approved_or_sent(self, state: BatchState) -> None:
        draw = open_plan(draw=approved(), why="Ett byte", actor=somebody())
        block = swaps.block_from(draw.assignment[two_apart(draw)[1]])
        batch = draw.cycle.batches.get(year=draw.cycle.first_year + block.year - 1, number=block.batch)
        times = {"send_at": draw.created_at, "answer_by": draw.created_at.date()}
        draw.cycle.batches.filter(pk=batch.pk).update(state=state, **times)
        with pytest.raises(NotPossible, match="redan godkänd eller skickad"):
            swapped(draw)
        assert not Swap.objects.exists()

    def test_refused_when_one_of_the_two_is_elsewhere_since(self) -> None:
        draw = open_plan(draw=approved(), why="Ett byte", actor=somebody())
        first, _second = two_apart(draw)
        Dialogue.objects.filter(huvudman__public_id=first).update(state=DialogueState.CANCELLED)
        with pytest.raises(NotPossible, match="flyttats eller svarat"):
            swapped(draw)
        assert not Swap.objects.exists()

    def test_who_has_a_conflict_of_interest_swaps_no_dialogue_of_it(self) -> None:
        draw, kim = open_plan(draw=approved(), why="Ett byte", actor=somebody()), planner()
        first, _second = two_apart(draw)
        dialogue = Dialogue.objects.get(huvudman__public_id=first)
        ConflictDeclaration.objects.create(
            dialogue=dialogue, user=kim, agency=kim.staff.agency, has_conflict=True
        )
        with pytest.raises(PermissionDenied):
            swapped(draw, person(kim))
        assert not Swap.objects.exists()
        swapped(draw)


class TestApproval:
    def test_it_is_put_in_the_batches_as_swapped(self) -> None:
        draw = drawn()
        swapped(draw)
        draw = approve_plan(draw=draw, actor=somebody())
        places = swaps.current_places(draw)
        assert {unit: batch_of(draw, unit) for unit in places} == places
        draw.cycle.refresh_from_db()
        assert draw.cycle.seed == draw.seed
        assert draw.cycle.certificate["swaps"] == draw.counted["swaps"]
        assert draw.cycle.planned_at

    def test_not_by_who_asked_for_the_draw(self) -> None:
        anna = somebody()
        draw = drawn(committed(actor=anna))
        with pytest.raises(NotPossible, match="En annan planerare"):
            approve_plan(draw=draw, actor=anna)
        assert not Dialogue.objects.exists()

    def test_not_by_who_swapped_but_by_who_asked_for_the_draw(self) -> None:
        anna, bo = somebody(), somebody()
        draw = drawn(committed(actor=anna))
        swapped(draw, bo)
        with pytest.raises(NotPossible, match="En annan planerare"):
            approve_plan(draw=draw, actor=bo)
        assert approve_plan(draw=draw, actor=anna).state == S.APPROVED

    def test_a_trial_is_never_used(self) -> None:
        draw = committed()
        trial = draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=2, why="", actor=somebody())
        Draw.objects.filter(pk=trial.pk).update(state=S.DRAWN)
        with pytest.raises(NotPossible, match="provlottning"):
            approve_plan(draw=trial, actor=somebody())

    def test_approved_twice_it_is_noted_once(self) -> None:
        draw = approved()
        approve_plan(draw=draw, actor=somebody())
        assert DrawEntry.objects.filter(event=DrawEvent.APPROVED).count() == 1
        assert Dialogue.objects.count() == 8

    def test_another_plan_gives_way_while_all_batches_are_drafts(self) -> None:
        first = approved()
        second = approved(drawn(committed(first.cycle)))
        first.refresh_from_db()
        assert (first.state, second.state) == (S.DISCARDED, S.APPROVED)
        assert Dialogue.objects.count() == 8

    def test_no_new_plan_when_a_batch_is_approved(self) -> None:
        cycle = plan_cycle(cycle=committed().cycle, actor=somebody())
        draw = drawn(cycle.draws.get(kind="lottery"))
        cycle.batches.filter(number=1).update(state=BatchState.APPROVED)
        with pytest.raises(NotPossible, match="går inte att lotta om"):
            approve_plan(draw=draw, actor=somebody())

    def test_what_lies_in_the_batches_is_not_thrown_away(self) -> None:
        with pytest.raises(NotPossible, match="ligger i cykelns omgångar"):
            draws.discard_draw(draw=approved(), why="Fel", actor=somebody())

    def test_opened_for_swaps_no_batch_is_approved_until_it_is_frozen_again(self) -> None:
        draw = open_plan(draw=approved(), why="Ett byte", actor=somebody())
        batch = draw.cycle.batches.first()
        with pytest.raises(NotPossible, match="öppen för byten"):
            approve_batch(batch=batch, actor=somebody())
        bo = somebody()
        swapped(draw, bo)
        places = swaps.current_places(draw)
        assert {unit: batch_of(draw, unit) for unit in places} == places
        with pytest.raises(NotPossible, match="En annan planerare"):
            approve_plan(draw=draw, actor=bo)
        approve_plan(draw=draw, actor=somebody())
        assert approve_batch(batch=batch, actor=somebody()).state == BatchState.APPROVED
        assert Draw.objects.get(pk=draw.pk).is_open_again is False

    def test_not_opened_while_a_new_lottery_is_under_way(self) -> None:
        draw = approved()
        committed(draw.cycle)
        with pytest.raises(NotPossible, match="på gång"):
            open_plan(draw=draw, why="Ett byte", actor=somebody())

    def test_a_failure_in_the_middle_leaves_nothing(self, monkeypatch) -> None:
        draw = drawn()
        monkeypatch.setattr(
            "dialogues.domain.plan_approval.log", lambda *_a, **_k: (_ for _ in ()).throw(OSError())
        )
        with pytest.raises(OSError):  # noqa: PT011
            approve_plan(draw=draw, actor=somebody())
        draw.refresh_from_db()
        assert (draw.state, draw.written_at) == (S.DRAWN, None)
        assert not Dialogue.objects.exists()
