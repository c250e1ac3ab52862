"""Who gets a letter on paper, what it says, and what stays a call."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django.fixtures import Settings

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.batch_queries import gaps
from dialogues.domain import sending
from dialogues.domain.correspondence import write_to_huvudman
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.new_dates import choose_new_dates
from dialogues.letters import Attachment
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterKind,
    PaperLetter,
    PaperState,
)
from dialogues.paper import CODE_HERE, lifecycle
from dialogues.turns import Side, due
from huvudman.models import Huvudman
from tests.dialogues.factories import DialogueFactory, InvitationFactory, both_agencies
from tests.dialogues.paper.factories import POSTAL, run_in, sent_batch, written
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db


def test_a_huvudman_without_email_is_invited_on_paper(settings: Settings):
    settings.BASE_URL = "http://localhost:8000"
    batch = sent_batch()
    letter = PaperLetter.objects.get()
    assert Letter.objects.count() == 0
    assert (letter.kind, letter.state, letter.batch) == ("invitation", "waiting", batch)
    assert letter.address.splitlines()[1:] == ["Storgatan 1", "981 85  KIRUNA"]
    assert "localhost:8000/svar\n" in letter.text
    assert "2 minuter" in letter.text
    assert letter.code is not None
    assert CODE_HERE in letter.text
    assert letter.code not in letter.text
    assert gaps(batch) == {
        "unreachable": 1,
        "by_post": 1,
        "only_by_phone": 0,
        "letterless": 0,
        "to_ring": 0,
        "unsure": 0,
        "to_look_at": 1,
    }


def test_without_a_postal_address_too_somebody_rings():
    batch = sent_batch(post_town="")
    assert PaperLetter.objects.count() == 0
    assert gaps(batch) == {
        "unreachable": 1,
        "by_post": 0,
        "only_by_phone": 1,
        "letterless": 1,
        "to_ring": 1,
        "unsure": 0,
        "to_look_at": 1,
    }


def test_somebody_named_is_written_to_by_name_the_skolchef_first():
    both_agencies()
    dialogue = DialogueFactory(huvudman=HuvudmanFactory(**POSTAL))
    ContactFactory(huvudman=dialogue.huvudman, name="Bo Styrelse", email="", role="chair", user=None)
    ContactFactory(huvudman=dialogue.huvudman, name="Kim Ek", email="", role="skolchef", user=None)
    letter = written(dialogue)
    assert "Att: Kim Ek" in letter.address
    assert letter.text.startswith("Hej Kim Ek!")


def test_whoever_has_email_gets_no_paper():
    sent_batch(email="skolan@example.test")
    assert (PaperLetter.objects.count(), Letter.objects.count()) == (0, 1)


def test_is_written_once():
    both_agencies()
    dialogue = DialogueFactory(huvudman=HuvudmanFactory(**POSTAL))
    assert written(dialogue) == written(dialogue)
    assert PaperLetter.objects.count() == 1


def test_text_and_address_stay_as_they_were_written():
    both_agencies()
    dialogue = DialogueFactory(huvudman=HuvudmanFactory(**POSTAL))
    before = written(dialogue)
    Huvudman.objects.update(street="Nygatan 2", name="Nytt namn AB")
    after = PaperLetter.objects.get()
    assert (after.address, after.text) == (before.address, before.text)


def test_every_letter_to_a_huvudman_goes_on_paper_with_the_pdf_enclosed():
    both_agencies()
    dialogue = DialogueFactory(huvudman=HuvudmanFactory(**POSTAL), state=DialogueState.CLOSED)
    files = [
        Attachment("mote.ics", "text/calendar; method=REQUEST", b"BEGIN"),
        Attachment("underlag.pdf", "application/pdf", b"%PDF-1.7 underlag"),
    ]
    write_to_huvudman(kind=LetterKind.CLOSED, dialogue=dialogue, occasion="closed", attachments=files)
    letter = PaperLetter.objects.get()
    assert letter.enclosure.media_type == "application/pdf"
    assert "http" not in letter.text, "an address that cannot be typed"


def test_the_answer_by_phone_is_confirmed_on_paper_and_the_invitation_not_printed():
    sent_batch()
    dialogue = Dialogue.objects.get()
    answer_invitation(
        invitation=dialogue.invitations.get(),
        answer=Answer.YES,
        given_by="Kim Ek",
        channel=Channel.PHONE,
        actor=SYSTEM,
    )
    run = lifecycle.make_run(actor=SYSTEM)
    assert list(run.letters.values_list("kind", flat=True)) == ["receipt"]
    assert PaperLetter.objects.get(kind="invitation").state == PaperState.WITHDRAWN


class TestALateAddress:
    def test_takes_the_letter_that_still_waits_from_the_printer(self):
        sent_batch()
        Huvudman.objects.update(email="skolan@example.test")
        assert sending.write_to_late_addresses(actor=SYSTEM) == 1
        assert PaperLetter.objects.get().state == PaperState.WITHDRAWN
        assert Letter.objects.get().recipient == "skolan@example.test"
        assert sending.write_to_late_addresses(actor=SYSTEM) == 0

    def test_is_too_late_when_the_letter_is_printed(self):
        sent_batch()
        lifecycle.make_run(actor=SYSTEM)
        Huvudman.objects.update(email="skolan@example.test")
        assert sending.write_to_late_addresses(actor=SYSTEM) == 0
        assert PaperLetter.objects.get().state == PaperState.IN_RUN


def test_it_is_the_huvudmans_turn_when_its_letter_is_on_paper():
    sent_batch()
    from dialogues.batch_queries import letterless

    row = Dialogue.objects.annotate(without_letter=letterless()).get()
    assert due(row, {}, Side.STAFF)[0] == Side.HUVUDMAN
    PaperLetter.objects.update(state=PaperState.WITHDRAWN)
    row = Dialogue.objects.annotate(without_letter=letterless()).get()
    assert due(row, {}, Side.STAFF)[0] == Side.STAFF


def test_a_letter_past_its_answer_date_is_not_printed():
    batch = sent_batch()
    batch.answer_by = timezone.localdate() - datetime.timedelta(days=1)
    batch.save()
    assert lifecycle.make_run(actor=SYSTEM) is None


def test_an_invitation_of_a_later_batch_has_a_code_of_its_own():
    sent_batch()
    dialogue = Dialogue.objects.get()
    first = PaperLetter.objects.get().code
    dialogue.batch = DialogueFactory().batch
    dialogue.save()
    InvitationFactory(dialogue=dialogue)
    second = written(dialogue, LetterKind.INVITATION).code
    assert first != second


class TestNewDates:
    def stopped(self) -> InvitationBatch:
        batch = sent_batch()
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.STOPPED)
        return InvitationBatch.objects.get()

    def choose(self, batch: InvitationBatch, days: int) -> InvitationBatch:
        now = timezone.now()
        return choose_new_dates(
            batch=batch,
            send_at=now + datetime.timedelta(hours=1),
            answer_by=timezone.localdate() + datetime.timedelta(days=days),
            actor=SYSTEM,
        )

    def test_a_letter_that_waits_says_the_new_day_and_keeps_its_code(self):
        batch = self.stopped()
        before = PaperLetter.objects.get()
        new = self.choose(batch, 40).answer_by
        after = PaperLetter.objects.get()
        assert date_format(new, "j F Y") in after.text
        assert (after.code, after.state) == (before.code, "waiting")
        assert after.text != before.text

    def test_not_while_a_letter_is_printed_and_not_posted(self):
        batch = sent_batch()
        lifecycle.make_run(actor=SYSTEM)
        InvitationBatch.objects.update(state=BatchState.STOPPED)
        with pytest.raises(NotPossible, match="utskrift"):
            self.choose(batch, 40)

    def test_not_earlier_than_a_posted_letter_says(self):
        batch = self.stopped()
        PaperLetter.objects.update(state="posted", run=run_in("posted"), posted_on=timezone.localdate())
        with pytest.raises(NotPossible, match="den dagen eller senare"):
            self.choose(batch, 9)
