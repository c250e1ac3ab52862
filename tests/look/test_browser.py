"""In a real Chromium: axe with the WCAG 2.2 AA rules, reflow at 320 px, keyboard, and no policy breach."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dialogues.public.pages import PAGES as OPEN_PAGES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.look.urls"),
]

GLOW = re.compile("255, 211, 92")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "/",
    *(f"/{page.route}" for page in OPEN_PAGES),
    "/tillganglighet/anmal/",
    "/delarna/",
    "/finns-inte/",
]
SIGN_IN = ["account_login", "account_request_login_code"]
WIDTHS = [1280, 320]


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complained of, a refused resource excepted (a 404 page is one)."""
    messages: list[str] = []
    page.on("console", lambda m: messages.append(m.text) if m.type == "error" else None)
    return messages


def addresses() -> list[str]:
    from django.urls import reverse

    return [*PAGES, *[reverse(name) for name in SIGN_IN]]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_clean(page: Page, live_server: object, said: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in addresses():
        page.goto(f"{live_server}{address}")
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{address} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert [text for text in said if "404" not in text] == []


def test_sent_form_with_errors_is_clean_and_takes_focus(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/delarna/")
    page.get_by_role("button", name="Skicka", exact=True).click()
    expect(page.locator("#error-summary")).to_be_focused()
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    page.get_by_role("link", name="Vill ni delta?").click()
    expect(page.get_by_label("Ja", exact=True)).to_be_focused()


def test_focus_is_seen(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Till innehållet")
    expect(skip).to_be_focused()
    expect(skip).to_have_css("outline-width", "3px")
    expect(skip).to_have_css("outline-color", "rgb(28, 27, 31)")
    expect(skip).to_have_css("box-shadow", GLOW)


def test_focus_is_seen_on_a_faulty_field(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/delarna/")
    page.get_by_role("button", name="Skicka", exact=True).click()
    expect(page.locator("#error-summary")).to_be_focused()  # the answer has come
    field = page.get_by_label("Namn")
    field.focus()
    expect(field).to_have_css("box-shadow", GLOW)


def test_keys_move_in_lists_and_can_be_switched_off(page: Page, live_server: object) -> None:
    page.goto(f"{live_server}/delarna/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Föreningen Exempel")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Exempelkommun")).to_be_focused()
    page.evaluate("localStorage.setItem('single-key-shortcuts', 'off')")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Exempelkommun")).to_be_focused()


def test_pages_work_without_javascript(browser: object, live_server: object) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{live_server}/delarna/")
    page.get_by_role("button", name="Skicka", exact=True).click()
    expect(page.get_by_role("heading", name="Något behöver rättas")).to_be_visible()
    context.close()
