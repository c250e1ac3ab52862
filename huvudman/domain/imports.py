"""The way of an uploaded register file: read, looked at, approved, put in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import SYSTEM, Actor
from accounts.domain.audit import record
from accounts.domain.machine import Machine, NotPossible
from accounts.personnummer import mask_personnummer
from huvudman.domain.applying import RegisterMoved, apply_register
from huvudman.domain.comparison import Comparison, compare_register, older_text, read_file
from huvudman.domain.import_work import ImportWork
from huvudman.domain.writing import copy
from huvudman.models import ChangeKind, ChangeTable, ImportKind, ImportState, RegisterImport
from huvudman.models.register_import import TRANSITIONS
from huvudman.register.problems import Problem, RegisterFileError
from huvudman.register.rows import Register

YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
FIRST_YEAR = 2000

machine = Machine(
    model=RegisterImport,
    table=TRANSITIONS,
    permissions=dict.fromkeys(ImportState.values, "huvudman.import_register"),
)


work = ImportWork(
    machine=machine,
    tasks={
        ImportState.UPLOADED: "huvudman.preview_register_import",
        ImportState.QUEUED: "huvudman.apply_register_import",
    },
    waits={
        ImportState.UPLOADED: gettext_lazy("Väntar på att läsas"),
        ImportState.QUEUED: gettext_lazy("Väntar på att läggas in"),
    },
    one_worker=7_011,
    failed=ImportState.FAILED,
    as_it_was=gettext_lazy("Registret är som det var."),
)


def latest_year() -> int:
    """The last year that a file can be about: a later one would stop every file until then."""
    return timezone.localdate().year + 1


def guess_year(file_name: str) -> int:
    """The year a file's name tells, if it can be, else this year."""
    found = (int(year) for year in YEAR.findall(file_name))
    return next((year for year in found if year <= latest_year()), timezone.localdate().year)


def require_year(year: int) -> None:
    """Raise NotPossible for a year that no register can be about."""
    if not FIRST_YEAR <= year <= latest_year():
        bounds = {"first": FIRST_YEAR, "latest": latest_year()}
        raise NotPossible(_("Året ska ligga mellan %(first)d och %(latest)d.") % bounds)


def upload_register(
    *, actor: Actor, kind: str, file_name: str, content: bytes, year: int | None = None
) -> RegisterImport:
    """Keep an uploaded file and start reading it in the background. Raises NotPossible for an odd year."""
    actor.require("huvudman.import_register")
    require_year(year or guess_year(file_name))
    with transaction.atomic():
        row = _kept(actor=actor, kind=kind, file_name=file_name, content=content, year=year)
        record(actor=actor, verb="registerimport.upload", subject=row, sha256=row.sha256)
        work.start(row)
    return row


def _kept(*, actor: Actor, kind: str, file_name: str, content: bytes, year: int | None) -> RegisterImport:
    sha256 = hashlib.sha256(content).hexdigest()
    suffix = ".xlsx" if kind == ImportKind.WORKBOOK else ".csv"
    path = f"register/{sha256}{suffix}"
    if not default_storage.exists(path):
        path = default_storage.save(path, ContentFile(content))
    return RegisterImport.objects.create(
        kind=kind,
        file=path,
        file_name=mask_personnummer(file_name)[-200:],
        sha256=sha256,
        year=year or guess_year(file_name),
        created_by=actor.user,
    )


def preview_import(row: RegisterImport) -> RegisterImport:
    """Read the file and keep what it would change for people to look at. Changes nothing in the register.

    A file that cannot be used becomes *failed*, with every problem and its place.
    """
    if row.state != ImportState.UPLOADED:
        return row
    tell = work.teller(row)
    try:
        tell(5, _("Läser filen"))
        register = _parsed(row)
        tell(50, _("Jämför med registret"))
        comparison = compare_register(register, kind=row.kind, year=row.year)
    except RegisterFileError as error:
        return work.fail(row, [as_json(problem) for problem in error.problems])
    except NotPossible as error:
        return work.fail(row, [{"text": str(error)}])
    tell(80, _("Sparar förhandsgranskningen"))

    def keep(locked: RegisterImport) -> None:
        _fill_in(locked, comparison)

    return machine.walk(
        row, to=ImportState.PREVIEW, actor=SYSTEM, check=work.still_as_begun(row), change=keep
    )


def approve_import(*, row: RegisterImport, actor: Actor, leave_out: bool = False) -> RegisterImport:
    """Let what was previewed into the register, in the background.

    Raises NotPossible if there is nothing to change, if the register is newer than the file, or if rows could
    not be read and leaving them out was not accepted.
    """

    def check(locked: RegisterImport) -> None:
        if locked.rejected and not leave_out:
            raise NotPossible(_("Godkänn att raderna som inte gick att läsa lämnas utanför."))
        if locked.newer:
            raise NotPossible(older_text(newer=locked.newer, year=locked.year))
        if not has_changes(locked):
            raise NotPossible(_("Filen ändrar ingenting."))

    def change(locked: RegisterImport) -> None:
        locked.leave_out, locked.moved, locked.tries = leave_out, False, 0

    return machine.walk(
        row,
        to=ImportState.QUEUED,
        actor=actor,
        check=check,
        change=change,
        after=work.start,
        leave_out=leave_out,
    )


