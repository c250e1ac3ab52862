"""Sending an underlag: what goes to whom is shown first, and only what was shown is sent."""

from __future__ import annotations

import datetime
import io
import re

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues.domain import underlag as verbs
from dialogues.domain.files import store_file
from dialogues.models import DialogueState, Letter, LetterKind, Meeting, Underlag
from dialogues.models import UnderlagState as S
from huvudman.models import Contact, Huvudman
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.underlag.factories import proposed, underlag_in
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


def ready(pages: int = 3, state: S = S.CONFIRMED) -> Underlag:
    """An underlag to be sent, with a PDF of a number of pages, of Åsens skola with two contacts."""
    underlag = underlag_in(state)
    buffer = io.BytesIO()
    with pikepdf.new() as pdf:
        for _number in range(pages):
            pdf.add_blank_page()
        pdf.save(buffer)
    Underlag.objects.update(pdf=store_file(buffer.getvalue(), "application/pdf"))
    huvudman = underlag.dialogue.huvudman
    Huvudman.objects.filter(pk=huvudman.pk).update(name="Åsens skola")
    Contact.objects.filter(huvudman=huvudman).update(name="Åsa Öberg", email="asa@asen.example")
    ContactFactory(huvudman=huvudman, name="Bo Ek", email="bo@asen.example")
    underlag.refresh_from_db()
    return underlag


def address(underlag: Underlag, name: str = "underlag_issue") -> str:
    return reverse(f"admin:{name}", args=[underlag.dialogue.public_id])


def seen(page: str) -> str:
    """The mark of what the page shows, as its form sends it."""
    [found] = re.findall(r'name="seen" value="(\w+)"', page)
    return str(found)


def test_it_asks_first_and_shows_to_whom_with_which_time_and_what_is_attached(client: Client) -> None:
    underlag = ready(pages=3)
    starts = datetime.datetime(2099, 11, 24, 12, 15, tzinfo=datetime.UTC)
    ends = starts + datetime.timedelta(hours=2)
    Meeting.objects.update(starts_at=starts, ends_at=ends, place="Skolgatan 1", form="physical")
    client.force_login(planner())
    assert f'href="{address(underlag)}"' in client.get(address(underlag, "underlag")).text
    page = client.get(address(underlag)).text
    for words in [
        "Vill du skicka analysunderlaget till huvudmannen?",
        "2 brev skickas i Skolverkets namn",
        "Åsa Öberg (asa@asen.example), Bo Ek (bo@asen.example)",
        "24 november 2099 kl. 13.15–15.15",
        "Skolgatan 1",
        "analysunderlag-asens-skola.pdf, 3 sidor",
        "Det går inte att ångra.",
        "godta tiden eller önska en annan",
    ]:
        assert words in page, words
    underlag.refresh_from_db()
    assert (underlag.state, Letter.objects.count()) == (S.CONFIRMED, 0)


def test_what_was_shown_is_sent_to_those_who_were_named(client: Client) -> None:
    underlag = ready()
    client.force_login(leader())
    after = client.post(address(underlag), {"seen": seen(client.get(address(underlag)).text)}, follow=True)
    assert "på väg till huvudmannen" in after.text
    underlag.refresh_from_db()
    assert underlag.state == S.ISSUED
    letters = Letter.objects.filter(kind=LetterKind.UNDERLAG)
    assert {letter.recipient for letter in letters} == {"asa@asen.example", "bo@asen.example"}


