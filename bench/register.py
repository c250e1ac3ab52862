"""Importing the official register, against reading it and copying the same rows without checks.

Dry run and applying are timed on an empty register (everything is new) and on a full one (nothing is).
"""

from __future__ import annotations

import os
import subprocess
import sys
from tempfile import TemporaryDirectory

import psycopg
from django.db import connection

from bench.baselines.register import import_plainly, make_tables
from bench.database import own_database
from bench.marks import Mark, in_turns
from bench.shared import REGISTER, ROOT
from tests.dialogues.letters.workers import database_url

TIMES = 5
DRY_RUN, APPLY, MEMORY_MB = 2.5, 5, 250
YEAR = 2020
AGAINST = "calamine + COPY of the same rows"


def run() -> list[Mark]:
    """Measure, if the real register is here."""
    if not REGISTER.exists():
        print(f"  the register is not here: {REGISTER.name} (set KD_SHARED_DATA)")
        return []
    with own_database() as name:
        plain = psycopg.connect(**connection.get_connection_params() | {"dbname": name})
        try:
            return [*_times(plain), *_memory()]
        finally:
            plain.close()


def _times(plain: psycopg.Connection) -> list[Mark]:  # type: ignore[type-arg]
    def fresh() -> None:
        make_tables(plain)
        plain.commit()

    def baseline() -> None:
        import_plainly(plain, str(REGISTER))

    empty = in_turns(TIMES, (fresh, baseline), (_empty, _dry_run), (_empty, _apply))
    full = in_turns(TIMES, (fresh, baseline), (_nothing, _dry_run), (_nothing, _apply))
    return [
        Mark("dry run, empty register", empty[1], empty[0], DRY_RUN, against=AGAINST),
        Mark("apply, empty register", empty[2], empty[0], APPLY, against=AGAINST),
        Mark("dry run, same register", full[1], full[0], DRY_RUN, against=AGAINST),
        Mark("apply, same register", full[2], full[0], APPLY, against=AGAINST),
    ]


def _nothing() -> None:
    """The register stays as the last run left it."""


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE huvudman_huvudman, huvudman_huvudmanhistory, huvudman_schoolunithistory CASCADE"
        )


def _dry_run() -> None:
    from huvudman.domain.comparison import compare_register, read_file

    compare_register(read_file(REGISTER.read_bytes(), kind="workbook"), kind="workbook", year=YEAR)


def _apply() -> None:
    from huvudman.domain.applying import apply_register
    from huvudman.domain.comparison import read_file

    apply_register(read_file(REGISTER.read_bytes(), kind="workbook"), kind="workbook", year=YEAR)


def _memory() -> list[Mark]:
    """Peak memory of the whole command in a process of its own, Django and all."""
    _empty()
    with TemporaryDirectory() as media:
        peaks = {option: _peak(option, media) for option in ("--json", "--apply")}
    return [
        Mark("peak memory, dry run", peaks["--json"], None, MEMORY_MB, "MB"),
        Mark("peak memory, apply", peaks["--apply"], None, MEMORY_MB, "MB"),
    ]


def _peak(option: str, media: str) -> float:
    """Megabytes that `manage.py import_register` used at most."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.peak", "import_register", str(REGISTER), "--json", option],
        env=os.environ | {"DATABASE_URL": database_url(), "MEDIA_ROOT": media},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(answer.stdout.split()[-1]) / 1024
