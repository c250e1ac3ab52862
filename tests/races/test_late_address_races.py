"""An address that comes after the batch was sent gets the invitation once, whoever looks at the same time.

With real connections. The first test shows the race as it is without the locks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import SYSTEM
from accounts.models import AuditEntry
from dialogues.domain import invitations, sending
from dialogues.domain.invitations import write_to_late_address
from dialogues.models import BatchState, Dialogue, Letter
from huvudman.domain.contacts import add_contact, end_contact
from huvudman.models import ContactRole, Huvudman
from huvudman.queries import Recipient
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory
from tests.races.test_batch_races import eventually, somebody_waits_for_a_lock
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

OLD, NEW = "gammal@skola.example", "ny@skola.example"
Change = Callable[[Huvudman], object]


def nothing(_huvudman: Huvudman) -> None:
    """The address stays as it is."""


def add(huvudman: Huvudman) -> None:
    """A contact is added, and is written to rather than the mailbox."""
    add_contact(huvudman=huvudman, name="Kim Ek", role=ContactRole.SKOLCHEF, email=NEW, actor=SYSTEM)


def change_mailbox(huvudman: Huvudman) -> None:
    """The mailbox is another one in the register."""
    Huvudman.objects.filter(pk=huvudman.pk).update(email=NEW)


@pytest.fixture
def dialogue() -> Dialogue:
    """A dialogue of a batch that has been sent, whose huvudman had no address."""
    both_agencies()
    row = DialogueFactory(batch=batch_in(BatchState.SCHEDULED))
    sending.start_due_batches(actor=SYSTEM)
    assert not Letter.objects.exists()
    return row


def beat() -> int:
    return sending.write_to_late_addresses(actor=SYSTEM)


def written() -> list[str]:
    return sorted(Letter.objects.values_list("recipient", flat=True))


def times_told() -> int:
    """How often the history says that the invitation was written after all."""
    return AuditEntry.objects.filter(verb="dialogue.written_late").count()


@pytest.fixture
def race(dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], list[object]]:
    """Two beats write to a late address, which changes when the first has read it: the second reads it before
    the first writes, unless it has to wait. Answers whether each wrote.
    """
    real = invitations.recipients_of
    first_has_read, second_has_read = threading.Event(), threading.Event()

    def read(huvudman: Huvudman) -> list[Recipient]:
        found = real(huvudman)
        if first_has_read.is_set():
            second_has_read.set()
        else:
            first_has_read.set()
            eventually(lambda: second_has_read.is_set() or somebody_waits_for_a_lock())
        return found

    def first() -> bool:
        return write_to_late_address(dialogue=dialogue, actor=SYSTEM)

    def second(change: Change) -> bool:
        assert first_has_read.wait(20)
        change(dialogue.huvudman)
        return write_to_late_address(dialogue=Dialogue.objects.get(pk=dialogue.pk), actor=SYSTEM)

    Huvudman.objects.filter(pk=dialogue.huvudman_id).update(email=OLD)
    monkeypatch.setattr(invitations, "recipients_of", read)
    return lambda change: at_once(first, lambda: second(change))


@pytest.mark.parametrize(
    ("change", "letters"), [(nothing, [OLD]), (add, [OLD, NEW]), (change_mailbox, [OLD, NEW])]
)
def test_without_the_locks_two_beats_both_write(race, monkeypatch, change, letters) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
    assert race(change) == [True, True]
    assert written() == letters, "only the letter's own row keeps the same address from another letter"
    assert times_told() == 2


@pytest.mark.parametrize("change", [nothing, add, change_mailbox])
def test_one_beat_waits_for_the_other_and_finds_that_it_has_written(race, change) -> None:
    assert race(change) == [True, False]
    assert (written(), times_told()) == ([OLD], 1)
    assert beat() == 0
    assert (written(), times_told()) == ([OLD], 1)


@pytest.mark.parametrize("come", [add, change_mailbox])
def test_an_address_that_is_being_saved_as_beat_looks_waits_for_the_next(dialogue, come) -> None:
    with transaction.atomic():
        come(dialogue.huvudman)
        assert at_once(beat) == [0]
    assert at_once(beat, beat).count(1) == 1
    assert beat() == 0
    assert (written(), times_told()) == ([NEW], 1)


@pytest.mark.parametrize("come", [add, change_mailbox])
def test_two_beats_and_the_address_at_once_make_one_letter(dialogue, come) -> None:
    *by_each, came = at_once(beat, beat, lambda: come(dialogue.huvudman))
    assert came is None
    assert [*by_each, beat()].count(1) == 1
    assert beat() == 0
    assert (written(), times_told()) == ([NEW], 1)


def test_an_address_that_goes_as_beat_reads_it_is_not_said_to_be_written_to(dialogue, monkeypatch) -> None:
    contact, real = ContactFactory(huvudman=dialogue.huvudman, email=NEW), invitations.recipients_of
    has_looked, has_gone = threading.Event(), threading.Event()

    def read(huvudman: Huvudman) -> list[Recipient]:
        has_looked.set()
        assert has_gone.wait(20)
        return real(huvudman)

    def end() -> None:
        assert has_looked.wait(20)
        end_contact(contact=contact, actor=SYSTEM)
        has_gone.set()

    monkeypatch.setattr(invitations, "recipients_of", read)
    assert at_once(beat, end)[0] == 0
    assert (written(), times_told()) == ([], 0)
    monkeypatch.setattr(invitations, "recipients_of", real)
    add(dialogue.huvudman)
    assert beat() == 1
    assert (written(), times_told()) == ([NEW], 1)
