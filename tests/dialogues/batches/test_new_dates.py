"""New dates for a batch that waits: what goes out, what is told, and what stays valid."""

from __future__ import annotations

import datetime
import uuid
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry
from dialogues.domain import sending
from dialogues.domain.batches import stop_batch
from dialogues.domain.files import read_file
from dialogues.domain.invitations import answer_invitation, is_open
from dialogues.domain.new_dates import choose_new_dates, new_date_errors
from dialogues.letters.delivery import deliver_due
from dialogues.letters.lifecycle import letters_due, send_again, step
from dialogues.models import Answer, BatchState, Channel, InvitationBatch, Letter, LetterState, StoredFile
from tests.accounts.factories import leader, planner
from tests.dialogues.batches.factories import batch_in
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

OLD, NEW = datetime.date(2026, 11, 20), datetime.date(2026, 12, 18)
SENT = datetime.datetime(2026, 11, 3, 7, 0, tzinfo=datetime.UTC)
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)
GOES_OUT = datetime.datetime(2026, 12, 1, 7, 0, tzinfo=datetime.UTC)


def waiting_batch(state: BatchState = BatchState.SCHEDULED, size: int = 3) -> InvitationBatch:
    """A batch of the autumn, with one skolchef for each huvudman."""
    both_agencies()
    batch = batch_in(state, send_at=SENT, answer_by=OLD)
    for dialogue in DialogueFactory.create_batch(size, batch=batch):
        ContactFactory(huvudman=dialogue.huvudman)
    return batch


def stopped_halfway() -> InvitationBatch:
    """A batch stopped when it was being sent: one letter has left, one waits, one is not written."""
    batch = waiting_batch()
    with time_machine.travel(SENT, tick=False):
        last = batch.dialogues.order_by("-pk")[0]
        batch.dialogues.filter(pk=last.pk).update(state="cancelled")
        sending.start_due_batches(actor=SYSTEM)
        batch.dialogues.filter(pk=last.pk).update(state="planned")
        first, waits = Letter.objects.order_by("pk")
        let_go(first)
        stop_batch(batch=batch, actor=SYSTEM)
    return batch


def let_go(*letters: Letter) -> None:
    """Deliver the letters; when they are due is the database's clock, which does not travel."""
    others = Letter.objects.exclude(pk__in=[letter.pk for letter in letters])
    states = dict(others.values_list("pk", "state"))
    others.update(state="stopped")
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(due_at=LONG_AGO)
    deliver_due()
    for pk, state in states.items():
        Letter.objects.filter(pk=pk).update(state=state)


def new_dates(batch: InvitationBatch) -> InvitationBatch:
    return choose_new_dates(batch=batch, send_at=GOES_OUT, answer_by=NEW, actor=person(planner()))


@time_machine.travel(NOW, tick=False)
def test_beat_starts_no_batch_whose_answer_date_has_come() -> None:
    batch = waiting_batch()
    assert sending.start_due_batches(actor=SYSTEM) == {}
    batch.refresh_from_db()
    assert (batch.state, Letter.objects.count()) == (BatchState.SCHEDULED, 0)


@time_machine.travel(NOW, tick=False)
def test_a_sending_that_has_dragged_on_invites_nobody_after_the_answer_date() -> None:
    batch = waiting_batch(BatchState.SENDING)
    assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 0
    assert not Letter.objects.exists()


@pytest.mark.parametrize("state", [BatchState.SCHEDULED, BatchState.STOPPED])
def test_with_new_dates_it_goes_out_then(state: BatchState) -> None:
    batch = waiting_batch(state)
    with time_machine.travel(NOW, tick=False):
        assert new_dates(batch).state == BatchState.SCHEDULED
        assert sending.start_due_batches(actor=SYSTEM) == {}
        facts = AuditEntry.objects.get(verb="invitationbatch.new_dates").facts
        assert (facts["answer_by_was"], facts["answer_by"]) == ("2026-11-20", "2026-12-18")
    with time_machine.travel(GOES_OUT, tick=False):
        assert sending.start_due_batches(actor=SYSTEM)[batch.pk].invited == 3
    assert {letter.title for letter in Letter.objects.all()} == {
        "Inbjudan till kvalitetsdialog – svara senast 18 december 2026"
    }


