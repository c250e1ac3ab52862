"""Statistics put in by two at the same time, with two real connections; first without the lock."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from django.db import connection
from psycopg.errors import UniqueViolation

from accounts.actors import SYSTEM
from huvudman.models import ImportState
from quality_system.domain import import_statistics as importing
from quality_system.domain.import_statistics import Report
from quality_system.domain.statistics_imports import (
    Upload,
    apply_statistics,
    approve_statistics,
    discard_statistics,
    preview_statistics,
    upload_statistics,
)
from quality_system.models import ObservedValue, StatisticsImport
from tests.huvudman.factories import SchoolUnitFactory
from tests.quality_system.test_import import HEADER
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
CODE = "12345678"


@pytest.fixture(autouse=True)
def unit(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    SchoolUnitFactory(code=CODE)


def previewed(merit: str) -> StatisticsImport:
    content = f"Valt läsår: 2024/25\n{HEADER}\nSkolan;{CODE};;20;75,0;{merit}"
    row = upload_statistics(
        actor=SYSTEM, source="skolverket-csv", files=[Upload("betyg.csv", content.encode())]
    )
    return preview_statistics(row)


def approved(merit: str) -> StatisticsImport:
    return approve_statistics(row=previewed(merit), actor=SYSTEM)


def until_the_other_waits() -> None:
    """Poll until another connection waits for the lock that lets one in at a time."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING, [importing.ONE_AT_A_TIME])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody was held back")


def merits() -> list[tuple[int, str]]:
    rows = ObservedValue.objects.filter(level="unit", indicator_key="gr-y9-merit").order_by("version")
    return [(row.version, str(row.number)) for row in rows]


def test_without_the_lock_both_store_the_same_value_as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = approved("230,5"), approved("199,0")
    both_have_looked = threading.Barrier(2, timeout=20)
    match = importing._match

    def match_beside_the_other(*args: object) -> Report:
        report = match(*args)  # type: ignore[arg-type]
        both_have_looked.wait()
        return report

    monkeypatch.setattr(importing, "one_at_a_time", lambda: None)
    monkeypatch.setattr(importing, "_match", match_beside_the_other)
    results = at_once(lambda: apply_statistics(first), lambda: apply_statistics(second))
    broken = [result for result in results if isinstance(result, Exception)]
    assert [type(fault.__cause__) for fault in broken] == [UniqueViolation], "one broke on the other"


def test_one_waits_for_the_other_and_then_asks_to_be_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = approved("230,5"), approved("199,0")
    first_in = threading.Lock()
    match = importing._match

    def match_slowly(*args: object) -> Report:
        if first_in.acquire(blocking=False):
            until_the_other_waits()
        return match(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_match", match_slowly)
    results = at_once(*(lambda row=row: apply_statistics(row) for row in rows))  # type: ignore[misc]
    assert [result for result in results if isinstance(result, Exception)] == []
    states = {row.state: row for row in StatisticsImport.objects.all()}
    assert set(states) == {ImportState.APPLIED, ImportState.PREVIEW}
    assert states[ImportState.PREVIEW].moved
    assert states[ImportState.PREVIEW].counts["changed"] == 1
    assert [version for version, _number in merits()] == [1]


def test_two_workers_at_one_import_put_it_in_once() -> None:
    row = approved("230,5")
    results = at_once(lambda: apply_statistics(row), lambda: apply_statistics(row))
    assert [result.state for result in results] == [ImportState.APPLIED] * 2  # type: ignore[attr-defined]
    assert merits() == [(1, "230.5000")]


def test_put_in_and_put_aside_at_the_same_time_is_one_of_them() -> None:
    row = previewed("230,5")
    at_once(
        lambda: approve_statistics(row=row, actor=SYSTEM), lambda: discard_statistics(row=row, actor=SYSTEM)
    )
    row.refresh_from_db()
    assert row.state == ImportState.DISCARDED, "what is approved may be put aside, not the other way"
    assert merits() == []
