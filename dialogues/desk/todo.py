"""What a thing to do is, and how many kinds of them become one list in due order.

Each kind is a queryset annotated with `due` (a date or null). One union query lists what waits, of every
kind; then only the rows of the page are read, with one query for each kind on it (and its relations).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    DateField,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Greatest, Least, TruncDate
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import AuditEntry, StaffRole, User
from dialogues.desk.belonging import belonging, without_barred, without_paused
from dialogues.domain.resting import Matter
from dialogues.models import Rest


@dataclass(frozen=True)
class Desk:
    """Whose list it is, and when."""

    user: User
    now: datetime.datetime

    @classmethod
    def of(cls, user: User) -> Desk:
        """The user's desk now."""
        return cls(user, timezone.now())

    @cached_property
    def today(self) -> datetime.date:
        """Today in Stockholm."""
        return timezone.localdate(self.now)

    @property
    def agency_id(self) -> int | None:
        """The agency that the user works at."""
        staff = getattr(self.user, "staff", None)
        return staff.agency_id if staff else None

    def days_ahead(self, days: int) -> datetime.datetime:
        """The moment so many days from now."""
        return self.now + datetime.timedelta(days=days)


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, why now, whose turn, where it is done, by when; and of which kind and row."""

    what: str
    why: str
    whose: str
    url: str
    due: datetime.date | None = None
    is_late: bool = False
    kind: str = ""
    pk: int = 0
    rest: Rest | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of thing to do.

    `rows` answers the subjects that wait, annotated with `due`; `show` says a subject in words. `by_agency`
    tells that the rows are those that wait for the user's own agency, whatever the other has done, and
    `of_paused` that they are paused dialogues, of which all else rests.
    """

    key: str
    label: str | Promise
    roles: frozenset[StaffRole]
    rows: Callable[[Desk], QuerySet[Any]]
    show: Callable[[Any, Desk], Todo]
    by_agency: bool = False
    of_paused: bool = False


class Entry(NamedTuple):
    """A line of the list before it is read: which kind, which row, due when, where it belongs and whose it is
    (see `belonging`).
    """

    kind: str
    pk: int
    due: datetime.date | None
    office: int | None
    is_own: bool
    is_agencys: bool


class Waiting:
    """What waits: all entries in due order, undated last; read as todos only where they are shown.

    `resting` are those that somebody has let rest, by `rests`.
    """

    def __init__(self, kinds: Sequence[Kind], desk: Desk) -> None:
        self.kinds = {kind.key: kind for kind in kinds}
        self.desk = desk
        self.rests = _rests(self.kinds, desk)
        everything = _entries(kinds, desk)
        self.resting = [entry for entry in everything if self._rests(entry)]
        self.entries = [entry for entry in everything if not self._rests(entry)]

    def only(self, key: str) -> list[Entry]:
        """The entries of one kind; of all kinds when `key` is empty."""
        return [entry for entry in self.entries if not key or entry.kind == key]

    def read(self, entries: Iterable[Entry]) -> list[Todo]:
        """The entries as todos, in the same order. One that was done meanwhile is left out."""
        wanted = list(entries)
        found: dict[tuple[str, int], Todo] = {}
        for key in {entry.kind for entry in wanted}:
            found |= self._read_kind(key, [entry.pk for entry in wanted if entry.kind == key])
        return [found[entry.kind, entry.pk] for entry in wanted if (entry.kind, entry.pk) in found]

    def matter(self, entry: Entry) -> Matter:
        """The thing that an entry stands for, to be put to rest."""
        agency = self.desk.agency_id if self.kinds[entry.kind].by_agency else None
        return Matter(kind=entry.kind, pk=entry.pk, due=entry.due, agency_id=agency)

    def _read_kind(self, key: str, pks: list[int]) -> dict[tuple[str, int], Todo]:
        kind = self.kinds[key]
        return {
            (key, row.pk): self._placed(kind.show(row, self.desk), key, row)
            for row in kind.rows(self.desk).filter(pk__in=pks)
        }

    def _placed(self, todo: Todo, key: str, row: Any) -> Todo:
        is_late = row.due is not None and row.due < self.desk.today
        rest = self.rests.get((key, row.pk))
        return replace(todo, due=row.due, is_late=is_late, kind=key, pk=row.pk, rest=rest)

    def _rests(self, entry: Entry) -> bool:
        rest = self.rests.get((entry.kind, entry.pk))
        return rest is not None and rest.due == entry.due


def waiting(kinds: Sequence[Kind], desk: Desk) -> Waiting:
    """All that waits, of the given kinds, for the one whose desk it is."""
    return Waiting(kinds, desk)


def _entries(kinds: Sequence[Kind], desk: Desk) -> list[Entry]:
    parts = [_part(kind, desk) for kind in kinds]
    if not parts:
        return []
    together = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return [Entry(*row) for row in together.order_by("due_day", "kind_key", "pk")]


def _rests(kinds: Iterable[str], desk: Desk) -> dict[tuple[str, int], Rest]:
    """What rests today of the kinds, for both agencies or for the user's own, by kind and row."""
    rows = Rest.objects.filter(kind__in=list(kinds), until__gt=desk.today, ended_at=None)
    rows = rows.filter(Q(agency=None) | Q(agency=desk.agency_id)).select_related("by")
    return {(rest.kind, rest.subject_id): rest for rest in rows}


def _part(kind: Kind, desk: Desk) -> QuerySet[Any, Any]:
    rows = kind.rows(desk).order_by().annotate(kind_key=Value(kind.key))
    if not kind.of_paused:
        rows = without_paused(rows)
    rows = without_barred(rows, desk)
    if kind.by_agency:
        rows = rows.annotate(is_agencys=Value(True))
    rows = belonging(rows, desk).annotate(due_day=Cast("due", DateField()))
    return rows.values_list("kind_key", "pk", "due_day", *Entry._fields[3:])


def day_of(moment: str, *, plus: int = 0) -> Expression:
    """The Stockholm date of a moment (a field's name), so many days later."""
    shifted = F(moment) + Value(datetime.timedelta(days=plus))
    return TruncDate(ExpressionWrapper(shifted, output_field=DateTimeField()))


def due_before(moment: str, *, ahead: int, since: str, within: int) -> Expression:
    """The Stockholm date so many days `ahead` of a moment; but there are always `within` days from `since` (a
    field's name; null counts as long ago), unless the moment comes first.
    """
    at_first = Greatest(day_of(moment, plus=-ahead), day_of(since, plus=within))
    return Least(at_first, day_of(moment))


def last_done(kind: type[Model], row: str, *verbs: str) -> Subquery:
    """When one of the things, or anything when none is named, was last done to a row of a kind (`row` names
    its id), by the audit log.
    """
    subject = ContentType.objects.get_for_model(kind)
    entries = AuditEntry.objects.filter(subject_type=subject, subject_id=OuterRef(row))
    entries = entries.filter(verb__in=verbs) if verbs else entries
    return Subquery(entries.order_by("-at", "-pk").values("at")[:1])


NO_DATE = Value(None, output_field=DateField())
"""For what has no date of its own: it comes last."""
