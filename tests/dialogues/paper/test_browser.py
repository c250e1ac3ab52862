"""The pages of letters on paper in a real Chromium, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from tests.accounts.factories import planner
from tests.dialogues.paper.factories import letter_in, run_in
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_are_clean_and_fit(page: Page, live_server: object, client: Client, width: int) -> None:
    client.force_login(planner())
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
    page.set_viewport_size({"width": width, "height": 800})
    waiting, run = letter_in("waiting"), run_in("ready")
    letter_in("in_run", run)
    for address in [
        reverse("answer_by_code"),
        reverse("admin:paper_list"),
        reverse("admin:paper_letter", args=[waiting.public_id]),
        reverse("admin:post_run", args=[run.public_id]),
        reverse("admin:dialogue", args=[waiting.dialogue.public_id]),
    ]:
        page.goto(f"{live_server}{address}")
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{address} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
