"""The portal and signing in, in Chromium: axe on every page, no sideways scrolling, scripts not needed."""

import datetime
import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.domain.staff import add_staff
from accounts.models import StaffRole
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    LetterState,
    MeetingKind,
    MeetingState,
    PriorityQuestion,
    QuestionDraft,
    RoundState,
    SummaryRound,
)
from quality_system.models import Objective, SubGoal
from tests.accounts.factories import AgencyFactory
from tests.accounts.sign_in import PASSWORD, HouseClient, totp_code
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact, seat_at
from tests.dialogues.paper.factories import letter_in
from tests.dialogues.portal.helpers import both_booked, edition, issued_underlag, sent_letter, sent_summary
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = [1280, 390, 320]
FOR_STAFF = re.compile("/personal/|/losenord/")


@pytest.fixture(autouse=True)
def no_tries_yet(own_redis) -> None:
    own_redis.flushdb()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained of: scripts, policy breaches, missing files."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def look_at(page: Page, live_server, complaints) -> Callable[[str], None]:
    """Open an address and look at it at every width: clean by axe, no sideways scrolling, no complaint."""

    def look(address: str = "") -> None:
        if address:
            page.goto(f"{live_server}{address}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            results = Axe().run(page, options=RULES)
            assert results.violations_count == 0, f"{page.url} {width} px:\n{results.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} {width} px"
        assert page.get_by_text("Ring oss i stället").count() or FOR_STAFF.search(page.url), page.url
        assert [text for text in complaints if "422" not in text] == [], page.url

    return look


def enter(page: Page, live_server, user) -> None:
    """Carry a signed-in session over to the browser."""
    client = HouseClient()
    client.force_login(user)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key}
    page.context.add_cookies([cookie | {"url": str(live_server)}])


def address(name: str, dialogue: Dialogue, *more: object) -> str:
    return reverse(name, args=[dialogue.public_id, *more])


def front(dialogue: Dialogue) -> str:
    return reverse("portal_huvudman", args=[dialogue.huvudman.public_id])


def invited() -> tuple[Dialogue, object]:
    dialogue, user = dialogue_with_contact(DialogueState.INVITED)
    InvitationFactory(dialogue=dialogue)
    return dialogue, user


def before_the_dialogue() -> tuple[Dialogue, object]:
    """Introduction held, underlag sent, a time proposed, two questions written, a letter sent."""
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    InvitationFactory(dialogue=dialogue)
    issued_underlag(dialogue)
    start = timezone.now() - datetime.timedelta(days=30)
    seat_at(
        dialogue,
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.HELD,
        seats=20,
        starts_at=start,
        form="digital",
        place="",
        link="https://mote.example/abc",
    )
    meeting = seat_at(dialogue, kind=MeetingKind.DIALOGUE, starts_at=start + datetime.timedelta(days=60))
    both_booked(meeting)
    goal = SubGoal.objects.create(
        objective=Objective.objects.create(edition=edition(), skolform="FSK", text="Mål"),
        number=1,
        area="equity",
        text="Skillnader mellan enheter och grupper minskar",
    )
    QuestionDraft.objects.create(
        dialogue=dialogue,
        rank=1,
        area="equity",
        sub_goal=goal,
        text="Varför skiljer det sig mellan enheterna? " * 6,
    )
    QuestionDraft.objects.create(dialogue=dialogue, rank=2, text="Hur når vi fler i rätt tid?")
    sent_letter(
        dialogue, user.email, text="Hej!\n\nSvara här: https://k.example/svar/abcdef", attachment=b"BEGIN"
    )
    return dialogue, user


def after_the_dialogue() -> tuple[Dialogue, object]:
    dialogue, user = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    DialogueRecord.objects.create(
        dialogue=dialogue,
        summary="Vi talade om övergångar.\nOch om stöd i rätt tid.",
        discussed_skolformer=["GR"],
        feedback="Ni fortsätter med utbildningen.",
    )
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.HELD)
    return dialogue, user


