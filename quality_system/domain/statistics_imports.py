"""The way of uploaded statistics: read, looked at, approved, put in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

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
from huvudman.domain.import_work import ImportWork
from huvudman.models import ImportState
from huvudman.models.register_import import TRANSITIONS
from quality_system.domain.import_statistics import FileFault, Report, StatisticsMoved, import_statistics
from quality_system.models import StatisticsFile, StatisticsImport
from quality_system.models.observation import stored_value
from quality_system.sources import READERS, SourceFault
from quality_system.sources.recognising import NamedBytes, check_unpacked, recognise
from quality_system.values import format_value

PERMISSION = "quality_system.import_statistics"
TOLD = 1000
"""So many rejected places and unknown codes are kept with an import; all are counted."""

machine = Machine(
    model=StatisticsImport,
    table=TRANSITIONS,
    permissions=dict.fromkeys(ImportState.values, PERMISSION),
)

work = ImportWork(
    machine=machine,
    tasks={
        ImportState.UPLOADED: "quality_system.preview_statistics",
        ImportState.QUEUED: "quality_system.apply_statistics",
    },
    waits={
        ImportState.UPLOADED: gettext_lazy("Väntar på att läsas"),
        ImportState.QUEUED: gettext_lazy("Väntar på att läggas in"),
    },
    one_worker=7_013,
    failed=ImportState.FAILED,
    as_it_was=gettext_lazy("Statistiken är som den var."),
)


@dataclass(frozen=True)
class Upload:
    """A file as a person sends it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class KeptFile:
    """A file of an import, read under the name it came with."""

    row: StatisticsFile

    @property
    def name(self) -> str:
        """The name the file came with."""
        return self.row.name

    def open(self, mode: Literal["rb"] = "rb") -> NamedBytes:
        """The whole file in memory: no upload is larger than that."""
        with self.row.file.open(mode) as file:
            return NamedBytes(file.read(), self.row.name)


def upload_statistics(*, actor: Actor, files: Sequence[Upload], source: str = "") -> StatisticsImport:
    """Keep uploaded files and start reading them in the background.

    Without `source` they are recognised by what they hold. Raises NotPossible for an unknown source, and
    where there is no file.
    """
    actor.require(PERMISSION)
    if not files or source not in {"", *READERS}:
        raise NotPossible(_("Välj minst en fil, och en av källorna."))
    with transaction.atomic():
        row = StatisticsImport.objects.create(source=source, created_by=actor.user)
        kept = [_keep(row, at, file) for at, file in enumerate(files)]
        record(
            actor=actor, verb="statisticsimport.upload", subject=row, sha256=[file.sha256 for file in kept]
        )
        work.start(row)
    return row


def _keep(row: StatisticsImport, position: int, file: Upload) -> StatisticsFile:
    sha256 = hashlib.sha256(file.content).hexdigest()
    path = f"statistics/{sha256}"
    if not default_storage.exists(path):
        path = default_storage.save(path, ContentFile(file.content))
    return StatisticsFile.objects.create(
        statistics_import=row,
        position=position,
        file=path,
        name=mask_personnummer(file.name)[-200:],
        sha256=sha256,
        size=len(file.content),
    )


def preview_statistics(row: StatisticsImport) -> StatisticsImport:
    """Read the files and keep what they would change for people to look at. Changes no value.

    Files that cannot be used make the import *failed*, with the place and the reason.
    """
    if row.state != ImportState.UPLOADED:
        return row
    tell = work.teller(row)
    try:
        tell(2, _("Känner igen filerna"))
        source = row.source or _recognised(row)
        report = _read(row, source, apply=False, progress=tell)
    except FileFault as fault:
        return work.fail(row, [_problem(fault)])
    except NotPossible as error:
        return work.fail(row, [{"text": str(error)}])

    def keep(locked: StatisticsImport) -> None:
        locked.source = source
        _fill_in(locked, report)

    check = work.still_as_begun(row)
    return machine.walk(row, to=ImportState.PREVIEW, actor=SYSTEM, check=check, change=keep)


def approve_statistics(*, row: StatisticsImport, actor: Actor, leave_out: bool = False) -> StatisticsImport:
    """Let what was previewed in, in the background.

    Raises NotPossible if there is nothing to change, or if something could not be read and leaving it out was
    not accepted.
    """

    def check(locked: StatisticsImport) -> None:
        if locked.rejected and not leave_out:
            raise NotPossible(_("Godkänn att det som inte gick att läsa lämnas utanför."))
        if not has_changes(locked):
            raise NotPossible(_("Inget ändras: värdena finns redan."))

    def change(locked: StatisticsImport) -> None:
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