def test_what_was_sent_stays_valid_and_what_waits_is_written_anew(smtp_inbox) -> None:
    batch = stopped_halfway()
    sent, held = Letter.objects.order_by("pk")
    assert [sent.state, held.state] == [LetterState.SENT, LetterState.QUEUED]
    assert "20 november 2026" in held.text
    with time_machine.travel(NOW, tick=False):
        new_dates(batch)
        held.refresh_from_db()
        assert (held.due_at, "18 december 2026" in held.text) == (GOES_OUT, True)
        invitation = sent.dialogue.invitations.get()
        assert (invitation.answer_by, is_open(invitation)) == (NEW, True)
        answer_invitation(
            invitation=invitation, answer=Answer.YES, given_by="Kim", channel=Channel.LINK, actor=SYSTEM
        )
    with time_machine.travel(GOES_OUT, tick=False):
        sending.start_due_batches(actor=SYSTEM)
        let_go(*Letter.objects.filter(kind="invitation", state="queued"))
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    held.refresh_from_db()
    kept = message_from_bytes(read_file(held.sent_bytes), policy=policy.default)
    for words in (held.title, held.text, kept["Subject"], kept.get_body(["plain"]).get_content()):
        assert "18 december 2026" in words
        assert "20 november" not in words
    invitations = [m for m in smtp_inbox.messages if m["Subject"].startswith("Inbjudan")]
    assert len({m["To"] for m in invitations}) == len(invitations) == 3


def test_letters_of_a_batch_that_waits_for_new_dates_are_held(smtp_inbox) -> None:
    batch = stopped_halfway()
    InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.SCHEDULED)
    Letter.objects.update(due_at=LONG_AGO)
    with time_machine.travel(datetime.datetime(2026, 11, 20, 22, 0, tzinfo=datetime.UTC), tick=False):
        assert letters_due().count() == 1  # its last day, in Stockholm
    with time_machine.travel(NOW, tick=False):
        assert not letters_due().exists()


@time_machine.travel(NOW, tick=False)
def test_a_day_before_the_one_we_have_told_is_refused(smtp_inbox) -> None:
    batch = stopped_halfway()
    batch.invitations.update(answer_by=NEW + datetime.timedelta(days=1))
    with pytest.raises(NotPossible, match="19\u00a0december"):
        new_dates(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.answer_by) == (BatchState.STOPPED, OLD)


@pytest.mark.parametrize("state", LetterState)
@time_machine.travel(NOW, tick=False)
def test_a_day_is_told_by_a_letter_that_may_have_arrived(state: LetterState) -> None:
    letter = stopped_with_letter(LetterState.QUEUED)
    letter.batch.invitations.update(answer_by=NEW + datetime.timedelta(days=1))
    Letter.objects.update(state=state, sent_at=SENT, claim=uuid.uuid4(), claimed_at=SENT)
    may_have_arrived = state in {LetterState.SENT, LetterState.UNCERTAIN, LetterState.HANDING_OVER}
    assert bool(new_date_errors(letter.batch, GOES_OUT, NEW)) == may_have_arrived


@time_machine.travel(NOW, tick=False)
def test_a_day_is_told_to_who_has_answered() -> None:
    batch = stopped_with_letter(LetterState.QUEUED).batch
    batch.invitations.update(answer_by=NEW + datetime.timedelta(days=1))
    assert new_date_errors(batch, GOES_OUT, NEW) == {}
    answer_invitation(
        invitation=batch.invitations.get(),
        answer=Answer.NO,
        given_by="Kim",
        channel=Channel.PHONE,
        actor=person(planner()),
    )
    assert "19\u00a0december" in new_date_errors(batch, GOES_OUT, NEW)["answer_by"]


def test_stopped_before_any_letter_left_an_earlier_day_can_be_chosen() -> None:
    letter = stopped_with_letter(LetterState.QUEUED)
    InvitationBatch.objects.update(answer_by=NEW + datetime.timedelta(days=1))
    letter.batch.invitations.update(answer_by=NEW + datetime.timedelta(days=1))
    with time_machine.travel(NOW, tick=False):
        new_dates(letter.batch)
    letter.refresh_from_db()
    assert letter.batch.invitations.get().answer_by == NEW
    assert "18 december 2026" in letter.text


@time_machine.travel(NOW, tick=False)
def test_dates_are_as_sensible_as_the_first() -> None:
    batch = waiting_batch(BatchState.STOPPED)
    with pytest.raises(NotPossible, match="minst 7 dagar"):
        choose_new_dates(batch=batch, send_at=GOES_OUT, answer_by=timezone.localdate(GOES_OUT), actor=SYSTEM)