def test_pages_of_an_invited_huvudman(page, live_server, look_at):
    dialogue, user = invited()
    enter(page, live_server, user)
    for name in ("answer", "introduction", "time", "questions", "feedback", "letters"):
        look_at(address(f"portal_{name}", dialogue))
    look_at(front(dialogue))
    look_at(address("portal_answer", dialogue))
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.locator("#error-summary")).to_be_focused()
    look_at()
    page.get_by_label("Ja, vi vill delta").check()
    page.get_by_role("button", name="Skicka svaret").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vi har tagit emot ert svar")
    look_at()
    look_at(address("portal_cancel", dialogue))


def test_pages_before_the_dialogue(page, live_server, look_at):
    dialogue, user = before_the_dialogue()
    enter(page, live_server, user)
    letter = dialogue.letters.get(state=LetterState.SENT)
    for name in ("introduction", "answer", "letters", "questions", "questions_check", "other_time", "time"):
        look_at(address(f"portal_{name}", dialogue))
    look_at(address("portal_question", dialogue, dialogue.question_drafts.get(rank=1).public_id))
    look_at(address("portal_letter", dialogue, letter.public_id))
    look_at(address("portal_letters", dialogue))
    look_at(address("portal_paper_letter", dialogue, letter_in("posted", dialogue=dialogue).public_id))
    look_at(front(dialogue))
    page.get_by_role("main").get_by_role("link", name="Tid för dialogen").last.click()
    page.get_by_role("button", name="Tiden passar oss").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tiden är bestämd")
    look_at()
    look_at(address("portal_time", dialogue))


def test_pages_after_the_dialogue_and_the_choice_of_huvudman(page, live_server, look_at):
    dialogue, user = after_the_dialogue()
    enter(page, live_server, user)
    look_at(address("portal_feedback", dialogue))
    look_at(front(dialogue))
    other = ContactFactory(user=user, email=user.email, huvudman=HuvudmanFactory()).huvudman
    look_at(reverse("portal"))
    look_at(reverse("portal_huvudman", args=[other.public_id]))


def test_long_words_of_a_status_do_not_widen_the_front_page(page, live_server, look_at):
    dialogue, user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    summary = sent_summary(dialogue)
    now = timezone.now()
    settled = {"answered_at": now, "answered_by": "Kim", "settled_at": now, "agreed_pdf": summary.pdf}
    SummaryRound.objects.filter(pk=summary.pk).update(state=RoundState.AGREED, **settled)
    start = datetime.datetime(2100, 11, 24, 8, 15, tzinfo=datetime.UTC)
    both_booked(seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED, starts_at=start))
    enter(page, live_server, user)
    look_at(front(dialogue))
    expect(page.get_by_text("Överenskommen")).to_be_visible()
    expect(page.locator(".badge-status", has_text="24\xa0november\xa02100")).to_be_visible()


def test_what_is_typed_is_saved_on_the_way(page, live_server, look_at):
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    enter(page, live_server, user)
    look_at(address("portal_question", dialogue, uuid4()))
    page.get_by_label("Er fråga").press_sequentially("Halva menin")
    expect(page.locator("#saved")).to_contain_text("Sparat", timeout=10_000)
    look_at()
    page.reload()
    expect(page.get_by_label("Er fråga")).to_have_value("Halva menin")


def with_two_questions(page: Page, live_server) -> Dialogue:
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    for rank, text in enumerate(["Den första", "Den andra"], start=1):
        QuestionDraft.objects.create(dialogue=dialogue, rank=rank, area="equity", text=text)
    enter(page, live_server, user)
    page.goto(f"{live_server}{address('portal_questions', dialogue)}")
    return dialogue


