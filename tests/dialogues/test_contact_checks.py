"""Once a year a huvudman is asked whether its people are right: kindly, once, and rung if nobody answers."""

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict
from accounts.models import AuditEntry
from dialogues.desk import contacts as desk_contacts
from dialogues.desk.kinds import kinds_for
from dialogues.desk.todo import Desk, waiting
from dialogues.domain.contact_checks import (
    ask_all,
    ask_for_check,
    confirm_people,
    due_for_check,
    people_version,
)
from dialogues.domain.people import change_colleague
from dialogues.letters.relevance import why_not_send
from dialogues.models import DialogueState, Letter, LetterKind, Receipt, Sent
from huvudman.domain.contacts import confirm_contact, end_contact
from huvudman.models import Access, Huvudman
from huvudman.queries import contacts_to_check, people_of
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import both_agencies, dialogue_with_contact
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
WORKING_DAY = datetime.datetime(2026, 11, 25, 9, 40, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def on_a_working_day():
    with time_machine.travel(WORKING_DAY, tick=False):
        yield


@pytest.fixture
def huvudman() -> Huvudman:
    both_agencies()
    return HuvudmanFactory()


def known_since(huvudman: Huvudman, days: int, **fields):
    """A contact that was written so many days ago."""
    return ContactFactory(huvudman=huvudman, valid_from=timezone.localdate() - days * DAY, **fields)


def letters() -> list[Letter]:
    return list(Letter.objects.filter(kind=LetterKind.CONTACT_CHECK).select_related("contact", "dialogue"))


def confirm(huvudman: Huvudman, user) -> Receipt | None:
    seen = people_version(people_of(huvudman))
    return confirm_people(huvudman=huvudman, seen=seen, actor=person(user))


@pytest.mark.parametrize(
    ("known", "confirmed", "ends_in", "asks"),
    [
        (364, None, None, False),
        (365, None, None, True),
        (800, 364, None, False),
        (800, 365, None, True),
        (800, 30, 60, False),
        (800, 60, 60, True),
        (800, 60, 61, False),
        (30, None, 10, False),
        (800, None, -1, False),
        (-5, None, None, False),
    ],
)
def test_when_a_contact_asks(huvudman, known, confirmed, ends_in, asks):
    now = timezone.now()
    contact = known_since(
        huvudman,
        known,
        confirmed_at=None if confirmed is None else now - confirmed * DAY,
        valid_to=None if ends_in is None else timezone.localdate() + ends_in * DAY,
    )
    assert list(contacts_to_check()) == ([contact] if asks else [])
    assert [c.asks for c in people_of(huvudman)] == ([] if ends_in == -1 else [asks])


class TestConfirming:
    def test_one_click_confirms_all_and_is_receipted(self, huvudman):
        user = known_since(huvudman, 400, name="Anna Ek").user
        known_since(huvudman, 10, name="Olle", access=Access.READ, role="chair")
        receipt = confirm(huvudman, user)
        assert (receipt.kind, receipt.huvudman) == (Sent.CHECKED, huvudman)
        assert "Anna Ek" in receipt.body
        assert "Olle" in receipt.body
        assert not contacts_to_check().exists()
        assert AuditEntry.objects.filter(verb="contact.confirm").count() == 2
        assert [letter.recipient for letter in Letter.objects.filter(kind=LetterKind.SENT)] == [user.email]

    def test_twice_is_once(self, huvudman):
        user = known_since(huvudman, 400).user
        assert confirm(huvudman, user)
        assert confirm(huvudman, user) is None
        assert Receipt.objects.count() == 1

    def test_a_list_that_was_changed_meanwhile_is_read_again(self, huvudman):
        user = known_since(huvudman, 400).user
        seen = people_version(people_of(huvudman))
        known_since(huvudman, 1)
        with pytest.raises(Conflict):
            confirm_people(huvudman=huvudman, seen=seen, actor=person(user))
        assert not Receipt.objects.exists()

    @pytest.mark.parametrize("who", ["reader", "stranger", "leader", "system"])
    def test_only_who_writes_confirms(self, huvudman, who):
        known_since(huvudman, 400)
        actor = {
            "reader": lambda: person(known_since(huvudman, 400, access=Access.READ).user),
            "stranger": lambda: person(ContactFactory().user),
            "leader": lambda: person(leader()),
            "system": lambda: SYSTEM,
        }[who]()
        with pytest.raises(PermissionDenied):
            confirm_people(huvudman=huvudman, seen=people_version(people_of(huvudman)), actor=actor)


class TestAsking:
    def test_those_who_write_get_a_letter_once_a_year(self, huvudman):
        writer = known_since(huvudman, 400, name="Anna Ek")
        known_since(huvudman, 400, access=Access.READ)
        for _n in range(2):
            ask_all(actor=SYSTEM)
        assert [letter.contact for letter in letters()] == [writer]
        assert "Anna Ek" in letters()[0].text
        assert "svara Ja med ett tryck" in letters()[0].text
        with time_machine.travel(WORKING_DAY + 364 * DAY):
            ask_all(actor=SYSTEM)
            assert len(letters()) == 1
        with time_machine.travel(WORKING_DAY + 366 * DAY):
            ask_all(actor=SYSTEM)
            assert len(letters()) == 2

    def test_where_nobody_writes_the_readers_are_asked_to_ring(self, huvudman):
        reader = known_since(huvudman, 400, access=Access.READ)
        ask_all(actor=SYSTEM)
        assert [letter.contact for letter in letters()] == [reader]
        assert "Ring oss" in letters()[0].text
        assert "med ett tryck" not in letters()[0].text

    def test_nobody_is_asked_without_need(self, huvudman):
        known_since(huvudman, 10)
        known_since(HuvudmanFactory(), 400, email="", user=None)
        known_since(HuvudmanFactory(active_to=timezone.localdate() - DAY), 400)
        assert ask_all(actor=SYSTEM) == 0
        assert letters() == []

    def test_a_days_share_is_never_passed(self, settings, huvudman):
        settings.CONTACT_CHECKS_A_DAY = 2
        for _n in range(3):
            known_since(HuvudmanFactory(), 400)
        assert [ask_all(actor=SYSTEM) for _n in range(2)] == [2, 0]
        with time_machine.travel(WORKING_DAY + DAY):
            assert ask_all(actor=SYSTEM) == 1
        settings.CONTACT_CHECKS_A_DAY = 0
        known_since(HuvudmanFactory(), 400)
        assert ask_all(actor=SYSTEM) == 0

    def test_no_letters_on_a_day_off(self, huvudman):
        known_since(huvudman, 400)
        with time_machine.travel(datetime.datetime(2026, 11, 29, 10, tzinfo=datetime.UTC)):
            assert ask_all(actor=SYSTEM) == 0

    def test_one_that_fails_keeps_no_letter_from_the_others(self, huvudman, monkeypatch):
        known_since(huvudman, 400)
        known_since(HuvudmanFactory(), 400)
        real = ask_for_check

        def ask(*, huvudman: Huvudman, actor) -> list[Letter]:
            if huvudman == first:
                raise RuntimeError
            return real(huvudman=huvudman, actor=actor)

        first = due_for_check()[0]
        monkeypatch.setattr("dialogues.domain.contact_checks.ask_for_check", ask)
        assert ask_all(actor=SYSTEM) == 1

    def test_a_person_may_not_ask(self, huvudman):
        known_since(huvudman, 400)
        with pytest.raises(PermissionDenied):
            ask_for_check(huvudman=huvudman, actor=person(planner()))

    def test_the_letter_is_not_sent_when_it_was_confirmed_meanwhile(self, huvudman):
        writer = known_since(huvudman, 400)
        ask_all(actor=SYSTEM)
        assert why_not_send(letters()[0]) == ""
        confirm(huvudman, writer.user)
        assert "bekräftade" in why_not_send(letters()[0])


class TestDesk:
    def rows(self) -> list[Huvudman]:
        return list(desk_contacts.unconfirmed(Desk.of(planner())))

    def test_somebody_rings_when_nobody_has_answered_for_a_month(self, huvudman):
        known_since(huvudman, 400)
        ask_all(actor=SYSTEM)
        assert self.rows() == []
        with time_machine.travel(WORKING_DAY + 30 * DAY):
            assert self.rows() == [huvudman]
            assert self.rows()[0].due == (WORKING_DAY + 30 * DAY).date()
            user = planner()
            listed = waiting(kinds_for(user), Desk.of(user))
            todo = listed.read(listed.only("kontakter"))[0]
            assert huvudman.name in todo.what
            assert todo.url == reverse("admin:huvudman", args=[huvudman.public_id])
            assert not [kind for kind in kinds_for(leader()) if kind.key == "kontakter"]

    @pytest.mark.parametrize("how", ["by the huvudman", "by telephone", "everybody has left"])
    def test_it_is_done_when_somebody_has_said_so(self, huvudman, how):
        contact = known_since(huvudman, 400)
        ask_all(actor=SYSTEM)
        with time_machine.travel(WORKING_DAY + 31 * DAY):
            assert self.rows() == [huvudman]
            if how == "by the huvudman":
                confirm(huvudman, contact.user)
            elif how == "by telephone":
                confirm_contact(contact=contact, actor=person(planner()))
            else:
                end_contact(contact=contact, actor=person(planner()))
            assert self.rows() == []


class TestPages:
    def front(self, huvudman: Huvudman) -> str:
        return reverse("portal_huvudman", args=[huvudman.public_id])

    @pytest.mark.parametrize("with_dialogue", [True, False])
    def test_the_question_stands_on_the_front_page_until_answered(self, client, huvudman, with_dialogue):
        if with_dialogue:
            dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
            huvudman = dialogue.huvudman
        else:
            user = known_since(huvudman, 400).user
        client.force_login(user)
        answer = client.get(self.front(huvudman))
        assert "Stämmer uppgifterna?" in answer.text
        done = client.post(
            reverse("portal_people_confirm", args=[huvudman.public_id]),
            {"seen": answer.context["check"]},
            follow=True,
        )
        assert "Tack! Uppgifterna är bekräftade" in done.text
        assert "Stämmer uppgifterna?" not in client.get(self.front(huvudman)).text

    def test_a_reader_is_not_asked(self, client, huvudman):
        known_since(huvudman, 400)
        client.force_login(known_since(huvudman, 400, access=Access.READ).user)
        assert "Stämmer uppgifterna?" not in client.get(self.front(huvudman)).text
        people = reverse("portal_people", args=[huvudman.public_id])
        assert "Stämmer uppgifterna?" not in client.get(people).text

    def test_a_changed_list_is_shown_again(self, client, huvudman):
        writer = known_since(huvudman, 400)
        client.force_login(writer.user)
        path = reverse("portal_people_confirm", args=[huvudman.public_id])
        seen = client.get(self.front(huvudman)).context["check"]
        change_colleague(contact=writer, actor=person(writer.user), title="förvaltningschef")
        page = client.post(path, {"seen": seen}, follow=True).text
        assert "Listan har ändrats medan sidan var öppen" in page
        assert "Stämmer uppgifterna?" in page

    def test_opening_the_buttons_address_changes_nothing(self, client, huvudman):
        client.force_login(known_since(huvudman, 400).user)
        answer = client.get(reverse("portal_people_confirm", args=[huvudman.public_id]))
        assert answer.status_code == 302
        assert not Receipt.objects.exists()

    def test_the_list_of_those_to_ask_takes_one_query(self, huvudman):
        for _n in range(3):
            known_since(HuvudmanFactory(), 400)
        with CaptureQueriesContext(connection) as queries:
            assert len(due_for_check()) == 3
        assert len(queries) == 1
