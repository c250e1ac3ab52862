"""A kommun with five people in real browsers: they write one analysis together, and the skolchef changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import Browser, expect

from accounts.actors import person
from accounts.models import StaffRole, User
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingState,
    QuestionDraft,
)
from huvudman.domain.sign_in import link_contact_user
from tests.accounts.factories import staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.own_space.writing import save, written
from tests.dialogues.portal.helpers import address, both_booked, issued_underlag
from tests.journeys.people import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SEE, WHY = "likvardighet.see", "likvardighet.why"
FIVE = {
    "Siv Sten": ("rektor", "other", "Läser och skriver: kan"),
    "Bo Al": ("rektor", "other", "Läser och skriver: kan"),
    "Kim Berg": ("kvalitetsstrateg", "administration", "Läser och skriver: kan"),
    "Olle Nämnd": ("", "chair", "Läser: ser allt"),
}


@pytest.fixture(autouse=True)
def no_tries_yet(own_redis) -> None:
    own_redis.flushdb()


@pytest.fixture
def somebody(browser: Browser, browser_context_args: dict, live_server) -> Iterator[Callable[..., Person]]:
    """Gives people a browser of their own: `somebody(width=390)`."""
    contexts = []

    def sit_down(width: int = 1280) -> Person:
        context = browser.new_context(
            **browser_context_args, base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        return Person(context.new_page())

    yield sit_down
    for context in contexts:
        context.close()


def signed_in(who: Person, user: User, live_server) -> Person:
    """Let somebody sit down who has signed in already."""
    client = HouseClient()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": str(live_server)}
    who.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return who


def a_kommun() -> tuple[Dialogue, User]:
    """A kommun in mid-dialogue with its skolchef Anna Ek, who is alone so far."""
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    dialogue.huvudman.contacts.update(name="Anna Ek", title="skolchef")
    User.objects.filter(pk=user.pk).update(name="Anna Ek")
    issued_underlag(dialogue)
    return dialogue, user


def people_page(dialogue: Dialogue) -> str:
    return reverse("portal_people", args=[dialogue.huvudman.public_id])


def mail_of(name: str) -> str:
    return f"{name.split()[0].lower()}@kommunen.test"


def invites(skolchef: Person, name: str) -> None:
    """By the form, as anybody would."""
    title, role, may = FIVE[name]
    skolchef.follows("Bjud in en medarbetare")
    skolchef.types(name=name, title=title, email=mail_of(name))
    skolchef.page.get_by_label("Roll").select_option(role)
    skolchef.picks(may)
    skolchef.presses("Bjud in")
    skolchef.sees(f"{name} är inbjuden")


def field(who: Person, name: str):
    return who.page.locator(f"textarea[name={name}]")


def types_slowly(who: Person, name: str, words: str) -> None:
    field(who, name).press_sequentially(words)


def is_saved(who: Person, words: str = "Sparat kl.") -> None:
    expect(who.page.locator("#saved")).to_contain_text(words, timeout=15_000)


def test_five_people_write_one_analysis_together(somebody, live_server, smtp_inbox) -> None:
    dialogue, anna = a_kommun()
    part = address("portal_analysis_part", dialogue, "likvardighet")
    skolchef = signed_in(somebody(), anna, live_server)
    skolchef.opens(people_page(dialogue))
    for name in FIVE:
        invites(skolchef, name)
    told = Letter.objects.filter(kind=LetterKind.COLLEAGUE)
    assert set(told.values_list("recipient", flat=True)) == {mail_of(name) for name in FIVE}

    rektor = somebody(width=390)
    rektor.signs_in_by_code(mail_of("Siv Sten"), smtp_inbox)
    rektor.opens(part)
    skolchef.opens(part)
    types_slowly(rektor, "see", "Fler når målen på våra skolor.")
    is_saved(rektor)
    types_slowly(skolchef, "why", "Vi planerar tillsammans sedan i våras.")
    is_saved(skolchef, "Siv Sten (rektor) skrev i")
    assert written(dialogue) == {
        SEE: "Fler når målen på våra skolor.",
        WHY: "Vi planerar tillsammans sedan i våras.",
    }

    types_slowly(skolchef, "see", "Skillnaderna mellan skolorna har ökat.")
    is_saved(skolchef, "Välj Spara för att se båda texterna")
    skolchef.presses("Spara")
    skolchef.sees("Någon annan har skrivit i samma fält")
    for words in ("Fler når målen", "Siv Sten (rektor) skrev"):
        expect(skolchef.page.locator(".conflict")).to_contain_text(words)
    expect(field(skolchef, "see")).to_have_value("Skillnaderna mellan skolorna har ökat.")
    skolchef.picks("Båda, efter varandra")
    skolchef.presses("Spara")
    skolchef.sees("Inte skickat.")
    assert written(dialogue)[SEE] == (
        "Fler når målen på våra skolor.\n\nSkillnaderna mellan skolorna har ökat."
    )

    strategist = signed_in(somebody(), user_of(dialogue, "Kim Berg"), live_server)
    strategist.opens(part)
    expect(field(strategist, "see")).to_have_value(written(dialogue)[SEE])
    the_chair_reads_and_does_not_write(somebody, dialogue, smtp_inbox)


def the_chair_reads_and_does_not_write(somebody, dialogue: Dialogue, smtp_inbox) -> None:
    chair = somebody(width=390)
    chair.signs_in_by_code(mail_of("Olle Nämnd"), smtp_inbox)
    chair.sees("Du läser.")
    chair.opens(address("portal_analysis_read", dialogue))
    chair.sees("Skillnaderna mellan skolorna har ökat.")
    chair.opens(address("portal_analysis_part", dialogue, "likvardighet"))
    assert chair.page.locator("textarea").count() == 0
    chair.opens(people_page(dialogue))
    chair.sees("Anna Ek")
    assert chair.page.get_by_role("link", name="Bjud in en medarbetare").count() == 0


def user_of(dialogue: Dialogue, name: str) -> User:
    """The user of somebody who has been invited, as if the code had been asked for."""
    return link_contact_user(contact=dialogue.huvudman.contacts.get(name=name))


def test_the_skolchef_changes_in_mid_dialogue(somebody, live_server, smtp_inbox) -> None:
    dialogue, anna = a_kommun()
    save(dialogue, "Det Anna skrev i analysen.", actor=person(anna))
    QuestionDraft.objects.create(dialogue=dialogue, rank=1, area="equity", text="Annas fråga")
    meeting = proposed(dialogue)
    old = signed_in(somebody(), anna, live_server)
    old.opens(people_page(dialogue))
    old.follows("Bjud in en medarbetare")
    old.types(name="Eva Ny", title="skolchef", email="eva@kommunen.test")
    old.page.get_by_label("Roll").select_option("skolchef")
    old.picks("Läser och skriver: kan")
    old.presses("Bjud in")

    new = somebody(width=390)
    new.signs_in_by_code("eva@kommunen.test", smtp_inbox)
    new.sees("Er tur")
    new.opens(address("portal_analysis_read", dialogue))
    new.sees("Det Anna skrev i analysen.")
    new.opens(address("portal_questions", dialogue))
    new.sees("Annas fråga")
    new.opens(people_page(dialogue))
    new.follows("Anna Ek")
    new.follows("Anna Ek ska inte längre företräda er")
    new.presses("Avsluta nu")
    new.sees("Anna Ek företräder inte längre er huvudman.")

    old.page.goto(address("portal_analysis_part", dialogue, "likvardighet"))
    old.looks()
    old.sees("Du är utloggad")
    assert "Det Anna skrev" not in old.page.content()

    new.opens(address("portal_time", dialogue))
    new.presses("Tiden passar oss")
    new.sees("Tiden är bestämd")
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.FIXED
    told = Letter.objects.filter(kind=LetterKind.TIME_FIXED, contact__isnull=False)
    assert set(told.values_list("recipient", flat=True)) == {"eva@kommunen.test"}
    staff_see_who_took_over(somebody, dialogue, live_server)


def proposed(dialogue: Dialogue) -> Meeting:
    meeting = seat_at(dialogue, state=MeetingState.PROPOSED)
    both_booked(meeting)
    return meeting


def staff_see_who_took_over(somebody, dialogue: Dialogue, live_server) -> None:
    planner = signed_in(somebody(), staff_user(StaffRole.PLANNER), live_server)
    planner.opens(reverse("admin:huvudman", args=[dialogue.huvudman.public_id]))
    rows = planner.page.get_by_role("region", name="Kontakter").locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("Eva Ny")
    expect(rows.nth(0)).to_contain_text("inbjuden av Anna Ek")
    expect(rows.nth(1)).to_contain_text("Anna Ek")
    expect(rows.nth(1)).to_contain_text("Avslutad")
