"""The pages of a batch that waits or ends: stopped, with new dates, closed."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain.invitations import invite
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Letter,
)
from tests.accounts.factories import planner
from tests.dialogues.answers import give
from tests.dialogues.batches.factories import batch_in, waiting_letter
from tests.dialogues.batches.test_pages import assert_shows, page_of, press
from tests.dialogues.factories import DialogueFactory, InvitationFactory, both_agencies
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

TYPED = {"day": "2026-12-01", "time": "08.00", "answer_by": "18/12 2026"}


@pytest.fixture
def as_planner(client):
    client.force_login(planner())
    return client


def test_closing_asks_first(as_planner) -> None:
    batch = batch_in(BatchState.SENT, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    DialogueFactory.create_batch(2, batch=batch, state="invited")
    address = reverse("admin:batch_close", args=[batch.public_id])
    assert address in as_planner.get(page_of(batch)).text
    question = f"Vill du avsluta omgång {batch.year}:{batch.number}?"
    words = [question, "2 huvudmän har inte svarat", "Det går inte att ångra"]
    assert_shows(as_planner.get(address).text, *words)
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    as_planner.post(address)
    batch.refresh_from_db()
    assert batch.state == BatchState.CLOSED


def test_closing_names_those_who_never_got_an_invitation(as_planner) -> None:
    batch = batch_in(BatchState.SENT, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    rows = DialogueFactory.create_batch(3, batch=batch, state="invited")
    letter = waiting_letter(batch)
    Letter.objects.filter(pk=letter.pk).update(dialogue=rows[0])
    text = as_planner.get(reverse("admin:batch_close", args=[batch.public_id])).text
    links = [reverse("admin:dialogue", args=[row.public_id]) for row in rows]
    assert [link in text for link in links] == [False, True, True]
    assert_shows(text, "3 huvudmän har inte svarat", "2 av dem har inte fått någon inbjudan", page_of(batch))
    Dialogue.objects.update(state=DialogueState.ACCEPTED)
    text = as_planner.get(reverse("admin:batch_close", args=[batch.public_id])).text
    assert "har inte fått någon inbjudan" not in text


@pytest.mark.parametrize("state", [BatchState.SCHEDULED, BatchState.STOPPED])
@time_machine.travel("2026-11-24 09:00+01:00", tick=False)
def test_the_page_of_a_batch_whose_answer_date_has_come_leads_to_them(as_planner, state) -> None:
    sent = datetime.datetime(2026, 10, 20, 7, 0, tzinfo=datetime.UTC)
    batch = batch_in(state, send_at=sent, answer_by=datetime.date(2026, 11, 20))
    DialogueFactory(batch=batch)
    address = reverse("admin:batch_new_dates", args=[batch.public_id])
    text = as_planner.get(page_of(batch)).text
    assert_shows(text, "Svarsdatumet har kommit", address, not_="Återuppta utskicket")
    assert_shows(as_planner.get(address).text, "Spara de nya datumen", not_="2026-11-20")
    response = as_planner.post(address, TYPED, follow=True)
    assert_shows(response.text, "Svar senast fredag 18 december 2026", not_="Svarsdatumet har kommit")
    batch.refresh_from_db()
    assert (batch.state, batch.answer_by) == (BatchState.SCHEDULED, datetime.date(2026, 12, 18))


@time_machine.travel("2026-11-24 09:00+01:00", tick=False)
def test_a_day_before_the_one_we_have_told_is_refused_at_its_field(as_planner) -> None:
    batch = batch_in(BatchState.STOPPED, answer_by=datetime.date(2026, 12, 30))
    invitation = InvitationFactory(dialogue=DialogueFactory(batch=batch, state="invited"))
    give(invitation, Answer.LATER, channel=Channel.PHONE)
    address = reverse("admin:batch_new_dates", args=[batch.public_id])
    response = as_planner.post(address, TYPED)
    assert response.status_code == 422
    assert "besvaras till och med 30\u00a0december\u00a02026" in response.text
    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED


@time_machine.travel("2026-11-24 09:00+01:00", tick=False)
def test_a_day_that_no_letter_has_told_is_not_said_to_be_told(as_planner):
    batch = batch_in(BatchState.STOPPED, answer_by=datetime.date(2026, 12, 30))
    InvitationFactory(dialogue=DialogueFactory(batch=batch, state="invited"))
    page = as_planner.post(reverse("admin:batch_new_dates", args=[batch.public_id]), TYPED, follow=True)
    assert_shows(page.text, "Svar senast fredag 18 december 2026", not_="har fått en inbjudan")


def test_while_it_is_stopped_the_letters_are_held_and_not_under_way(as_planner):
    both_agencies()
    batch = batch_in(BatchState.SENDING)
    invited, _left = DialogueFactory.create_batch(2, batch=batch)
    ContactFactory(huvudman=invited.huvudman)
    invite(dialogue=invited, actor=SYSTEM)
    words = "Kvar att bjuda in: 1 av 2 huvudmän"
    assert_shows(as_planner.get(page_of(batch)).text, words, "1 brev är på väg", not_="hålls kvar")
    page = press(as_planner, batch, "stoppa").text
    assert_shows(page, words, "1 brev hålls kvar tills utskicket återupptas", not_="är på väg")


@pytest.mark.parametrize("is_invited", [True, False])
def test_it_can_be_taken_from_the_schedule_only_while_nobody_is_invited(as_planner, is_invited):
    batch = batch_in(BatchState.SCHEDULED)
    dialogue = DialogueFactory(batch=batch)
    if is_invited:
        InvitationFactory(dialogue=dialogue)
    page = as_planner.get(page_of(batch)).text
    assert ("Ta bort från schemat" in page) != is_invited
    pressed = press(as_planner, batch, "avbryt-schemat").text
    assert ("Omgången är inte längre schemalagd." in pressed) != is_invited


def test_who_must_wait_for_another_planner_is_told_of_whom_it_is_asked(client, settings):
    settings.SECOND_APPROVAL_ABOVE = 2
    anna = planner()
    batch = batch_in(BatchState.DRAFT, prepared_by=anna)
    DialogueFactory.create_batch(3, batch=batch)
    client.force_login(anna)
    assert_shows(
        client.get(page_of(batch)).text,
        "Eftersom den har fler än 2 huvudmän behöver en annan planerare godkänna den.",
    )
