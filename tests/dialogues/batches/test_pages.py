"""Omgångar: the list, the page of a batch, its buttons, and setting its times."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.sending import start_due_batches
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterState,
    StoredFile,
)
from dialogues.views.staff.batches import BUTTONS
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import CycleFactory, DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

LIST = "/personal/omgangar/"


def page_of(batch: InvitationBatch) -> str:
    return reverse("admin:batch", args=[batch.public_id])


def schedule_page(batch: InvitationBatch) -> str:
    return reverse("admin:batch_schedule", args=[batch.public_id])


def press(client: Client, batch: InvitationBatch, name: str):
    return client.post(reverse("admin:batch_button", args=[batch.public_id, name]), follow=True)


@pytest.fixture
def as_planner(client: Client) -> Client:
    client.force_login(planner())
    return client


class TestList:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, as_planner, rows, django_assert_num_queries
    ) -> None:
        for _n in range(rows):
            DialogueFactory.create_batch(2, batch=batch_in(BatchState.SENT), state=DialogueState.INVITED)
        as_planner.get(LIST)
        with django_assert_num_queries(7):
            response = as_planner.get(LIST)
        assert response.text.count('<th scope="row">') == rows

    def test_counts_the_answers_of_each_batch(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT, year=2026, number=3)
        for state in ("invited", "accepted", "time_fixed", "closed", "declined", "postponed", "postponed"):
            DialogueFactory(batch=batch, state=state)
        DialogueFactory(batch=batch_in(BatchState.DRAFT), state="planned")
        (row,) = [r for r in as_planner.get(LIST).text.split("<tr>") if ">2026:3<" in r]
        numbers = re.findall(r'<td class="num"[^>]*>([^<]*)</td>', row)
        assert numbers == ["7", "3", "2", "1", "1"]  # all, yes, later, no, silent

    def test_narrows_by_state_and_cycle(self, as_planner) -> None:
        other = CycleFactory(name="En annan", first_year=2031)
        batch_in(BatchState.DRAFT, year=2031, number=1, cycle=other)
        batch_in(BatchState.SENT, year=2026, number=2)
        assert_shows(as_planner.get(LIST, {"lage": "draft"}).text, "2031:1", not_="2026:2")
        assert_shows(as_planner.get(LIST, {"lage": "sent"}).text, "2026:2", not_="2031:1")
        assert_shows(as_planner.get(LIST, {"cykel": other.pk}).text, "2031:1", not_="2026:2")
        assert "Ingen omgång matchar" in as_planner.get(LIST, {"lage": "closed"}).text
        both = as_planner.get(LIST, {"lage": "okänt", "cykel": "1 OR 1=1"}).text
        assert "2031:1" in both
        assert "2026:2" in both

    def test_has_pages(self, as_planner) -> None:
        cycle = CycleFactory()
        for number in range(1, 52):
            batch_in(BatchState.DRAFT, cycle=cycle, year=2026, number=number)
        first, last = as_planner.get(LIST).text, as_planner.get(LIST, {"page": "2"}).text
        assert_shows(first, "2026:50", not_="2026:51")
        assert_shows(last, "2026:51", not_="2026:50")

    def test_empty_points_to_the_plan(self, as_planner) -> None:
        assert_shows(as_planner.get(LIST).text, "Inga omgångar än", "/personal/planering/")


class TestPage:
    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, as_planner, rows, django_assert_num_queries
    ) -> None:
        both_agencies()
        batch = batch_in(BatchState.SCHEDULED)
        for dialogue in DialogueFactory.create_batch(rows, batch=batch):
            ContactFactory(huvudman=dialogue.huvudman)
        start_due_batches(actor=SYSTEM)
        as_planner.get(page_of(batch))
        with django_assert_num_queries(15):
            response = as_planner.get(page_of(batch))
        assert response.text.count('class="day" data-label="Sedan"') == rows

    def test_contact_gaps_are_shown_before_approval(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        names = ["Har kontakt", "Har brevlåda", "Har ingen", "Kontakten har slutat", "Kontakt utan adress"]
        rows = [DialogueFactory(batch=batch, huvudman__name=name).huvudman for name in names]
        ContactFactory(huvudman=rows[0])
        type(rows[1]).objects.filter(pk=rows[1].pk).update(email="info@example.test")
        ContactFactory(huvudman=rows[3], valid_to=yesterday)
        ContactFactory(huvudman=rows[4], email="", user=None)
        text = as_planner.get(page_of(batch)).text
        assert_shows(text, "3 av 5 huvudmän", "saknar e-post")
        only = as_planner.get(page_of(batch), {"visa": "utan-epost"}).text
        for name in names[2:]:
            assert name in only
        for name in names[:2]:
            assert name not in only

    def test_shows_whom_each_view_names(self, as_planner) -> None:
        batch = batch_in(BatchState.SENT)
        views = {
            "inte-inbjudna": "planned",
            "inget-svar": "invited",
            "ja": "time_fixed",
            "senare": "postponed",
            "nej": "declined",
            "avbokade": "cancelled",
        }
        for view, state in views.items():
            DialogueFactory(batch=batch, huvudman__name=f"Skola {view}", state=state)
        for view in views:
            text = as_planner.get(page_of(batch), {"visa": view}).text
            assert [v for v in views if f"Skola {v}" in text] == [view]

    def test_shows_the_letters_progress(self, as_planner) -> None:
        both_agencies()
        batch = batch_in(BatchState.SCHEDULED)
        for dialogue in DialogueFactory.create_batch(3, batch=batch):
            ContactFactory(huvudman=dialogue.huvudman)
        start_due_batches(actor=SYSTEM)
        Letter.objects.filter(pk=Letter.objects.first().pk).update(state=LetterState.FAILED)
        assert_shows(
            as_planner.get(page_of(batch)).text, "0 av 3", "2 brev är på väg", "inte kunde skickas: 1."
        )

    def test_counts_huvudman_and_not_letters_and_says_who_got_none(self, as_planner) -> None:
        both_agencies()
        batch = batch_in(BatchState.SCHEDULED)
        two_letters, one_letter, *none = DialogueFactory.create_batch(4, batch=batch)
        for dialogue in (two_letters, two_letters, one_letter):
            ContactFactory(huvudman=dialogue.huvudman)
        before = as_planner.get(page_of(batch)).text
        assert_shows(before, "<strong>2 av 4 huvudmän</strong> saknar e-post", "kontakter före utskicket")
        start_due_batches(actor=SYSTEM)
        file = StoredFile.objects.create(sha256="a" * 64, size=1, media_type="message/rfc822")
        Letter.objects.update(state=LetterState.SENT, sent_at=timezone.now(), sent_bytes=file)
        after = as_planner.get(page_of(batch)).text
        assert_shows(
            after,
            "inbjudan är skickad till: 2 av 2",
            "2 huvudmän har inte fått någon: de saknade e-post och postadress.",
            "<strong>2 huvudmän</strong> nås inte med e-post",
            not_="före utskicket",
        )
        assert re.findall(r'href="\?visa=ring".*?class="count">(\d+)<', after, re.DOTALL) == ["2"]
        assert after.count("Inbjudan inte skickad") == 2
        Dialogue.objects.filter(pk__in=[row.pk for row in none]).update(state=DialogueState.ACCEPTED)
        answered = as_planner.get(page_of(batch)).text
        assert_shows(answered, "2 av 2", not_="nås inte med e-post")

    def test_pages_the_huvudman(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        for number in range(51):
            DialogueFactory(batch=batch, huvudman=HuvudmanFactory(name=f"Skola {number:02}"))
        assert_shows(as_planner.get(page_of(batch)).text, "Skola 49", not_="Skola 50")
        assert_shows(as_planner.get(page_of(batch), {"page": 2}).text, "Skola 50", not_="Skola 49")

    def test_an_unknown_batch_is_not_found(self, as_planner) -> None:
        assert as_planner.get(f"{LIST}00000000-0000-4000-8000-000000000000/").status_code == 404


class TestButtons:
    def test_a_large_batch_is_approved_by_another_planner_only(self, client, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 2
        anna, bo = planner(), planner()
        batch = batch_in(BatchState.DRAFT, prepared_by=anna)
        DialogueFactory.create_batch(3, batch=batch)
        client.force_login(anna)
        assert_shows(client.get(page_of(batch)).text, "behöver en annan planerare", not_="Godkänn omgången")
        assert "En annan planerare behöver godkänna den." in press(client, batch, "godkann").text
        client.force_login(bo)
        assert "Godkänn omgången" in client.get(page_of(batch)).text
        assert "Omgången är godkänd." in press(client, batch, "godkann").text
        batch.refresh_from_db()
        assert (batch.state, batch.approved_by) == (BatchState.APPROVED, bo)

    @pytest.mark.parametrize(
        ("name", "state", "after"),
        [
            ("aterta", BatchState.APPROVED, BatchState.DRAFT),
            ("avbryt-schemat", BatchState.SCHEDULED, BatchState.APPROVED),
            ("stoppa", BatchState.SENDING, BatchState.STOPPED),
            ("ateruppta", BatchState.STOPPED, BatchState.SCHEDULED),
        ],
    )
    def test_each_button_takes_its_step(self, as_planner, name, state, after) -> None:
        batch = batch_in(state)
        DialogueFactory(batch=batch)
        address = reverse("admin:batch_button", args=[batch.public_id, name])
        assert address in as_planner.get(page_of(batch)).text
        press(as_planner, batch, name)
        batch.refresh_from_db()
        assert batch.state == after

    def test_approval_can_be_undone_from_the_message(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        DialogueFactory(batch=batch)
        text = press(as_planner, batch, "godkann").text
        assert_shows(
            text, "Ångra", f'action="{reverse("admin:batch_button", args=[batch.public_id, "aterta"])}"'
        )

    @pytest.mark.parametrize("name", BUTTONS)
    def test_a_button_is_not_pressed_by_reading(self, as_planner, name) -> None:
        batch = batch_in(BatchState.APPROVED)
        DialogueFactory(batch=batch)
        response = as_planner.get(reverse("admin:batch_button", args=[batch.public_id, name]))
        assert response.status_code == (302 if name == "avsluta" else 405)
        batch.refresh_from_db()
        assert batch.state == BatchState.APPROVED

    def test_pressed_in_the_wrong_state_it_says_why(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        assert "är i läget ”utkast”" in press(as_planner, batch, "stoppa").text

    def test_a_page_to_close_by_leads_back_with_the_reason_when_it_is_too_late(self, as_planner) -> None:
        batch = batch_in(BatchState.CLOSED)
        address = reverse("admin:batch_close", args=[batch.public_id])
        assert "är i läget ”avslutad”" in as_planner.get(address, follow=True).text

    def test_an_unknown_button_is_not_found(self, as_planner) -> None:
        assert press(as_planner, batch_in(BatchState.DRAFT), "radera").status_code == 404


class TestSchedule:
    typed = {"day": "2026-12-01", "time": "08.00", "answer_by": "18/12 2026"}

    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    def test_times_typed_as_swedes_do_are_kept_in_stockholm_time(self, as_planner) -> None:
        batch = batch_in(BatchState.APPROVED)
        response = as_planner.post(schedule_page(batch), self.typed, follow=True)
        batch.refresh_from_db()
        assert batch.state == BatchState.SCHEDULED
        assert batch.send_at == datetime.datetime(2026, 12, 1, 7, 0, tzinfo=datetime.UTC)
        assert batch.answer_by == datetime.date(2026, 12, 18)
        assert_shows(response.text, "tisdag 1 december 2026 (vecka 49)", "veckorna kring jul och nyår")

    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    @pytest.mark.parametrize(("language", "week"), [("sv", "23 nov–27 nov"), ("en", "23 Nov.–27 Nov.")])
    def test_the_weeks_are_written_as_each_language_does(self, as_planner, settings, language, week) -> None:
        as_planner.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        assert week in as_planner.get(schedule_page(batch_in(BatchState.APPROVED))).text

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"day": "2026-11-23"}, "Välj en tid som inte har passerat."),
            ({"day": "2026-11-24", "time": "08:59"}, "Välj en tid som inte har passerat."),
            ({"answer_by": "2026-12-01"}, "minst 7 dagar på sig att svara. Välj 8\u00a0december\u00a02026"),
            ({"answer_by": "2028-12-18"}, "högst 180 dagar efter utskicket. Välj 30\u00a0maj\u00a02027"),
            ({"day": "2029-12-01"}, "Välj en dag inom två år."),
            ({"day": "den första"}, "till exempel 2027-02-15"),
            ({"time": "åtta"}, "till exempel 08.00"),
            ({"day": "2027-03-28", "time": "02:30"}, "Klockslaget finns inte den dagen"),
            ({"answer_by": ""}, "Fyll i ”Svara senast”."),
            ({"day": "2026-02-30"}, "till exempel 2027-02-15"),
        ],
    )
    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, as_planner, typed, said) -> None:
        batch = batch_in(BatchState.APPROVED)
        response = as_planner.post(schedule_page(batch), self.typed | typed)
        assert response.status_code == 422
        assert said in response.text
        for value in (self.typed | typed).values():
            assert f'value="{value}"' in response.text or not value
        batch.refresh_from_db()
        assert (batch.state, batch.send_at) == (BatchState.APPROVED, None)

    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    def test_a_batch_that_is_not_approved_cannot_be_scheduled(self, as_planner) -> None:
        batch = batch_in(BatchState.DRAFT)
        assert "är i läget ”utkast”" in as_planner.post(schedule_page(batch), self.typed).text

    @time_machine.travel("2026-12-20 09:00+01:00", tick=False)
    def test_the_coming_weeks_say_what_to_think_of(self, client) -> None:
        client.force_login(planner())
        text = client.get(schedule_page(batch_in(BatchState.APPROVED))).text
        assert_shows(text, '<th scope="row" class="num">53</th>', "torsdag: Julafton")


ROLES = [None, *StaffRole]


class TestWhoMay:
    def sign_in(self, client: Client, role: StaffRole | None) -> None:
        client.force_login(staff_user(role) if role else UserFactory())

    @pytest.mark.parametrize("role", ROLES)
    def test_staff_of_every_role_read(self, client, role) -> None:
        self.sign_in(client, role)
        batch = batch_in(BatchState.DRAFT)
        for address in (LIST, page_of(batch)):
            assert client.get(address).status_code == (200 if role else 302)

    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("name", BUTTONS)
    def test_only_planners_press_buttons(self, client, name, role) -> None:
        self.sign_in(client, role)
        batch = batch_in(BatchState.DRAFT)
        address = reverse("admin:batch_button", args=[batch.public_id, name])
        expected = 302 if role in {None, StaffRole.PLANNER} else 403
        assert client.post(address).status_code == expected
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("role", ROLES)
    def test_only_planners_schedule(self, client, role) -> None:
        self.sign_in(client, role)
        address = schedule_page(batch_in(BatchState.APPROVED))
        assert client.get(address).status_code == {None: 302, StaffRole.PLANNER: 200}.get(role, 403)

    def test_nobody_else_sees_the_buttons(self, client) -> None:
        client.force_login(leader())
        batch = batch_in(BatchState.APPROVED)
        DialogueFactory(batch=batch)
        assert_shows(client.get(page_of(batch)).text, not_="Schemalägg utskicket")

    def test_without_signing_in_there_is_nothing(self, client) -> None:
        response = client.get(page_of(batch_in(BatchState.DRAFT)))
        assert response.status_code == 302
        assert "/konto/" in response["Location"] or "login" in response["Location"]


def assert_shows(text: str, *wanted: str, not_: str = "") -> None:
    """Assert that a page says all that is wanted, and not the other."""
    for words in wanted:
        assert words in text
    assert not not_ or not_ not in text
