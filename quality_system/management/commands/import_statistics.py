"""Import statistics from files: a preview unless --apply is given."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from accounts.personnummer import mask_personnummer
from quality_system.domain.import_statistics import FileFault, Report, import_statistics
from quality_system.sources import READERS

SHOWN = 50


class Command(BaseCommand):
    """`import_statistics SOURCE FILE… [--apply] [--leave-out-rejected] [--json]`."""

    help = "Läser in statistik. Utan --apply visas bara vad som skulle ändras."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=_source, metavar="SOURCE", help=", ".join(sorted(READERS)))
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--apply", action="store_true", help="spara värdena")
        parser.add_argument(
            "--leave-out-rejected",
            action="store_true",
            help="spara även om rader inte kan läsas; de utelämnas",
        )
        parser.add_argument("--json", action="store_true", help="skriv bara en rad JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_statistics(
                source=options["source"],
                files=options["files"],
                apply=options["apply"],
                actor=SYSTEM,
                leave_out_rejected=options["leave_out_rejected"],
            )
        except FileFault as fault:
            place = {
                "file": fault.rejected.file,
                "line": fault.rejected.line,
                "reason": fault.rejected.reason,
            }
            self._write_json({**Report(options["source"]).as_json(), "rejected": 1, "error": place})
            raise CommandError(mask_personnummer(f"Ingenting är ändrat. {fault}")) from fault
        self._tell(report, options)

    def _tell(self, report: Report, options: dict[str, Any]) -> None:
        if not options["json"]:
            for line in _in_words(report):
                self.stdout.write(mask_personnummer(line))
        self._write_json(report.as_json())
        if options["apply"] and not report.applied:
            many = len(report.rejected)
            raise CommandError(
                f"Ingenting är ändrat: {many} uppgift{'' if many == 1 else 'er'} kan inte läsas. "
                "Rätta filen, eller läs in resten med --leave-out-rejected."
            )

    def _write_json(self, said: dict[str, object]) -> None:
        self.stdout.write(mask_personnummer(json.dumps(said, ensure_ascii=False)))


def _source(name: str) -> str:
    if name not in READERS:
        raise ArgumentTypeError(f"källan ”{name[:40]}” finns inte. Välj bland {', '.join(sorted(READERS))}.")
    return name


def _in_words(report: Report) -> list[str]:
    done = "Sparat" if report.applied else "Förhandsgranskning, ingenting är ändrat"
    counts = f"{report.new} nya, {report.changed} ändrade, {report.unchanged} oförändrade värden"
    lines = [f"{done}: {counts}."]
    if report.unknown_units:
        codes = "koden" if len(report.unknown_units) == 1 else f"{len(report.unknown_units)} koder"
        lines.append(f"Registret känner inte till {codes} {_few(report.unknown_units)}")
    lines += [
        f"{row.file}, {row.place or f'rad {row.line}'}: {row.reason}" for row in report.rejected[:SHOWN]
    ]
    left = len(report.rejected) - SHOWN
    return [*lines, f"… och {left} till."] if left > 0 else lines


def _few(codes: list[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
