"""The register's pages in a real Chromium, and an import watched while a real worker does it."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from huvudman.domain.events import change_orgnr, merge_huvudman
from huvudman.domain.imports import preview_import, upload_register
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, RegisterImport, SchoolUnit
from tests.accounts.factories import planner
from tests.dialogues.letters.workers import running_worker
from tests.dialogues.underlag.test_browser import assert_clean, sign_in
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
        reverse("admin:register_imports"),
        reverse("admin:register_import", args=[row.public_id]),
        reverse("admin:huvudman_regionaloffice_add"),
    ]:
        assert_clean(staff, f"{live_server}{address}", width)


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
