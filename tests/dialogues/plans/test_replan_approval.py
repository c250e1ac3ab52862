"""A replan is approved by another: the dialogues follow, and what it changes has to be as it was."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from dialogues.domain import swaps
from dialogues.domain.cycles import has_lottery
from dialogues.domain.dialogues import move
from dialogues.domain.plan_approval import approve_plan, open_plan
from dialogues.domain.plans import plan_cycle
from dialogues.domain.since_planned import since_planned
from dialogues.domain.swaps import current_places
from dialogues.draw_queries import in_use
from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    DialogueState,
    Draw,
    DrawEntry,
    DrawEvent,
    Letter,
    LetterKind,
)
from dialogues.models import DrawState as S
from dialogues.plan_exports import extract_csv
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import approved, committed, drawn, huvudman_in_two_lan, somebody, two_apart
from tests.dialogues.plans.replans import (
    batch_at,
    dialogue_of,
    in_force,
    leaves_draft,
    places_of,
    reality_changes,
    replanned,
    wants_later,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


class TestApproval:
    def test_the_dialogues_follow_and_the_parent_is_replaced(self) -> None:
        parent = approved()
        gone, come = reality_changes(parent)
        stayed = {d.pk: d.batch_id for d in Dialogue.objects.all()}
        replan = in_force(parent)
        assert places_of(replan) == replan.assignment
        left = dialogue_of(replan, gone)
        assert left.state == DialogueState.CANCELLED
        assert (
            "upphörde"
            in AuditEntry.objects.get(subject_id=left.pk, verb="dialogue.cancelled").facts["reason"]
        )
        assert dialogue_of(replan, come).state == DialogueState.PLANNED
        moved = [d.pk for d in Dialogue.objects.all() if stayed.get(d.pk, d.batch_id) != d.batch_id]
        assert len(moved) == replan.certificate["moved"]
        assert AuditEntry.objects.filter(verb="dialogue.moved", subject_id__in=moved).count() == len(moved)
        parent.refresh_from_db()
        assert (parent.state, replan.state, bool(replan.written_at)) == (S.REPLACED, S.APPROVED, True)
        assert in_use(replan.cycle) == replan
        replan.cycle.refresh_from_db()
        assert replan.cycle.certificate == replan.counted
        assert not Letter.objects.exists()
        assert DrawEntry.objects.get(event=DrawEvent.REPLACED).draw == parent.public_id

    def test_one_that_waited_gets_its_batch_and_a_letter(self) -> None:
        parent = approved()
        unit = next(u for u, block in parent.assignment.items() if block == "1:1")
        wants_later(parent, unit)
        replan = in_force(parent)
        dialogue = dialogue_of(replan, unit)
        assert dialogue.state == DialogueState.PLANNED
        assert places_of(replan)[unit] == replan.assignment[unit] != "1:1"
        assert Letter.objects.get().kind == LetterKind.CARRIED
        again = since_planned(replan)
        assert again.is_nothing
        assert [unit for each in again.units if each.id == unit and each.pin_batch] == [unit]

    def test_not_by_who_asked_for_it(self) -> None:
        anna, parent = somebody(), approved()
        reality_changes(parent)
        replan = replanned(parent, actor=anna)
        with pytest.raises(NotPossible, match="En annan planerare"):
            approve_plan(draw=replan, actor=anna)
        parent.refresh_from_db()
        assert parent.state == S.APPROVED

    def test_approved_twice_it_is_noted_once(self) -> None:
        replan = in_force()
        approve_plan(draw=replan, actor=somebody())
        events = DrawEntry.objects.filter(draw=replan.public_id, event=DrawEvent.APPROVED)
        assert events.count() == 1

    def test_refused_when_a_batch_has_left_draft_since(self) -> None:
        replan = replanned()
        before = places_of(replan)
        leaves_draft(batch_at(replan, "2:2"))
        with pytest.raises(NotPossible, match="har godkänts sedan"):
            approve_plan(draw=replan, actor=somebody())
        assert places_of(replan) == before
        replan.refresh_from_db()
        assert (replan.state, replan.parent.state) == (S.DRAWN, S.APPROVED)

    def test_refused_when_one_that_it_changes_is_elsewhere_since(self) -> None:
        parent = approved()
        gone, _come = reality_changes(parent)
        replan = replanned(parent)
        move(dialogue_of(parent, gone), to=DialogueState.CANCELLED, actor=SYSTEM)
        with pytest.raises(NotPossible, match="flyttats eller svarat"):
            approve_plan(draw=replan, actor=somebody())

    def test_refused_when_one_that_waited_has_answered_since(self) -> None:
        parent = approved()
        unit = next(u for u, block in parent.assignment.items() if block == "1:1")
        dialogue = wants_later(parent, unit)
        replan = replanned(parent)
        move(dialogue, to=DialogueState.ACCEPTED, actor=SYSTEM)
        with pytest.raises(NotPossible, match="flyttats eller svarat"):
            approve_plan(draw=replan, actor=somebody())

    def test_who_has_a_conflict_of_interest_changes_no_dialogue_of_it(self) -> None:
        parent, kim = approved(), planner()
        gone, _come = reality_changes(parent)
        replan = replanned(parent)
        ConflictDeclaration.objects.create(
            dialogue=dialogue_of(parent, gone), user=kim, agency=kim.staff.agency, has_conflict=True
        )
        with pytest.raises(PermissionDenied):
            approve_plan(draw=replan, actor=person(kim))
        assert approve_plan(draw=replan, actor=somebody()).state == S.APPROVED

    def test_a_failure_in_the_middle_leaves_nothing(self, monkeypatch) -> None:
        replan = replanned()
        before = places_of(replan)
        monkeypatch.setattr("dialogues.domain.replan_writing._bring", lambda *_a: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            approve_plan(draw=replan, actor=somebody())
        assert places_of(replan) == before
        assert set(Draw.objects.values_list("state", flat=True)) == {S.APPROVED, S.DRAWN}

    def test_swaps_in_a_replan_count_and_none_with_a_batch_that_is_sent(self) -> None:
        parent = approved()
        gone, _come = reality_changes(parent)
        frozen = parent.assignment[gone]
        leaves_draft(batch_at(parent, frozen))
        replan = replanned(parent)
        open_ones = sorted(unit for unit, block in replan.assignment.items() if block != frozen)
        first = open_ones[0]
        second = next(u for u in open_ones if replan.assignment[u] != replan.assignment[first])
        with pytest.raises(NotPossible, match="redan godkänd eller skickad"):
            swaps.swap_places(draw=replan, first=first, second=gone, reason="Flytt", actor=somebody())
        swaps.swap_places(draw=replan, first=first, second=second, reason="Flytt", actor=somebody())
        replan = approve_plan(draw=replan, actor=somebody())
        assert places_of(replan) == current_places(replan) != replan.assignment

    def test_a_replan_of_a_replan(self) -> None:
        first = in_force()
        reality_changes(first)
        second = in_force(first)
        assert second.parent == first
        assert second.previous == first.assignment
        assert places_of(second) == second.assignment
        assert second.seed == first.seed == first.parent.seed
        assert list(Draw.objects.order_by("pk").values_list("state", flat=True)) == [
            S.REPLACED,
            S.REPLACED,
            S.APPROVED,
        ]
        assert second.line == [second.pk, first.pk, first.parent_id]

    def test_it_can_be_opened_for_swaps_and_frozen_again(self) -> None:
        replan = open_plan(draw=in_force(), why="Ett byte", actor=somebody())
        first, second = two_apart(replan)
        swaps.swap_places(draw=replan, first=first, second=second, reason="Flytt", actor=somebody())
        assert places_of(replan) == current_places(replan)
        assert approve_plan(draw=replan, actor=somebody()).state == S.APPROVED

    def test_evaluators_get_the_place_that_the_lottery_gave(self) -> None:
        parent = approved()
        unit = next(u for u, block in parent.assignment.items() if block == "1:1")
        replan = in_force(parent, waits={unit: 2})
        rows = [line.split(";") for line in extract_csv(replan.cycle).decode().splitlines()[1:]]
        found = {row[0]: f"{int(row[6]) - replan.cycle.first_year + 1}:{row[7]}" for row in rows}
        assert found == parent.assignment

    def test_a_new_lottery_takes_its_place_as_one_that_it_left_out_has_closed(self) -> None:
        replan = in_force()
        cycle = replan.cycle
        assert cycle.dialogues.filter(state=DialogueState.CANCELLED).count() == 1
        draw = approved(drawn(committed(cycle)))
        assert places_of(draw) == draw.assignment
        assert not cycle.dialogues.filter(state=DialogueState.CANCELLED).exists()
        assert list(Draw.objects.order_by("pk").values_list("state", flat=True)) == [
            S.REPLACED,
            S.DISCARDED,
            S.APPROVED,
        ]

    def test_no_new_lottery_when_one_that_is_active_was_cancelled(self, client) -> None:
        replan = in_force()
        dialogue = dialogue_of(replan, max(replan.assignment))
        move(dialogue, to=DialogueState.CANCELLED, actor=SYSTEM)
        with pytest.raises(NotPossible, match="avbokad i cykeln men har inte upphört"):
            committed(replan.cycle)
        client.force_login(planner())
        page = client.get(reverse("admin:cycle", args=[replan.cycle_id])).text
        assert f"{dialogue} är avbokad i cykeln" in page
        assert reverse("admin:cycle_commit", args=[replan.cycle_id]) not in page

    def test_a_plan_with_its_own_seed_can_be_made_again_too(self) -> None:
        cycle = plan_cycle(cycle=small_cycle(), actor=SYSTEM)
        direct = cycle.draws.get()
        reality_changes(direct)
        replan = in_force(direct)
        assert places_of(replan) == replan.assignment
        HuvudmanFactory()
        with pytest.raises(NotPossible, match="går att granska"):
            plan_cycle(cycle=cycle, actor=SYSTEM)
        assert has_lottery(cycle)
