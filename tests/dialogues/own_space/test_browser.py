"""What the huvudman writes for itself, in a real Chromium: clean, fitting, and saved while one types."""

from __future__ import annotations

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import person
from accounts.models import User
from dialogues.domain.drafts import Edit
from dialogues.domain.goals import save_goal
from dialogues.models import AnalysisDraft, Dialogue, DialogueState, Goal, GoalKind, Part
from tests.dialogues.evaluation.helpers import asked_about
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.own_space.writing import part, save
from tests.dialogues.portal.helpers import address, issued_underlag
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def signed_in(page: Page, client: Client, user: User, live_server: object) -> Page:
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
    return page


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_pages_are_clean_and_fit(page: Page, live_server: object, client: Client, width: int) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    issued_underlag(dialogue)
    save(dialogue, "Fler når målen i årskurs 9, men skillnaderna mellan skolorna har ökat.")
    goal = a_goal(dialogue, user)
    asked_about(dialogue, Part.DIALOGUE)
    signed_in(page, client, user, live_server).set_viewport_size({"width": width, "height": 800})
    for place in [
        address("portal_analysis", dialogue),
        part(dialogue),
        address("portal_analysis_read", dialogue),
        address("portal_analysis_check", dialogue),
        address("portal_work", dialogue),
        reverse("portal_goal", args=[dialogue.public_id, goal.public_id]),
        reverse("portal_evaluation", args=[dialogue.public_id, Part.DIALOGUE]),
        address("portal_sent", dialogue),
    ]:
        assert page.goto(f"{live_server}{place}").status == 200, place
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{place} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place


def test_what_is_typed_is_saved_and_the_focus_stays(page: Page, live_server: object, client: Client) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    signed_in(page, client, user, live_server).goto(f"{live_server}{part(dialogue)}")
    field = page.locator("textarea").first
    field.press_sequentially("Vi ser att fler trivs.")
    expect(page.get_by_text("Sparat kl.").first).to_be_visible(timeout=15_000)
    expect(field).to_be_focused()
    assert AnalysisDraft.objects.get(text__contains="fler trivs").dialogue == dialogue


def a_goal(dialogue: Dialogue, user: User) -> Goal:
    edit, actor = Edit(question=uuid.uuid4(), seen=None, form=uuid.uuid4()), person(user)
    return save_goal(
        dialogue=dialogue,
        edit=edit,
        text="Alla lärare planerar tillsammans",
        kind=GoalKind.PROCESSES,
        success_factor=None,
        actor=actor,
    )
