"""Importing statistics: preview and apply are the same work, and only the last step differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huvudman.domain.import_work import Progress, no_progress
from quality_system.domain.derive import derive_huvudman_values
from quality_system.domain.stage import Correction, Measure, Stage
from quality_system.sources import READERS, Item, Observation, Rejected, SourceFault, UnitFact
from quality_system.values import ValueKind

if TYPE_CHECKING:
    from accounts.actors import Actor

TOO_LARGE = Decimal(10) ** 10
TOO_MANY = 2**31
CORRECTIONS_TOLD = 200
ONE_AT_A_TIME = 7_263_002
"""Key of the lock that lets one import of statistics in at a time."""
STEP = 5_000
"""Values between two times that somebody is told how far the reading has come."""


class FileToRead(Protocol):
    """A file with a name that readers can take skolform from; a Path is one."""

    @property
    def name(self) -> str: ...

    def open(self, mode: Literal["rb"]) -> BinaryIO: ...


@dataclass(frozen=True)
class RejectedLine:
    """What could not be read, and where: on which line, or in words for a file whose lines say nothing."""

    file: str
    line: int
    reason: str
    place: str = ""


@dataclass
class Report:
    """What a run found, and whether it was applied."""

    source: str
    applied: bool = False
    rows: int = 0
    values: Counter[str] = field(default_factory=Counter)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    derived: int = 0
    unknown_units: list[str] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    digest: str = ""

    def as_json(self) -> dict[str, object]:
        """The report as counts."""
        return {
            "source": self.source,
            "applied": self.applied,
            "rows": self.rows,
            "values": {kind.value: self.values[kind.value] for kind in ValueKind},
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "derived": self.derived,
            "unknown_units": len(self.unknown_units),
            "rejected": len(self.rejected),
        }


class FileFault(ValueError):
    """A file could not be read at all; nothing has changed."""

    def __init__(self, rejected: RejectedLine) -> None:
        super().__init__(f"{rejected.file}: {rejected.reason}")
        self.rejected = rejected


class StatisticsMoved(Exception):
    """What would be stored is no longer what a person has seen: `report` says what it is now."""

    def __init__(self, report: Report) -> None:
        super().__init__("the values have changed since the preview")
        self.report = report


def import_statistics(
    *,
    source: str,
    files: Sequence[FileToRead],
    apply: bool,
    actor: Actor,
    leave_out_rejected: bool = False,
    approved: str = "",
    progress: Progress = no_progress,
) -> Report:
    """Read `files` of `source` and match them to the register and to what is known.

    With `apply`, and nothing rejected (or `leave_out_rejected`), the values are stored in one transaction:
    new ones added, corrected ones as new versions, unchanged ones left alone. Otherwise nothing changes.
    `approved` is the digest of the report that a person has seen. Raises FileFault when a file is unreadable,
    StatisticsMoved if the report is another one now, PermissionDenied for those who may not import.
    """
    actor.require("quality_system.import_statistics")
    with _one_transaction(keep=apply) as outcome:
        reading = _Reading(source, files, progress)
        stage = Stage()
        stage.fill(reading.observations())
        if apply:
            one_at_a_time()
        progress(60, _("Jämför med den statistik som finns"))
        report = _match(stage, reading)
        if approved and report.digest != approved:
            raise StatisticsMoved(report)
        report.applied = outcome.keep = apply and (leave_out_rejected or not report.rejected)
        if report.applied:
            progress(80, _("Sparar värdena"))
            stage.store(timezone.now())
            progress(90, _("Räknar om huvudmännens värden"))
            report.derived = derive_huvudman_values(source=source)
    return report


def one_at_a_time() -> None:
    """Wait until no other import of statistics is under way, and keep others out until the transaction ends.

    Two that compare with the same values would both store the same one as new.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


@dataclass
class _Outcome:
    keep: bool


@contextmanager
def _one_transaction(*, keep: bool) -> Iterator[_Outcome]:
    outcome = _Outcome(keep)
    with transaction.atomic():
        yield outcome
        if not outcome.keep:
            transaction.set_rollback(True)


def _match(stage: Stage, reading: _Reading) -> Report:
    unknown, repeated = stage.match(reading.owners)
    for row in repeated:
        reason = _("%(unit)s har redan ett annat värde för %(key)s i filen")
        reading.reject(row.file, row.line, reason % {"unit": row.code, "key": row.indicator_key})
    found = stage.outcomes()
    return Report(
        source=reading.source,
        rows=reading.rows,
        values=reading.kinds,
        unknown_units=unknown,
        rejected=sorted(reading.rejected, key=lambda line: (line.file, line.line)),
        new=found["new"],
        changed=found["changed"],
        unchanged=found["unchanged"],
        measures=stage.measures(),
        corrections=stage.corrections(CORRECTIONS_TOLD),
        digest=f"{stage.digest()}-{len(reading.rejected)}",
    )


class _Reading:
    """Reads the files once, and remembers everything that is not a value."""

    def __init__(self, source: str, files: Sequence[FileToRead], progress: Progress) -> None:
        self.source, self.files, self.progress = source, files, progress
        self.kinds: Counter[str] = Counter()
        self.rows = 0
        self.owners: dict[str, str] = {}
        self.rejected: list[RejectedLine] = []

    def reject(self, file: int, line: int, reason: str, place: str = "") -> None:
        self.rejected.append(RejectedLine(self.files[file].name, line, reason, place))

    def observations(self) -> Iterator[tuple[int, Observation]]:
        """The values of all files, with the number of their file."""
        for at in range(len(self.files)):
            row = 0
            self._tell(at)
            for item in self._items(at):
                self.rows += item.line != row
                row = item.line
                if isinstance(item, UnitFact):
                    self.owners[item.code] = item.orgnr
                elif isinstance(item, Rejected):
                    self.reject(at, item.line, item.reason, item.place)
                elif self._takes(at, item):
                    yield at, item

    def _items(self, at: int) -> Iterator[Item]:
        path = self.files[at]
        try:
            with path.open("rb") as stream:
                yield from READERS[self.source](stream)
        except SourceFault as fault:
            raise FileFault(RejectedLine(path.name, fault.line or 0, str(fault))) from fault
        except OSError as fault:
            reason = _("filen kan inte öppnas: %(why)s") % {"why": fault.strerror}
            raise FileFault(RejectedLine(path.name, 0, reason)) from fault

    def _takes(self, at: int, item: Observation) -> bool:
        if _out_of_range(item):
            self.reject(at, item.line, _("%(key)s: talet är orimligt stort") % {"key": item.measure})
            return False
        self.kinds[item.value.kind.value] += 1
        if self.kinds.total() % STEP == 0:
            self._tell(at)
        return True

    def _tell(self, at: int) -> None:
        said = {"at": at + 1, "of": len(self.files), "values": self.kinds.total()}
        self.progress(
            5 + 50 * at // len(self.files), _("Läser fil %(at)d av %(of)d: %(values)d värden") % said
        )


def _out_of_range(item: Observation) -> bool:
    number = item.value.number
    return bool(number is not None and abs(number) >= TOO_LARGE) or (item.count or 0) >= TOO_MANY
