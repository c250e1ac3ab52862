"""No page scrolls sideways, on a phone or on a desk, however long the names are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver
from playwright.sync_api import Page

from accounts.actors import SYSTEM
from accounts.models import StaffRole, User
from dialogues.models import Dialogue, Letter
from huvudman.domain.imports import upload_register
from tests.accounts.factories import staff_user
from tests.dialogues.factories import BatchFactory
from tests.permissions.test_sweep import address, patterns, world

__all__ = ["world"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Utbildningsförvaltningssamordningsbolaget i Västernorrland och Jämtland ekonomisk förening"
ADDRESS = "en.ovanligt.lang.adress.till.skolchefen.i.forvaltningen@utbildningssamverkan.kommun.example"
FILES = ("pdf", "eml", "json", "bilaga", "jsi18n", "intyg", "brev.html")
LEAVES = ("logga-ut", "logout", "password")
HIDDEN = """() => [...document.querySelectorAll(".stacks tbody :is(th, td)")].filter(cell =>
  cell.getBoundingClientRect().right > innerWidth || (cell.matches("td") && !cell.dataset.label)).length"""
"""How many cells of stacked tables lie beyond the edge, or stand there without the name of their column."""


def lengthen(dialogue: Dialogue) -> None:
    """Give everything in the dialogue the longest names that are likely."""
    huvudman = dialogue.huvudman
    huvudman.name = LONG
    huvudman.save()
    huvudman.contacts.update(name=LONG[:60], title=LONG[:60])
    Letter.objects.update(title=LONG, recipient=ADDRESS, recipient_name=LONG)
    dialogue.cycle.name = LONG[:60]
    dialogue.cycle.save()
    BatchFactory(cycle=dialogue.cycle, state="approved", number=52)
    upload_register(actor=SYSTEM, kind="workbook", file_name=f"{LONG.replace(' ', '_')}.xlsx", content=b"hej")


FEW = {StaffRole.LEADER: 2, StaffRole.STATISTICIAN: 2}
"""More pages than these, that nobody before them has seen, are shown to roles with few of their own."""
ROLES = ["contact", StaffRole.PLANNER, StaffRole.ADMINISTRATOR, *FEW]
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"')


def test_no_page_scrolls_sideways(
    page: Page, live_server: object, client: Client, world: tuple[Dialogue, User]
) -> None:
    """What one role sees just as a role before it did is measured once."""
    dialogue, user = world
    lengthen(dialogue)
    seen: set[bytes] = set()
    for role in ROLES:
        client.force_login(user if role == "contact" else staff_user(StaffRole(role)))
        pages = dict(_new_pages(client, dialogue, seen))
        assert len(pages) > FEW.get(role, 20), role
        cookie = {"name": settings.SESSION_COOKIE_NAME, "url": str(live_server)}
        page.context.add_cookies([cookie | {"value": client.cookies[settings.SESSION_COOKIE_NAME].value}])
        stacked, wide = 0, {}
        for path in pages:
            page.goto(f"{live_server}{path}")
            wide |= _too_wide(page, path)
            stacked += page.locator(".stacks tbody tr").count() > 0
        assert wide == {}
        assert stacked >= (5 if role == StaffRole.PLANNER else 0)


def _new_pages(client: Client, dialogue: Dialogue, seen: set[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the address and the hash of each page that opens and whose main part nobody has seen before."""
    for name, pattern in patterns(get_resolver()):
        path = address(name, pattern, dialogue)
        if path is None or any(word in path for word in (*FILES, *LEAVES)):
            continue
        answer = client.get(path)
        if (
            answer.status_code != 200
            or answer.streaming
            or "attachment" in answer.get("Content-Disposition", "")
        ):
            continue
        main = answer.content.partition(b"<main")[2].partition(b"</main>")[0]
        shape = hashlib.sha256(path.encode() + CSRF.sub(b"", main or answer.content)).digest()
        if shape not in seen:
            seen.add(shape)
            yield path, shape


def _too_wide(page: Page, path: str) -> dict[str, int]:
    wide = {}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[f"{path} at {width}"] = found
    if hidden := page.evaluate(HIDDEN):
        wide[f"{path} has cells that a phone hides"] = hidden
    return wide
