"""The statistician's page in a real Chromium: axe clean at every width, an import watched as it is done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from quality_system.domain.statistics_imports import (
    Upload,
    apply_statistics,
    approve_statistics,
    preview_statistics,
    upload_statistics,
)
from quality_system.models import ObservedValue, StatisticsImport
from tests.accounts.factories import staff_user
from tests.dialogues.letters.workers import running_worker
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
from tests.huvudman.factories import SchoolUnitFactory
from tests.quality_system.factories import IndicatorFactory, offer
from tests.quality_system.test_import import HEADER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOUND = 60_000
"""Milliseconds within which a worker that has just been started must have read a small file."""
LONG = "Grundskola - Slutbetyg årskurs 9, samtliga elever med ett ovanligt långt namn 2025 Skolenhet.csv"


@pytest.fixture
def statistician(page: Page, live_server: object, client: Client) -> Page:
    """The page, signed in as a statistician; the register has a school and the edition its measure."""
    sign_in(page, live_server, client, staff_user(StaffRole.STATISTICIAN))
    offer(SchoolUnitFactory(code="12345678", name="Bollstanäs skola"))
    IndicatorFactory(key="gr-y9-merit", name="Genomsnittligt meritvärde")
    return page


def export(*rows: str) -> bytes:
    return "\n".join(["Valt läsår: 2024/25", HEADER, *rows]).encode("utf-8-sig")


def line(merit: str, code: str = "12345678") -> str:
    return f"Skolan;{code};;20;75,0;{merit}"


def read(name: str, content: bytes) -> StatisticsImport:
    return preview_statistics(upload_statistics(actor=SYSTEM, files=[Upload(name, content)]))


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_pages_are_clean(statistician: Page, live_server: object, width: int) -> None:
    applied = apply_statistics(approve_statistics(row=read(LONG, export(line("230,5"))), actor=SYSTEM))
    spoiled = read("rattad.csv", export(line("231,0"), line("1", "11111111"), line("många"), line("2", "22")))
    rows = [applied, spoiled, read("samma.csv", export(line("230,5"))), read("trasig.csv", b"hej")]
    rows.append(upload_statistics(actor=SYSTEM, files=[Upload("vantar.csv", b"x")]))
    listed = f"{live_server}{reverse('admin:statistics_imports')}"
    for address in (f"{listed}?q=finns+inte", listed):
        assert_clean(statistician, address, width)
    for row in rows:
        assert_clean(
            statistician, f"{live_server}{reverse('admin:statistics_import', args=[row.public_id])}", width
        )


def test_statistics_are_watched_looked_at_and_put_in(
    statistician: Page, live_server: object, tmp_path: Path
) -> None:
    file = tmp_path / "betyg.csv"
    file.write_bytes(export(line("230,5"), line("231,5", "1234")))
    statistician.goto(f"{live_server}{reverse('admin:index')}")
    rail = statistician.get_by_role("navigation", name="Huvudmeny")
    rail.get_by_role("link", name="Statistik").click()
    statistician.get_by_role("link", name="Lägg in statistik").click()
    expect(rail.locator("[aria-current]")).to_have_text("Statistik")
    statistician.get_by_label("Filer", exact=True).set_input_files(file)
    statistician.get_by_role("button", name="Läs filerna").click()
    expect(statistician.get_by_role("progressbar")).to_be_visible()
    with running_worker(tmp_path):
        button = statistician.get_by_role("button", name="Lägg in")
        expect(button).to_be_visible(timeout=BOUND)
        expect(
            statistician.get_by_role("cell", name="skolenhetskoden ”1234” är inte åtta siffror")
        ).to_be_visible()
        assert not ObservedValue.objects.exists()
        statistician.get_by_label("Lämna det som inte gick att läsa utanför").check()
        button.click()
        told = statistician.locator(".notice-ok")
        expect(told).to_be_visible(timeout=BOUND)
        expect(told).to_have_text(re.compile(r"^\s*Värdena lades in"))
    assert ObservedValue.objects.filter(level="unit").count() == 3