def apply_statistics(row: StatisticsImport) -> StatisticsImport:
    """Store what was approved: all of it or nothing.

    If something else has been put in since, so that it would not be just what was seen, nothing is stored and
    the import goes back to be looked at again.
    """
    if row.state != ImportState.QUEUED:
        return row
    tell = work.teller(row)

    def write(locked: StatisticsImport) -> None:
        report = _read(locked, locked.source, apply=True, progress=tell)
        locked.counts["derived"] = report.derived
        locked.applied_at = timezone.now()

    try:
        done = machine.walk(row, to=ImportState.APPLIED, actor=SYSTEM, change=write)
    except StatisticsMoved as moved:
        report = moved.report
        return machine.walk(row, to=ImportState.PREVIEW, actor=SYSTEM, change=lambda r: _again(r, report))
    except FileFault as fault:
        return work.fail(row, [_problem(fault)])
    except NotPossible as error:
        return work.fail(row, [{"text": str(error)}])
    tell(100, _("Klart"))
    return done


def discard_statistics(*, row: StatisticsImport, actor: Actor) -> StatisticsImport:
    """Put the files aside without changing a value: also while they wait for a worker."""
    return machine.walk(row, to=ImportState.DISCARDED, actor=actor)


def has_changes(row: StatisticsImport) -> bool:
    """Tell whether the previewed files would change any value."""
    return bool(row.counts.get("new") or row.counts.get("changed"))


def _read(row: StatisticsImport, source: str, *, apply: bool, progress: Any) -> Report:
    return import_statistics(
        source=source,
        files=[_checked(file) for file in row.files.all()],
        apply=apply,
        actor=SYSTEM,
        leave_out_rejected=row.leave_out,
        approved=row.digest if apply else "",
        progress=progress,
    )


def _checked(row: StatisticsFile) -> KeptFile:
    """A file that is no larger than it may be when it is unpacked. Raises NotPossible."""
    file = KeptFile(row)
    try:
        check_unpacked(file.open())
    except SourceFault as fault:
        raise NotPossible(f"{row.name}: {fault}") from fault
    return file


def _recognised(row: StatisticsImport) -> str:
    """The one source that all the files can be from. Raises NotPossible where that is not sure."""
    found = {}
    for file in row.files.all():
        sources = recognise(_checked(file).open)
        if len(sources) != 1:
            text = _("%(file)s känns inte igen. Ladda upp filen igen och välj källan.")
            raise NotPossible(text % {"file": file.name})
        found[sources.pop()] = file.name
    if len(found) != 1:
        text = _("Filerna är från olika källor: %(files)s. Ladda upp dem var för sig.")
        raise NotPossible(text % {"files": ", ".join(found.values())})
    return found.popitem()[0]


def _problem(fault: FileFault) -> dict[str, Any]:
    return {"text": mask_personnummer(str(fault))}


def _again(row: StatisticsImport, report: Report) -> None:
    _fill_in(row, report)
    row.moved, row.leave_out = True, False


def _fill_in(row: StatisticsImport, report: Report) -> None:
    row.counts = {name: n for name, n in report.as_json().items() if name not in {"source", "applied"}}
    row.digest, row.read_at = report.digest, timezone.now()
    row.unknown = [mask_personnummer(code) for code in report.unknown_units[:TOLD]]
    row.rejected = [
        asdict(line) | {"reason": mask_personnummer(line.reason), "place": mask_personnummer(line.place)}
        for line in report.rejected[:TOLD]
    ]
    row.measures = [asdict(measure) for measure in report.measures]
    row.corrections = [
        {
            "key": seen.key,
            "period": seen.period,
            "level": seen.level,
            "sex": seen.sex,
            "whose": seen.name or mask_personnummer(seen.code),
            "before": _in_words(seen.kind_before, seen.number_before, seen.count_before),
            "after": _in_words(seen.kind, seen.number, seen.count),
        }
        for seen in report.corrections
    ]


def _in_words(kind: str, number: Any, count: int | None) -> str:
    value = format_value(stored_value(kind, number))
    return value if count is None else f"{value} ({count})"
