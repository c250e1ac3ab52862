"""Two planners at one huvudman's contacts, on real connections: first the race as it is without the lock."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError

from accounts.actors import SYSTEM
from accounts.domain.machine import Conflict
from huvudman.domain import contacts
from huvudman.domain.contacts import add_contact, change_contact, contact_version
from huvudman.models import Contact
from tests.huvudman.factories import ContactFactory, HuvudmanFactory
from tests.races.test_batch_races import eventually, somebody_waits_for_a_lock
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def change_both(contact: Contact) -> list[object]:
    seen = contact_version(contact)
    return at_once(
        lambda: change_contact(contact=contact, actor=SYSTEM, seen=seen, title="Skolchef"),
        lambda: change_contact(contact=contact, actor=SYSTEM, seen=seen, telephone="08-111"),
    )


def test_without_the_lock_the_second_wipes_the_firsts(monkeypatch: pytest.MonkeyPatch) -> None:
    contact, both_have_read = ContactFactory(title="", telephone=""), threading.Barrier(2, timeout=20)

    def read(row: Contact) -> Contact:
        found = Contact.objects.get(pk=row.pk)
        both_have_read.wait()
        return found

    monkeypatch.setattr(contacts, "_lock", lambda _huvudman: None)
    monkeypatch.setattr(contacts, "_locked", read)
    assert not [one for one in change_both(contact) if isinstance(one, Exception)]
    contact.refresh_from_db()
    assert not (contact.title and contact.telephone)


def test_the_second_is_told_and_the_firsts_words_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    contact, first_in = ContactFactory(title="", telephone=""), threading.Lock()
    real = contacts._locked

    def read(row: Contact) -> Contact:
        found = real(row)
        if first_in.acquire(blocking=False):
            eventually(somebody_waits_for_a_lock)
        return found

    monkeypatch.setattr(contacts, "_locked", read)
    results = change_both(contact)
    assert [type(one) for one in results].count(Conflict) == 1
    contact.refresh_from_db()
    assert bool(contact.title) != bool(contact.telephone)


@pytest.mark.parametrize("email", ["", "eva@example.test"])
@pytest.mark.parametrize("by_change", [False, True])
def test_one_contact_is_there_once(monkeypatch: pytest.MonkeyPatch, email: str, by_change: bool) -> None:
    huvudman, first_in = HuvudmanFactory(), threading.Lock()
    real = contacts._require_new

    def look(contact: Contact) -> None:
        real(contact)
        if first_in.acquire(blocking=False):
            eventually(somebody_waits_for_a_lock)

    monkeypatch.setattr(contacts, "_require_new", look)
    other = ContactFactory(huvudman=huvudman, role="board", email=email, name="Eva Ek", user=None)
    add = lambda: add_contact(huvudman=huvudman, actor=SYSTEM, name="Eva Ek", role="chair", email=email)  # noqa: E731
    change = lambda: change_contact(contact=other, actor=SYSTEM, role="chair")  # noqa: E731
    results = at_once(add, change if by_change else add)
    assert [type(one) for one in results if isinstance(one, Exception)] == [ValidationError]
    assert Contact.objects.filter(role="chair").count() == 1
