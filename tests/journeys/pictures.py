"""Takes the README's pictures in the running demo: `python -m tests.journeys.pictures FOLDER`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
django.setup()

from django.conf import settings  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from dialogues.demo.huvudman_side import code_to  # noqa: E402
from dialogues.demo.inbox import Inbox  # noqa: E402
from dialogues.demo.people import PASSWORD, TOTP_SECRET, kommun_tried  # noqa: E402
from dialogues.demo.report import wait_for  # noqa: E402
from dialogues.models import Dialogue  # noqa: E402
from huvudman.models import ContactRole  # noqa: E402
from tests.accounts.sign_in import totp_code  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        staff = at_desk(browser)
        take(staff, folder / "desk.png", "/personal/")
        dialogue = Dialogue.objects.filter(huvudman=kommun_tried()).latest("cycle__first_year")
        take(staff, folder / "dialogue.png", f"/personal/dialoger/{dialogue.public_id}/")
        skolchef = in_portal(browser, dialogue)
        take(skolchef, folder / "portal.png", "/dialoger/")
        skolchef.set_viewport_size({"width": 900, "height": 1200})
        take(skolchef, folder / "underlag.png", f"/dialoger/{dialogue.public_id}/underlag/")
        browser.close()


def take(page: Page, to: Path, address: str) -> None:
    """Take a picture of what a screen shows of a page."""
    page.goto(settings.BASE_URL + address)
    page.screenshot(path=to)


def at_desk(browser: Browser) -> Page:
    """A planner who has signed in."""
    page = new_page(browser, WIDE)
    page.goto(settings.BASE_URL + "/personal/")
    page.fill("[name=login]", "planerare1@skolverket.example")
    page.fill("[name=password]", PASSWORD)
    send(page)
    page.fill("[name=code]", totp_code(TOTP_SECRET))
    send(page)
    return page


def in_portal(browser: Browser, dialogue: Dialogue) -> Page:
    """The dialogue's skolchef, who has signed in by a code in the mail."""
    address = dialogue.huvudman.contacts.get(role=ContactRole.SKOLCHEF).email
    inbox = Inbox()
    page = new_page(browser, PHONE)
    page.goto(settings.BASE_URL + "/konto/logga-in/")
    page.fill("[name=email]", address)
    send(page)
    look: Callable[[], str | None] = lambda: code_to(address, inbox.look())  # noqa: E731
    page.fill("[name=code]", wait_for("inloggningskoden", look, seconds=60))
    send(page)
    return page


def new_page(browser: Browser, size: dict[str, int]) -> Page:
    """A Swedish reader's empty page."""
    return browser.new_context(viewport=size, locale="sv-SE").new_page()  # type: ignore[arg-type]


def send(page: Page) -> None:
    """Press the page's button."""
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
