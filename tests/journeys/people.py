"""People in real browsers: what they see is checked with axe, and must fit the width of their screen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.accounts.sign_in import PASSWORD, SECRET, totp_code

AXE = Axe()
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
CODE = re.compile(r"\b\d{4}-\d{4}\b")
LINK = re.compile(r"https?://\S+/svar/\S+")
PATIENCE = 60
LONG_WORK = 600
"""Seconds: a page is slow, and a lottery much slower, when the machine does other things too."""


class Person:
    """Somebody in front of a screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE * 1000)

    def opens(self, address: str) -> None:
        """Go to an address."""
        self.page.goto(address)
        self.looks()

    def follows(self, link: str) -> None:
        """Follow a link by its words."""
        self.page.get_by_role("link", name=link, exact=True).first.click()
        self.looks()

    def presses(self, button: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.looks()

    def types(self, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, value in fields.items():
            self.page.locator(f"[name={name}]:visible").first.fill(value)

    def picks(self, *labels: str) -> None:
        """Tick boxes and choose radio buttons by their words."""
        for label in labels:
            self.page.get_by_label(label, exact=False).first.check()

    def sees(self, words: str) -> None:
        """Expect words on the page."""
        expect(self.page.locator("body")).to_contain_text(words, timeout=PATIENCE * 1000)

    def waits_for(self, words: str, patience: int = PATIENCE) -> None:
        """Load the page again and again until it has the words, for at most `patience` seconds."""
        until = time.monotonic() + patience
        while words not in self.page.locator("body").inner_text():
            assert time.monotonic() < until, f"“{words}” never came on {self.page.url}"
            self.page.reload()
        self.looks()

    def looks(self) -> None:
        """What anyone must be able to do with the page: read it, use it, without scrolling sideways."""
        self.page.wait_for_load_state()
        width = self.page.viewport_size["width"]  # type: ignore[index]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{self.page.url} is {wide} wide on a screen of {width}"
        # The head stays and covers part of what is scrolled under it, which axe takes for small targets.
        self.page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
        found = AXE.run(self.page, options=WCAG).response["violations"]
        assert not found, f"{self.page.url}\n{_in_words(found)}"

    def signs_in_as_staff(self, email: str) -> None:
        """Sign in by password and time-based code."""
        self.opens("/personal/")
        self.types(login=email, password=PASSWORD)
        self.presses("Fortsätt")
        self.types(code=totp_code())
        self.presses("Logga in")
        self.sees("Att göra i dag")

    def says_no_conflict(self) -> None:
        """On a dialogue's page: say that nothing stands in the way of meeting the huvudman."""
        self.follows("Säg om du är jävig")
        self.picks("Nej, jag är inte jävig")
        self.presses("Spara")
        self.sees("Nu vet den som bemannar dialogen.")

    def signs_in_by_code(self, email: str, inbox: Any) -> None:
        """Ask for a code, read it in the mail and sign in."""
        self.opens("/konto/logga-in/")
        self.types(email=email)
        self.presses("Skicka koden")
        letter = letter_to(email, inbox, lambda m: CODE.search(text_of(m)) is not None)
        self.types(code=CODE.search(text_of(letter)).group())  # type: ignore[union-attr]
        self.presses("Logga in")


def make_strong(user: User) -> None:
    """Give a member of staff the password and the time-based code that `signs_in_as_staff` uses."""
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, SECRET)


def just_now() -> dict[str, str]:
    """This minute, as the day and time when a meeting was held."""
    now = timezone.localtime()
    return {"day": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"}


def letter_to(address: str, inbox: Any, fits: Callable[[EmailMessage], bool]) -> EmailMessage:
    """The latest letter to an address that fits, once it has come."""
    until = time.monotonic() + 3 * PATIENCE
    while True:
        found = [m for m in inbox.messages if address in m["To"] and fits(m)]
        if found:
            return found[-1]
        assert time.monotonic() < until, f"no such letter to {address}"
        time.sleep(0.2)


def text_of(message: EmailMessage) -> str:
    """A letter's plain text."""
    body = message.get_body(("plain",))
    return body.get_content() if body else ""


def answer_link(message: EmailMessage) -> str | None:
    """The personal link in an invitation."""
    found = LINK.search(text_of(message))
    return found.group() if found else None


def pdf_in(message: EmailMessage) -> bytes | None:
    """The PDF that came with a letter."""
    for part in message.iter_attachments():
        if part.get_content_type() == "application/pdf":
            return part.get_payload(decode=True)  # type: ignore[return-value]
    return None


def _in_words(violations: list[dict[str, Any]]) -> str:
    lines = [f"{v['id']}: {v['help']}: {[node['target'] for node in v['nodes']][:3]}" for v in violations]
    return "\n".join(lines)
