"""Writes a comparison's changes into the register in bulk: COPY for what is new, one UPDATE for the rest.

The history of huvudmän and units is written by the database's own statement-level triggers.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection

from huvudman.domain.comparison import Comparison
from huvudman.domain.sizes import size_class
from huvudman.register.rows import HuvudmanRow, UnitRow

HUVUDMAN_COLUMNS = (
    "orgnr",
    "name",
    "type",
    "legal_form",
    "main_kommun_id",
    "email",
    "telephone",
    "street",
    "postal_code",
    "post_town",
    "skolformer",
    "children",
    "pupils",
    "size_class",
    "source",
)
UNIT_COLUMNS = (
    "code",
    "huvudman_id",
    "kommun_id",
    "name",
    "street",
    "postal_code",
    "post_town",
    "visiting_postal_code",
    "telephone",
    "email",
    "website",
    "orientation",
    "source",
)
OFFER_TABLE, OFFER_COLUMNS = "huvudman_skolformoffer", ("unit_id", "skolform", "groups", "pupils")
COUNT_TABLE, COUNT_COLUMNS = "huvudman_pupilcount", ("unit_id", "year", "skolform", "group", "pupils")


def write_huvudman(comparison: Comparison, *, on: datetime.date) -> None:
    """Add, change and close huvudmän. `on` is the last day of those that close."""
    changes, ids = comparison.huvudman, comparison.known.ids
    read = comparison.register.huvudman
    new = list(changes.new.values())
    values = [_huvudman_values(row, comparison.source) for row in new]
    copy("huvudman_huvudman", ("public_id", *HUVUDMAN_COLUMNS), ((uuid.uuid4(), *v) for v in values))
    ids.update(_ids("huvudman_huvudman", "orgnr", list(changes.new)))
    changed = [read[orgnr] for orgnr in changes.changed]
    _update(
        "huvudman_huvudman",
        HUVUDMAN_COLUMNS,
        ((ids[row.orgnr], *_huvudman_values(row, _source(comparison, row.orgnr))) for row in changed),
    )
    _reopen("huvudman_huvudman", comparison, changes.changed)
    moved = [row for row in changed if any(f[0] == "kommuner" for f in changes.changed[row.orgnr])]
    _delete("huvudman_huvudman_kommuner", "huvudman_id", [ids[row.orgnr] for row in moved])
    pairs = ((ids[row.orgnr], kommun) for row in (*new, *moved) for kommun in row.kommuner)
    copy("huvudman_huvudman_kommuner", ("huvudman_id", "kommun_id"), pairs)
    _close("huvudman_huvudman", [ids[orgnr] for orgnr in changes.closed], on)


def write_units(comparison: Comparison, *, on: datetime.date) -> None:
    """Add, change and close units, with what they offer and their pupils."""
    changes, ids = comparison.units, comparison.known.ids
    read = comparison.register.units
    new = list(changes.new.values())
    copy("huvudman_schoolunit", UNIT_COLUMNS, (_unit_values(row, comparison) for row in new))
    ids.update(_ids("huvudman_schoolunit", "code", list(changes.new)))
    changed = [read[code] for code in changes.changed]
    _update(
        "huvudman_schoolunit",
        UNIT_COLUMNS,
        ((ids[row.code], *_unit_values(row, comparison)) for row in changed),
    )
    _reopen("huvudman_schoolunit", comparison, changes.changed)
    offering = [row for row in changed if any(_about_pupils(f[0]) for f in changes.changed[row.code])]
    _write_offers(comparison, new, offering)
    _close("huvudman_schoolunit", [ids[code] for code in changes.closed], on)


def _about_pupils(name: str) -> bool:
    return name == "year" or name.startswith(("offer:", "pupils:"))


def _write_offers(comparison: Comparison, new: list[UnitRow], changed: list[UnitRow]) -> None:
    ids, year = comparison.known.ids, comparison.year
    old = [ids[row.code] for row in changed]
    _delete(OFFER_TABLE, "unit_id", old)
    if old:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM huvudman_pupilcount WHERE unit_id = ANY(%s) AND year = %s", [old, year]
            )
    units = [(ids[row.code], row) for row in (*new, *changed)]
    copy(
        OFFER_TABLE,
        OFFER_COLUMNS,
        (
            (pk, skolform, _array(offer.groups), offer.pupils)
            for pk, row in units
            for skolform, offer in row.offers.items()
        ),
    )
    copy(
        COUNT_TABLE,
        COUNT_COLUMNS,
        (
            (pk, year, skolform, group, pupils)
            for pk, row in units
            if row.year == year
            for skolform, offer in row.offers.items()
            for group, pupils in offer.counts.items()
        ),
    )


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Stream rows into a table. Names of tables and columns are our own, never anybody's input."""
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row(row)


def _array(words: Iterable[str]) -> str:
    """A PostgreSQL array of words that are our own codes."""
    return "{" + ",".join(words) + "}"


def _source(comparison: Comparison, key: str) -> str:
    """The register takes over what others brought; another list leaves the register's rows to it."""
    return comparison.known.sources[key] if comparison.source == "preschool" else str(comparison.source)


def _huvudman_values(row: HuvudmanRow, source: str) -> tuple[Any, ...]:
    size = None if row.children is None and row.pupils is None else (row.children or 0) + (row.pupils or 0)
    return (
        row.orgnr,
        row.name,
        row.type,
        row.legal_form,
        row.main_kommun or None,
        row.email,
        row.telephone,
        row.street,
        row.postal_code,
        row.post_town,
        _array(row.skolformer),
        row.children,
        row.pupils,
        str(size_class(size)),
        str(source),
    )


def _unit_values(row: UnitRow, comparison: Comparison) -> tuple[Any, ...]:
    return (
        row.code,
        comparison.known.ids[row.orgnr],
        row.kommun,
        row.name,
        row.street,
        row.postal_code,
        row.post_town,
        row.visiting_postal_code,
        row.telephone,
        row.email,
        row.website,
        row.orientation,
        str(comparison.source),
    )


def _ids(table: str, key: str, keys: list[str]) -> dict[str, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{key}", id FROM "{table}" WHERE "{key}" = ANY(%s)', [keys])  # noqa: S608
        return dict(cursor.fetchall())


def _update(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set the columns of rows given as (id, values …), in one statement so that history is written once."""
    rows = list(rows)
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    assignments = ", ".join(f'"{name}" = staged."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged")
        cursor.execute(
            f'CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT id, {names} FROM "{table}" LIMIT 0'  # noqa: S608
        )
    copy("staged", ("id", *columns), rows)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET {assignments} FROM staged WHERE "{table}".id = staged.id')  # noqa: S608


def _reopen(table: str, comparison: Comparison, changed: dict[str, list[Any]]) -> None:
    keys = [key for key, fields in changed.items() if any(name == "active_to" for name, _o, _n in fields)]
    _close(table, [comparison.known.ids[key] for key in keys], None)


def _close(table: str, ids: Collection[int], on: datetime.date | None) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET active_to = %s WHERE id = ANY(%s)', [on, list(ids)])  # noqa: S608


def _delete(table: str, column: str, ids: list[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = ANY(%s)', [ids])  # noqa: S608
