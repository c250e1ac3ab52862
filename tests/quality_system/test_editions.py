"""Editions: seeded once with example wording marked, put in force by one door, copied, closed."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from quality_system import edition_text
from quality_system.domain.editions import (
    as_seen,
    close_edition,
    copy_edition,
    drop_edition,
    put_edition_in_force,
    seed_edition,
)
from quality_system.models import Area, Edition, Indicator, Objective, SubGoal, SuccessFactor
from tests.accounts.factories import staff_user
from tests.quality_system.factories import EditionFactory, IndicatorFactory, ObjectiveFactory, seeded_edition

pytestmark = pytest.mark.django_db

State = Edition.State
TODAY, DAY, WEEK = timezone.localdate(), datetime.timedelta(days=1), datetime.timedelta(days=7)


def complete(**facts: object) -> Edition:
    edition = EditionFactory(**facts)
    IndicatorFactory(edition=edition)
    return edition


# The seeded edition ---------------------------------------------------------------------------------------
def test_seeding_twice_is_seeding_once() -> None:
    out = StringIO()
    call_command("seed_edition", stdout=out)
    counts = [model.objects.count() for model in (Edition, Objective, SubGoal, Indicator, SuccessFactor)]
    call_command("seed_edition", stdout=out)
    assert counts == [
        model.objects.count() for model in (Edition, Objective, SubGoal, Indicator, SuccessFactor)
    ]
    assert "fanns redan" in out.getvalue()
    assert Edition.objects.get().state == State.DRAFT


def test_only_what_is_verified_lacks_the_label() -> None:
    edition = seeded_edition()
    verified = edition.success_factors.filter(is_example_text=False)
    assert [factor.text for factor in verified] == [edition_text.VERIFIED_FACTOR]
    assert edition.success_factors.count() == 8
    assert not edition.objectives.filter(is_example_text=False).exists()
    assert not SubGoal.objects.filter(is_example_text=False).exists()


def test_every_skolform_has_its_objective_in_all_three_areas() -> None:
    edition = seeded_edition()
    assert edition.objectives.count() == 10
    for objective in edition.objectives.all():
        assert set(objective.sub_goals.values_list("area", flat=True)) == set(Area.values)


def test_the_seeded_indicators_are_whole() -> None:
    for indicator in seeded_edition().indicators.select_related("sub_goal__objective"):
        indicator.full_clean()
        assert indicator.definition
        assert indicator.key.startswith(indicator.skolform.lower() + "-")
        assert indicator.sub_goal is None or indicator.sub_goal.objective.skolform == indicator.skolform
        assert (indicator.publication == "kommunala") == (indicator.based_on == "money")


# In force -------------------------------------------------------------------------------------------------
def test_an_edition_with_example_wording_is_for_demos_only(settings: object) -> None:
    edition = seeded_edition()
    settings.DEMO = False  # type: ignore[attr-defined]
    with pytest.raises(NotPossible, match="exempeltext"):
        put_edition_in_force(edition=edition, actor=SYSTEM)
    edition.refresh_from_db()
    assert edition.state == State.DRAFT
    settings.DEMO = True  # type: ignore[attr-defined]
    assert put_edition_in_force(edition=edition, actor=SYSTEM).state == State.IN_FORCE


@pytest.mark.parametrize("place", ["objective", "sub_goal", "factor"])
def test_a_single_example_text_is_enough(place: str) -> None:
    edition = complete()
    objective = ObjectiveFactory(edition=edition, is_example_text=place == "objective")
    SubGoal.objects.create(
        objective=objective, number=1, area="learning", is_example_text=place == "sub_goal"
    )
    SuccessFactor.objects.create(edition=edition, number=1, text="En", is_example_text=place == "factor")
    assert edition.contains_example_text


def test_an_empty_edition_cannot_be_in_force() -> None:
    with pytest.raises(NotPossible, match="indikatorer"):
        put_edition_in_force(edition=EditionFactory(), actor=SYSTEM)


def test_the_edition_before_is_closed() -> None:
    former = put_edition_in_force(edition=complete(), actor=SYSTEM)
    put_edition_in_force(edition=complete(), actor=SYSTEM)
    former.refresh_from_db()
    assert former.state == State.CLOSED
    assert AuditEntry.objects.filter(verb="edition.closed", subject_id=former.pk).count() == 1


def test_an_edition_applies_from_its_day_and_the_one_before_until_then() -> None:
    first = put_edition_in_force(edition=complete(valid_from=TODAY - WEEK), actor=SYSTEM)
    assert (first.valid_from, first.valid_to) == (TODAY - WEEK, None)
    second = put_edition_in_force(edition=complete(valid_from=TODAY - DAY), actor=SYSTEM)
    first.refresh_from_db()
    assert (first.valid_to, second.valid_from) == (TODAY - DAY, TODAY), "it did not apply before it did"
    put_edition_in_force(edition=complete(), actor=SYSTEM)
    second.refresh_from_db()
    assert second.valid_to == TODAY, "replaced on its first day"


def test_an_edition_does_not_apply_before_its_day() -> None:
    edition = complete(valid_from=TODAY + DAY)
    with pytest.raises(NotPossible, match="tidigast"):
        put_edition_in_force(edition=edition, actor=SYSTEM)
    Edition.objects.filter(pk=edition.pk).update(valid_from=TODAY)
    assert put_edition_in_force(edition=edition, actor=SYSTEM).state == State.IN_FORCE


def test_what_the_page_showed_is_what_is_put_in_force() -> None:
    edition, other = complete(), complete()
    seen = as_seen(edition)
    IndicatorFactory(edition=edition, key="gr-ny")
    with pytest.raises(Conflict):
        put_edition_in_force(edition=edition, actor=SYSTEM, seen=seen)
    seen = as_seen(edition)
    put_edition_in_force(edition=other, actor=SYSTEM)
    with pytest.raises(Conflict):
        put_edition_in_force(edition=edition, actor=SYSTEM, seen=seen)
    edition = put_edition_in_force(edition=edition, actor=SYSTEM, seen=as_seen(edition))
    assert put_edition_in_force(edition=edition, actor=SYSTEM, seen=seen) == edition, "pressed twice"


@pytest.mark.parametrize("state", State)
def test_only_a_draft_is_thrown_away(state: str) -> None:
    edition = seeded_edition()
    Edition.objects.filter(pk=edition.pk).update(state=state)
    if state != State.DRAFT:
        with pytest.raises(WrongState):
            drop_edition(edition=edition, actor=SYSTEM)
        assert edition.indicators.count() == 45
        return
    for _press in range(2):
        drop_edition(edition=edition, actor=SYSTEM)
    assert not Edition.objects.exists()
    assert AuditEntry.objects.filter(verb="edition.dropped").count() == 1


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    former, next_one = put_edition_in_force(edition=complete(), actor=SYSTEM), complete()

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Edition, "save", fail)
    with pytest.raises(RuntimeError):
        put_edition_in_force(edition=next_one, actor=SYSTEM)
    assert list(Edition.objects.order_by("pk").values_list("pk", "state")) == [
        (former.pk, State.IN_FORCE),
        (next_one.pk, State.DRAFT),
    ]


MATRIX = {
    (State.DRAFT, State.IN_FORCE): True,
    (State.DRAFT, State.CLOSED): False,
    (State.IN_FORCE, State.CLOSED): True,
    (State.CLOSED, State.IN_FORCE): False,
}


@pytest.mark.parametrize(("was", "wanted"), MATRIX)
def test_the_whole_matrix(was: str, wanted: str) -> None:
    edition = complete(state=was)
    verb = put_edition_in_force if wanted == State.IN_FORCE else close_edition
    if MATRIX[State(was), State(wanted)]:
        assert verb(edition=edition, actor=SYSTEM).state == wanted
    else:
        with pytest.raises(WrongState):
            verb(edition=edition, actor=SYSTEM)
        edition.refresh_from_db()
        assert edition.state == was


@pytest.mark.parametrize("verb", [put_edition_in_force, close_edition])
def test_asked_for_the_state_it_has_nothing_happens(verb: object) -> None:
    state = State.IN_FORCE if verb is put_edition_in_force else State.CLOSED
    verb(edition=complete(state=state), actor=SYSTEM)  # type: ignore[operator]
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("role", StaffRole)
def test_who_may(role: StaffRole) -> None:
    actor: Actor = person(staff_user(role))
    edition = complete()
    if role in {StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR}:
        assert put_edition_in_force(edition=edition, actor=actor).state == State.IN_FORCE
        assert copy_edition(edition=edition, actor=actor)
        return
    for verb in (put_edition_in_force, close_edition, copy_edition, drop_edition):
        with pytest.raises(PermissionDenied):
            verb(edition=edition, actor=actor)
    with pytest.raises(PermissionDenied):
        seed_edition(actor=actor)


def test_two_editions_are_never_in_force() -> None:
    complete(state=State.IN_FORCE)
    with pytest.raises(IntegrityError), transaction.atomic():
        complete(state=State.IN_FORCE)


# A copy ---------------------------------------------------------------------------------------------------
def test_a_copy_has_the_same_content_of_its_own() -> None:
    edition = seeded_edition()
    copy = copy_edition(edition=edition, actor=SYSTEM)
    assert copy.state == State.DRAFT
    assert copy_edition(edition=edition, actor=SYSTEM).name != copy.name
    for name in ("indicators", "objectives", "success_factors"):
        assert getattr(copy, name).count() == getattr(edition, name).count()
    assert _content(copy) == _content(edition)
    assert not copy.indicators.exclude(sub_goal=None).exclude(sub_goal__objective__edition=copy).exists()


def _content(edition: Edition) -> list[tuple]:
    columns = ("key", "name", "kind", "unit", "sub_goal__text", "sub_goal__objective__text", "publication")
    return list(edition.indicators.values_list(*columns))
