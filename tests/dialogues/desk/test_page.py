"""The front page: one list of everything due, late first, with counts that agree with what they lead to."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import StaffRole, User
from dialogues.desk import meetings_of
from dialogues.models import BatchState, DialogueState, MeetingKind, MeetingState
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies, seat_at
from tests.dialogues.underlag.test_browser import assert_clean
from tests.dialogues.underlag.test_browser import sign_in as sign_in_browser

pytestmark = pytest.mark.django_db

FRONT = "/personal/"


def in_days(number: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=number)


def rows(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', text)


def counts(text: str) -> dict[str, int]:
    """The number on each chip, by its address."""
    found = re.findall(
        r'<a class="chip" href="([^"]*)".*?<span class="count">([^<]*)</span>', text, re.DOTALL
    )
    return {address.replace("&amp;", "&"): int(n.replace("\u00a0", "")) for address, n in found}


def sign_in(client: Client, user: User | None = None) -> None:
    client.force_login(user or staff_user(StaffRole.PLANNER, StaffRole.LEADER))


def some_of_each(number: int) -> None:
    """So many things to do of several kinds, on batches, meetings and dialogues."""
    both_agencies()
    for _n in range(number):
        batch_in(BatchState.APPROVED)
        seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=in_days(10))
        wishes = DialogueFactory(state=DialogueState.UNDERLAG_SENT)
        seat_at(wishes, state=MeetingState.OTHER_WISHED, starts_at=in_days(5), wish="Senare")
        DialogueFactory(state=DialogueState.FEEDBACK_HELD)
        DialogueFactory(state=DialogueState.POSTPONED)


@pytest.mark.parametrize("number", [1, 3])
def test_asks_the_same_number_of_questions_for_one_of_each_and_three(
    client, number, django_assert_num_queries
) -> None:
    sign_in(client)
    some_of_each(number)
    client.get(FRONT)
    with django_assert_num_queries(18):
        response = client.get(FRONT)
    assert len(rows(response.text)) == 5 * number


def test_late_comes_first_and_undated_last(client) -> None:
    sign_in(client)
    both_agencies()
    names = {"sent": 30, "snart": 16, "sen": 2}
    for name, ahead in names.items():
        dialogue = DialogueFactory(huvudman__name=f"Skola {name}")
        seat_at(dialogue, state=MeetingState.PROPOSED, starts_at=in_days(ahead))
    text = client.get(FRONT).text
    assert [row.rsplit(" ", 1)[1] for row in rows(text)] == ["sen", "snart", "sent"]
    assert text.count("Har dröjt") == 1


def test_every_count_agrees_with_the_list_behind_it(client) -> None:
    sign_in(client)
    some_of_each(2)
    shown = counts(client.get(FRONT).text)
    kinds = {address: n for address, n in shown.items() if address.startswith("?slag=")}
    assert kinds["?slag="] == sum(n for address, n in kinds.items() if address != "?slag=") == 10
    for address, number in shown.items():
        assert len(rows(client.get(FRONT + address).text)) == number


def test_every_row_leads_somewhere_its_reader_may_go(client) -> None:
    sign_in(client)
    some_of_each(1)
    DialogueFactory(state=DialogueState.INTRODUCED)
    DialogueFactory(state=DialogueState.ACCEPTED)
    seat_at(DialogueFactory(state=DialogueState.TIME_FIXED), state=MeetingState.FIXED, starts_at=in_days(-2))
    addresses = re.findall(r'<th scope="row"><a href="([^"]*)">', client.get(FRONT).text)
    assert len(addresses) >= 8
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_it_has_pages(client) -> None:
    sign_in(client)
    DialogueFactory.create_batch(51, state=DialogueState.FEEDBACK_HELD)
    first, second = client.get(FRONT).text, client.get(FRONT, {"page": 2}).text
    assert (len(rows(first)), len(rows(second))) == (50, 1)
    assert not set(rows(first)) & set(rows(second))


def test_an_empty_list_says_what_will_come(client) -> None:
    sign_in(client)
    assert "Här visas omgångar, brev, analysunderlag, möten och samtal" in client.get(FRONT).text
    sign_in(client, staff_user(StaffRole.REGISTRAR))
    assert "Planerare och dialogledare får sina nästa steg här" in client.get(FRONT).text


@time_machine.travel("2026-11-24 09:00+01:00", tick=False)
@pytest.mark.parametrize(
    ("language", "today"), [("sv", "Tisdag 24 november 2026"), ("en", "Tuesday 24 November 2026")]
)
def test_today_is_written_as_each_language_does(client, settings, language, today) -> None:
    sign_in(client)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert today in client.get(FRONT).text


def test_each_role_sees_its_own(client) -> None:
    batch_in(BatchState.APPROVED)
    seat_at(DialogueFactory(), kind=MeetingKind.DIALOGUE, state=MeetingState.FIXED, starts_at=in_days(-1))
    sign_in(client, planner())
    assert [row.split()[0] for row in rows(client.get(FRONT).text)] == ["Schemalägg"]
    sign_in(client, leader())
    assert [row.split()[0] for row in rows(client.get(FRONT).text)] == ["Dokumentera"]


@pytest.mark.parametrize("kind", ["okänt", "faststall"])
def test_a_kind_that_is_not_the_readers_shows_nothing_and_says_so(client, kind) -> None:
    batch_in(BatchState.APPROVED)
    sign_in(client, planner())
    shown = client.get(FRONT, {"slag": kind})
    assert (shown.status_code, rows(shown.text)) == (200, [])
    assert "Urvalet visar inget för din roll" in shown.text


def test_the_meetings_of_the_coming_fortnight_are_ones_own() -> None:
    both_agencies()
    lena = leader()
    meetings = [seat_at(DialogueFactory(), starts_at=in_days(ahead)) for ahead in (1, 13, 20, -3, 5)]
    for meeting in meetings[:4]:
        during = (meeting.starts_at, meeting.ends_at)
        meeting.staff.create(user=lena, agency=lena.staff.agency, during=during)
    assert meetings_of(lena) == meetings[:2]


def test_it_is_for_staff_only(client) -> None:
    assert client.get(FRONT).status_code == 302
    client.force_login(UserFactory())
    assert client.get(FRONT).status_code == 302


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_every_value_of_a_row_is_seen(page: Page, live_server: object, client: Client) -> None:
    both_agencies()
    seat_at(DialogueFactory(), state=MeetingState.PROPOSED, starts_at=in_days(2))
    sign_in_browser(page, live_server, client, staff_user(StaffRole.PLANNER))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server}{FRONT}")
    for cell in page.locator("tbody tr").first.locator("th, td").all():
        box = cell.bounding_box()
        assert box
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390
    assert_clean(page, page.url, 390)
