"""A förening with forty pupils gets from the invitation to its sent questions in a quarter of an hour.

Its way is walked on a phone, and at every form that it sends the minutes that the page declares and the
fields that must be filled in are counted. What the agencies do in between is done without a browser.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.actors import SYSTEM
from dialogues.domain.introductions import set_up_introduction
from dialogues.domain.invitations import invite
from dialogues.letters.delivery import deliver_due
from dialogues.minutes import needed_minutes
from dialogues.models import (
    Dialogue,
    DialogueState,
    MeetingKind,
    MeetingState,
    PriorityQuestion,
    Seat,
)
from huvudman.models import HuvudmanType, LegalForm, SizeClass
from tests.accounts.factories import pair
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import BatchFactory, DialogueFactory, both_agencies, seat_at
from tests.dialogues.portal.helpers import address, both_booked, issued_underlag
from tests.dialogues.times import arranged, working_day
from tests.huvudman.factories import ContactFactory, HuvudmanFactory
from tests.journeys.people import CODE, Person, answer_link, letter_to, text_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MOST_MINUTES, MOST_FIELDS = 15, 12
PHONE = {"width": 390, "height": 844}
TABS = 60
"""So many times may one have to press Tab on a page before what one wants has the focus."""


class Counting(Person):
    """Somebody whose minutes and fields are counted: those of each page where a form is sent, once."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        super().__init__(page)
        self.scripts = scripts
        self.minutes: dict[str, int] = {}
        self.fields: dict[str, set[str]] = {}

    def looks(self) -> None:
        """Without scripts there is no axe to run; the same pages are looked at with them."""
        if self.scripts:
            super().looks()

    def presses(self, button: str) -> None:
        self.counts()
        super().presses(button)

    def counts(self) -> None:
        """Note what the page says that it takes, and which fields it wants."""
        main = self.page.locator("main")
        title = main.locator("h1").first.inner_text()
        said = main.locator("[data-minutes]:not([data-within])")  # parts are in what their whole says
        self.minutes[title] = int(said.first.get_attribute("data-minutes") or 0) if said.count() else 0
        wanted = main.locator("form[method=post] [required]")
        self.fields[title] = {wanted.nth(n).get_attribute("name") or "" for n in range(wanted.count())}

    def has_time(self) -> None:
        """What has been counted is little enough."""
        minutes, fields = sum(self.minutes.values()), sum(map(len, self.fields.values()))
        assert 0 < minutes <= MOST_MINUTES, self.minutes
        assert 0 < fields <= MOST_FIELDS, self.fields


@pytest.fixture
def site(live_server, settings, smtp_inbox, own_redis) -> str:
    """The address of a site whose letters come to `smtp_inbox` when they are let go."""
    own_redis.flushdb()
    settings.BASE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def small() -> Dialogue:
    """The förening, planned in a batch that is being sent."""
    both_agencies()
    huvudman = HuvudmanFactory(
        name="Föreningen Exempelskolan Backen",
        type=HuvudmanType.ENSKILD,
        legal_form=LegalForm.IDEELL_FORENING,
        pupils=40,
        size_class=SizeClass.S1,
    )
    ContactFactory(huvudman=huvudman, name="Kim Ek", email="kim.ek@backen.example")
    return DialogueFactory(huvudman=huvudman, batch=BatchFactory())


def phone(browser: Browser, site: str, *, scripts: bool = True) -> Iterator[Counting]:
    context = browser.new_context(base_url=site, viewport=PHONE, locale="sv-SE", java_script_enabled=scripts)
    yield Counting(context.new_page(), scripts=scripts)
    context.close()


@pytest.fixture(params=[True, False], ids=["with-scripts", "without"])
def skolchef(request, browser: Browser, site: str) -> Iterator[Counting]:
    """The skolchef with her phone."""
    yield from phone(browser, site, scripts=request.param)


@pytest.fixture
def by_keys(browser: Browser, site: str) -> Iterator[Counting]:
    """The skolchef, who has only a keyboard."""
    yield from phone(browser, site)


def let_letters_go() -> None:
    while deliver_due():
        pass


def introduction(dialogue: Dialogue, days: int) -> None:
    """A group meeting of the batch, on a working day."""
    starts_at = timezone.make_aware(datetime.datetime.combine(working_day(days), datetime.time(9)))
    when = {"starts_at": starts_at, "ends_at": starts_at + datetime.timedelta(hours=1)}
    where = {"form": "digital", "place": "", "link": "https://mote.example/introduktion"}
    arrangement = arranged(pair(), **when, **where)
    set_up_introduction(batch=dialogue.batch, arrangement=arrangement, seats=25, actor=SYSTEM)


def come_to_the_proposal(dialogue: Dialogue) -> None:
    """What the agencies do after the yes: the introduction is held, the underlag and a time are sent."""
    Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.UNDERLAG_SENT)
    issued_underlag(dialogue)
    both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED))


