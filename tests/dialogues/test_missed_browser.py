"""A meeting that was missed, noted and left out by staff and read by the huvudman, in a real Chromium."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from dialogues.models import MeetingState, SkippedPart
from tests.accounts.factories import leader
from tests.dialogues.portal.helpers import address
from tests.dialogues.test_before_browser import WIDTHS, clean, enter
from tests.dialogues.test_missed_parts import REASON, with_meeting
from tests.dialogues.test_staff_pages import page_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@WIDTHS
def test_a_missed_dialogue_is_noted_left_out_and_read(
    page: Page, live_server: object, client: Client, width: int
) -> None:
    dialogue, own, _meeting = with_meeting(SkippedPart.DIALOGUE, MeetingState.FIXED)
    enter(page, client, leader(), live_server)
    page.goto(f"{live_server}{page_of(dialogue)}")
    page.get_by_role("link", name="Dialogen blev inte av").click()
    clean(page, width)
    page.get_by_role("main").locator("form button[type=submit]").click()
    expect(page.get_by_role("region", name="Nästa steg")).to_contain_text("Mötet blev inte av.")
    clean(page, width)
    page.get_by_role("link", name="Hoppa över dialogen").click()
    clean(page, width)
    page.get_by_role("textbox", name="Varför").fill(REASON)
    page.get_by_role("main").locator("form button[type=submit]").click()
    expect(page.get_by_role("region", name="Nästa steg")).to_contain_text(REASON)
    clean(page, width)
    enter(page, client, own, live_server)
    page.goto(f"{live_server}{reverse('portal_huvudman', args=[dialogue.huvudman.public_id])}")
    expect(page.get_by_role("main")).to_contain_text("Hoppas över")
    page.goto(f"{live_server}{address('portal_time', dialogue)}")
    expect(page.get_by_role("region", name="Dialogen hoppas över")).to_contain_text(REASON)
    clean(page, width)
