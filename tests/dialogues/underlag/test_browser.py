"""The underlag's pages in a real Chromium, wide and on a phone: axe clean, nothing to scroll sideways."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from accounts.models import User
from dialogues.domain.freezes import freeze_figures
from dialogues.models import UnderlagState as S
from quality_system.models import Level
from tests.accounts.factories import leader
from tests.dialogues.underlag.test_pages import with_content
from tests.look.test_browser import RULES
from tests.quality_system.factories import ObservedValueFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, server: object, client: Client, user: User) -> None:
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(server)}])


def assert_clean(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    if folder := os.environ.get("KD_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{width}-{page.title()[:20]}.png"), full_page=True)
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{address} {width} px:\n{results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("width", [1280, 390])
def test_the_twin_is_clean_for_the_huvudman(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    underlag = with_content(S.ISSUED)
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    sign_in(page, live_server, client, user)
    path = reverse("portal_underlag", args=[underlag.dialogue.public_id])
    assert_clean(page, f"{live_server}{path}", width)


CHARTS = """() => [...document.querySelectorAll('.u-figure')].map(figure =>
    [...figure.querySelectorAll('svg')].filter(svg => svg.checkVisibility()).map(svg => ({
        heights: [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect().height),
        left: svg.getBoundingClientRect().left, right: svg.getBoundingClientRect().right})))"""


@pytest.mark.parametrize("width", [1280, 760, 600, 390, 320])
def test_a_chart_is_drawn_once_with_letters_large_enough_to_read(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    underlag = with_content(S.ISSUED)
    user = underlag.dialogue.huvudman.contacts.get().user
    assert user is not None
    sign_in(page, live_server, client, user)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server}{reverse('portal_underlag', args=[underlag.dialogue.public_id])}")
    figures = page.evaluate(CHARTS)
    assert figures
    for drawings in figures:
        [drawing] = drawings
        assert min(drawing["heights"]) >= 13
        assert 0 <= drawing["left"] < drawing["right"] <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_the_staff_pages_are_clean(page: Page, live_server: object, client: Client, width: int) -> None:
    underlag = with_content(S.RENDERED)
    sign_in(page, live_server, client, leader())
    for name in ("underlag", "underlag_areas"):
        path = reverse(f"admin:{name}", args=[underlag.dialogue.public_id])
        assert_clean(page, f"{live_server}{path}", width)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_batchs_underlag_are_clean_and_its_figures_chosen(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    underlag = with_content(S.RENDERED)
    batch = underlag.dialogue.batch
    first = freeze_figures(batch_id=batch.pk, actor=SYSTEM)
    ObservedValueFactory(level=Level.RIKET)
    sign_in(page, live_server, client, leader())
    assert_clean(page, f"{live_server}{reverse('admin:batch_underlag', args=[batch.public_id])}", width)
    page.get_by_role("link", name="Se vad som är nytt och välj dagens siffror").click()
    assert_clean(page, page.url, width)
    page.get_by_role("button", name="Välj dagens siffror").click()
    expect(page.get_by_text("Omgången har dagens siffror.")).to_be_visible()
    expect(page.get_by_role("link", name="Ta fram på nytt med omgångens siffror: 1")).to_be_visible()
    batch.refresh_from_db()
    assert batch.figures_as_of > first
