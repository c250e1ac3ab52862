"""Imports a register file: a dry run unless --apply is given."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from accounts.personnummer import mask_personnummer
from huvudman.domain.applying import RowsLeftOut
from huvudman.domain.comparison import Comparison, compare_register, older_text, read_file
from huvudman.domain.imports import apply_at_once, guess_year, require_year
from huvudman.import_texts import Names, field_text, kept_text, problem_text, value_text
from huvudman.models import ImportKind
from huvudman.models.orgnr import shown
from huvudman.register.problems import RegisterFileError

CANNOT = 2
"""Exit status when a file cannot be used: nothing has changed."""


class Command(BaseCommand):
    help = (
        "Show what a register file would change, field by field; with --apply, change it in one go. The last "
        "line of output is the numbers as JSON. Exit status 2: the file cannot be used, with its place."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="write the changes")
        parser.add_argument("--json", action="store_true", help="write nothing but the last line of JSON")
        parser.add_argument("--preschool", action="store_true", help="the file is a CSV list of preschools")
        parser.add_argument(
            "--year", type=int, help="the numbers' year (else as the file's name has it, or now)"
        )
        parser.add_argument("--leave-out", action="store_true", help="leave out rows that cannot be read")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        kind = ImportKind.PRESCHOOL if options["preschool"] else ImportKind.WORKBOOK
        year = guess_year(path.name) if options["year"] is None else options["year"]
        try:
            require_year(year)
            comparison = self._compare(path, kind, year, options)
        except OSError as error:
            told = f"{mask_personnummer(str(path))}: {error.strerror}"
            raise CommandError(told, returncode=CANNOT) from error
        except RegisterFileError as error:
            lines = [f"{mask_personnummer(path.name)}: {problem_text(problem)}" for problem in error.problems]
            raise CommandError("\n".join(lines), returncode=CANNOT) from error
        except NotPossible as error:
            raise CommandError(str(error), returncode=CANNOT) from error
        if comparison.newer:
            self.stderr.write(older_text(newer=comparison.newer, year=year))
        if not options["json"]:
            self._report(comparison)
        self.stdout.write(json.dumps(comparison.counts()))
        if options["apply"] and comparison.register.rejected and not options["leave_out"]:
            raise CommandError(_("Ingenting är ändrat: %s") % RowsLeftOut(), returncode=CANNOT)

    def _compare(self, path: Path, kind: str, year: int, options: dict[str, Any]) -> Comparison:
        content = path.read_bytes()
        register = read_file(content, kind=kind)
        for row in register.rejected:
            self.stderr.write(problem_text(row.problem))
        if not options["apply"] or (register.rejected and not options["leave_out"]):
            return compare_register(register, kind=kind, year=year)
        return apply_at_once(
            register,
            content=content,
            actor=SYSTEM,
            kind=kind,
            year=year,
            file_name=path.name,
            leave_out=options["leave_out"],
        )

    def _report(self, comparison: Comparison) -> None:
        rejected, names = len(comparison.register.rejected), Names()
        for problem in comparison.register.remarks:
            self.stdout.write(problem_text(problem))
        for table, changes in (("huvudman", comparison.huvudman), ("units", comparison.units)):
            read = getattr(comparison.register, table)
            for key, row in changes.new.items():
                self.stdout.write(f"+ {_label(key)} {row.name}")
            for key, row in changes.closed.items():
                self.stdout.write(f"- {_label(key)} {row.name}: {_('upphör')}")
            for key, row in changes.kept.items():
                self.stdout.write(f"= {_label(key)} {row.name}: {kept_text(rejected)}")
            for key, fields in changes.changed.items():
                self.stdout.write(f"~ {_label(key)} {read[key].name}")
                for name, before, after in fields:
                    old, new = (value_text(table, name, value, names) for value in (before, after))
                    self.stdout.write(f"    {field_text(table, name)}: {old} → {new}")


def _label(key: str) -> str:
    return shown(key) if len(key) == 10 else key