def test_from_the_invitation_to_sent_questions(skolchef: Counting, small: Dialogue, smtp_inbox) -> None:
    address_of = small.huvudman.contacts.get().email
    invite(dialogue=small, actor=SYSTEM)
    let_letters_go()
    invitation = letter_to(address_of, smtp_inbox, lambda m: answer_link(m) is not None)
    skolchef.opens(answer_link(invitation) or "")
    skolchef.sees("Varför säga ja?")
    skolchef.picks("Ja, vi vill delta")
    skolchef.presses("Skicka svaret")
    skolchef.sees("Tack! Vi har tagit emot ert svar")
    come_to_the_proposal(small)
    sign_in(skolchef, address_of, smtp_inbox)
    skolchef.opens(address("portal_time", small))
    skolchef.presses("Tiden passar oss")
    skolchef.sees("Tiden är bestämd")
    skolchef.opens(address("portal_questions", small))
    skolchef.counts()
    skolchef.follows("Skriv er första fråga")
    skolchef.picks("Likvärdighet")
    skolchef.presses("Spara")
    skolchef.follows("Kontrollera och skicka")
    skolchef.presses("Skicka")
    skolchef.sees("Tack! Era frågor är skickade")
    assert PriorityQuestion.objects.get().area == "equity"
    skolchef.has_time()
    assert sum(skolchef.minutes.values()) == needed_minutes(), "as the answer page promised"


def sign_in(skolchef: Counting, email: str, inbox) -> None:
    skolchef.opens("/konto/logga-in/")
    skolchef.types(email=email)
    skolchef.presses("Skicka koden")
    letter = letter_to(email, inbox, lambda m: CODE.search(text_of(m)) is not None)
    skolchef.types(code=CODE.search(text_of(letter)).group())  # type: ignore[union-attr]
    skolchef.presses("Logga in")


def test_more_than_a_quarter_of_an_hour_would_be_told() -> None:
    """The counting itself: one minute or one field too much is an error."""
    somebody = Counting.__new__(Counting)
    somebody.minutes, somebody.fields = {"Ja": MOST_MINUTES}, {"Ja": {"namn"}}
    somebody.has_time()
    for minutes, fields in (({"Ja": 16}, {"Ja": {"a"}}), ({"Ja": 1}, {"Ja": set(map(str, range(13)))})):
        somebody.minutes, somebody.fields = minutes, fields
        with pytest.raises(AssertionError):
            somebody.has_time()


def test_with_the_keyboard_alone(by_keys: Counting, small: Dialogue, smtp_inbox, site: str) -> None:
    contact = small.huvudman.contacts.get()
    introduction(small, 20)
    introduction(small, 21)
    invite(dialogue=small, actor=SYSTEM)
    let_letters_go()
    page = by_keys.page
    invitation = letter_to(contact.email, smtp_inbox, lambda m: answer_link(m) is not None)
    by_keys.opens(answer_link(invitation) or "")
    press(page, page.get_by_label("Ja, vi vill delta"), "Space")
    press(page, page.get_by_role("button", name="Skicka svaret"), "Enter")
    by_keys.sees("Tack! Vi har tagit emot ert svar")
    choose_another(by_keys, small, smtp_inbox)
    come_to_the_proposal(small)
    remember(page, contact.user, site)
    by_keys.opens(address("portal_questions", small))
    press(page, page.get_by_role("link", name="Skriv er första fråga"), "Enter")
    press(page, page.get_by_label("likvärdighet"), "Space")
    press(page, page.get_by_label("Er fråga"), "")
    page.keyboard.type("Hur ger vi alla samma möjligheter?")
    press(page, page.get_by_role("button", name="Spara"), "Enter")
    press(page, page.get_by_role("link", name="Kontrollera och skicka"), "Enter")
    press(page, page.get_by_role("button", name="Skicka", exact=True), "Enter")
    by_keys.sees("Tack! Era frågor är skickade")
    assert PriorityQuestion.objects.get().text == "Hur ger vi alla samma möjligheter?"


def choose_another(by_keys: Counting, dialogue: Dialogue, inbox) -> None:
    """Change the introduction by the link in its letter."""
    let_letters_go()
    page, had = by_keys.page, Seat.objects.get(dialogue=dialogue, is_current=True).meeting
    contact = dialogue.huvudman.contacts.get()
    link = re.compile(r"https?://\S+/valj-introduktion/\S+")
    letter = letter_to(contact.email, inbox, lambda m: link.search(text_of(m)) is not None)
    by_keys.opens(link.search(text_of(letter)).group())  # type: ignore[union-attr]
    press(page, page.locator("[name=mote]").first, "Space")
    press(page, page.get_by_role("button", name="Välj mötet"), "Enter")
    by_keys.sees("Ni har plats på introduktionsmötet")
    assert Seat.objects.get(dialogue=dialogue, is_current=True).meeting != had


def test_a_no_is_reached_with_the_keyboard_and_takes_one_press_more(
    by_keys: Counting, small: Dialogue, smtp_inbox
) -> None:
    invite(dialogue=small, actor=SYSTEM)
    let_letters_go()
    page = by_keys.page
    email = small.huvudman.contacts.get().email
    by_keys.opens(answer_link(letter_to(email, smtp_inbox, lambda m: answer_link(m) is not None)) or "")
    by_keys.picks("Nej, inte den här gången")
    press(page, page.get_by_role("button", name="Skicka svaret"), "Enter")
    by_keys.sees("Innan ni svarar nej")
    by_keys.looks()
    press(page, page.get_by_role("button", name="Nej, inte den här gången"), "Enter")
    by_keys.sees("Nej, inte den här gången")
    small.refresh_from_db()
    assert small.state == DialogueState.DECLINED


def press(page: Page, wanted: Locator, key: str) -> None:
    """Move by Tab to what is wanted, see that it shows its focus, and press the key there."""
    target = wanted.first
    expect(target).to_be_visible()
    for _time in range(TABS):
        if target.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
    outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline != "none", f"the focus does not show on {target}"
    if key:
        page.keyboard.press(key)
        page.wait_for_load_state()


def remember(page: Page, user, site: str) -> None:
    """Carry a signed-in session over to the browser."""
    client = HouseClient()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
