"""Two at one huvudman's contacts, on real connections: first the race as it is without the lock."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict
from dialogues.domain import contact_checks, people
from dialogues.domain.contact_checks import ask_for_check
from dialogues.domain.people import end_colleague
from huvudman.domain import contacts
from huvudman.domain.contacts import add_contact, change_contact, contact_version
from huvudman.models import Contact, Huvudman
from huvudman.queries import writers_of
from tests.dialogues.factories import both_agencies
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

    monkeypatch.setattr(contacts, "lock_contacts", lambda _huvudman: None)
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


def two_who_write() -> tuple[Contact, Contact]:
    both_agencies()
    first = ContactFactory()
    return first, ContactFactory(huvudman=first.huvudman)


def end_each_other(first: Contact, second: Contact) -> list[object]:
    return at_once(
        lambda: end_colleague(contact=second, actor=person(first.user)),
        lambda: end_colleague(contact=first, actor=person(second.user)),
    )


def test_without_the_lock_two_who_end_each_other_leave_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two_who_write()
    both_have_looked = threading.Barrier(2, timeout=20)
    real = people._require_writers_left

    def look(huvudman: Huvudman) -> None:
        real(huvudman)
        both_have_looked.wait()

    monkeypatch.setattr(contacts, "lock_contacts", lambda _huvudman: None)
    monkeypatch.setattr(people, "lock_contacts", lambda _huvudman: None)
    monkeypatch.setattr(people, "_require_writers_left", look)
    monkeypatch.setattr(people, "_tell", lambda *_args, **_more: None)  # letters would lock the contacts
    assert not [one for one in end_each_other(first, second) if isinstance(one, Exception)]
    assert not writers_of(first.huvudman).exists()


def test_two_who_end_each_other_leave_one_who_writes() -> None:
    first, second = two_who_write()
    results = end_each_other(first, second)
    assert [type(one) for one in results if isinstance(one, Exception)] == [PermissionDenied]
    assert writers_of(first.huvudman).count() == 1


def asked_twice() -> list[object]:
    both_agencies()
    huvudman = ContactFactory().huvudman
    ask = lambda: ask_for_check(huvudman=huvudman, actor=SYSTEM)  # noqa: E731
    return at_once(ask, ask)


def test_asked_twice_at_once_there_is_one_entry_and_one_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    results = asked_twice()
    assert sorted(len(letters) for letters in results) == [0, 1]  # type: ignore[arg-type]
    both_have_looked = threading.Barrier(2, timeout=20)
    due = contact_checks.due_for_check

    def look() -> object:
        both_have_looked.wait()
        found = due()
        both_have_looked.wait()
        return found

    monkeypatch.setattr(contact_checks, "lock_contacts", lambda _huvudman: None)
    monkeypatch.setattr(contact_checks, "due_for_check", look)
    assert [len(letters) for letters in asked_twice()] == [1, 1], "both think that they have asked"  # type: ignore[arg-type]