CHANGES = {
    "another recipient": lambda _u: Contact.objects.filter(name="Bo Ek").update(email="annan@asen.example"),
    "one recipient fewer": lambda _u: Contact.objects.filter(name="Bo Ek").update(email=""),
    "another place": lambda _u: Meeting.objects.update(place="Någon annanstans"),
    "another time": lambda u: Meeting.objects.update(
        ends_at=proposed(u.dialogue).ends_at + datetime.timedelta(hours=1)
    ),
    "another document": lambda _u: Underlag.objects.update(pdf=store_file(b"%PDF-1.7", "application/pdf")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_sent_when_something_changed_while_the_page_was_open(client: Client, change: str) -> None:
    underlag = ready()
    client.force_login(leader())
    version = seen(client.get(address(underlag)).text)
    CHANGES[change](underlag)
    after = client.post(address(underlag), {"seen": version})
    assert after["Location"] == address(underlag)
    underlag.refresh_from_db()
    assert (underlag.state, Letter.objects.count()) == (S.CONFIRMED, 0)


def test_what_changed_is_shown_anew_and_can_be_sent_then(client: Client) -> None:
    underlag = ready()
    client.force_login(leader())
    version = seen(client.get(address(underlag)).text)
    Contact.objects.filter(name="Bo Ek").update(email="annan@asen.example")
    asked = client.post(address(underlag), {"seen": version}, follow=True).text
    assert "Något har ändrats sedan du öppnade sidan." in asked
    assert "annan@asen.example" in asked
    client.post(address(underlag), {"seen": seen(asked)})
    assert Letter.objects.filter(recipient="annan@asen.example").count() == 1


def test_a_press_that_shows_nothing_first_sends_nothing(client: Client) -> None:
    underlag = ready()
    client.force_login(leader())
    client.post(address(underlag))
    client.post(reverse("admin:underlag_act", args=[underlag.dialogue.public_id, "skicka"]))
    underlag.refresh_from_db()
    assert (underlag.state, Letter.objects.count()) == (S.CONFIRMED, 0)


def test_pressed_twice_it_is_sent_once(client: Client) -> None:
    underlag = ready()
    client.force_login(leader())
    version = seen(client.get(address(underlag)).text)
    for _press in range(2):
        assert "på väg till" in client.post(address(underlag), {"seen": version}, follow=True).text
    assert Letter.objects.count() == 2


def test_without_any_email_it_asks_about_paper_and_sends_no_letter(client: Client) -> None:
    underlag = ready()
    Contact.objects.update(email="", user=None)
    Huvudman.objects.update(email="")
    client.force_login(planner())
    page = client.get(address(underlag)).text
    assert "Vill du lämna ut analysunderlaget på papper?" in page
    assert "så inget brev skickas" in page
    assert "i Skolverkets namn" not in page
    after = client.post(address(underlag), {"seen": seen(page)}, follow=True).text
    underlag.refresh_from_db()
    assert (underlag.state, Letter.objects.count()) == (S.ISSUED, 0)
    assert "så den får inget brev. Ring i stället." in after
    assert "på väg till huvudmannen" not in after
    assert reverse("admin:contact_new", args=[underlag.dialogue.huvudman.public_id]) in after


@pytest.mark.parametrize("state", [S.ORDERED, S.RENDERED, S.ISSUED, S.FAILED])
def test_there_is_nothing_to_ask_before_or_after(client: Client, state: S) -> None:
    underlag = underlag_in(state)
    client.force_login(leader())
    answer = client.get(address(underlag), follow=True)
    assert answer.redirect_chain == [(reverse("admin:underlag", args=[underlag.dialogue.public_id]), 302)]
    assert f"Det går inte att skicka nu: underlaget är {underlag.get_state_display()}." in answer.text


def test_what_stands_in_the_way_is_said_instead_of_the_question(client: Client) -> None:
    underlag = ready()
    Meeting.objects.update(state="cancelled")
    client.force_login(leader())
    answer = client.get(address(underlag), follow=True)
    assert answer.redirect_chain == [(address(underlag, "underlag"), 302)]
    assert "Föreslå en tid för dialogen först" in answer.text


@pytest.mark.parametrize("state", [S.RENDERED, S.CONFIRMED])
def test_a_press_that_comes_too_early_or_too_late_says_why(client: Client, state: S) -> None:
    underlag = ready(state=state)
    if state == S.CONFIRMED:
        underlag.dialogue.state = DialogueState.CLOSED
        underlag.dialogue.save()
    client.force_login(leader())
    answer = client.post(address(underlag), {"seen": "x"}, follow=True)
    assert answer.redirect_chain == [(address(underlag, "underlag"), 302)]
    assert not Letter.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_right_nothing_is_shown_or_sent(client: Client, method: str) -> None:
    underlag = ready()
    client.force_login(staff_user(StaffRole.REGISTRAR))
    assert getattr(client, method)(address(underlag)).status_code == 403


def test_the_system_needs_no_page() -> None:
    assert verbs.issue_underlag(underlag=ready(), actor=SYSTEM).state == S.ISSUED
