"""Import statistics from files: a preview unless --apply is given."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import SYSTEM
from quality_system.domain.import_statistics import FileFault, Report, import_statistics
from quality_system.sources import READERS

SHOWN = 50


class Command(BaseCommand):
    """`import_statistics SOURCE FILE… [--apply] [--leave-out-rejected] [--json]`."""

    help = "Läser in statistik. Utan --apply visas bara vad som skulle ändras."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=sorted(READERS))
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
            self.stdout.write(
                json.dumps({"applied": False, "rejected": 1, "error": place}, ensure_ascii=False)
            )
            raise CommandError(f"Ingenting är ändrat. {fault}") from fault
        self._tell(report, options)

    def _tell(self, report: Report, options: dict[str, Any]) -> None:
        if not options["json"]:
            for line in _in_words(report):
                self.stdout.write(line)
        self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        if options["apply"] and not report.applied:
            raise CommandError(
                f"Ingenting är ändrat: {len(report.rejected)} uppgifter kan inte läsas. "
                "Rätta filen, eller utelämna dem med --leave-out-rejected."
            )


def _in_words(report: Report) -> list[str]:
    done = "Sparat" if report.applied else "Förhandsgranskning, ingenting är ändrat"
    counts = f"{report.new} nya, {report.changed} ändrade, {report.unchanged} oförändrade värden"
    lines = [f"{done}: {counts}."]
    if report.unknown_units:
        lines.append(
            f"{len(report.unknown_units)} koder finns inte i registret: {_few(report.unknown_units)}"
        )
    lines += [f"{row.file}, rad {row.line}: {row.reason}" for row in report.rejected[:SHOWN]]
    left = len(report.rejected) - SHOWN
    return [*lines, f"… och {left} till."] if left > 0 else lines


def _few(codes: list[str]) -> str:
    return ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
