"""The parts of a draft: added, worded, moved, taken away; by whom, in which state, and never over another."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from quality_system.domain.edition_parts import (
    add_part,
    change_edition,
    change_part,
    move_part,
    remove_part,
    set_last_day_of_use,
)
from quality_system.edition_content import Part, version_of
from quality_system.models import Edition, Indicator, Objective, SubGoal, SuccessFactor
from tests.accounts.factories import staff_user
from tests.quality_system.factories import (
    EditionFactory,
    IndicatorFactory,
    ObjectiveFactory,
    SubGoalFactory,
)

pytestmark = pytest.mark.django_db

State = Edition.State
DAY = datetime.date(2026, 6, 30)
WRITERS = {StaffRole.STATISTICIAN, StaffRole.ADMINISTRATOR}


def factor(edition: Edition, number: int = 1, text: str = "Ledning") -> SuccessFactor:
    return SuccessFactor.objects.create(edition=edition, number=number, text=text)


MADE: dict[str, Callable[[Edition], Part]] = {
    "objective": lambda edition: ObjectiveFactory(edition=edition, skolform="GR"),
    "sub_goal": lambda edition: SubGoalFactory(objective=ObjectiveFactory(edition=edition), number=1),
    "indicator": lambda edition: IndicatorFactory(edition=edition, position=1),
    "factor": factor,
}
NEW: dict[str, Callable[[Edition], Part]] = {
    "objective": lambda edition: Objective(edition=edition, skolform="GY", text="Alla når målen."),
    "sub_goal": lambda edition: SubGoal(
        objective=ObjectiveFactory(edition=edition, skolform="SP"), area="equity", text="Färre skillnader."
    ),
    "indicator": lambda edition: Indicator(
        edition=edition, key="gr-ny", name="Ny", skolform="GR", kind="result"
    ),
    "factor": lambda edition: SuccessFactor(edition=edition, text="Samverkan"),
}
KINDS = sorted(MADE)


def worded(part: Part, actor: Any = SYSTEM, **more: Any) -> Part:
    field = "name" if isinstance(part, Indicator) else "text"
    return change_part(part=part, actor=actor, **{field: "Nya ord"}, **more)


DEEDS: dict[str, Callable[[Part, Any], object]] = {
    "change": worded,
    "move": lambda part, actor: move_part(part=part, actor=actor, up=True),
    "remove": lambda part, actor: remove_part(part=part, actor=actor),
}


# Who and when ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_written_in_a_draft_only(kind: str, state: str) -> None:
    edition = EditionFactory()
    part, new = MADE[kind](edition), NEW[kind](edition)
    Edition.objects.filter(pk=edition.pk).update(state=state)
    before = version_of(part)
    for deed in [*DEEDS.values(), lambda _part, actor: add_part(part=new, actor=actor)]:
        if state == State.DRAFT:
            deed(part, SYSTEM)
            continue
        with pytest.raises(WrongState, match="inte längre ett utkast"):
            deed(part, SYSTEM)
    if state == State.DRAFT:
        return
    assert version_of(type(part).objects.get(pk=part.pk)) == before
    assert new.pk is None
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("kind", KINDS)
def test_who_may_write_parts(kind: str, role: StaffRole) -> None:
    edition, actor = EditionFactory(), person(staff_user(role))
    part, new = MADE[kind](edition), NEW[kind](edition)
    deeds = [*DEEDS.values(), lambda _part, actor: add_part(part=new, actor=actor)]
    deeds.insert(0, lambda _part, actor: change_edition(edition=edition, actor=actor, name="Nästa"))
    if role in WRITERS:
        for deed in deeds:
            deed(part, actor)
        assert AuditEntry.objects.filter(actor=actor.user).count() == 4, "nothing to move past"
        return
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed(part, actor)
    assert not AuditEntry.objects.exists()


# Adding ---------------------------------------------------------------------------------------------------
def test_what_is_added_comes_last_among_its_own() -> None:
    edition = EditionFactory()
    goal = SubGoalFactory(objective=ObjectiveFactory(edition=edition), number=7)
    IndicatorFactory(edition=edition, position=12)
    factor(edition, 4)
    added = SubGoal(objective=goal.objective, area="quality", text="Trygghet")
    assert add_part(part=added, actor=SYSTEM).number == 8
    assert add_part(part=NEW["indicator"](edition), actor=SYSTEM).position == 13  # type: ignore[type-var]
    assert add_part(part=NEW["factor"](edition), actor=SYSTEM).number == 5  # type: ignore[type-var]


def test_a_key_is_in_an_edition_once() -> None:
    edition = EditionFactory()
    IndicatorFactory(edition=edition, key="gr-ny")
    with pytest.raises(ValidationError):
        add_part(part=NEW["indicator"](edition), actor=SYSTEM)  # type: ignore[type-var]


# Wording --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_tells_the_audit_log_before_and_after(kind: str) -> None:
    part = MADE[kind](EditionFactory())
    was = part.name if isinstance(part, Indicator) else part.text
    worded(part, seen=version_of(part))
    entry = AuditEntry.objects.get()
    field = "name" if kind == "indicator" else "text"
    assert (entry.facts["was"], entry.facts["now"]) == ({field: was}, {field: "Nya ord"})


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_word_the_same_part_do_not_write_over_each_other(kind: str) -> None:
    part = MADE[kind](EditionFactory())
    seen = version_of(part)
    worded(part, seen=seen)
    field = "name" if kind == "indicator" else "text"
    with pytest.raises(Conflict):
        change_part(part=part, actor=SYSTEM, seen=seen, **{field: "Andras ord"})
    with pytest.raises(Conflict):
        remove_part(part=part, actor=SYSTEM, seen=seen)
    worded(part, seen=seen)  # which says what is there already
    part.refresh_from_db()
    assert getattr(part, field) == "Nya ord"
    assert AuditEntry.objects.count() == 1


def test_two_who_name_an_edition_do_not_write_over_each_other() -> None:
    edition = EditionFactory()
    seen = version_of(edition)
    change_edition(edition=edition, actor=SYSTEM, seen=seen, name="Nästa")
    with pytest.raises(Conflict):
        change_edition(edition=edition, actor=SYSTEM, seen=seen, name="En annan")


def test_wording_what_somebody_took_away_says_so() -> None:
    part = factor(EditionFactory())
    remove_part(part=SuccessFactor.objects.get(pk=part.pk), actor=SYSTEM)
    for deed in ("change", "move"):
        with pytest.raises(NotPossible, match="tagit bort"):
            DEEDS[deed](part, SYSTEM)
    remove_part(part=part, actor=SYSTEM)
    assert AuditEntry.objects.count() == 1


# Moving ---------------------------------------------------------------------------------------------------
def test_indicators_change_places_under_their_own_sub_goal() -> None:
    edition = EditionFactory()
    goal = SubGoalFactory(objective=ObjectiveFactory(edition=edition))
    place = {"edition": edition, "sub_goal": goal, "position": 0}
    first, second = (IndicatorFactory(key=key, **place) for key in ("a", "b"))
    between = IndicatorFactory(key="aa", edition=edition, position=0)
    assert move_part(part=second, actor=SYSTEM, up=True)
    assert not move_part(part=second, actor=SYSTEM, up=True), "it is first already"
    assert [row.key for row in goal.indicators.order_by("position")] == ["b", "a"]
    between.refresh_from_db()
    first.refresh_from_db()
    assert between.position == 2, "the others stay where they were"
    assert move_part(part=second, actor=SYSTEM, up=False)
    assert [row.key for row in goal.indicators.order_by("position")] == ["a", "b"]


def test_sub_goals_change_numbers_within_their_area() -> None:
    objective = ObjectiveFactory()
    made = [SubGoalFactory(objective=objective, number=n, area=a) for n, a in ((1, "equity"), (2, "quality"))]
    last = SubGoalFactory(objective=objective, number=3, area="equity")
    assert move_part(part=last, actor=SYSTEM, up=True)
    numbers = dict(objective.sub_goals.values_list("pk", "number"))
    assert numbers == {last.pk: 1, made[1].pk: 2, made[0].pk: 3}
    assert not move_part(part=made[1], actor=SYSTEM, up=True)


def test_factors_change_numbers() -> None:
    edition = EditionFactory()
    first, second = factor(edition, 1, "En"), factor(edition, 2, "Två")
    assert move_part(part=first, actor=SYSTEM, up=False)
    assert not move_part(part=first, actor=SYSTEM, up=False)
    assert list(edition.success_factors.order_by("number")) == [second, first]


# Taking away ----------------------------------------------------------------------------------------------
def test_what_others_rest_on_stays() -> None:
    goal = SubGoalFactory()
    indicator = IndicatorFactory(edition=goal.objective.edition, sub_goal=goal)
    for part, told in ((goal, "indikatorer"), (goal.objective, "delmål")):
        with pytest.raises(NotPossible, match=told):
            remove_part(part=part, actor=SYSTEM)
    for part in (indicator, goal, goal.objective):
        remove_part(part=part, actor=SYSTEM)
    assert not Objective.objects.exists()
    entry = AuditEntry.objects.get(verb="subgoal.removed")
    assert entry.facts["was"]["text"] == goal.text, "what it said can be found again"


# An indicator's own rules ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("smallest_group", {"smallest_group": 5}),
        ("smallest_group", {"smallest_group": 3, "based_on": "teachers"}),
        ("smallest_group", {"smallest_group": 1, "based_on": "money"}),
        ("fewest_short", {"fewest_short": 5, "unit": "%"}),
        ("fewest_short", {"fewest_short": 10, "unit": "poäng"}),
        ("fewest_short", {"fewest_short": 10, "unit": "%", "based_on": "children"}),
        ("legal_basis", {"usable_to": DAY}),
        ("usable_to", {"usable_to": DAY, "usable_from": DAY.replace(day=29, month=12), "legal_basis": "1 §"}),
    ],
)
def test_rules_that_do_not_go_together_are_refused_twice(field: str, facts: dict[str, Any]) -> None:
    indicator = IndicatorFactory(edition=EditionFactory())
    with pytest.raises(ValidationError) as told:
        change_part(part=indicator, actor=SYSTEM, **facts)
    assert list(told.value.message_dict) == [field]
    with pytest.raises(IntegrityError), transaction.atomic():
        Indicator.objects.filter(pk=indicator.pk).update(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"smallest_group": 6},
        {"smallest_group": 4, "based_on": "teachers"},
        {"fewest_short": 6, "unit": "%"},
        {"usable_to": DAY, "usable_from": DAY, "legal_basis": "2 § förordningen"},
    ],
)
def test_rules_that_ask_for_more_are_kept(facts: dict[str, Any]) -> None:
    indicator = IndicatorFactory(edition=EditionFactory())
    change_part(part=indicator, actor=SYSTEM, **facts)
    assert Indicator.objects.filter(pk=indicator.pk, **facts).exists()


@pytest.mark.parametrize("role", StaffRole)
def test_a_last_day_of_use_holds_in_every_edition(role: StaffRole) -> None:
    law = {"key": "gr-y9-merit", "legal_basis": "2 § förordningen", "usable_from": DAY.replace(year=2020)}
    rows = [IndicatorFactory(edition=EditionFactory(state=state), **law) for state in State]
    without = IndicatorFactory(key="gr-y9-merit", edition=EditionFactory())
    other = IndicatorFactory(edition=EditionFactory(), **(law | {"key": "gr-annan"}))
    actor = person(staff_user(role))
    if role not in WRITERS:
        with pytest.raises(PermissionDenied):
            set_last_day_of_use(indicator=rows[0], actor=actor, last=DAY)
        return
    assert set_last_day_of_use(indicator=rows[0], actor=actor, last=DAY) == 3
    assert set_last_day_of_use(indicator=rows[1], actor=actor, last=DAY) == 0
    assert AuditEntry.objects.filter(verb="indicator.use_ends").count() == 3
    days = dict(Indicator.objects.values_list("pk", "usable_to"))
    assert days == dict.fromkeys([row.pk for row in rows], DAY) | {without.pk: None, other.pk: None}
    with pytest.raises(NotPossible, match="rättslig grund"):
        set_last_day_of_use(indicator=without, actor=actor, last=DAY)
    with pytest.raises(NotPossible, match="före den första"):
        set_last_day_of_use(indicator=rows[0], actor=actor, last=DAY.replace(year=2019))
    assert set_last_day_of_use(indicator=rows[0], actor=actor, last=None) == 3
