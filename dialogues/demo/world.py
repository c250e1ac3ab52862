"""Makes the demo's world, part by part; each part is made once."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from random import Random

from django.core.management import call_command

from accounts.models import User
from dialogues.demo.people import DemoUser, write_contacts, write_people
from dialogues.demo.register import write_example_register
from dialogues.demo.report import Report
from dialogues.demo.under_way import is_under_way, put_cycle_under_way
from huvudman.models import Huvudman
from quality_system.example_statistics import draw_example_values
from quality_system.models import Edition, ObservedValue

SEED = "kvalitetsdialoger"


def make_world(*, register: Path | None, bare: bool, write: Callable[[str], object]) -> list[DemoUser]:
    """Make what is missing of the demo's world; answer whom one can sign in as.

    `register` is a real register workbook to use instead of the examples. `bare` leaves out the cycle.
    """
    report = Report(write)
    with report.step("Myndigheter och medarbetare"):
        users = write_people()
    with report.step("Register") as told:
        _write_register(register)
        told.append(f"{Huvudman.objects.count()} huvudmän")
    with report.step("Kvalitetssystem och värden") as told:
        told.append(f"{_write_quality_system()} värden")
    with report.step("Kontakter"):
        users += write_contacts()
    if not bare and not is_under_way():
        with report.step("En cykel på väg"):
            put_cycle_under_way(list(User.objects.filter(email__startswith="planerare").order_by("email")))
    return users


def _write_quality_system() -> int:
    call_command("seed_edition", stdout=StringIO())
    if not ObservedValue.objects.exists():
        edition = Edition.objects.get(state=Edition.State.IN_FORCE)
        draw_example_values(rng=Random(SEED), edition=edition)  # noqa: S311  (examples, not secrets)
    return ObservedValue.objects.count()


def _write_register(register: Path | None) -> None:
    if Huvudman.objects.exists():
        return
    if register:
        call_command("import_register", str(register), apply=True, stdout=StringIO())
    else:
        write_example_register(SEED)
