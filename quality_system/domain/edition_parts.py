"""What an edition holds: parts added, worded, moved and taken away, while it is a draft and only then."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible, WrongState
from quality_system.domain.editions import EDITIONS
from quality_system.edition_content import Part, edition_of, version_of
from quality_system.models import Edition, Indicator, Objective, SubGoal, SuccessFactor

if TYPE_CHECKING:
    from accounts.actors import Actor

P = TypeVar("P", bound=Objective | SubGoal | Indicator | SuccessFactor)


@transaction.atomic
def change_edition(*, edition: Edition, actor: Actor, seen: str | None = None, **fields: Any) -> Edition:
    """Change a draft's name or first day. Raises as `change_part`."""
    actor.require("quality_system.change_edition", edition)
    locked = _locked_draft(edition)
    return _changed(locked, locked, actor, seen, fields)


@transaction.atomic
def add_part(*, part: P, actor: Actor) -> P:
    """Put an unsaved part last among its own in its draft: it is given its number or place.

    Raises WrongState unless the edition is a draft, ValidationError when the fields don't fit.
    """
    actor.require(_permission("add", part))
    edition = _locked_draft(edition_of(part))
    if isinstance(part, Indicator):
        part.position = _after(edition.indicators.all(), "position")
    elif isinstance(part, SubGoal):
        part.number = _after(part.objective.sub_goals.all(), "number")
    elif isinstance(part, SuccessFactor):
        part.number = _after(edition.success_factors.all(), "number")
    part.full_clean()
    part.save()
    record(actor=actor, verb=_verb(part, "added"), subject=part, edition=edition.pk, now=_content(part))
    return part


@transaction.atomic
def change_part(*, part: P, actor: Actor, seen: str | None = None, **fields: Any) -> P:
    """Word a part of a draft anew.

    `seen` is the part's version on the page (`version_of`): raises Conflict when it is another one now,
    unless it says the same already. Raises WrongState unless the edition is a draft, ValidationError when
    the fields don't fit, NotPossible when the part is gone.
    """
    actor.require(_permission("change", part), part)
    edition = _locked_draft(edition_of(part))
    return _changed(_as_it_stands(part), edition, actor, seen, fields)


@transaction.atomic
def move_part(*, part: P, actor: Actor, up: bool) -> bool:
    """Let a part change places with its neighbour; answer whether there was one.

    Sub-goals have neighbours in their area, indicators under their sub-goal. Raises WrongState unless the
    edition is a draft, NotPossible when the part is gone.
    """
    actor.require(_permission("change", part), part)
    edition = _locked_draft(edition_of(part))
    row = _as_it_stands(part)
    beside = list(siblings(row))
    place = beside.index(row) + (-1 if up else 1)
    if isinstance(row, Objective) or not 0 <= place < len(beside):
        return False
    _swap(row, beside[place])
    record(actor=actor, verb=_verb(row, "moved"), subject=row, edition=edition.pk, up=up)
    return True


@transaction.atomic
def remove_part(*, part: Part, actor: Actor, seen: str | None = None) -> None:
    """Take a part away from its draft; one that is gone stays gone. What it said stands in the audit log.

    Raises WrongState unless the edition is a draft, Conflict when the part is not as it was when `seen`,
    NotPossible while other parts rest on it.
    """
    actor.require(_permission("delete", part), part)
    edition = _locked_draft(edition_of(part))
    row = type(part).objects.filter(pk=part.pk).first()
    if row is None:
        return
    if seen is not None and seen != version_of(row):
        raise _changed_meanwhile()
    _require_nothing_rests_on(row)
    record(actor=actor, verb=_verb(row, "removed"), subject=row, edition=edition.pk, was=_content(row))
    row.delete()


@transaction.atomic
def set_last_day_of_use(*, indicator: Indicator, actor: Actor, last: datetime.date | None) -> int:
    """Say until which day the law lets an indicator's figures be used (None: no end is known).

    This is about the source and not about wording, so it holds in every edition that has the indicator's
    key with a legal basis, also in force or closed. Answers how many indicators it changed.
    Raises NotPossible without a legal basis, or for a day before the first.
    """
    actor.require("quality_system.change_indicator", indicator)
    changed = 0
    _lock_editions_with(indicator.key)
    rows = Indicator.objects.filter(key=indicator.key).order_by("pk")
    if not rows.filter(pk=indicator.pk).exclude(legal_basis="").exists():
        raise NotPossible(_("Indikatorn har ingen rättslig grund som kan upphöra."))
    for row in rows.exclude(legal_basis=""):
        changed += _end_use(row, actor, last)
    return changed


