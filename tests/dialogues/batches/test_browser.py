"""The page of a batch, and acting on all in a choice, in a real Chromium, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from dialogues.models import BatchState, Letter, LetterKind
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.batches.test_deeds import silent
from tests.dialogues.batches.test_pages import page_of
from tests.dialogues.factories import DialogueFactory
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def clean(page: Page, width: int) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{page.url} {width} px:\n{results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("width", [1280, 320])
def test_a_planner_reminds_all_in_a_choice(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    client.force_login(planner())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
    page.set_viewport_size({"width": width, "height": 800})
    batch = batch_in(BatchState.SENT)
    for type_ in ("kommun", "kommun", "enskild"):
        silent(batch, type=type_)
    DialogueFactory(batch=batch, state="accepted")
    page.goto(f"{live_server}{page_of(batch)}")
    page.get_by_text("Fler urval").click()
    page.get_by_role("link", name="Kommun 2").click()
    clean(page, width)
    page.get_by_role("link", name="Påminn om inbjudan: 2").click()
    clean(page, width)
    page.get_by_role("button", name="Påminn om inbjudan: 2").click()
    expect(page.get_by_text("Påmindes: 2 huvudmän")).to_be_visible()
    clean(page, width)
    reminded = Letter.objects.filter(kind=LetterKind.REMINDER).values_list(
        "dialogue__huvudman__type", flat=True
    )
    assert set(reminded) == {"kommun"}
