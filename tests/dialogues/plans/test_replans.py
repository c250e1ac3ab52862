"""A plan made again when reality has changed: few move, what is sent stays, another approves."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.actors import person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import StaffRole
from dialogues.domain import draw_work, draws, swaps
from dialogues.domain.draw_log import tally_for
from dialogues.domain.engine import units_of
from dialogues.domain.plan_approval import approve_plan, open_plan
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.swaps import current_places
from dialogues.models import (
    Draw,
    DrawEntry,
    DrawEvent,
    DrawKind,
    Letter,
)
from dialogues.models import DrawState as S
from dialogues.models.draw import TRANSITIONS
from dialogues.planning.units import input_sha256
from dialogues.planning.verify import Wrong, verify
from tests.accounts.factories import staff_user
from tests.dialogues.plans.draws import approved, committed, drawn, huvudman_in_two_lan, somebody, two_apart
from tests.dialogues.plans.replans import (
    asked,
    batch_at,
    in_force,
    leaves_draft,
    places_of,
    reality_changes,
    replanned,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


class TestReplan:
    def test_it_follows_from_the_register_and_its_parent(self) -> None:
        parent = approved()
        gone, come = reality_changes(parent)
        replan = replanned(parent)
        assert (replan.kind, replan.parent, replan.seed) == (DrawKind.REPLAN, parent, parent.seed)
        assert set(replan.assignment) == set(parent.assignment) - {gone} | {come}
        assert replan.previous == parent.assignment
        assert replan.certificate["breaches"] == []
        assert replan.certificate["moved_bound"] <= replan.certificate["moved"]
        assert replan.input_sha256 == input_sha256(units_of(replan))
        verify(units_of(replan), blocks_of(replan.assignment), replan.certificate, blocks_of(replan.previous))
        with pytest.raises(Wrong):
            verify(units_of(replan), blocks_of(replan.assignment), replan.certificate, {})
        told = json.loads(replan.commitment)
        assert hashlib.sha256(replan.commitment.encode()).hexdigest() == replan.commitment_sha256
        assert (told["of"], told["seed"]) == (str(parent.public_id), parent.seed)
        assert told["previous_sha256"] == replan.certificate["previous_sha256"]

    def test_made_twice_it_is_the_same(self) -> None:
        parent = approved()
        reality_changes(parent)
        first = replanned(parent)
        draws.discard_draw(draw=first, why="Vi väntar", actor=somebody())
        assert replanned(parent).assignment == first.assignment

    def test_nothing_is_written_until_it_is_approved(self) -> None:
        parent = approved()
        before = places_of(parent)
        reality_changes(parent)
        replanned(parent)
        assert places_of(parent) == before
        assert not Letter.objects.exists()
        parent.refresh_from_db()
        assert parent.state == S.APPROVED

    def test_nobody_leaves_or_comes_to_a_batch_that_has_left_draft(self) -> None:
        parent = approved()
        gone, come = reality_changes(parent)
        frozen = parent.assignment[gone]
        leaves_draft(batch_at(parent, frozen))
        replan = replanned(parent)
        assert replan.sent == [frozen]
        stay = {unit for unit, block in parent.assignment.items() if block == frozen}
        assert {unit for unit, block in replan.assignment.items() if block == frozen} == stay
        assert come in replan.assignment
        verify(units_of(replan), blocks_of(replan.assignment), replan.certificate, blocks_of(replan.previous))

    def test_swaps_in_the_parent_are_the_plan_before(self) -> None:
        draw = drawn()
        first, second = two_apart(draw)
        swaps.swap_places(draw=draw, first=first, second=second, reason="Flytt", actor=somebody())
        draw = approved(draw)
        HuvudmanFactory()
        replan = replanned(draw)
        assert replan.previous == current_places(draw) != draw.assignment
        assert replan.assignment[first] == draw.assignment[second]

    def test_a_region_has_only_so_many_in_a_batch(self) -> None:
        parent = approved()
        assert parent.certificate["counts"]["region"]["12"] == [1] * 4
        replan = replanned(parent, capacity=[("12", 1, 1, 0)])
        assert replan.certificate["counts"]["region"]["12"][0] == 0
        assert {row["cause"] for row in replan.certificate["breaches"] if row["level"] == "12"} <= {
            "capacity",
            "combined",
        }

    def test_who_must_wait_comes_not_before_that_year(self) -> None:
        parent = approved()
        unit = next(u for u, block in parent.assignment.items() if block == "1:1")
        replan = replanned(parent, waits={unit: 2})
        assert replan.assignment[unit].startswith("2:")

    def test_what_can_not_be_is_told_at_once(self) -> None:
        parent = approved()
        everywhere = [("12", year, batch, 0) for year in (1, 2) for batch in (1, 2)]
        with pytest.raises(NotPossible, match="får inte plats"):
            asked(parent, capacity=everywhere)
        for batch in parent.cycle.batches.all():
            leaves_draft(batch)
        with pytest.raises(NotPossible, match="Alla omgångar"):
            asked(parent, waits={min(parent.assignment): 2})
        assert Draw.objects.count() == 1

    def test_only_from_the_plan_in_force_and_one_at_a_time(self) -> None:
        with pytest.raises(WrongState, match="Bara en godkänd"):
            asked(drawn())
        Draw.objects.filter(state=S.DRAWN).update(state=S.DISCARDED)
        parent = approved()
        reality_changes(parent)
        asked(parent)
        with pytest.raises(NotPossible, match="på gång"):
            asked(parent)
        with pytest.raises(NotPossible, match="på gång"):
            committed(parent.cycle)
        with pytest.raises(NotPossible, match="på gång"):
            open_plan(draw=parent, why="Ett byte", actor=somebody())

    def test_it_needs_a_reason_and_a_planner(self) -> None:
        parent = approved()
        reality_changes(parent)
        from dialogues.domain.replans import ask_replan

        with pytest.raises(NotPossible, match="Skriv varför"):
            ask_replan(draw=parent, why=" ", actor=somebody())
        for role in set(StaffRole) - {StaffRole.PLANNER}:
            with pytest.raises(PermissionDenied):
                asked(parent, person(staff_user(role)))
        assert Draw.objects.count() == 1

    def test_what_goes_wrong_is_said_and_it_can_be_tried_again(self, monkeypatch) -> None:
        replan = asked()
        with monkeypatch.context() as broken:
            broken.setattr(draw_work, "plan_draw", lambda _draw: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                draw_work.work_on(replan.pk)
        replan.refresh_from_db()
        assert replan.state == S.FAILED
        draws.try_again(draw=replan, actor=somebody())
        draw_work.work_on(replan.pk)
        replan.refresh_from_db()
        assert (replan.state, replan.seed) == (S.DRAWN, replan.parent.seed)

    def test_every_replan_is_counted_also_those_thrown_away(self) -> None:
        first = replanned()
        draws.discard_draw(draw=first, why="Fel gräns", actor=somebody())
        replanned(first.parent)
        tally = tally_for(first.cycle)
        assert (tally["replans"], tally["committed"], tally["discarded"]) == (2, 1, 0)
        thrown = DrawEntry.objects.get(event=DrawEvent.DISCARDED)
        assert (thrown.kind, thrown.why) == (DrawKind.REPLAN, "Fel gräns")
        assert thrown.commitment_sha256 == first.commitment_sha256


VERBS = {
    S.DISCARDED: lambda d, a: draws.discard_draw(draw=d, why="Fel", actor=a),
    S.QUEUED: lambda d, a: draws.try_again(draw=d, actor=a),
    S.APPROVED: lambda d, a: approve_plan(draw=d, actor=a),
    S.DRAWN: lambda d, a: open_plan(draw=d, why="Ett byte", actor=a),
}


@pytest.mark.parametrize("to", VERBS)
@pytest.mark.parametrize("state", sorted(set(S) - {S.COMMITTED, S.TYPED}))
def test_only_what_the_table_allows(state: S, to: S) -> None:
    replan = in_force() if state in {S.APPROVED, S.REPLACED} else replanned()
    Draw.objects.filter(pk=replan.pk).update(state=state)
    replan.refresh_from_db()
    # Made already it is not made again: that is for one that failed. In the batches it is not thrown away.
    allowed = to in TRANSITIONS[state] or state == to
    allowed &= (state, to) != (S.APPROVED, S.DISCARDED)
    if (state, to) == (S.QUEUED, S.DRAWN):
        allowed = False  # that is the worker's
    if allowed:
        assert VERBS[to](replan, somebody()).state == to
        return
    with pytest.raises(NotPossible):
        VERBS[to](replan, somebody())
    replan.refresh_from_db()
    assert replan.state == state


class TestDatabase:
    @pytest.mark.parametrize("field", ["parent", "sent", "previous", "capacity", "waits", "units", "why"])
    def test_it_keeps_what_a_replan_builds_on(self, field: str) -> None:
        replan = asked()
        other = {
            "parent": replan,
            "sent": ["1:1"],
            "previous": {},
            "capacity": [1],
            "waits": {"a": 2},
            "units": [],
        }
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=replan.pk).update(**{field: other.get(field, "annat")})

    def test_a_replan_is_kept(self) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=asked().pk).delete()

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"parent": None}, "has the seed and the cycle of its parent"),
            ({"seed": "eget"}, "has the seed and the cycle of its parent"),
            ({"kind": "trial"}, "only_a_replan_has_a_parent"),
            ({"state": S.COMMITTED}, "replan_is_asked_for_whole"),
            ({"commitment_sha256": ""}, "replan_is_asked_for_whole"),
            ({"state": S.REPLACED}, "only_a_plan_in_use_is_replaced"),
            ({"state": S.DRAWN}, "one_open_draw_per_cycle"),
        ],
    )
    def test_it_takes_no_other(self, change, name) -> None:
        replan = asked()
        kept = {f.name: getattr(replan, f.name) for f in Draw._meta.concrete_fields}
        del kept["id"], kept["public_id"]
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            Draw.objects.create(**kept | {"state": S.DISCARDED} | change)