def siblings(part: Part) -> QuerySet[Any]:
    """The parts that `part` is in order among, itself included."""
    if isinstance(part, SubGoal):
        return SubGoal.objects.filter(objective=part.objective_id, area=part.area).order_by("number")
    if isinstance(part, Indicator):
        own = {"edition": part.edition_id, "skolform": part.skolform, "sub_goal": part.sub_goal_id}
        return Indicator.objects.filter(**own).order_by("position", "key")
    rows = type(part).objects.filter(edition=part.edition_id)
    return rows.order_by("number" if isinstance(part, SuccessFactor) else "pk")


# How ------------------------------------------------------------------------------------------------------
def _locked_draft(edition: Edition) -> Edition:
    """The edition, locked until the transaction ends: it is not put in force meanwhile."""
    locked = EDITIONS.locked(edition)
    if locked.state != Edition.State.DRAFT:
        raise WrongState(
            _("”%(edition)s” är inte längre ett utkast och ändras inte. Gör en kopia och ändra i den.")
            % {"edition": locked}
        )
    return locked


def _lock_editions_with(key: str) -> None:
    """Lock every edition that has the key: none is worded, copied or put in force meanwhile."""
    editions = Edition.objects.filter(pk__in=Indicator.objects.filter(key=key).values("edition"))
    list(editions.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _as_it_stands(part: P) -> P:
    row: Any = type(part).objects.filter(pk=part.pk).first()
    if row is None:
        raise NotPossible(_("Någon annan har tagit bort delen sedan du öppnade den."))
    return row


def _changed(row: Any, edition: Edition, actor: Actor, seen: str | None, fields: dict[str, Any]) -> Any:
    """Write the fields in the locked row."""
    before, was = version_of(row), _content(row)
    for name, value in fields.items():
        setattr(row, name, value)
    if version_of(row) == before:
        return row
    if seen is not None and seen != before:
        raise _changed_meanwhile()
    row.full_clean()
    row.save()
    now = _content(row)
    differs = [name for name in now if was[name] != now[name]]
    facts = {"was": {name: was[name] for name in differs}, "now": {name: now[name] for name in differs}}
    record(actor=actor, verb=_verb(row, "changed"), subject=row, edition=edition.pk, **facts)
    return row


def _changed_meanwhile() -> Conflict:
    return Conflict(_("Någon annan har ändrat här medan sidan var öppen. Det du skrev finns kvar."))


def _require_nothing_rests_on(part: Part) -> None:
    if isinstance(part, SubGoal) and part.indicators.exists():
        raise NotPossible(_("Delmålet har indikatorer. Flytta eller ta bort dem först."))
    if isinstance(part, Objective):
        own = part.edition.indicators.filter(skolform=part.skolform)
        if part.sub_goals.exists() or own.exists():
            raise NotPossible(_("Målsättningen har delmål eller indikatorer. Ta bort dem först."))


def _swap(one: Any, other: Any) -> None:
    """Let two neighbours change places. Both rows are written at once: no number is there twice."""
    if isinstance(one, Indicator):
        order = list(one.edition.indicators.order_by("position", "key"))
        here, there = order.index(one), order.index(other)
        order[here], order[there] = order[there], order[here]
        for position, row in enumerate(order, start=1):
            row.position = position
        Indicator.objects.bulk_update(order, ["position"])
        return
    one.number, other.number = other.number, one.number
    type(one).objects.bulk_update([one, other], ["number"])


def _end_use(row: Indicator, actor: Actor, last: datetime.date | None) -> bool:
    if row.usable_to == last:
        return False
    if last and row.usable_from and last < row.usable_from:
        raise NotPossible(_("Sista dagen kan inte komma före den första."))
    was, row.usable_to = row.usable_to, last
    row.save(update_fields=["usable_to"])
    record(actor=actor, verb="indicator.use_ends", subject=row, was=_plain(was), now=_plain(last))
    return True


def _after(rows: QuerySet[Any], field: str) -> int:
    return (rows.aggregate(last=Max(field))["last"] or 0) + 1


def _content(row: Edition | Part) -> dict[str, Any]:
    """All columns of a row but its own key, as JSON values."""
    columns = [column.attname for column in row._meta.concrete_fields if not column.primary_key]
    return {name: _plain(getattr(row, name)) for name in columns}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _permission(verb: str, part: Part) -> str:
    return f"quality_system.{verb}_{part._meta.model_name}"


def _verb(row: Edition | Part, deed: str) -> str:
    return f"{row._meta.model_name}.{deed}"
