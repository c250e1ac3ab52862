"""Things to do that rest until a day: for both agencies, with the reason told, and woken when one wants."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from accounts.templatetags.look import day
from dialogues.models import Rest

REST = "dialogues.put_to_rest"
LONGEST = 90
"""Days that something may rest at a time."""


@dataclass(frozen=True)
class Matter:
    """A thing to do: of which kind, which row, due when, and the agency that it waits for alone, if one."""

    kind: str
    pk: int
    due: datetime.date | None
    agency_id: int | None = None


@transaction.atomic
def put_to_rest(*, matter: Matter, until: datetime.date, reason: str, actor: Actor) -> Rest:
    """Let a thing rest until a day. Asked twice with the same words, nothing more happens.

    Raises PermissionDenied; NotPossible when the day or the reason won't do; Conflict when it rests already
    with other words or to another day.
    """
    actor.require(REST)
    reason, today = " ".join(reason.split()), timezone.localdate()
    _check(until, reason, today)
    _lock(matter)
    stands = _open_rest(matter)
    if stands and stands.until > today and stands.due == matter.due:
        if (stands.until, stands.reason) == (until, reason):
            return stands
        told = {"who": stands.by, "day": day(stands.until), "reason": stands.reason}
        raise Conflict(_("%(who)s har redan låtit det vila till %(day)s: ”%(reason)s”") % told)
    if stands:
        _end(stands)
    facts = {"kind": matter.kind, "subject_id": matter.pk, "agency_id": matter.agency_id, "due": matter.due}
    row = Rest.objects.create(**facts, until=until, reason=reason, since=today, by=actor.user)  # type: ignore[misc]
    record(actor=actor, verb="rest.begun", subject=row, kind=matter.kind, row=matter.pk, until=str(until))
    return row


@transaction.atomic
def wake(*, rest: Rest, actor: Actor) -> Rest:
    """Put a resting thing back on the list. One that is awake stays so. Raises PermissionDenied."""
    actor.require(REST)
    locked = Rest.objects.select_for_update(of=("self",), no_key=True).get(pk=rest.pk)
    if locked.ended_at is None:
        _end(locked)
        record(actor=actor, verb="rest.ended", subject=locked, kind=locked.kind, row=locked.subject_id)
    return locked


def _check(until: datetime.date, reason: str, today: datetime.date) -> None:
    if until <= today:
        raise NotPossible(_("Välj en dag efter i dag."))
    if until > today + datetime.timedelta(days=LONGEST):
        raise NotPossible(_("Välj en dag inom %(days)s dagar.") % {"days": LONGEST})
    if not reason:
        raise NotPossible(_("Skriv varför det kan vila."))


def _lock(matter: Matter) -> None:
    """Keep others from letting the same thing rest meanwhile: it may be of any table and have no rest."""
    with connection.cursor() as cursor:
        name = f"rest:{matter.kind}:{matter.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _open_rest(matter: Matter) -> Rest | None:
    rows = Rest.objects.filter(kind=matter.kind, subject_id=matter.pk, agency=matter.agency_id, ended_at=None)
    return rows.select_for_update(of=("self",), no_key=True).first()


def _end(rest: Rest) -> None:
    rest.ended_at = timezone.now()
    rest.save(update_fields=["ended_at"])
