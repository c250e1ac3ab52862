"""Makes the demo's world, part by part; each part is made once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import User
from dialogues.demo.another_day import moment, travelling
from dialogues.demo.colleagues import colleagues_to_try
from dialogues.demo.people import DemoUser, write_contacts, write_people
from dialogues.demo.register import write_example_register
from dialogues.demo.report import Report
from dialogues.demo.story import FOUNDED, Story
from dialogues.demo.under_way import is_under_way, put_cycle_under_way
from huvudman.models import Huvudman, ImportState, RegisterImport
from quality_system.domain.groups import make_comparison_groups
from quality_system.example_statistics import draw_example_values
from quality_system.models import ComparisonGroup, Edition, ObservedValue

SEED = "kvalitetsdialoger"


def make_world(*, register: Path | None, bare: bool, write: Callable[[str], object]) -> list[DemoUser]:
    """Make what is missing of the demo's world; answer whom one can sign in as.

    `register` is a real register workbook to use instead of the examples. `bare` leaves out the cycle. Raises
    AnotherRegister if the database already has huvudmän that are not from that file.
    """
    if register:
        refuse_another_register(register)
    story, report = Story(timezone.localdate()), Report(write)
    with travelling():
        with moment(story.at(FOUNDED, 9)):
            users = _found(report, register)
        if not bare and not is_under_way():
            with report.step("En cykel på väg"):
                planners = User.objects.filter(email__startswith="planerare").order_by("email")
                put_cycle_under_way(story, list(planners))
    return users + colleagues_to_try()


def _found(report: Report, register: Path | None) -> list[DemoUser]:
    """Make what there was before the cycle."""
    with report.step("Myndigheter och medarbetare"):
        users = write_people()
    with report.step("Register") as told:
        _write_register(register)
        told.append(f"{Huvudman.objects.count()} huvudmän")
    with report.step("Kvalitetssystem och värden") as told:
        told.append(f"{_write_quality_system()} värden")
    with report.step("Kontakter"):
        users += write_contacts()
    return users


def _write_quality_system() -> int:
    call_command("seed_edition", stdout=StringIO())
    if not ObservedValue.objects.exists():
        edition = Edition.objects.get(state=Edition.State.IN_FORCE)
        draw_example_values(rng=Random(SEED), edition=edition)  # noqa: S311  (examples, not secrets)
    if not ComparisonGroup.objects.exists():
        make_comparison_groups(actor=SYSTEM)
    return ObservedValue.objects.count()


class AnotherRegister(Exception):
    """The world that was made before has another register than the one asked for."""


def refuse_another_register(register: Path) -> None:
    """Raise AnotherRegister if there are huvudmän, and the file has never been put in."""
    sha256 = hashlib.sha256(register.read_bytes()).hexdigest()
    put_in = RegisterImport.objects.filter(sha256=sha256, state=ImportState.APPLIED)
    if Huvudman.objects.exists() and not put_in.exists():
        raise AnotherRegister(
            f"Demon har redan ett annat register, så {register.name} läses inte in. "
            "Lägg till --fresh för att börja om med filen: det som är gjort i demon försvinner."
        )


def _write_register(register: Path | None) -> None:
    if Huvudman.objects.exists():
        return
    if register:
        call_command("import_register", str(register), apply=True, stdout=StringIO())
    else:
        write_example_register(SEED)
