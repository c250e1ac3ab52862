"""A plan made again when reality has changed: few move, what is sent stays, another approves."""

from __future__ import annotations

import datetime
import hashlib
import json

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import draw_work, draws, swaps
from dialogues.domain.cycles import has_lottery
from dialogues.domain.dialogues import move
from dialogues.domain.draw_log import tally_for
from dialogues.domain.engine import units_of
from dialogues.domain.plan_approval import approve_plan, open_plan
from dialogues.domain.plan_writing import blocks_of
from dialogues.domain.plans import plan_cycle
from dialogues.domain.since_planned import since_planned
from dialogues.domain.swaps import current_places
from dialogues.draw_queries import changed_since, in_use
from dialogues.models import (
    BatchState,
    ConflictDeclaration,
    Dialogue,
    DialogueState,
    Draw,
    DrawEntry,
    DrawEvent,
    DrawKind,
    Letter,
    LetterKind,
)
from dialogues.models import DrawState as S
from dialogues.models.draw import TRANSITIONS
from dialogues.plan_exports import extract_csv
from dialogues.planning.units import input_sha256
from dialogues.planning.verify import Wrong, verify
from huvudman.models import Huvudman, SizeClass
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.factories import InvitationFactory
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
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def dialogue_of(draw: Draw, unit: str) -> Dialogue:
    return Dialogue.objects.get(cycle=draw.cycle, huvudman__public_id=unit)


def wants_later(draw: Draw, unit: str) -> Dialogue:
    """Its batch was sent long ago, and it answered that it wants to take part later."""
    dialogue = dialogue_of(draw, unit)
    leaves_draft(dialogue.batch, BatchState.SENT)
    dialogue.refresh_from_db()
    InvitationFactory(dialogue=dialogue, batch=dialogue.batch, answer_by=dialogue.batch.answer_by)
    ContactFactory(huvudman=dialogue.huvudman)
    move(dialogue, to=DialogueState.INVITED, actor=SYSTEM)
    return move(dialogue, to=DialogueState.POSTPONED, actor=SYSTEM)


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