@pytest.mark.parametrize("state", sorted(set(BatchState) - {BatchState.SCHEDULED, BatchState.STOPPED}))
@time_machine.travel(NOW, tick=False)
def test_in_other_states_there_are_none(state: BatchState) -> None:
    with pytest.raises(WrongState, match="schemalagd eller stoppad"):
        new_dates(batch_in(state))


@time_machine.travel(NOW, tick=False)
def test_only_planners_choose_them() -> None:
    with pytest.raises(PermissionDenied):
        choose_new_dates(
            batch=waiting_batch(BatchState.STOPPED), send_at=GOES_OUT, answer_by=NEW, actor=person(leader())
        )


def stopped_with_letter(state: LetterState, **fields: object) -> Letter:
    """The letter of a batch that was stopped when the letter had come to a state."""
    batch = waiting_batch(size=1)
    with time_machine.travel(SENT, tick=False):
        sending.start_due_batches(actor=SYSTEM)
        stop_batch(batch=batch, actor=SYSTEM)
    letter = batch.letters.get()
    for name, value in {"state": state, **fields}.items():
        setattr(letter, name, value)
    letter.save()
    return letter


def sent_words(letter: Letter) -> str:
    """The title and the text in the bytes that are kept."""
    letter.refresh_from_db()
    kept = message_from_bytes(read_file(letter.sent_bytes), policy=policy.default)
    return f"{kept['Subject']} {kept.get_body(['plain']).get_content()}"


def test_a_claimed_letter_is_taken_back_and_says_the_new_day() -> None:
    letter = stopped_with_letter(LetterState.CLAIMED, claim=uuid.uuid4(), claimed_at=SENT)
    with time_machine.travel(NOW, tick=False):
        new_dates(letter.batch)
    assert not step(letter, to=LetterState.HANDING_OVER), "its worker has lost it"
    words = sent_words(letter)
    assert ("18 december" in words, "20 november" in words) == (True, False)
    assert (letter.state, letter.claim, letter.due_at) == (LetterState.QUEUED, None, GOES_OUT)


@pytest.mark.parametrize("state", [LetterState.FAILED, LetterState.STOPPED, LetterState.UNCERTAIN])
def test_sent_again_a_letter_that_had_ended_says_the_new_day_and_waits_for_it(state) -> None:
    handed_over = None if state == LetterState.STOPPED else SENT
    letter = stopped_with_letter(state, handed_over_at=handed_over)
    was = letter.sent_bytes_id
    with time_machine.travel(NOW, tick=False):
        new_dates(letter.batch)
        assert "20 november" in sent_words(letter), "what may have been delivered is kept"
        send_again(letter=letter, reason="igen", actor=SYSTEM)
    words = sent_words(letter)
    assert ("18 december" in words, "20 november" in words) == (True, False)
    assert (letter.state, letter.due_at) == (LetterState.QUEUED, GOES_OUT)
    facts = AuditEntry.objects.get(verb="letter.queued", subject_id=letter.pk).facts
    assert facts["sent_bytes_was"] == was
    assert StoredFile.objects.filter(pk=was).exists()


def test_handed_over_after_the_new_dates_an_uncertain_letter_keeps_its_bytes() -> None:
    letter = stopped_with_letter(LetterState.QUEUED)
    with time_machine.travel(NOW, tick=False):
        new_dates(letter.batch)
    letter.refresh_from_db()
    was = letter.sent_bytes_id
    after = GOES_OUT + datetime.timedelta(minutes=1)
    Letter.objects.update(state=LetterState.UNCERTAIN, handed_over_at=after)
    with time_machine.travel(after + datetime.timedelta(hours=1), tick=False):
        again = send_again(letter=letter, reason="igen", actor=SYSTEM)
        assert (again.sent_bytes_id, again.due_at) == (was, timezone.now())


def test_while_a_letter_is_being_handed_over_they_wait() -> None:
    letter = stopped_with_letter(LetterState.HANDING_OVER, claim=uuid.uuid4(), claimed_at=SENT)
    with time_machine.travel(NOW, tick=False), pytest.raises(NotPossible, match="lämnas över just nu"):
        new_dates(letter.batch)
    letter.refresh_from_db()
    assert "20 november 2026" in letter.text
    assert letter.batch.answer_by == OLD
