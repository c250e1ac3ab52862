"""The staff's pages in a real Chromium, wide and narrow."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from dialogues.models import DialogueState, OwnQuestionState
from tests.accounts.factories import planner
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_questions import ask, question_in
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
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    question_in(dialogue, user, OwnQuestionState.LEFT)
    question = ask(dialogue, user, "Kan vi få stöd i arbetet med tidiga insatser?")
    page, complaints = signed_in, []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 800})
    for address in [
        reverse("admin:index"),
        reverse("admin:dialogue_list"),
        reverse("admin:dialogue", args=[dialogue.public_id]),
        reverse("admin:dialogue_own_question", args=[dialogue.public_id, question.public_id]),
        reverse("admin:dialogue_step", args=[dialogue.public_id, "fraga-till-oss"]),
    ]:
        page.goto(f"{live_server}{address}")
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{address} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert complaints == [], address


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


def test_a_note_that_was_refused_is_not_left_in_silence(signed_in: Page, live_server: object) -> None:
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    page, asked = signed_in, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"{live_server}{reverse('admin:dialogue_note', args=[dialogue.public_id, uuid.uuid4()])}")
    field = page.locator("form[data-writing] textarea")
    field.press_sequentially("Eleven 20120304-5678")
    expect(page.get_by_text("Inte sparat.")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Tillbaka till dialogen").click()
    assert asked == ["beforeunload"]
    field.fill("Eleven")
    expect(page.get_by_text(re.compile("^Sparat "))).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Tillbaka till dialogen").click()
    expect(field).to_have_count(0)
    assert asked == ["beforeunload"]
