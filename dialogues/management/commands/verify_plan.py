"""Checks a plan and its certificate against the units, without a solver and without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.personnummer import mask_personnummer
from dialogues.lottery import require_committed
from dialogues.plan_queries import families_of, family_name
from dialogues.plan_words import fault_text, flaw_text, unreachable_text
from dialogues.planning.again import require_counts_again
from dialogues.planning.files import BadFile, read_plan, read_units
from dialogues.planning.units import Unit
from dialogues.planning.verify import MOST_BLOCKS, Wrong, verify

WRONG, CANNOT = 1, 2
"""Exit statuses: what was checked does not hold, and a file cannot be used."""


class Command(BaseCommand):
    help = (
        "Check that a certificate is of this plan, that the counts are as even as it says, and that seed "
        "and the listed swaps give this very plan. Exit status 1: it does not hold; 2: a file can't be used."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", type=Path, required=True, help="CSV of units, UTF-8 with semicolons")
        parser.add_argument("--plan", type=Path, required=True, help="CSV: id;year;batch")
        parser.add_argument("--certificate", type=Path, required=True, help="JSON; its swaps are made too")
        parser.add_argument("--previous", type=Path, help="the earlier plan, for one that was made anew")
        parser.add_argument("--commitment", type=Path, help="what a lottery locked beforehand")
        parser.add_argument("--value", help="the public value that gave the seed, with --commitment")
        parser.add_argument(
            "--again", action="store_true", help="also make the counts again, with the solver: takes longer"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["value"] is not None and not options["commitment"]:
            raise CommandError(
                _("Värdet kan bara kontrolleras mot det låsta (--commitment)."), returncode=CANNOT
            )
        certificate = _read(options["certificate"], _object)
        assignment = _read(options["plan"], read_plan)
        previous = _read(options["previous"], read_plan) if options["previous"] else None
        committed = _read(options["commitment"], _text) if options["commitment"] else None
        units = _read(options["input"], _any_units)
        try:
            verify(units, assignment, certificate, previous)
            if committed is not None:
                require_committed(committed, certificate, options["value"])
            if options["again"]:
                require_counts_again(units, certificate, previous)
        except Wrong as error:
            raise CommandError(flaw_text(error), returncode=WRONG) from error
        self.stdout.write(
            _("Planen stämmer: %(units)s enheter, %(breaches)s avsteg från det jämnaste, %(swaps)s byten.")
            % {
                "units": len(units),
                "breaches": len(certificate["breaches"]),
                "swaps": len(certificate.get("swaps", ())),
            }
        )
        self.stdout.write(_("Räknat är: %(families)s.") % {"families": _families_told(certificate)})


def _families_told(certificate: dict[str, Any]) -> str:
    """The families of margins that were counted, with how many levels each has."""
    rows = certificate["counts"]
    return ", ".join(f"{family_name(family)} ({len(rows[family])})" for family in families_of(certificate))


def _read(path: Path, parse: Callable[[bytes], Any]) -> Any:
    """What a file holds. Raises CommandError that says where it can't be used, and why."""
    name = mask_personnummer(path.name)
    try:
        return parse(path.read_bytes())
    except BadFile as error:
        raise CommandError(f"{name}, {fault_text(error)}", returncode=CANNOT) from error
    except OSError as error:
        raise CommandError(unreachable_text(path.name, error), returncode=CANNOT) from error
    except (ValueError, RecursionError) as error:
        told = _("%(file)s går inte att läsa som JSON.") % {"file": name}
        raise CommandError(told, returncode=CANNOT) from error


def _any_units(content: bytes) -> list[Unit]:
    """The units, whatever years and batches they are tied to."""
    return read_units(content, years=MOST_BLOCKS, batches=MOST_BLOCKS)


def _object(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _text(content: bytes) -> str:
    """A text that holds a JSON object, as it stands."""
    _object(content)
    return content.decode()
