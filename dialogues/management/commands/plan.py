"""Makes a plan of a CSV file of units, with its certificate. Needs no database."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.personnummer import mask_personnummer
from dialogues.plan_words import fault_text, unreachable_text
from dialogues.planning import plan
from dialogues.planning.files import BadFile, read_units, write_plan
from dialogues.planning.verify import MOST_BLOCKS

CANNOT = 2
"""Exit status when a file cannot be used: nothing is written."""


class Command(BaseCommand):
    help = (
        "Spread units over years and batches: id;region;size;type;pupils and optional office;form;pin_year;"
        "pin_batch;not_before_year;koncern. Writes id;year;batch and a certificate. Exit status 2: a bad "
        "file."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", type=Path, required=True, help="CSV of units, UTF-8 with semicolons")
        parser.add_argument("--years", type=int, required=True)
        parser.add_argument("--batches", type=int, required=True, help="batches a year")
        parser.add_argument("--seed", required=True)
        parser.add_argument("--output", type=Path, required=True, help="CSV to write the plan to")
        parser.add_argument(
            "--certificate", type=Path, required=True, help="JSON to write the certificate to"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source, years, batches = options["input"], options["years"], options["batches"]
        targets = [options["output"], options["certificate"]]
        if years < 1 or batches < 1 or years * batches > MOST_BLOCKS:
            raise CommandError(_("Fel antal år eller omgångar."), returncode=CANNOT)
        if len({path.resolve() for path in (source, *targets)}) < 3:
            raise CommandError(_("De tre filerna måste vara olika."), returncode=CANNOT)
        try:
            units = read_units(source.read_bytes(), years=years, batches=batches)
            made = plan(units, years=years, batches=batches, seed=options["seed"])
            certificate = json.dumps(made.certificate, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            _write_all(dict(zip(targets, (write_plan(made.assignment), certificate.encode()), strict=True)))
        except BadFile as error:
            raise CommandError(
                f"{mask_personnummer(source.name)}, {fault_text(error)}", returncode=CANNOT
            ) from error
        except OSError as error:
            raise CommandError(unreachable_text(str(error.filename), error), returncode=CANNOT) from error
        self._report(made.certificate)

    def _report(self, certificate: Any) -> None:
        worst = [
            found[per]["deviation"] for found in certificate["worst"].values() for per in ("batch", "year")
        ]
        self.stdout.write(
            json.dumps(
                {
                    "units": certificate["units"],
                    "breaches": len(certificate["breaches"]),
                    "worst_deviation": max(worst, default=0),
                    "pupils_variation": certificate["pupils_variation"],
                    "pupils_variation_bound": certificate["pupils_variation_bound"],
                }
            )
        )
        for breach in certificate["breaches"]:
            self.stderr.write(json.dumps(breach, ensure_ascii=False))


def _write_all(contents: dict[Path, bytes]) -> None:
    """Write all of the files or none: each is ready beside its target before any target is touched."""
    ready: list[tuple[Path, Path]] = []
    try:
        for target, content in contents.items():
            if not target.parent.is_dir():
                raise FileNotFoundError(2, os.strerror(2), str(target.parent))
            with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
                ready.append((Path(file.name), target))
                file.write(content)
            if target.is_dir():
                raise IsADirectoryError(21, os.strerror(21), str(target))
        for made, target in ready:
            made.chmod(0o644)
            made.replace(target)
    finally:
        for made, _target in ready:
            made.unlink(missing_ok=True)
