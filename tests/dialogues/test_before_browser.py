"""The pages from the invitation to the introduction, on both sides, in a real Chromium, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actors import SYSTEM
from accounts.models import User
from dialogues.domain.introductions import place
from dialogues.links import answer_path, introduction_link
from dialogues.models import DialogueState, Meeting
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact
from tests.dialogues.portal.helpers import address
from tests.dialogues.test_choosing_introduction import group
from tests.dialogues.test_introduction_groups import batch_of, page_of, typed
from tests.dialogues.test_taking_in import later, waits
from tests.look.test_browser import RULES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = pytest.mark.parametrize("width", [1280, 320])


def clean(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, f"{page.url} {width} px:\n{results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def enter(page: Page, client: Client, user: User, live_server: object) -> None:
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])


@WIDTHS
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_no_and_the_other_ways(
    page: Page, live_server: object, client: Client, width: int, signed_in: bool
) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    path = answer_path(invitation, dialogue.huvudman.contacts.get())
    if signed_in:
        enter(page, client, user, live_server)
        path = address("portal_answer", dialogue)
    page.goto(f"{live_server}{path}")
    clean(page, width)
    page.get_by_label("Nej, inte den här gången").check()
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Innan ni svarar nej")
    clean(page, width)
    page.get_by_label("När passar det bäst?").select_option(index=2)
    page.get_by_role("button", name="Ja, men senare").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vi har tagit emot ert svar")
    clean(page, width)


@WIDTHS
def test_another_introduction(page: Page, live_server: object, client: Client, width: int) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    first, other = group(dialogue.batch), group(dialogue.batch, hours=24 * 20)
    place(dialogue=dialogue, meeting=first, actor=SYSTEM)
    path = "/" + introduction_link(dialogue, dialogue.huvudman.contacts.get()).split("/", 3)[3]
    page.goto(f"{live_server}{path}?mote={other.public_id}")
    clean(page, width)
    page.get_by_role("button", name="Välj mötet").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ni har plats på introduktionsmötet")
    clean(page, width)
    enter(page, client, user, live_server)
    for name in ("portal_introduction", "portal_choose_introduction", "portal_introduction_chosen"):
        page.goto(f"{live_server}{address(name, dialogue)}")
        clean(page, width)


@WIDTHS
def test_groups_for_a_whole_batch(page: Page, live_server: object, client: Client, width: int) -> None:
    batch, wanted = batch_of(3), typed()
    enter(page, client, leader(), live_server)
    page.goto(f"{live_server}{page_of(batch)}")
    clean(page, width)
    for name in ("day", "time", "link", "seats", "smallest"):
        page.fill(f"[name={name}]", str(wanted[name]))
    for pk in wanted["staff"]:  # type: ignore[attr-defined]
        page.check(f"[name=staff][value='{pk}']")
    page.get_by_role("button", name="Visa förslaget").click()
    clean(page, width)
    page.get_by_role("button", name="Boka 2 möten och ge 3 huvudmän plats").click()
    expect(page.get_by_text("3 huvudmän har fått plats.")).to_be_visible()
    assert Meeting.objects.filter(batch=batch).exists()


@WIDTHS
def test_those_who_want_to_come_later(page: Page, live_server: object, client: Client, width: int) -> None:
    waits("2027-1", name="Backens förskola")
    waits("2029-1", name="Ängens skola")
    batch = later()
    enter(page, client, planner(), live_server)
    page.goto(f"{live_server}{reverse('admin:batch', args=[batch.public_id])}")
    clean(page, width)
    page.get_by_role("link", name="Ta med huvudmän som vill delta senare").click()
    clean(page, width)
    expect(page.get_by_label("Backens förskola")).to_be_checked()
    expect(page.get_by_label("Ängens skola")).not_to_be_checked()
    page.get_by_role("button", name="Ta med i omgången").click()
    expect(page.get_by_text("1 huvudman är med i omgången")).to_be_visible()