def test_questions_are_ranked_by_keys_and_the_focus_stays_on_the_moved_one(page, live_server, complaints):
    with_two_questions(page, live_server)
    cards = page.locator("#questions li")
    page.get_by_role("button", name="Flytta upp fråga 2").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(cards.nth(0)).to_contain_text("Den andra")
    expect(page.get_by_role("button", name="Flytta ned fråga 1")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Flyttad: nu fråga 1 av 2.")).to_have_count(1)
    expect(page.get_by_text("Alt och pil upp")).to_be_visible()
    assert "flyttad" not in page.url
    page.keyboard.press("Alt+ArrowDown")
    expect(cards.nth(1)).to_contain_text("Den andra")
    expect(page.get_by_role("button", name="Flytta upp fråga 2")).to_be_focused()
    assert complaints == []


def test_ranking_without_javascript_keeps_the_focus_too(browser: Browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with_two_questions(page, live_server)
    expect(page.get_by_text("Alt och pil upp")).to_be_hidden()
    page.get_by_role("button", name="Flytta ned fråga 1").click()
    expect(page.locator("#questions li").nth(1)).to_contain_text("Den första")
    expect(page.get_by_role("button", name="Flytta upp fråga 2")).to_be_focused()
    context.close()


def test_questions_without_javascript(browser: Browser, live_server):
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(page, live_server, user)
    page.goto(f"{live_server}{address('portal_questions', dialogue)}")
    page.get_by_role("link", name="Skriv er första fråga").click()
    page.get_by_label("likvärdighet").check()
    page.get_by_label("Er fråga").fill("Varför skiljer det sig?")
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("link", name="Kontrollera och skicka").click()
    page.get_by_role("button", name="Skicka", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tack! Era frågor är skickade")
    assert PriorityQuestion.objects.get().text == "Varför skiljer det sig?"
    context.close()


def test_a_contact_signs_in_and_out(page, live_server, look_at, smtp_inbox):
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    look_at(front(dialogue))
    page.get_by_label("Din e-postadress").fill(dialogue.huvudman.contacts.get().email)
    page.get_by_role("button", name="Skicka koden").click()
    look_at()
    deadline = time.monotonic() + 10
    while not smtp_inbox.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    body = smtp_inbox.messages[0].get_body(("plain",)).get_content()
    page.get_by_label("Kod", exact=True).fill(re.search(r"\d{4}-\d{4}", body).group())
    page.get_by_role("button", name="Logga in").click()
    expect(page).to_have_url(f"{live_server}{front(dialogue)}")
    page.get_by_role("button", name="Logga ut").click()
    expect(page).to_have_url(f"{live_server}/")


def test_new_staff_choose_a_password_set_up_an_app_and_come_in(page, live_server, look_at, smtp_inbox):
    add_staff(
        email="ny@skolverket.example", name="Nya Nilsson", agency=AgencyFactory(), roles=[StaffRole.PLANNER]
    )
    look_at("/personal/")
    page.get_by_role("link", name="Välj lösenord").click()
    look_at()
    page.get_by_label("E-postadress").fill("ny@skolverket.example")
    page.get_by_role("button", name="Skicka länken").click()
    look_at()
    deadline = time.monotonic() + 10
    while not smtp_inbox.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    link = re.search(r"http://\S+", smtp_inbox.messages[0].get_content()).group()
    page.goto(link)
    look_at()
    page.get_by_label("Nytt lösenord").fill(PASSWORD)
    page.get_by_label("Samma lösenord igen").fill(PASSWORD)
    page.get_by_role("button", name="Spara lösenordet").click()
    look_at()
    page.goto(f"{live_server}/personal/")
    page.get_by_label("E-postadress").fill("ny@skolverket.example")
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Fortsätt").click()
    look_at()
    page.get_by_text("Kan du inte läsa av bilden?").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("Kod från appen").fill(totp_code(secret))
    page.get_by_role("button", name="Slå på").click()
    expect(page).to_have_url(f"{live_server}/personal/")
