"""A huvudman's people in Chromium: clean by axe, fitting, and a colleague invited by hand and keyboard."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from dialogues.models import Dialogue, DialogueState
from huvudman.models import Access, Contact
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.portal import test_browser
from tests.dialogues.portal.test_browser import enter
from tests.huvudman.factories import ContactFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

look_at = test_browser.look_at
complaints = test_browser.complaints
no_tries_yet = test_browser.no_tries_yet


def page_of(dialogue: Dialogue, name: str, *more: object) -> str:
    return reverse(f"portal_{name}", args=[dialogue.huvudman.public_id, *more])


def five_people(dialogue: Dialogue) -> Contact:
    """A chair who reads, two rektorer and a strategist beside the skolchef; answers the chair."""
    anna = dialogue.huvudman.contacts.get()
    anna.name, anna.title = "Anna Ek", "skolchef"
    anna.save()
    for name, title in [("Bo Al", "rektor"), ("Siv Sten", "rektor"), ("Kim Berg", "kvalitetsstrateg")]:
        ContactFactory(huvudman=dialogue.huvudman, name=name, title=title, role="other", invited_by=anna)
    return ContactFactory(huvudman=dialogue.huvudman, name="Olle Nämnd", role="chair", access=Access.READ)


def test_the_pages_are_clean_and_a_colleague_is_invited(page: Page, live_server, look_at) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    chair = five_people(dialogue)
    enter(page, live_server, user)
    look_at(page_of(dialogue, "huvudman"))
    page.get_by_role("button", name="Ja, det stämmer").click()
    expect(page.get_by_text("Tack! Uppgifterna är bekräftade")).to_be_visible()
    look_at()
    look_at(page_of(dialogue, "colleague", chair.pk))
    look_at(page_of(dialogue, "colleague_end", chair.pk))
    look_at(page_of(dialogue, "colleague_new"))
    page.get_by_role("button", name="Bjud in").click()
    expect(page.locator("#error-summary")).to_be_focused()
    look_at()
    page.get_by_label("Namn").fill("Eva Ny")
    page.get_by_label("Roll").select_option("administration")
    page.get_by_label("E-post i arbetet").fill("eva@skolan.test")
    page.get_by_label("Läser och skriver: kan").check()
    page.get_by_role("button", name="Bjud in").click()
    expect(page.get_by_text("Eva Ny är inbjuden")).to_be_visible()
    look_at()


def test_who_only_reads_sees_the_people(page: Page, live_server, look_at) -> None:
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    chair = five_people(dialogue)
    enter(page, live_server, chair.user)
    look_at(page_of(dialogue, "people"))
    assert page.get_by_role("main").get_by_role("link", name="Bjud in").count() == 0


def test_the_last_one_who_writes_is_told_kindly(page: Page, live_server, look_at) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    enter(page, live_server, user)
    look_at(page_of(dialogue, "colleague_end", dialogue.huvudman.contacts.get().pk))
