"""The register as the database has it, in the parsers' own rows, so that the two can be compared."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from huvudman.models import HuvudmanEvent
from huvudman.register.rows import HuvudmanRow, Offer, UnitRow

HUVUDMAN_SQL = """
SELECT h.id, h.source, h.active_to, h.orgnr, h.name, h.type, h.legal_form, h.street, h.postal_code,
       h.post_town, h.telephone, h.email, array_to_string(h.skolformer, ','), coalesce(h.main_kommun_id, ''),
       coalesce(k.codes, ''), h.children, h.pupils
FROM huvudman_huvudman h
LEFT JOIN (
    SELECT huvudman_id, string_agg(kommun_id, ',' ORDER BY kommun_id) AS codes
    FROM huvudman_huvudman_kommuner GROUP BY huvudman_id
) k ON k.huvudman_id = h.id
"""
UNIT_SQL = """
SELECT u.id, u.source, u.active_to, u.code, h.orgnr, u.kommun_id, u.name, u.street, u.postal_code,
       u.post_town, u.visiting_postal_code, u.telephone, u.email, u.website, u.orientation
FROM huvudman_schoolunit u JOIN huvudman_huvudman h ON h.id = u.huvudman_id
"""
OFFER_SQL = "SELECT unit_id, skolform, array_to_string(groups, ','), pupils FROM huvudman_skolformoffer"
COUNT_SQL = """
SELECT unit_id, year, skolform, "group", pupils FROM (
    SELECT *, max(year) OVER (PARTITION BY unit_id) AS latest FROM huvudman_pupilcount
) counts WHERE year = latest
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """An event that closed a huvudman on a day; `into` is the orgnr of the one it went up in, or ""."""

    name: str
    on: datetime.date
    into: str = ""
    into_name: str = ""


@dataclass(slots=True)
class Known:
    """Huvudmän by orgnr and units by code, with ids, sources and last days."""

    huvudman: dict[str, HuvudmanRow] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    ends: dict[str, datetime.date] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    """Orgnr that a huvudman has left → the one it has now. Ids, sources and ends are by orgnr or unit code:
    the one has ten figures and the other eight, so they never meet."""
    endings: dict[str, Ending] = field(default_factory=dict)
    """By orgnr, the event that closed a huvudman which is closed still."""


def load_known(*, with_units: bool = True) -> Known:
    """Read the register. Four queries and two for events."""
    known = Known()
    for pk, source, end, *values in _rows(HUVUDMAN_SQL):
        row = HuvudmanRow(*values)
        row.skolformer, row.kommuner = _listed(values[9]), _listed(values[11])
        known.huvudman[row.orgnr] = row
        _note(known, row.orgnr, pk, source, end)
    if with_units:
        _load_units(known)
    known.former = dict(
        HuvudmanEvent.objects.filter(kind=HuvudmanEvent.Kind.NEW_ORGNR).values_list(
            "orgnr_before", "after__orgnr"
        )
    )
    known.endings = _endings()
    return known


def _endings() -> dict[str, Ending]:
    kind, day = HuvudmanEvent.Kind, datetime.timedelta(days=1)
    events = HuvudmanEvent.objects.filter(before__active_to__isnull=False).exclude(kind=kind.NEW_ORGNR)
    found: dict[str, Ending] = {}
    for event in events.select_related("before", "after").order_by("pk"):
        before, heir = event.before, event.after if event.kind == kind.MERGER else None
        if before and event.kind == kind.REOPENED:
            found.pop(before.orgnr, None)
        elif before and before.active_to == event.on - day:
            into = (heir.orgnr, heir.name) if heir else ("", "")
            found[before.orgnr] = Ending(before.name, event.on, *into)
    return found


def _load_units(known: Known) -> None:
    by_id: dict[int, UnitRow] = {}
    for pk, source, end, *values in _rows(UNIT_SQL):
        row = UnitRow(*values)
        known.units[row.code] = by_id[pk] = row
        _note(known, row.code, pk, source, end)
    for pk, skolform, groups, pupils in _rows(OFFER_SQL):
        by_id[pk].offers[skolform] = Offer(_listed(groups), pupils)
    for pk, year, skolform, group, pupils in _rows(COUNT_SQL):
        unit = by_id[pk]
        unit.year = year
        offer = unit.offers.get(skolform)
        if offer is not None:
            offer.counts[group] = pupils


def _note(known: Known, key: str, pk: int, source: str, end: datetime.date | None) -> None:
    known.ids[key], known.sources[key] = pk, source
    if end is not None:
        known.ends[key] = end


def _listed(value: str) -> tuple[str, ...]:
    return tuple(value.split(",")) if value else ()


def _rows(sql: str) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
