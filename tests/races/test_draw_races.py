"""Two planners at the same lottery or plan at once: it is locked, confirmed, swapped in and approved once."""

import threading
from types import SimpleNamespace

import pytest

from accounts.domain.machine import NotPossible
from dialogues.domain import draw_work, draws, plan_approval, plan_writing, replan_writing, swaps
from dialogues.domain.batches import approve_batch
from dialogues.domain.plan_approval import approve_plan, open_plan
from dialogues.models import BatchState, Cycle, Dialogue, Draw, DrawEntry, DrawEvent, InvitationBatch, Swap
from dialogues.models import DrawState as S
from dialogues.planning import Block
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import (
    VALUE,
    approved,
    committed,
    drawn,
    huvudman_in_two_lan,
    queued,
    somebody,
    the_value_is_out,
    two_apart,
    typed,
)
from tests.dialogues.plans.replans import asked, batch_at, reality_changes, replanned
from tests.races.test_batch_races import BOUND, eventually, somebody_waits_for_a_lock
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def kinds(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_two_who_lock_the_register_at_once_lock_it_once(monkeypatch) -> None:
    cycle = small_cycle()

    def race() -> list[str]:
        anna, bo = somebody(), somebody()
        results = at_once(lambda: committed(cycle, anna), lambda: committed(cycle, bo))
        return kinds(results)

    assert race() == ["Draw", "NotPossible"]
    draws.discard_draw(draw=Draw.objects.get(), why="Igen", actor=somebody())
    both_have_looked = threading.Barrier(2, timeout=20)
    made = draws._asked

    def wait_and_make(*facts: object) -> Draw:
        both_have_looked.wait()
        return made(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(draws, "locked_cycle", lambda cycle: Cycle.objects.get(pk=cycle.pk))
    monkeypatch.setattr(draws, "_asked", wait_and_make)
    assert race() == ["Draw", "IntegrityError"]  # the database's own guard


def test_two_who_confirm_at_once_give_one_seed_and_one_draw() -> None:
    draw = typed()
    anna, bo = somebody(), somebody()
    with the_value_is_out(draw):
        at_once(
            lambda: draws.confirm_value(draw=draw, value=VALUE, actor=anna),
            lambda: draws.confirm_value(draw=draw, value=VALUE, actor=bo),
        )
    assert DrawEntry.objects.filter(event=DrawEvent.CONFIRMED).count() == 1
    at_once(lambda: draw_work.work_on(draw.pk), lambda: draw_work.work_on(draw.pk))
    draw.refresh_from_db()
    assert draw.state == S.DRAWN
    assert DrawEntry.objects.filter(event=DrawEvent.DRAWN).count() == 1


def test_confirmed_as_it_is_taken_back_it_is_one_of_the_two() -> None:
    draw = typed()
    anna, bo = somebody(), somebody()
    with the_value_is_out(draw):
        results = at_once(
            lambda: draws.confirm_value(draw=draw, value=VALUE, actor=anna),
            lambda: draws.withdraw_value(draw=draw, why="Fel", actor=bo),
        )
    draw.refresh_from_db()
    assert (draw.state, bool(draw.seed)) in {(S.QUEUED, True), (S.COMMITTED, False)}
    assert kinds(results) == ["Draw", "WrongState"]


def test_thrown_away_as_it_is_drawn_it_is_one_of_the_two() -> None:
    draw = queued()
    at_once(
        lambda: draw_work.work_on(draw.pk),
        lambda: draws.discard_draw(draw=draw, why="Ångrade oss", actor=somebody()),
    )
    draw.refresh_from_db()
    assert draw.state == S.DISCARDED
    events = set(DrawEntry.objects.values_list("event", flat=True))
    assert (DrawEvent.DRAWN in events) == bool(draw.assignment)


def swapping(draw: Draw, first: str, second: str):
    actor = somebody()
    return lambda: swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=actor)


def test_two_who_swap_the_same_huvudman_at_once_build_on_each_other(monkeypatch) -> None:
    draw = drawn()
    first, second = two_apart(draw)
    at_once(swapping(draw, first, second), swapping(draw, first, second))
    draw.refresh_from_db()
    assert swaps.current_places(draw) == draw.assignment
    assert len(draw.counted["swaps"]) == 2

    both_have_priced = threading.Barrier(2, timeout=20)
    price = swaps.cost_of_swap

    def price_and_wait(*asked: object) -> object:
        cost = price(*asked)  # type: ignore[arg-type]
        both_have_priced.wait()
        return cost

    monkeypatch.setattr(swaps, "locked_cycle", lambda cycle: Cycle.objects.get(pk=cycle.pk))
    monkeypatch.setattr(swaps, "DRAWS", SimpleNamespace(locked=lambda draw: Draw.objects.get(pk=draw.pk)))
    monkeypatch.setattr(swaps, "cost_of_swap", price_and_wait)
    at_once(swapping(draw, first, second), swapping(draw, first, second))
    froms = Swap.objects.order_by("-pk").values_list("first_block", flat=True)[:2]
    assert len(set(froms)) == 1  # without the lock both think that it moves from the same place


def test_swapped_as_it_is_approved_the_batches_are_as_the_plan_says() -> None:
    draw = drawn()
    first, second = two_apart(draw)
    anna = somebody()
    at_once(swapping(draw, first, second), lambda: approve_plan(draw=draw, actor=anna))
    places = swaps.current_places(draw)
    batches = {
        str(d.huvudman.public_id): f"{d.batch.year - draw.cycle.first_year + 1}:{d.batch.number}"
        for d in Dialogue.objects.select_related("huvudman", "batch")
    }
    assert batches == places


def test_two_who_approve_at_once_write_it_once() -> None:
    draw = drawn()
    anna, bo = somebody(), somebody()
    at_once(lambda: approve_plan(draw=draw, actor=anna), lambda: approve_plan(draw=draw, actor=bo))
    assert (Dialogue.objects.count(), InvitationBatch.objects.count()) == (8, 4)
    assert DrawEntry.objects.filter(event=DrawEvent.APPROVED).count() == 1


def test_a_batch_approved_as_the_plan_is_opened_is_in_no_swap(monkeypatch) -> None:
    draw = approved()
    first, second = two_apart(draw)
    block = plan_writing.block_from(draw.assignment[first])
    batch = draw.cycle.batches.get(year=draw.cycle.first_year + block.year - 1, number=block.batch)
    anna, bo = somebody(), somebody()
    at_once(
        lambda: approve_batch(batch=batch, actor=anna),
        lambda: open_plan(draw=draw, why="Ett byte", actor=bo),
    )
    batch.refresh_from_db()
    if batch.state == BatchState.APPROVED:
        with pytest.raises(NotPossible, match="redan godkänd"):
            swapping(draw, first, second)()
    else:
        swapping(draw, first, second)()
    assert Swap.objects.exists() == (batch.state == BatchState.DRAFT)


def test_a_batch_approved_as_a_replan_is_approved_has_those_whom_the_replan_gave_it(monkeypatch) -> None:
    write = plan_approval.write_changes

    def race(replan: Draw) -> bool:
        """Approve a batch between the replan's look at the batches and its writing in them; tell whether who
        approved it saw those who are in it after both.
        """
        unit = next(unit for unit in replan.assignment if unit not in replan.previous)
        batch = batch_at(replan, replan.assignment[unit])
        has_looked, has_approved, seen = threading.Event(), threading.Event(), []

        def write_late(*facts: object) -> None:
            has_looked.set()
            eventually(lambda: has_approved.is_set() or somebody_waits_for_a_lock())
            write(*facts)  # type: ignore[arg-type]

        def approve_it() -> None:
            assert has_looked.wait(BOUND)
            approve_batch(batch=batch, actor=bo)
            seen.extend(batch.dialogues.order_by("pk").values_list("pk", flat=True))
            has_approved.set()

        anna, bo = somebody(), somebody()
        monkeypatch.setattr(plan_approval, "write_changes", write_late)
        results = at_once(lambda: approve_plan(draw=replan, actor=anna), approve_it)
        assert kinds(results) == ["Draw", "NoneType"]
        return seen == list(batch.dialogues.order_by("pk").values_list("pk", flat=True))

    parent = approved()
    reality_changes(parent)
    assert race(replanned(parent))
    in_force = Draw.objects.get(state=S.APPROVED)
    InvitationBatch.objects.update(state=BatchState.DRAFT, approved_by=None)
    reality_changes(in_force)
    monkeypatch.setattr(
        replan_writing,
        "_locked_batches",
        lambda cycle: {
            Block(row.year - cycle.first_year + 1, row.number): row for row in cycle.batches.all()
        },
    )
    assert not race(replanned(in_force))


def test_two_who_ask_for_a_replan_at_once_get_one() -> None:
    parent = approved()
    reality_changes(parent)
    anna, bo = somebody(), somebody()
    results = at_once(lambda: asked(parent, anna), lambda: asked(parent, bo))
    assert kinds(results) == ["Draw", "NotPossible"]
