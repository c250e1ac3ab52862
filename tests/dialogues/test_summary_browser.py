"""The summary's pages in a real Chromium, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from dialogues.models import RoundState
from tests.accounts.factories import leader
from tests.dialogues.portal.helpers import address
from tests.dialogues.summaries import held, in_state, sent_by, written
from tests.dialogues.test_staff_pages import page_of
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(page: Page, live_server: object, client: Client):
    """Open addresses as somebody, at three widths, and find nothing wrong."""

    def looked_at(user: User, *places: str) -> None:
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": str(live_server)}]
        )
        for place in places:
            for width in (1280, 390, 320):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.goto(f"{live_server}{place}").status == 200, place
                results = Axe().run(page, options=RULES)
                assert results.violations_count == 0, f"{place} {width} px:\n{results.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, place

    return looked_at


def test_the_pages_of_staff_are_clean_and_fit(look) -> None:
    dialogue, own = held()
    user = leader()
    written(dialogue, user)
    steps = ["sammanfattning", "skicka-sammanfattning"]
    look(user, *(reverse("admin:dialogue_step", args=[dialogue.public_id, name]) for name in steps))
    in_state(RoundState.RETURNED, dialogue, own)
    sent_by(user, dialogue)
    steps = ["godkann-sammanfattning", "svar-om-sammanfattning"]
    look(
        user,
        page_of(dialogue),
        reverse("admin:summary", args=[dialogue.public_id, 1]),
        *(reverse("admin:dialogue_step", args=[dialogue.public_id, name]) for name in steps),
    )


def test_the_pages_of_the_huvudman_are_clean_and_fit(look) -> None:
    dialogue, own = held()
    look(own, address("portal_summary", dialogue))
    in_state(RoundState.RETURNED, dialogue, own)
    sent_by(leader(), dialogue)
    look(own, address("portal_summary", dialogue), address("portal_feedback", dialogue))


@pytest.mark.parametrize("state", [RoundState.AGREED, RoundState.UNANSWERED, RoundState.RETURNED])
def test_what_came_of_it_is_clean_and_fits(look, state: RoundState) -> None:
    dialogue, own = held()
    in_state(state, dialogue, own)
    done = [] if state == RoundState.UNANSWERED else [address("portal_summary_done", dialogue)]
    look(own, address("portal_summary", dialogue), *done)
