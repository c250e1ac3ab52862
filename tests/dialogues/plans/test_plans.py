"""Planning a cycle writes batches, dialogues and a certificate, once."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import cycles, plan_writing, plans
from dialogues.models import BatchState, Cycle, Dialogue, InvitationBatch
from huvudman.models import HuvudmanType
from tests.accounts.factories import planner, staff_user
from tests.dialogues.batches.factories import small_cycle
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, LanFactory

pytestmark = pytest.mark.django_db


def yesterday() -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=1)


def test_every_active_huvudman_gets_one_planned_dialogue() -> None:
    active = HuvudmanFactory.create_batch(10)
    HuvudmanFactory(active_to=yesterday())
    HuvudmanFactory(active_from=timezone.localdate() + datetime.timedelta(days=1))
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=person(planner()))
    assert set(cycle.dialogues.values_list("huvudman_id", flat=True)) == {h.pk for h in active}
    assert set(cycle.dialogues.values_list("state", flat=True)) == {"planned"}


def test_batches_are_drafts_of_the_cycles_years_prepared_by_the_planner() -> None:
    HuvudmanFactory.create_batch(10)
    anna = planner()
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=person(anna))
    rows = [(b.year, b.number, b.state, b.prepared_by) for b in cycle.batches.all()]
    draft = BatchState.DRAFT
    assert rows == [
        (2027, 1, draft, anna),
        (2027, 2, draft, anna),
        (2028, 1, draft, anna),
        (2028, 2, draft, anna),
    ]
    sizes = Counter(cycle.dialogues.values_list("batch_id", flat=True)).values()
    assert sorted(sizes) == [2, 2, 3, 3]


def test_the_certificate_counts_what_was_written() -> None:
    HuvudmanFactory.create_batch(4)
    HuvudmanFactory.create_batch(
        4,
        type=HuvudmanType.KOMMUN,
        main_kommun=KommunFactory(code="1280", lan=LanFactory(code="12")),
        children=30,
    )
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    counts = cycle.certificate["counts"]
    assert counts["cell"] == {"25|s2|enskild": [1, 1, 1, 1], "12|s2|offentlig": [1, 1, 1, 1]}
    assert cycle.certificate["pupils"] == dict.fromkeys(["1:1", "1:2", "2:1", "2:2"], 149 + 179)
    for batch in cycle.batches.all():
        assert batch.dialogues.filter(huvudman__type=HuvudmanType.KOMMUN).count() == 1
    assert cycle.planned_at is not None
    assert cycle.certificate["seed"] == cycle.seed


def test_a_huvudman_without_kommun_is_planned_too() -> None:
    HuvudmanFactory.create_batch(4, main_kommun=None)
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    assert list(cycle.certificate["counts"]["region"]) == [""]


def test_planned_again_on_the_same_register_nothing_changes() -> None:
    HuvudmanFactory.create_batch(8)
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    before = list(Dialogue.objects.order_by("pk").values_list("pk", "batch_id"))
    plans.plan_cycle(cycle=cycle, actor=SYSTEM)
    assert list(Dialogue.objects.order_by("pk").values_list("pk", "batch_id")) == before
    assert AuditEntry.objects.filter(verb="cycle.planned").count() == 1


def test_planned_again_on_a_changed_register_everyone_still_has_one_place() -> None:
    HuvudmanFactory.create_batch(8)
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    newcomer = HuvudmanFactory()
    cycle = plans.plan_cycle(cycle=cycle, actor=SYSTEM)
    assert cycle.dialogues.count() == 9
    assert cycle.dialogues.filter(huvudman=newcomer).count() == 1
    assert cycle.batches.count() == 4


@pytest.mark.parametrize("state", [s for s in BatchState if s != BatchState.DRAFT])
def test_a_cycle_with_a_batch_under_way_is_not_drawn_again(state: BatchState) -> None:
    HuvudmanFactory.create_batch(8)
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    InvitationBatch.objects.filter(pk=cycle.batches.first().pk).update(
        state=state, send_at=timezone.now(), answer_by=timezone.localdate()
    )
    HuvudmanFactory()
    with pytest.raises(NotPossible, match="lotta om"):
        plans.plan_cycle(cycle=cycle, actor=SYSTEM)
    assert cycle.dialogues.count() == 8


def test_fewer_huvudman_than_batches_is_refused() -> None:
    HuvudmanFactory.create_batch(3)
    with pytest.raises(NotPossible, match="3 verksamma"):
        plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    assert not InvitationBatch.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    HuvudmanFactory.create_batch(4)
    cycle = small_cycle()

    def fail(**_facts: object) -> None:
        raise OSError("the audit log cannot be written")

    monkeypatch.setattr(plan_writing, "record", fail)
    with pytest.raises(OSError, match="audit log"):
        plans.plan_cycle(cycle=cycle, actor=SYSTEM)
    cycle.refresh_from_db()
    assert (cycle.planned_at, cycle.certificate) == (None, {})
    assert not InvitationBatch.objects.exists()
    assert not Dialogue.objects.exists()


@pytest.mark.parametrize("role", StaffRole)
def test_only_planners_make_and_plan_cycles(role: StaffRole) -> None:
    HuvudmanFactory.create_batch(4)
    actor = person(staff_user(role))

    def make() -> Cycle:
        made = cycles.create_cycle(name="Ny", first_year=2027, years=2, batches_per_year=2, actor=actor)
        return plans.plan_cycle(cycle=made, actor=actor)

    if role == StaffRole.PLANNER:
        assert make().batches.count() == 4
        return
    with pytest.raises(PermissionDenied):
        make()
    with pytest.raises(PermissionDenied):
        plans.plan_cycle(cycle=small_cycle(), actor=actor)
    assert not InvitationBatch.objects.exists()


def test_a_seed_is_drawn_unless_one_is_given() -> None:
    facts = {"first_year": 2027, "years": 1, "batches_per_year": 1, "actor": SYSTEM, "beside_others": True}
    first, second = (cycles.create_cycle(name=name, **facts) for name in ("A", "B"))
    assert len(first.seed) == 16
    assert first.seed != second.seed
    assert cycles.create_cycle(name="C", seed="känt", **facts).seed == "känt"


@pytest.mark.parametrize("count", [4, 12])
def test_planning_takes_the_same_number_of_queries_whatever_the_number(
    count: int, django_assert_num_queries
) -> None:
    HuvudmanFactory.create_batch(count)
    cycle = small_cycle()
    ContentType.objects.get_for_model(cycle)
    with django_assert_num_queries(20):
        plans.plan_cycle(cycle=cycle, actor=SYSTEM)
