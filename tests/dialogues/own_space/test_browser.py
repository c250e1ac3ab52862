"""What the huvudman writes for itself, in a real Chromium: clean, fitting, and saved while one types."""

from __future__ import annotations

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from accounts.actors import person
from accounts.models import User
from dialogues.domain.drafts import Edit
from dialogues.domain.goals import save_goal
from dialogues.models import AnalysisDraft, Dialogue, DialogueState, Goal, GoalKind, OwnQuestionState, Part
from tests.dialogues.evaluation.helpers import asked_about
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact
from tests.dialogues.own_questions import ask, question_in
from tests.dialogues.own_space.writing import part, save
from tests.dialogues.portal.helpers import address, issued_underlag
from tests.dialogues.test_needs_and_participants import add, fixed, tell
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
    question_in(dialogue, user, OwnQuestionState.ANSWERED)
    question = ask(dialogue, user, "Kan vi få stöd i arbetet med tidiga insatser?")
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
        address("portal_own_questions", dialogue),
        address("portal_own_question_new", dialogue),
        address("portal_own_question", dialogue, question.public_id),
        address("portal_own_question_withdraw", dialogue, question.public_id),
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


@pytest.fixture
def asked(page: Page) -> list[str]:
    """What the browser asked before it left a page: each time the person stays."""
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.type), dialog.dismiss()))
    return said


def leave(page: Page) -> None:
    page.get_by_role("link", name="Tillbaka till ").click()


@pytest.mark.parametrize("why", ["conflict", "personnummer"])
def test_who_leaves_words_that_were_refused_is_asked_first(
    page: Page, live_server: object, client: Client, asked: list[str], why: str
) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    signed_in(page, client, user, live_server).goto(f"{live_server}{part(dialogue)}")
    if why == "conflict":
        save(dialogue, "Kollegans ord")
    typed = "Mina ord" if why == "conflict" else "Eleven 20120304-5678 har det svårt."
    page.locator("textarea").first.press_sequentially(typed)
    expect(page.get_by_text("Inte allt är sparat.")).to_be_visible(timeout=15_000)
    leave(page)
    assert asked == ["beforeunload"]
    expect(page.locator("textarea").first).to_have_value(typed)
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#error-summary")).to_be_visible()
    assert asked == ["beforeunload"], "nobody is asked on the way to the page that shows what was refused"
    page.get_by_label("Varför det är så").first.press_sequentially("Mer")
    leave(page)
    assert asked == ["beforeunload"] * 2


def test_who_chooses_no_text_is_told_so_and_led_to_the_choice(
    page: Page, live_server: object, client: Client
) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    signed_in(page, client, user, live_server).goto(f"{live_server}{part(dialogue)}")
    save(dialogue, "Kollegans ord")
    page.locator("textarea").first.fill("Mina ord")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#error-summary")).to_contain_text("Välj vilken text som ska gälla.")
    expect(page.locator("#error-summary")).to_be_focused()
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    page.get_by_role("link", name="Välj vilken text").click()
    expect(page.get_by_label("Båda, efter varandra")).to_be_focused()


def test_a_question_with_a_personnummer_is_not_left_in_silence(
    page: Page, live_server: object, client: Client, asked: list[str]
) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    place = address("portal_question", dialogue, uuid.uuid4())
    signed_in(page, client, user, live_server).goto(f"{live_server}{place}")
    field = page.get_by_label("Er fråga")
    field.press_sequentially("Eleven 20120304-5678")
    expect(page.get_by_text("Inte sparat.")).to_be_visible(timeout=15_000)
    leave(page)
    assert asked == ["beforeunload"]
    field.fill("Eleven")
    expect(page.get_by_text(re.compile(r"^Sparat .*Inte skickat än"))).to_be_visible(timeout=15_000)
    leave(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Era prioriterade frågor")
    assert asked == ["beforeunload"]


def test_what_is_typed_while_it_saves_is_not_taken_for_saved(
    page: Page, live_server: object, client: Client, asked: list[str]
) -> None:
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    signed_in(page, client, user, live_server).goto(f"{live_server}{part(dialogue)}")
    held: list[Route] = []
    page.route(f"**{part(dialogue)}", lambda route: held.append(route))
    field = page.locator("textarea").first
    with page.expect_request(f"**{part(dialogue)}", timeout=15_000):
        field.press_sequentially("Först")
    field.press_sequentially(" och sedan")
    with page.expect_request(f"**{part(dialogue)}", timeout=15_000):
        held.pop().continue_()
    expect(page.get_by_text("Sparat kl.").first).to_be_visible(timeout=15_000)
    leave(page)
    assert asked == ["beforeunload"]
    held.pop().continue_()
    page.unroute(f"**{part(dialogue)}")
    page.wait_for_function("() => dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    leave(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Er nulägesanalys")
    assert asked == ["beforeunload"]
    assert AnalysisDraft.objects.get().text == "Först och sedan"


def test_who_leaves_a_form_that_saves_only_by_its_button_is_asked_first(
    page: Page, live_server: object, client: Client, asked: list[str]
) -> None:
    dialogue, user, _meeting = fixed()
    InvitationFactory(dialogue=dialogue)
    signed_in(page, client, user, live_server)
    for name in (
        "portal_own_question_new",
        "portal_needs",
        "portal_participants",
        "portal_other_time",
        "portal_cancel",
    ):
        asked.clear()
        page.goto(f"{live_server}{address(name, dialogue)}")
        field = page.locator("form[data-writing]").locator("textarea, input[type=text]").first
        field.fill("Skrivet")
        page.locator(".back-link a").first.click()
        assert asked == ["beforeunload"], name
        expect(field).to_have_value("Skrivet")
        field.fill("")
        page.locator(".back-link a").first.click()
        expect(field).to_have_count(0)
        assert asked == ["beforeunload"], name
    asked.clear()
    page.goto(f"{live_server}{address('portal_own_question_new', dialogue)}")
    page.locator("form[data-writing] textarea").fill("Hur gör andra?")
    page.get_by_role("button", name="Skicka frågan").click()
    expect(page.get_by_text("Frågan är skickad.")).to_be_visible()
    assert asked == []


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


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_what_is_told_of_the_meeting(page: Page, live_server: object, client: Client, width: int) -> None:
    dialogue, user, _meeting = fixed()
    tell(dialogue, user, interpreter="svenskt teckenspråk")
    row = add(dialogue, user, "Bo-Alexander Längefternamnsson", email="bo-alexander@langadressen.example")
    signed_in(page, client, user, live_server).set_viewport_size({"width": width, "height": 800})
    for place in [
        address("portal_time", dialogue),
        address("portal_needs", dialogue),
        address("portal_participants", dialogue),
        address("portal_participant", dialogue, row.public_id),
        address("portal_invite", dialogue),
    ]:
        assert page.goto(f"{live_server}{place}").status == 200, place
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{place} {width} px:\n{results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
