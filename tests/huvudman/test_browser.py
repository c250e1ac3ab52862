"""The register's pages in a real Chromium, and an import watched while a real worker does it."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from huvudman.domain.events import change_orgnr, merge_huvudman
from huvudman.domain.imports import preview_import, upload_register
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, RegisterImport, SchoolUnit
from huvudman.views.events import DEEDS
from tests.accounts.factories import planner
from tests.dialogues.letters.workers import running_worker
from tests.dialogues.underlag.test_browser import RULES, assert_clean, sign_in
from tests.huvudman.books import as_xlsx, book, put
from tests.huvudman.factories import ContactFactory, HuvudmanFactory, SchoolUnitFactory, orgnr

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = datetime.date(2026, 7, 1)
BOUND = 40_000
"""Milliseconds within which a worker that has just been started must have read a small file."""


def lived_in() -> Huvudman:
    """A huvudman with something in every part of its page."""
    huvudman, gone = HuvudmanFactory(skolformer=["FSK", "GR"]), HuvudmanFactory()
    for unit in SchoolUnitFactory.create_batch(2, huvudman=huvudman):
        unit.offers.create(skolform="GR", pupils=10)
    ContactFactory(huvudman=huvudman)
    merge_huvudman(parts=[gone], into=huvudman, on=DAY, actor=SYSTEM)
    return change_orgnr(huvudman=huvudman, orgnr=orgnr(700_001), on=DAY, actor=SYSTEM)


def spoiled() -> bytes:
    """A workbook with new huvudmän, and a row that cannot be read."""
    sheets = book()
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", "många")
    return as_xlsx(sheets)


def previewed() -> RegisterImport:
    """An upload that has been read."""
    name = "register_2020.xlsx"
    row = upload_register(actor=SYSTEM, kind="workbook", file_name=name, content=spoiled())
    return preview_import(row)


def assert_fits(page: Page) -> None:
    """The page as it stands is accessible, and no wider than the screen."""
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], page.url  # type: ignore[index]


@pytest.fixture
def staff(page: Page, live_server: object, client: Client) -> Page:
    """The page, signed in as a planner."""
    sign_in(page, live_server, client, planner())
    return page


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_registers_pages_are_clean(staff: Page, live_server: object, width: int) -> None:
    load_places()
    huvudman, row = lived_in(), previewed()
    contact = huvudman.contacts.get()
    for address in [
        reverse("admin:huvudman_list"),
        reverse("admin:huvudman_list") + "?q=finns+inte",
        reverse("admin:huvudman", args=[huvudman.public_id]),
        reverse("admin:contact_new", args=[huvudman.public_id]),
        reverse("admin:contact_change", args=[huvudman.public_id, contact.pk]),
        *(reverse("admin:huvudman_event", args=[huvudman.public_id, kind]) for kind in DEEDS),
        reverse("admin:register_imports"),
        reverse("admin:register_import", args=[row.public_id]),
        reverse("admin:huvudman_regionaloffice_add"),
    ]:
        assert_clean(staff, f"{live_server}{address}", width)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_merger_is_searched_for_looked_at_and_done(staff: Page, live_server: object, width: int) -> None:
    into, part = HuvudmanFactory(name="Strängnäs kommun"), HuvudmanFactory(name="Mariefreds skolförbund")
    staff.set_viewport_size({"width": width, "height": 900})
    staff.goto(f"{live_server}{reverse('admin:huvudman', args=[into.public_id])}")
    staff.get_by_role("link", name="Sammanslagning").click()
    staff.get_by_label("Första dagen då det gäller").fill(datetime.date.today().isoformat())
    staff.get_by_label("Sök huvudmän").fill("mariefred")
    staff.get_by_label("Sök huvudmän").press("Enter")
    staff.get_by_label("Mariefreds skolförbund").check()
    assert_fits(staff)
    staff.get_by_role("button", name="Fortsätt").click()
    expect(staff.get_by_text("Mariefreds skolförbund upphör.")).to_be_visible()
    assert_fits(staff)
    staff.get_by_role("button", name="Slå samman").click()
    expect(staff.get_by_text("Händelsen är antecknad.")).to_be_visible()
    part.refresh_from_db()
    assert part.active_to is not None


def test_a_new_contact_is_valid_from_today_unless_said(staff: Page, live_server: object) -> None:
    address = reverse("admin:contact_new", args=[HuvudmanFactory().public_id])
    staff.goto(f"{live_server}{address}")
    expect(staff.get_by_label("Gäller från")).to_have_value(datetime.date.today().isoformat())


def test_an_import_is_watched_approved_and_put_in(staff: Page, live_server: object, tmp_path: Path) -> None:
    load_places()
    file = tmp_path / "register_2020.xlsx"
    file.write_bytes(spoiled())
    staff.goto(f"{live_server}{reverse('admin:register_imports')}")
    staff.get_by_label("Fil", exact=True).set_input_files(file)
    staff.get_by_role("button", name="Läs filen").click()
    expect(staff.get_by_role("progressbar")).to_be_visible()
    assert_clean(staff, staff.url, 390)
    with running_worker(tmp_path):
        button = staff.get_by_role("button", name="Lägg in ändringarna")
        expect(button).to_be_visible(timeout=BOUND)
        expect(staff.get_by_text("Bladet Grundskola, rad 2, kolumnen ELEVER ÅR3")).to_be_visible()
        assert not Huvudman.objects.exists()
        staff.get_by_label("Lämna raderna som inte gick att läsa utanför").check()
        button.click()
        told = staff.locator(".notice-ok")
        expect(told).to_be_visible(timeout=BOUND)
        expect(told).to_have_text(re.compile(r"^\s*Ändringarna lades in"))
    assert (Huvudman.objects.count(), SchoolUnit.objects.count()) == (2, 4)
    assert_clean(staff, staff.url, 1280)


@pytest.mark.parametrize("width", [1280, 390])
def test_long_words_stay_on_the_screen(staff: Page, live_server: object, width: int) -> None:
    huvudman = HuvudmanFactory(name="Utbildningsförvaltningssamordningsbolaget_i_Västernorrland")
    ContactFactory(huvudman=huvudman, email="en.ovanligt.lang.adress.till.skolchefen@kommun.example")
    name = "skolenhetsregistret_med_ett_ovanligt_langt_namn_2020.xlsx"
    row = upload_register(actor=SYSTEM, kind="workbook", file_name=name, content=b"hej")
    assert_clean(staff, f"{live_server}{reverse('admin:huvudman', args=[huvudman.public_id])}", width)
    assert_clean(staff, f"{live_server}{reverse('admin:register_import', args=[row.public_id])}", width)
