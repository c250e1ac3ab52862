"""The honest lottery: committed first, then given a seed that nobody here can choose, and logged for good."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import draw_work, draws
from dialogues.domain.cycles import delete_cycle
from dialogues.domain.draw_log import tally_for
from dialogues.domain.engine import unit_from
from dialogues.domain.plan_approval import approve_plan
from dialogues.domain.plans import plan_cycle
from dialogues.lottery import canonical, digits_of, seed_from
from dialogues.models import Draw, DrawEntry, DrawEvent
from dialogues.models import DrawState as S
from dialogues.models.draw import TRANSITIONS
from dialogues.planning import plan
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.dialogues.plans.draws import (
    VALUE,
    committed,
    drawn,
    huvudman_in_two_lan,
    queued,
    somebody,
    the_value_is_out,
    typed,
)
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> None:
    huvudman_in_two_lan()


def test_the_same_value_is_written_in_many_ways_and_gives_one_seed() -> None:
    key = "ab" * 32
    assert digits_of(" 2\u00a0501,35 ") == digits_of("2501.35") == "250135"
    assert seed_from(key, "2 501,35") == seed_from(key, "2501.35")
    assert seed_from(key, "2501,36") != seed_from(key, "2501,35") != seed_from("cd" * 32, "2501,35")


def test_what_is_committed_can_be_checked_by_anyone() -> None:
    draw = committed()
    assert hashlib.sha256(draw.commitment.encode()).hexdigest() == draw.commitment_sha256
    assert hashlib.sha256(canonical(draw.units).encode()).hexdigest() == draw.input_sha256
    told = json.loads(draw.commitment)
    assert (told["input_sha256"], told["years"], told["batches"]) == (draw.input_sha256, 2, 2)
    assert told["source"] == draw.source
    assert told["value_on"] == str(timezone.localdate() + datetime.timedelta(days=1))
    assert draw.seed == ""


def test_the_seed_follows_from_the_commitment_and_the_value_and_the_plan_from_the_seed() -> None:
    draw = drawn()
    key = bytes.fromhex(draw.commitment_sha256)
    assert draw.seed == hmac.new(key, b"250135", hashlib.sha256).hexdigest()
    again = plan([unit_from(row) for row in draw.units], years=2, batches=2, seed=draw.seed)
    assert {unit: str(block) for unit, block in again.assignment.items()} == draw.assignment
    assert draw.certificate["input_sha256"] == draw.input_sha256
    method = json.loads(draw.commitment)["method"]
    assert method.startswith(draw.certificate["method"])
    assert f"numpy {draw.certificate['versions']['numpy']}" in method


def test_a_register_that_changes_after_the_commitment_changes_no_draw() -> None:
    draw = committed()
    HuvudmanFactory()
    assert set(drawn(draw).assignment) == {row["id"] for row in draw.units}
    assert len(draw.units) == 8


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_the_value_comes_after_the_commitment_and_soon(days: int) -> None:
    day = timezone.localdate() + datetime.timedelta(days=days)
    facts = {"years": 2, "batches_per_year": 2, "source": "OMXS30", "why": "", "actor": SYSTEM}
    with pytest.raises(NotPossible, match="Välj en dag"):
        draws.commit_lottery(cycle=small_cycle(), value_on=day, **facts)
    assert not Draw.objects.exists()


def test_the_database_too_wants_the_value_after_the_commitment() -> None:
    draw = committed()
    fields = {f.attname: getattr(draw, f.attname) for f in Draw._meta.concrete_fields}
    del fields["id"], fields["public_id"]
    with pytest.raises(DatabaseError, match="lottery_value_comes_after_commitment"), transaction.atomic():
        Draw.objects.create(**fields | {"value_on": draw.committed_on, "state": S.DISCARDED})


def test_no_value_before_its_day_and_none_that_could_be_guessed() -> None:
    draw = committed()
    with pytest.raises(NotPossible, match="finns först"):
        draws.type_value(draw=draw, value=VALUE, where="här", actor=SYSTEM)
    with the_value_is_out(draw), pytest.raises(NotPossible, match="minst 4 siffror"):
        draws.type_value(draw=draw, value="1,35", where="här", actor=SYSTEM)


def test_the_value_is_confirmed_by_another_who_reads_the_same() -> None:
    anna, bo = somebody(), somebody()
    draw = typed(actor=anna)
    with pytest.raises(NotPossible, match="En annan planerare"):
        draws.confirm_value(draw=draw, value=VALUE, actor=anna)
    with pytest.raises(NotPossible, match="inte samma värde"):
        draws.confirm_value(draw=draw, value="2501,36", actor=bo)
    assert draws.confirm_value(draw=draw, value="2501.35", actor=bo).state == S.QUEUED


def test_a_value_typed_wrong_is_taken_back_and_stays_in_the_log() -> None:
    draw = draws.withdraw_value(draw=typed(), why="Fel dag", actor=somebody())
    assert (draw.state, draw.value, draw.typed_by) == (S.COMMITTED, "", None)
    entry = DrawEntry.objects.get(event=DrawEvent.WITHDRAWN)
    assert (entry.value, entry.why) == (VALUE, "Fel dag")


@pytest.mark.parametrize("value", ["2 501,35", "2501.35", "2,501.35", "2\u00a0501,35", "3, 7, 12, 19"])
def test_a_value_is_a_number_as_swedes_or_english_write_it(value: str) -> None:
    draw = committed()
    with the_value_is_out(draw):
        assert draws.type_value(draw=draw, value=value, where="här", actor=somebody()).state == S.TYPED


@pytest.mark.parametrize(
    "value", ["OMXS30 2501,35", "2501,35 kr", "25O1,35", "-2501,35", "2501-35", "٢٥٠١", ","]
)
def test_a_value_with_other_signs_is_refused(value: str) -> None:
    draw = committed()
    with the_value_is_out(draw), pytest.raises(NotPossible, match="Skriv värdet med siffror"):
        draws.type_value(draw=draw, value=value, where="här", actor=somebody())


def test_another_value_typed_at_the_same_time_is_told() -> None:
    draw = typed()
    with the_value_is_out(draw), pytest.raises(NotPossible, match="annat värde"):
        draws.type_value(draw=draw, value="2501,36", where="här", actor=SYSTEM)


def test_a_cycle_has_one_lottery_under_way() -> None:
    draw = committed()
    with pytest.raises(NotPossible, match="redan en lottning"):
        committed(draw.cycle)
    draws.discard_draw(draw=draw, why="Fel antal år", actor=somebody())
    assert committed(draw.cycle).state == S.COMMITTED


def test_every_draw_is_counted_also_those_thrown_away() -> None:
    first = drawn()
    cycle = first.cycle
    draws.discard_draw(draw=first, why="Ett nytt register kom", actor=somebody())
    drawn(committed(cycle))
    draws.try_draw(cycle=cycle, years=2, batches_per_year=2, why="", actor=somebody())
    assert tally_for(cycle) == {
        "committed": 2,
        "drawn": 2,
        "discarded": 1,
        "trials": 1,
        "replans": 0,
        "own_seed": 0,
        "all": 2,
    }
    thrown = DrawEntry.objects.get(event=DrawEvent.DISCARDED)
    assert (thrown.seed, thrown.input_sha256) == (first.seed, first.input_sha256)
    assert thrown.why == "Ett nytt register kom"


def test_draws_of_a_cycle_that_was_taken_away_are_counted_too() -> None:
    cycle = plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    delete_cycle(cycle=cycle, actor=SYSTEM)
    assert tally_for(small_cycle())["own_seed"] == 1


def test_a_cycle_with_a_lottery_stays() -> None:
    draw = committed()
    draws.discard_draw(draw=draw, why="Fel", actor=somebody())
    with pytest.raises(NotPossible, match="gå att granska"):
        delete_cycle(cycle=draw.cycle, actor=SYSTEM)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_keeps_the_log_as_it_was_written(change: str) -> None:
    committed()
    deeds = {
        "update": lambda: DrawEntry.objects.update(why="Något annat"),
        "delete": lambda: DrawEntry.objects.all().delete(),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        deeds[change]()


@pytest.mark.parametrize(
    "field", ["units", "input_sha256", "commitment", "source", "value_on", "years", "families", "created_by"]
)
def test_the_database_keeps_what_was_committed(field: str) -> None:
    draw = committed()
    other = {
        "units": [],
        "value_on": draw.value_on + datetime.timedelta(days=1),
        "years": 3,
        "families": [],
        "created_by": planner(),
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).update(**{field: other.get(field, "annat")})


def test_the_database_keeps_seed_plan_and_the_lottery_itself() -> None:
    draw = drawn()
    for field, value in (("seed", "eget"), ("assignment", {"a": "1:1"}), ("certificate", {"a": 1})):
        with pytest.raises(DatabaseError), transaction.atomic():
            Draw.objects.filter(pk=draw.pk).update(**{field: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        Draw.objects.filter(pk=draw.pk).delete()


class TestWork:
    def test_made_twice_it_is_drawn_once(self) -> None:
        draw = drawn()
        draw_work.work_on(draw.pk)
        assert DrawEntry.objects.filter(event=DrawEvent.DRAWN).count() == 1

    def test_thrown_away_while_it_is_made_it_stays_thrown_away(self, monkeypatch) -> None:
        draw = queued()
        make = draw_work.plan_draw

        def plan_slowly(queued_draw):
            draws.discard_draw(draw=draw, why="Ångrade oss", actor=somebody())
            return make(queued_draw)

        monkeypatch.setattr(draw_work, "plan_draw", plan_slowly)
        draw_work.work_on(draw.pk)
        draw.refresh_from_db()
        assert (draw.state, draw.assignment) == (S.DISCARDED, {})

    def test_what_goes_wrong_is_said_and_it_can_be_tried_again(self, monkeypatch) -> None:
        draw = queued()

        def fail(_draw):
            raise OSError("broken")

        with monkeypatch.context() as broken:
            broken.setattr(draw_work, "plan_draw", fail)
            with pytest.raises(OSError, match="broken"):
                draw_work.work_on(draw.pk)
        draw.refresh_from_db()
        assert (draw.state, draw.problem[:14]) == (S.FAILED, "Något gick fel")
        seed = draw.seed
        draws.try_again(draw=draw, actor=somebody())
        draw_work.work_on(draw.pk)
        draw.refresh_from_db()
        assert (draw.state, draw.seed) == (S.DRAWN, seed)

    def test_another_method_than_the_committed_one_draws_nothing(self, monkeypatch) -> None:
        draw = queued()
        monkeypatch.setattr(draw_work, "method_in_use", lambda: "another-1")
        draw_work.work_on(draw.pk)
        draw.refresh_from_db()
        assert (draw.state, draw.assignment) == (S.FAILED, {})
        assert "Sättet att fördela" in draw.problem

    def test_a_worker_that_dies_again_and_again_gives_up(self) -> None:
        draw = queued()
        Draw.objects.filter(pk=draw.pk).update(tries=draw_work.MOST_TRIES)
        draw_work.work_on(draw.pk)
        draw.refresh_from_db()
        assert draw.state == S.FAILED


VERBS = {
    S.TYPED: lambda d, a: draws.type_value(draw=d, value=VALUE, where="här", actor=a),
    S.COMMITTED: lambda d, a: draws.withdraw_value(draw=d, why="Fel", actor=a),
    S.QUEUED: lambda d, a: draws.confirm_value(draw=d, value=VALUE, actor=a),
    S.DISCARDED: lambda d, a: draws.discard_draw(draw=d, why="Fel", actor=a),
    S.APPROVED: lambda d, a: approve_plan(draw=d, actor=a),
}


@pytest.mark.parametrize("to", VERBS)
@pytest.mark.parametrize("state", S)
def test_only_what_the_table_allows(state: S, to: S) -> None:
    draw = committed()
    typed_by = planner()
    now = {"written_at": draw.created_at} if state == S.REPLACED else {}
    told = {"value": VALUE, "typed_by": typed_by, "value_where": "här"}
    Draw.objects.filter(pk=draw.pk).update(state=state, **told, **now)
    draw.refresh_from_db()
    allowed = to in TRANSITIONS[state] or state == to
    if state == S.FAILED and to == S.QUEUED:
        allowed = False  # that is try_again
    with the_value_is_out(draw):
        if allowed:
            assert VERBS[to](draw, somebody()).state == to
            return
        with pytest.raises((WrongState, NotPossible)):
            VERBS[to](draw, somebody())
    draw.refresh_from_db()
    assert draw.state == state


@pytest.mark.parametrize("role", [role for role in StaffRole if role != StaffRole.PLANNER])
def test_only_planners_draw(role: StaffRole) -> None:
    actor, draw = person(staff_user(role)), committed()
    before = list(DrawEntry.objects.values_list("pk"))
    for verb in VERBS.values():
        with pytest.raises(PermissionDenied):
            verb(draw, actor)
    with pytest.raises(PermissionDenied):
        committed(small_cycle(), actor)
    with pytest.raises(PermissionDenied):
        draws.try_draw(cycle=draw.cycle, years=2, batches_per_year=2, why="", actor=actor)
    assert list(DrawEntry.objects.values_list("pk")) == before


def test_each_step_has_its_audit_entry() -> None:
    draw = drawn()
    verbs = AuditEntry.objects.filter(subject_id=draw.pk, verb__startswith="draw.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "draw.committed",
        "draw.typed",
        "draw.queued",
        "draw.drawn",
    ]
