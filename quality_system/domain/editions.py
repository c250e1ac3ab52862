"""Editions: made, put in force, closed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.audit import record
from accounts.domain.machine import Machine, NotPossible
from quality_system import edition_text
from quality_system.models import Edition, Indicator, Objective, SubGoal, SuccessFactor

if TYPE_CHECKING:
    from accounts.actors import Actor

State = Edition.State
Row = TypeVar("Row", Objective, SubGoal, Indicator, SuccessFactor)

EDITIONS = Machine(
    model=Edition,
    table={
        State.DRAFT: frozenset({State.IN_FORCE}),
        State.IN_FORCE: frozenset({State.CLOSED}),
        State.CLOSED: frozenset(),
    },
    permissions={
        State.DRAFT: "quality_system.add_edition",
        State.IN_FORCE: "quality_system.put_edition_in_force",
        State.CLOSED: "quality_system.close_edition",
    },
)


def put_edition_in_force(*, edition: Edition, actor: Actor) -> Edition:
    """Let `edition` be the one that new dialogues are held under; the one before it is closed.

    Raises NotPossible for an edition with example wording (allowed in a demo only) or without indicators.
    """
    return EDITIONS.walk(
        edition,
        to=State.IN_FORCE,
        actor=actor,
        check=_check_complete,
        change=lambda row: _close_former(row, actor),
    )


def close_edition(*, edition: Edition, actor: Actor) -> Edition:
    """End the edition in force. Dialogues held under it keep it."""
    return EDITIONS.walk(edition, to=State.CLOSED, actor=actor)


def _check_complete(edition: Edition) -> None:
    if not edition.indicators.exists():
        raise NotPossible(_("Utgåvan har inga indikatorer ännu."))
    if edition.contains_example_text and not settings.DEMO:
        raise NotPossible(_("Utgåvan innehåller exempeltext. Ersätt den innan utgåvan börjar gälla."))


def _close_former(edition: Edition, actor: Actor) -> None:
    for former in Edition.objects.filter(state=State.IN_FORCE).exclude(pk=edition.pk):
        close_edition(edition=former, actor=actor)


@transaction.atomic
def copy_edition(*, edition: Edition, actor: Actor) -> Edition:
    """Make a draft with the same content, for the next edition."""
    actor.require("quality_system.add_edition")
    copies = Edition.objects.filter(name__startswith=f"{edition.name[:80]} (").count()
    name = f"{edition.name[:80]} ({_('kopia')} {copies + 1})"
    copy = Edition.objects.create(name=name, valid_from=timezone.localdate())
    goals = _copy_goals(edition, copy)
    for factor in edition.success_factors.all():
        _copied(factor, edition=copy).save()
    for indicator in edition.indicators.all():
        goal = goals[indicator.sub_goal_id] if indicator.sub_goal_id else None
        _copied(indicator, edition=copy, sub_goal=goal).save()
    record(actor=actor, verb="edition.copied", subject=copy, of=edition.pk)
    return copy


def _copy_goals(edition: Edition, copy: Edition) -> dict[int, SubGoal]:
    goals = {}
    for objective in edition.objectives.prefetch_related("sub_goals"):
        twin = _copied(objective, edition=copy)
        twin.save()
        for goal in objective.sub_goals.all():
            goals[goal.pk] = _copied(goal, objective=twin)
            goals[goal.pk].save()
    return goals


def _copied(row: Row, **changed: object) -> Row:
    """An unsaved row with the same content but for `changed`."""
    twin = type(row)()
    for column in row._meta.concrete_fields:
        if not column.primary_key:
            setattr(twin, column.attname, getattr(row, column.attname))
    for name, value in changed.items():
        setattr(twin, name, value)
    return twin


# The first edition ----------------------------------------------------------------------------------------
@transaction.atomic
def seed_edition(*, actor: Actor) -> tuple[Edition, bool]:
    """Make the first edition as a draft, unless it is there. Answers (edition, whether it was made)."""
    actor.require("quality_system.add_edition")
    edition, made = Edition.objects.get_or_create(
        name=edition_text.NAME, defaults={"valid_from": date.fromisoformat(edition_text.VALID_FROM)}
    )
    if made:
        _fill(edition)
        record(actor=actor, verb="edition.seeded", subject=edition)
    return edition, made


def _fill(edition: Edition) -> None:
    goals = _fill_goals(edition)
    SuccessFactor.objects.bulk_create(
        SuccessFactor(
            edition=edition,
            number=number,
            text=text,
            is_example_text=text != edition_text.VERIFIED_FACTOR,
        )
        for number, text in enumerate(edition_text.SUCCESS_FACTORS, start=1)
    )
    Indicator.objects.bulk_create(
        _indicator(edition, position, measure, goals)
        for position, measure in enumerate(edition_text.MEASURES, start=1)
    )


def _fill_goals(edition: Edition) -> dict[tuple[str, int], SubGoal]:
    objectives = Objective.objects.bulk_create(
        Objective(edition=edition, skolform=skolform, text=text)
        for skolform, text in edition_text.OBJECTIVES.items()
    )
    goals = SubGoal.objects.bulk_create(
        SubGoal(objective=objective, number=number, area=area, text=text)
        for objective in objectives
        for number, area, text in edition_text.SUB_GOALS
        if number != 6 or objective.skolform not in edition_text.WITHOUT_COMPLETION
    )
    return {(goal.objective.skolform, goal.number): goal for goal in goals}


def _indicator(
    edition: Edition,
    position: int,
    measure: edition_text.Measure,
    goals: dict[tuple[str, int], SubGoal],
) -> Indicator:
    facts = asdict(measure)
    number = facts.pop("sub_goal")
    goal = goals[measure.skolform, number] if number else None
    return Indicator(edition=edition, position=position, sub_goal=goal, **facts)
