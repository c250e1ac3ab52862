"""What happens to huvudmän and must keep their history together: mergers, splits, changed numbers, ends."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from huvudman.domain.one_at_a_time import one_at_a_time
from huvudman.domain.recounting import take_over
from huvudman.models import Huvudman, HuvudmanEvent

CHANGE = "huvudman.change_register"
Kind = HuvudmanEvent.Kind


@transaction.atomic
def change_orgnr(
    *, huvudman: Huvudman, orgnr: str, on: datetime.date, actor: Actor, note: str = ""
) -> Huvudman:
    """Give the huvudman a new orgnr; the row stays, and the old number still leads to it.

    Raises NotPossible when another huvudman has the number, or has had it.
    """
    actor.require(CHANGE, huvudman)
    one_at_a_time()
    locked = _locked(huvudman)[0]
    if locked.orgnr == orgnr:
        return locked
    require_free(orgnr, locked)
    before, locked.orgnr = locked.orgnr, orgnr
    locked.full_clean(exclude=["public_id"])
    locked.save(update_fields=["orgnr"])
    _note(Kind.NEW_ORGNR, on, actor, before=locked, after=locked, note=note, orgnr_before=before)
    return locked


def require_free(orgnr: str, huvudman: Huvudman) -> None:
    """Raise NotPossible if another huvudman has the number, or has had it."""
    taken = Huvudman.objects.filter(orgnr=orgnr).exclude(pk=huvudman.pk).exists()
    if taken or HuvudmanEvent.objects.filter(orgnr_before=orgnr).exclude(after=huvudman).exists():
        raise NotPossible(_("En annan huvudman har eller har haft det organisationsnumret."))


@transaction.atomic
def merge_huvudman(
    *, parts: list[Huvudman], into: Huvudman, on: datetime.date, actor: Actor, note: str = ""
) -> Huvudman:
    """Let huvudmän go up in another from a day on: their units move, they close the day before.

    The other is counted anew: pupils, skolformer, kommuner and size.

    Raises NotPossible if there are none, or one of them is closed, or is the one that they go up in.
    """
    actor.require(CHANGE, into)
    one_at_a_time()
    target, *others = _locked(into, *parts)
    _require_open(target, *others)
    if not others or target in others or len(set(others)) < len(parts):
        raise NotPossible(_("Välj de huvudmän som går upp i den andra, var och en en gång."))
    for part in others:
        part.units.update(huvudman=target)
        target.kommuner.add(*part.kommuner.all())
        _close(part, on)
        _note(Kind.MERGER, on, actor, before=part, after=target, note=note)
    take_over(target, others)
    return target


@transaction.atomic
def split_huvudman(
    *,
    huvudman: Huvudman,
    into: list[Huvudman],
    on: datetime.date,
    actor: Actor,
    note: str = "",
    closes: bool = True,
) -> list[HuvudmanEvent]:
    """Note that a huvudman was divided. It closes the day before, unless it goes on beside its new parts.

    Units are moved by hand or by the next register, which says whose they are.
    """
    actor.require(CHANGE, huvudman)
    one_at_a_time()
    source, *parts = _locked(huvudman, *into)
    _require_open(source)
    if not parts or source in parts:
        raise NotPossible(_("Välj de huvudmän som den delades i."))
    if closes:
        _close(source, on)
    return [_note(Kind.SPLIT, on, actor, before=source, after=part, note=note) for part in parts]


@transaction.atomic
def close_huvudman(*, huvudman: Huvudman, on: datetime.date, actor: Actor, note: str = "") -> Huvudman:
    """The huvudman's last day is the day before `on`. Said again of the same day, it is nothing.

    One that a file has closed on that day is noted only.

    Raises NotPossible, or Conflict if an event has closed it already, or its last day is another.
    """
    actor.require(CHANGE, huvudman)
    one_at_a_time()
    locked = _locked(huvudman)[0]
    if locked.active_to == _day_before(on) and _said(locked, on, note, Kind.CLOSED):
        return locked
    if not _closed_by_file(locked, on):
        _require_open(locked)
        _close(locked, on)
    _note(Kind.CLOSED, on, actor, before=locked, note=note)
    return locked


@transaction.atomic
def reopen_huvudman(*, huvudman: Huvudman, on: datetime.date, actor: Actor, note: str = "") -> Huvudman:
    """The huvudman goes on from a day: it was closed by mistake, or begins anew. What closed it stays noted.

    Units that have moved stay where they are. Said again of the same day, it is nothing.

    Raises Conflict if the huvudman is open already.
    """
    actor.require(CHANGE, huvudman)
    one_at_a_time()
    locked = _locked(huvudman)[0]
    if locked.active_to is None:
        if _said(locked, on, note, Kind.REOPENED):
            return locked
        raise Conflict(_("%(huvudman)s är redan verksam. Ingenting är ändrat.") % {"huvudman": locked})
    locked.active_to = None
    locked.save(update_fields=["active_to"])
    _note(Kind.REOPENED, on, actor, before=locked, note=note)
    return locked


def _said(row: Huvudman, on: datetime.date, note: str, kind: str) -> bool:
    """Tell whether the latest event of the row's own is this one, with these words or with none to lose."""
    latest = _latest(row)
    return latest is not None and (latest.kind, latest.on) == (kind, on) and note in ("", latest.note)


def _closed_by_file(row: Huvudman, on: datetime.date) -> bool:
    """Tell whether the row's last day is the day before, and no event tells of it."""
    latest = _latest(row)
    noted = latest is not None and latest.kind != Kind.REOPENED and latest.on == on
    return row.active_to == _day_before(on) and not noted


def _latest(row: Huvudman) -> HuvudmanEvent | None:
    """What was last said of the row's end or reopening."""
    return row.later_events.exclude(kind=Kind.NEW_ORGNR).order_by("pk").last()


def _day_before(on: datetime.date) -> datetime.date:
    return on - datetime.timedelta(days=1)


def _locked(*rows: Huvudman) -> list[Huvudman]:
    """The rows as they are now, locked in one order so that two such verbs never wait for each other."""
    keys = [row.pk for row in rows]
    found = {row.pk: row for row in Huvudman.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return [found[key] for key in keys]


def _require_open(*rows: Huvudman) -> None:
    for row in rows:
        if row.active_to is not None:
            words = _("%(huvudman)s har redan upphört: sista dagen är %(day)s. Ingenting är ändrat.")
            raise Conflict(words % {"huvudman": row, "day": date_format(row.active_to, "j F Y")})


def _close(row: Huvudman, on: datetime.date) -> None:
    row.active_to = _day_before(on)
    if row.active_from and row.active_to < row.active_from:
        raise NotPossible(_("Sista dagen kan inte ligga före den första."))
    row.save(update_fields=["active_to"])


def _note(
    kind: str,
    on: datetime.date,
    actor: Actor,
    *,
    before: Huvudman,
    after: Huvudman | None = None,
    note: str = "",
    orgnr_before: str = "",
) -> HuvudmanEvent:
    event = HuvudmanEvent.objects.create(
        kind=kind, on=on, before=before, after=after, note=note, orgnr_before=orgnr_before
    )
    record(actor=actor, verb=f"huvudman.{kind}", subject=before, on=on.isoformat(), event=event.pk)
    return event
