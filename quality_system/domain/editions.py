"""Editions: made, put in force, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.audit import record
from accounts.domain.machine import Conflict, Machine, NotPossible, WrongState
from accounts.templatetags.look import day
from quality_system import edition_text
from quality_system.edition_content import content_version
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


@dataclass(frozen=True)
class Seen:
    """What a page showed before an edition was put in force: its content, and the edition it replaces."""

    content: str
    replaces: int | None


def put_edition_in_force(*, edition: Edition, actor: Actor, seen: Seen | None = None) -> Edition:
    """Let `edition` be the one that new dialogues are held under; the one before it is closed.

    It applies from its first day, or from today where it replaces another. Raises Conflict when the edition
    or the one it replaces is not what was `seen`, NotPossible for what `what_stops` tells.
    """

    def check(row: Edition) -> None:
        if seen is not None and seen != as_seen(row):
            raise Conflict(
                _("Utgåvan, eller den som gäller nu, har ändrats sedan sidan öppnades. Läs jämförelsen igen.")
            )
        for stop in what_stops(row):
            raise NotPossible(stop.text)

    with transaction.atomic():
        _one_at_a_time()
        return EDITIONS.walk(
            edition,
            to=State.IN_FORCE,
            actor=actor,
            check=check,
            change=lambda row: _replace_former(row, actor),
        )


def close_edition(*, edition: Edition, actor: Actor, last: date | None = None) -> Edition:
    """End the edition in force, on a day (today unless said). Dialogues held under it keep it."""

    def change(row: Edition) -> None:
        row.valid_to = max(row.valid_from, last or timezone.localdate())

    return EDITIONS.walk(edition, to=State.CLOSED, actor=actor, change=change)


class Stop(NamedTuple):
    """What stops a draft from being put in force: indicators, examples or the day; and why, in words."""

    kind: str
    text: str


def what_stops(edition: Edition) -> Iterator[Stop]:
    """Why the draft cannot be put in force now; nothing when it can."""
    if not edition.indicators.exists():
        yield Stop("indicators", _("Utgåvan har inga indikatorer ännu."))
    if edition.contains_example_text and not settings.DEMO:
        yield Stop("examples", _("Utgåvan innehåller exempeltext. Ersätt den innan utgåvan börjar gälla."))
    if edition.valid_from > timezone.localdate():
        told = _("Utgåvan börjar gälla tidigast den %(day)s.")
        yield Stop("day", told % {"day": day(edition.valid_from)})


def as_seen(edition: Edition) -> Seen:
    """What a page that shows the edition and what it replaces has shown."""
    in_force = Edition.objects.filter(state=State.IN_FORCE).exclude(pk=edition.pk).first()
    return Seen(content_version(edition), in_force.pk if in_force else None)


def _one_at_a_time() -> None:
    """Lock every edition that is, or can be, in force: two are put in force one after the other."""
    live = Edition.objects.filter(state__in=[State.DRAFT, State.IN_FORCE]).order_by("pk")
    list(live.select_for_update(no_key=True).values_list("pk"))


def _replace_former(edition: Edition, actor: Actor) -> None:
    today = timezone.localdate()
    for former in Edition.objects.filter(state=State.IN_FORCE).exclude(pk=edition.pk):
        edition.valid_from = today
        close_edition(edition=former, actor=actor, last=today - timedelta(days=1))


@transaction.atomic
def copy_edition(*, edition: Edition, actor: Actor) -> Edition:
    """Make a draft with the same content, for the next edition."""
    actor.require("quality_system.add_edition")
    EDITIONS.locked(edition)
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


@transaction.atomic
def drop_edition(*, edition: Edition, actor: Actor) -> None:
    """Throw away a draft with all that it holds; one that is gone stays gone. Raises WrongState."""
    actor.require("quality_system.delete_edition", edition)
    row = Edition.objects.select_for_update().filter(pk=edition.pk).first()
    if row is None:
        return
    if row.state != State.DRAFT:
        raise WrongState(_("Bara ett utkast kan kastas."))
    record(actor=actor, verb="edition.dropped", subject=row, name=row.name)
    row.indicators.all().delete()
    SubGoal.objects.filter(objective__edition=row).delete()
    row.objectives.all().delete()
    row.success_factors.all().delete()
    row.delete()


DialogueCount = Callable[[], dict[int, int]]
COUNTS: list[DialogueCount] = []
"""How many dialogues are held under each edition, by its id. The packages above add theirs."""


def dialogues_by_edition() -> dict[int, int]:
    """How many dialogues keep each edition, by its id; one query."""
    return {edition: count for counted in COUNTS for edition, count in counted().items()}


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
