"""A register import beside another or an event, with two real connections; first without the lock."""

import datetime
import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.errors import UniqueViolation

from accounts.actors import SYSTEM
from huvudman.domain import applying
from huvudman.domain.comparison import Comparison, compare_register, read_file
from huvudman.domain.events import merge_huvudman
from huvudman.domain.imports import apply_at_once
from huvudman.domain.one_at_a_time import ONE_AT_A_TIME
from huvudman.domain.places import load_places
from huvudman.domain.writing import write_huvudman, write_units
from huvudman.models import Huvudman, ImportKind, RegisterImport, SchoolUnit
from tests.huvudman.books import AB_ORGNR, KOMMUN_ORGNR, as_xlsx, book, put
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

KIND, YEAR = ImportKind.WORKBOOK, 2020
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


def read():
    return read_file(as_xlsx(book()), kind=KIND)


def in_the_register() -> tuple[int, int]:
    return Huvudman.objects.count(), SchoolUnit.objects.count()


def until_the_other_waits() -> None:
    """Poll until another connection waits for the lock that lets one in at a time."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING, [ONE_AT_A_TIME])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody was held back")


def test_without_the_lock_both_see_the_same_huvudmen_as_new() -> None:
    both_have_looked = threading.Barrier(2, timeout=20)
    load_places()

    def apply_without_lock() -> dict[str, dict[str, int]]:
        with transaction.atomic():
            comparison = compare_register(read(), kind=KIND, year=YEAR)
            both_have_looked.wait()
            write_huvudman(comparison, on=timezone.localdate())
            write_units(comparison, on=timezone.localdate())
        return comparison.counts()

    results = at_once(apply_without_lock, apply_without_lock)
    assert [type(result) for result in results].count(UniqueViolation) == 1, "one import broke on the other"


def test_one_import_waits_for_the_other_and_finds_nothing_left_to_do(
    monkeypatch: pytest.MonkeyPatch, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    first_in = threading.Lock()
    load_places()

    def compare_slowly(*args: object, **kwargs: object) -> Comparison:
        comparison = compare_register(*args, **kwargs)  # type: ignore[arg-type]
        if first_in.acquire(blocking=False):
            until_the_other_waits()
        return comparison

    monkeypatch.setattr(applying, "compare_register", compare_slowly)

    def apply() -> Comparison:
        return apply_at_once(
            read(), content=b"same", actor=SYSTEM, kind=KIND, year=YEAR, file_name="register_2020.xlsx"
        )

    results = at_once(apply, apply)
    new = sorted(result.counts()["huvudman"]["new"] for result in results)  # type: ignore[attr-defined]
    assert new == [0, 2]
    assert in_the_register() == (2, 5)
    assert RegisterImport.objects.count() == 1, "the one that changed nothing left no record"


def test_an_event_waits_for_the_import_under_way_and_stands_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    load_places()
    applying.apply_register(read(), kind=KIND, year=YEAR)
    part, into = (Huvudman.objects.get(orgnr=number) for number in (AB_ORGNR, KOMMUN_ORGNR))
    compared = threading.Event()

    def compare_slowly(*args: object, **kwargs: object) -> Comparison:
        comparison = compare_register(*args, **kwargs)  # type: ignore[arg-type]
        compared.set()
        until_the_other_waits()
        return comparison

    monkeypatch.setattr(applying, "compare_register", compare_slowly)
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "Nytt namn AB")
    put(sheets, "Grundskola", 3, "NAMN", "Nya skolan")

    def apply() -> Comparison:
        return applying.apply_register(read_file(as_xlsx(sheets), kind=KIND), kind=KIND, year=YEAR)

    def merge() -> Huvudman:
        assert compared.wait(20)
        return merge_huvudman(parts=[part], into=into, on=datetime.date(2026, 7, 1), actor=SYSTEM)

    results = at_once(apply, merge)
    assert [result for result in results if isinstance(result, Exception)] == []
    part.refresh_from_db()
    assert (part.name, part.active_to) == ("Nytt namn AB", datetime.date(2026, 6, 30))
    assert set(SchoolUnit.objects.values_list("huvudman", flat=True)) == {into.pk}