def apply_import(row: RegisterImport) -> RegisterImport:
    """Put an approved file into the register: all of it or nothing, and only what was approved.

    If the register has changed since, the import goes back to be looked at again.
    """
    if row.state != ImportState.QUEUED:
        return row
    tell = work.teller(row)
    tell(5, _("Lägger in: läser filen"))

    def write(locked: RegisterImport) -> None:
        register = _parsed(locked)
        apply_register(
            register,
            kind=locked.kind,
            year=locked.year,
            leave_out=locked.leave_out,
            approved=locked.digest,
            progress=tell,
        )
        locked.applied_at = timezone.now()

    try:
        done = machine.walk(row, to=ImportState.APPLIED, actor=SYSTEM, change=write)
    except RegisterMoved as error:
        comparison = error.comparison
        return machine.walk(row, to=ImportState.PREVIEW, actor=SYSTEM, change=lambda r: _again(r, comparison))
    except RegisterFileError as error:
        return work.fail(row, [as_json(problem) for problem in error.problems])
    except NotPossible as error:
        return work.fail(row, [{"text": str(error)}])
    tell(100, _("Klart"))
    return done


def discard_import(*, row: RegisterImport, actor: Actor) -> RegisterImport:
    """Put the file aside without changing the register: also while it waits for a worker."""
    return machine.walk(row, to=ImportState.DISCARDED, actor=actor)


@transaction.atomic
def apply_at_once(
    register: Register,
    *,
    content: bytes,
    actor: Actor,
    kind: str,
    year: int,
    file_name: str,
    leave_out: bool = False,
) -> Comparison:
    """Put a register that is already read into the database without a preview, and keep a record of it.

    A file that changes nothing leaves no record. Raises what `apply_register` and `require_year` raise.
    """
    actor.require("huvudman.import_register")
    require_year(year)
    comparison = apply_register(register, kind=kind, year=year, leave_out=leave_out)
    if comparison.anything:
        row = _kept(actor=actor, kind=kind, file_name=file_name, content=content, year=year)
        row.state, row.counts, row.leave_out = ImportState.APPLIED, comparison.counts(), leave_out
        row.held = comparison.held()
        row.rejected = [as_json(r.problem, r.table) for r in register.rejected]
        row.remarks = [as_json(problem) for problem in register.remarks]
        row.read_at = row.applied_at = timezone.now()
        row.save()
        record(actor=actor, verb="registerimport.applied", subject=row, **comparison.counts())
    return comparison


def has_changes(row: RegisterImport) -> bool:
    """Tell whether the previewed file would change anything."""
    return any(row.counts.get(table, {}).get(kind) for table in ChangeTable for kind in ChangeKind)


def has_read(row: RegisterImport) -> bool:
    """Tell whether any of the file's rows could be read."""
    read = {"new", "changed", "unchanged"}
    return any(number for counts in row.counts.values() for kind, number in counts.items() if kind in read)


def as_json(problem: Problem, table: str = "") -> dict[str, Any]:
    """A problem to keep with the import."""
    return {
        "table": table,
        "reason": str(problem.reason),
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column,
        "detail": problem.detail,
    }


def _parsed(row: RegisterImport) -> Register:
    with row.file.open("rb") as file:
        return read_file(file.read(), kind=row.kind)


def _again(row: RegisterImport, comparison: Comparison) -> None:
    _fill_in(row, comparison)
    row.moved = True


def _fill_in(row: RegisterImport, comparison: Comparison) -> None:
    register = comparison.register
    row.counts, row.held, row.digest = comparison.counts(), comparison.held(), comparison.digest()
    row.rejected = [as_json(r.problem, r.table) for r in register.rejected]
    row.remarks = [as_json(problem) for problem in register.remarks]
    row.newer = comparison.newer
    row.read_at = timezone.now()
    row.changes.all().delete()
    copy("huvudman_registerchange", CHANGE_COLUMNS, _change_rows(row.pk, comparison))


CHANGE_COLUMNS = ("register_import_id", "table", "kind", "key", "name", "fields")


def _change_rows(pk: int, comparison: Comparison) -> Iterator[tuple[Any, ...]]:
    register = comparison.register
    tables: list[tuple[str, Any, Any]] = [
        (ChangeTable.HUVUDMAN, comparison.huvudman, register.huvudman),
        (ChangeTable.UNITS, comparison.units, register.units),
    ]
    for table, changes, read in tables:
        for key, row in changes.new.items():
            yield pk, str(table), "new", key, row.name, "[]"
        for key, fields in changes.changed.items():
            yield pk, str(table), "changed", key, read[key].name, json.dumps(fields, ensure_ascii=False)
        for kind, rows in (("closed", changes.closed), ("kept", changes.kept)):
            for key, row in rows.items():
                yield pk, str(table), kind, key, row.name, "[]"
