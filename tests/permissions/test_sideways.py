"""No page scrolls sideways, on a phone or on a desk, however long the names are."""

from __future__ import annotations

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


@pytest.mark.parametrize("role", ["contact", StaffRole.PLANNER, StaffRole.ADMINISTRATOR, StaffRole.LEADER])
def test_no_page_scrolls_sideways(
    page: Page, live_server: object, client: Client, world: tuple[Dialogue, User], role: str
) -> None:
    dialogue, user = world
    lengthen(dialogue)
    client.force_login(user if role == "contact" else staff_user(StaffRole(role)))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "url": str(live_server)}
    page.context.add_cookies([cookie | {"value": client.cookies[settings.SESSION_COOKIE_NAME].value}])
    seen, stacked, wide = 0, 0, {}
    for name, pattern in patterns(get_resolver()):
        path = address(name, pattern, dialogue)
        if path is None or any(word in path for word in (*FILES, *LEAVES)):
            continue
        if page.request.get(f"{live_server}{path}").status != 200:
            continue
        page.goto(f"{live_server}{path}")
        seen += 1
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
                wide[f"{path} at {width}"] = found
        if hidden := page.evaluate(HIDDEN):
            wide[f"{path} has cells that a phone hides"] = hidden
        stacked += page.locator(".stacks tbody tr").count() > 0
    assert wide == {}
    assert seen > 20
    assert stacked >= (0 if role == "contact" else 5)
