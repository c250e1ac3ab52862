"""What a register file would change: the dry run."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from huvudman.domain.collecting import no_search_for_cycles
from huvudman.domain.following import follow_changed_orgnr, follow_endings
from huvudman.domain.known import Known, load_known
from huvudman.domain.places import ensure_places
from huvudman.models import ImportKind, Kommun, Source
from huvudman.register.changes import Changes, FieldChange, compare, huvudman_difference, unit_difference
from huvudman.register.derive import derive_from_units
from huvudman.register.preschool_csv import read_preschools
from huvudman.register.rows import HuvudmanRow, Register, UnitRow
from huvudman.register.workbook import read_workbook

SOURCES = {ImportKind.WORKBOOK: Source.REGISTER, ImportKind.PRESCHOOL: Source.PRESCHOOL}


@dataclass(slots=True)
class Comparison:
    """What a file would change, and what it was compared with."""

    register: Register
    known: Known
    source: Source
    year: int
    newer: int | None
    """The year of the register's numbers of pupils, where it is later than the file's."""
    huvudman: Changes[HuvudmanRow]
    units: Changes[UnitRow]

    @property
    def anything(self) -> bool:
        """Tell whether applying would change anything."""
        return self.huvudman.anything or self.units.anything

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of rows new, changed, closed, unchanged and rejected, of huvudmän and units."""
        rejected = [row.table for row in self.register.rejected]
        tables: list[tuple[str, Changes[HuvudmanRow] | Changes[UnitRow]]] = [
            ("huvudman", self.huvudman),
            ("units", self.units),
        ]
        return {
            table: {
                "new": len(changes.new),
                "changed": len(changes.changed),
                "closed": len(changes.closed),
                "unchanged": changes.unchanged,
                "rejected": rejected.count(table),
            }
            for table, changes in tables
        }

    def held(self) -> dict[str, int]:
        """Numbers of huvudmän and units that are not in the file and yet not closed."""
        return {"huvudman": len(self.huvudman.kept), "units": len(self.units.kept)}

    def digest(self) -> str:
        """A fingerprint of all changes: what was approved is what is applied."""
        content = [
            [sorted(c.new), sorted(c.changed.items()), sorted(c.closed)] for c in (self.huvudman, self.units)
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@no_search_for_cycles()
def read_file(content: bytes, *, kind: str) -> Register:
    """Parse a file of the given kind. Raises RegisterFileError with its problems."""
    ensure_places()
    kommuner = set(Kommun.objects.values_list("code", flat=True))
    reader = read_workbook if kind == ImportKind.WORKBOOK else read_preschools
    return reader(content, kommuner=kommuner)


@no_search_for_cycles()
def compare_register(
    register: Register, *, kind: str, year: int, on: datetime.date | None = None
) -> Comparison:
    """Compare `register` (filled in, in place) with the database as it is now. Changes nothing.

    A file that is older than the register can be compared with it, but not applied: see `Comparison.newer`.
    """
    day = on or timezone.localdate()
    source = SOURCES[ImportKind(kind)]
    known = load_known(with_units=kind == ImportKind.WORKBOOK)
    follow_changed_orgnr(register, known)
    follow_endings(register, known)
    if source == Source.REGISTER:
        _complete_from_units(register, known, year)
    else:
        _complete_preschools(register, known)

    units, huvudman = _compare_both(register, known, source=source, day=day)
    return Comparison(
        register=register,
        known=known,
        source=source,
        year=year,
        newer=_newer_than(year),
        huvudman=huvudman,
        units=units,
    )


def _compare_both(
    register: Register, known: Known, *, source: Source, day: datetime.date
) -> tuple[Changes[UnitRow], Changes[HuvudmanRow]]:
    """Units, then huvudmän: one that still has units is never closed."""

    def closes(key: str) -> bool:
        return known.sources[key] == source and (key not in known.ends or known.ends[key] > day)

    def further(key: str) -> list[FieldChange]:
        return _further(known, key, source=source, day=day)

    units = compare(
        known.units,
        register.units,
        closes=closes,
        holds=_holds(register, "units", register.mentioned_units),
        further=further,
        difference=unit_difference,
    )
    huvudman = compare(
        known.huvudman,
        register.huvudman,
        closes=closes,
        holds=_holds(register, "huvudman", _owners(register, known, units, day)),
        further=further,
        difference=huvudman_difference,
    )
    return units, huvudman


def _holds(register: Register, table: str, mentioned: set[str]) -> Callable[[str], bool]:
    """Nobody can be said to be missing who is mentioned somewhere, or while a row may be about anyone."""
    any_missing = register.may_miss_any(table)
    return lambda key: any_missing or key in mentioned


def _owners(register: Register, known: Known, units: Changes[UnitRow], day: datetime.date) -> set[str]:
    """Every huvudman that the file mentions, or that has a unit when the file is in."""
    gone = units.closed.keys() | register.units.keys() | {c for c, end in known.ends.items() if end <= day}
    standing = [row.orgnr for code, row in known.units.items() if code not in gone]
    named = {known.former.get(orgnr, orgnr) for orgnr in register.mentioned_huvudman}
    return {*standing, *(row.orgnr for row in register.units.values()), *named}


def older_text(*, newer: int, year: int) -> str:
    """Why a file for `year` cannot be put into a register with numbers for `newer`."""
    return _(
        "Registret har redan uppgifter för %(newer)d. "
        "En fil för %(year)d går att granska men inte att lägga in."
    ) % {"newer": newer, "year": year}


def _newer_than(year: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(year) FROM huvudman_pupilcount")
        latest: int | None = cursor.fetchone()[0]
    return latest if latest and latest > year else None


def _further(known: Known, key: str, *, source: Source, day: datetime.date) -> list[FieldChange]:
    """A huvudman or unit that was closed opens again; the register takes over what others brought."""
    found: list[FieldChange] = []
    end = known.ends.get(key)
    if end is not None and end <= day:
        found.append(("active_to", end.isoformat(), None))
    if known.sources[key] != source and source == Source.REGISTER:
        found.append(("source", known.sources[key], str(source)))
    return found


def _complete_from_units(register: Register, known: Known, year: int) -> None:
    for code, unit in register.units.items():
        _set_year(unit, known.units.get(code), year)
    left_out = register.mentioned_units - register.units.keys()
    standing = [known.units[code] for code in left_out if code in known.units]
    derive_from_units(register.huvudman, [*register.units.values(), *standing])
    for orgnr, row in register.huvudman.items():
        before = known.huvudman.get(orgnr)
        if before is not None:
            row.children = before.children
            if "FSK" in before.skolformer:
                row.skolformer = tuple(sorted({*row.skolformer, "FSK"}))


def _set_year(unit: UnitRow, before: UnitRow | None, year: int) -> None:
    """The register's year, where it has numbers. Where it has none, earlier years' numbers stay."""
    if any(offer.counts for offer in unit.offers.values()):
        unit.year = year
    elif before is not None and before.year is not None:
        unit.year = before.year
        for skolform, offer in unit.offers.items():
            if skolform in before.offers:
                offer.counts = before.offers[skolform].counts


def _complete_preschools(register: Register, known: Known) -> None:
    """A list of preschools says only the number of children about a huvudman that the register has."""
    for orgnr, row in register.huvudman.items():
        before = known.huvudman.get(orgnr)
        if before is None:
            continue
        skolformer = tuple(sorted({*before.skolformer, "FSK"}))
        if known.sources[orgnr] == Source.REGISTER:
            register.huvudman[orgnr] = replace(before, children=row.children, skolformer=skolformer)
        else:
            row.pupils, row.skolformer = before.pupils, skolformer
