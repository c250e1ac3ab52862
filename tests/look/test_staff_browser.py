"""The staff's pages in a real Chromium, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from dialogues.models import DialogueState
from tests.accounts.factories import planner
from tests.dialogues.factories import dialogue_with_contact
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in(page: Page, live_server: object, client: Client) -> Page:
    """The page, signed in as a planner."""
    client.force_login(planner())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
    return page


@pytest.mark.parametrize("width", [1280, 320])
def test_staff_pages_are_clean(signed_in: Page, live_server: object, width: int) -> None:
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    page = signed_in
    page.set_viewport_size({"width": width, "height": 800})
    for address in [
        reverse("admin:index"),
        reverse("admin:dialogue_list"),
        reverse("admin:dialogue", args=[dialogue.public_id]),
    ]:
        page.goto(f"{live_server}{address}")
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{address} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_menu_is_folded_on_a_phone_and_opens(signed_in: Page, live_server: object) -> None:
    page = signed_in
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server}{reverse('admin:cycle_list')}")  # a page that is shorter than the screen
    entry = page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Dialoger")
    expect(entry).to_be_hidden()
    shown = {name: page.locator(name).bounding_box() for name in (".rail", ".rail summary")}
    assert shown[".rail"]["height"] - shown[".rail summary"]["height"] < 8, "no empty space below the button"
    page.get_by_text("Meny", exact=True).click()
    expect(entry).to_be_visible()


def test_shortcuts_are_switched_off_at_the_foot(signed_in: Page, live_server: object) -> None:
    page = signed_in
    page.goto(f"{live_server}{reverse('admin:dialogue_list')}")
    page.keyboard.press("/")
    expect(page.locator("input[type=search]").first).to_be_focused()
    page.get_by_label("Kortkommandon").uncheck()
    page.reload()
    page.keyboard.press("/")
    expect(page.locator("input[type=search]").first).not_to_be_focused()
