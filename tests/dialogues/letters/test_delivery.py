"""Letters over real SMTP to a server that takes, refuses, hangs and hangs up."""

import datetime
import threading

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from dialogues.domain.files import read_file
from dialogues.letters import Attachment, delivery, queue_letter
from dialogues.letters.delivery import backoff, deliver_due
from dialogues.letters.keeping import keep_bytes
from dialogues.letters.tasks import deliver_letters
from dialogues.models import (
    DialogueState,
    Letter,
    LetterKind,
)
from dialogues.models import LetterState as S
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.letters import postmaster as office
from tests.dialogues.letters.factories import LetterFactory, letter_in
from tests.dialogues.letters.postmaster import Postmaster
from tests.dialogues.letters.workers import broker_at

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_many_letters_go_over_one_connection_and_what_was_sent_is_kept(postmaster: Postmaster) -> None:
    LetterFactory.create_batch(7)
    assert deliver_due() is False
    assert states() == [S.SENT] * 7
    assert postmaster.connections == 1
    for letter, taken in zip(Letter.objects.order_by("pk"), postmaster.taken, strict=True):
        assert letter.sent_bytes is not None
        assert read_file(letter.sent_bytes) == taken
        assert b"\n" not in taken.replace(b"\r\n", b"")
        assert letter.attempts == 1
        assert letter.last_reply == "250 ok"
        assert letter.sent_at >= letter.handed_over_at >= letter.claimed_at >= letter.due_at
    assert postmaster.envelopes[0] == (
        "kvalitetsdialog@skolverket.example",
        [Letter.objects.earliest("pk").recipient],
    )


def test_each_step_is_in_the_audit_log(postmaster: Postmaster) -> None:
    letter = LetterFactory()
    deliver_due()
    entries = AuditEntry.objects.filter(subject_id=letter.pk).order_by("pk")
    assert [e.verb for e in entries] == ["letter.claimed", "letter.handing_over", "letter.sent"]
    assert entries[2].facts == {"was": "handing_over", "reply": "250 ok", "attempt": 1}


def test_what_was_queued_arrives_as_written(postmaster: Postmaster) -> None:
    AgencyFactory(code="spsm")
    dialogue = DialogueFactory(state=DialogueState.CLOSED)
    queue_letter(
        kind=LetterKind.CLOSED,
        dialogue=dialogue,
        recipient="asa@skola.example",
        recipient_name="Åsa",
        attachments=[Attachment("underlag åäö.pdf", "application/pdf", b"%PDF-\r\n\x00\xff")],
        agency="spsm",
    )
    deliver_due()
    message = postmaster.messages[0]
    assert message["Subject"] == "Tack för kvalitetsdialogen"
    assert message["To"] == "Åsa <asa@skola.example>"
    assert message["From"] == "SPSM <kvalitetsdialog@spsm.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Tack för att" in message.get_body(("plain",)).get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "underlag åäö.pdf"
    assert attached.get_content() == b"%PDF-\r\n\x00\xff"


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("reply", "becomes"),
    [("451 later", S.RETRY), ("421 too many", S.RETRY), ("550 no such person", S.FAILED)],
)
def test_a_refusal_is_noted_and_the_next_letter_goes(
    postmaster: Postmaster, stage: str, reply: str, becomes: str
) -> None:
    LetterFactory.create_batch(2)
    postmaster.plan[stage] = [reply]
    deliver_due()
    assert states() == [becomes, S.SENT]
    refused = Letter.objects.earliest("pk")
    assert refused.last_reply == reply
    assert refused.attempts == 1
    if becomes == S.RETRY:
        wait = refused.due_at - timezone.now()
        assert datetime.timedelta(seconds=40) < wait < datetime.timedelta(seconds=80)


def test_a_retried_letter_goes_out_with_the_same_bytes(postmaster: Postmaster) -> None:
    letter = LetterFactory()
    postmaster.plan["data"] = ["452 full"]
    deliver_due()
    first = Letter.objects.get().sent_bytes
    Letter.objects.update(due_at=timezone.now())
    deliver_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.sent_bytes) == (S.SENT, 2, first)
    assert len(postmaster.taken) == 1


def test_it_gives_up_after_many_attempts(postmaster: Postmaster, settings) -> None:
    settings.LETTER_ATTEMPTS = 3
    letter = letter_in(S.RETRY, attempts=2)
    postmaster.plan["rcpt"] = ["450 greylisted"]
    deliver_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (S.FAILED, 3)


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_server_that_hangs_up_before_the_letter_is_whole_is_tried_again(
    postmaster: Postmaster, stage: str
) -> None:
    LetterFactory.create_batch(2)
    postmaster.plan[stage] = [office.HANG_UP]
    deliver_due()
    assert states() == [S.RETRY, S.SENT]


@pytest.mark.parametrize("stage", ["mail", "rcpt"])
def test_a_server_that_hangs_before_the_letter_is_whole_is_tried_again(
    postmaster: Postmaster, stage: str, settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    LetterFactory.create_batch(2)
    postmaster.plan[stage] = [office.HANG]
    deliver_due()
    assert states() == [S.RETRY, S.SENT]
    assert postmaster.times_taken.total() == 1


@pytest.mark.parametrize("deed", [office.HANG_UP, office.HANG, office.TAKE_AND_HANG_UP, office.TAKE_AND_HANG])
def test_no_answer_after_the_whole_letter_is_uncertain_and_never_resent(
    postmaster: Postmaster, deed: str, settings
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    lost, _fine = LetterFactory.create_batch(2)
    postmaster.plan["data"] = [deed]
    deliver_due()
    assert states() == [S.UNCERTAIN, S.SENT]
    lost.refresh_from_db()
    assert "SMTPServerDisconnected" in lost.last_reply
    postmaster.release()
    deliver_due()
    assert max(postmaster.times_taken.values()) == 1
    assert Letter.objects.get(pk=lost.pk).state == S.UNCERTAIN


def test_no_server_at_all_puts_all_off_without_handing_any_over(settings) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.free_port()
    LetterFactory.create_batch(3)
    assert deliver_due() is False
    assert states() == [S.RETRY] * 3
    for letter in Letter.objects.all():
        assert "ConnectionRefusedError" in letter.last_reply
        assert letter.sent_bytes is None


def test_a_run_ends_when_its_time_is_out_and_says_that_there_is_more(postmaster: Postmaster) -> None:
    LetterFactory.create_batch(2)
    assert deliver_due(budget=0) is True
    assert states() == [S.QUEUED] * 2
    assert Letter.objects.filter(claim__isnull=False).count() == 0


def test_help_is_asked_for_once_and_only_for_many(postmaster: Postmaster, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "CLAIM_SIZE", 2)
    asked: list[int] = []
    LetterFactory()
    deliver_due(ask_for_help=lambda: asked.append(1))
    assert asked == []
    LetterFactory.create_batch(5)
    deliver_due(ask_for_help=lambda: asked.append(1))
    assert asked == [1]
    assert states() == [S.SENT] * 6


def test_without_a_broker_to_ask_for_help_all_is_sent_alone(postmaster: Postmaster, monkeypatch) -> None:
    monkeypatch.setattr(delivery, "CLAIM_SIZE", 2)
    LetterFactory.create_batch(5)
    with broker_at(f"redis://127.0.0.1:{office.free_port()}/0"):
        deliver_letters()
    assert states() == [S.SENT] * 5


def test_a_letter_asks_the_database_twice(postmaster: Postmaster, django_assert_num_queries) -> None:
    written(1)
    deliver_due()
    for letters in (1, 3):
        written(letters)
        with django_assert_num_queries(11 + 2 * letters):
            deliver_due()


def written(letters: int) -> None:
    """Letters with their bytes built, as `queue_letter` leaves them."""
    for letter in LetterFactory.create_batch(letters):
        Letter.objects.filter(pk=letter.pk).update(sent_bytes=keep_bytes(letter))


def test_each_letter_has_all_its_headers(postmaster: Postmaster) -> None:
    LetterFactory.create_batch(3)
    deliver_due()
    of_its_own = {"To", "Date", "Message-ID", "Content-Type"}
    heads = [
        [(name, value) for part in message.walk() for name, value in part.items() if name not in of_its_own]
        for message in postmaster.messages
    ]
    assert heads[0] == heads[1] == heads[2]
    assert ("Subject", "Inbjudan till kvalitetsdialog") in heads[0]
    for message in postmaster.messages:
        kinds = [part.get_content_type() for part in message.walk()]
        assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_a_letter_that_cannot_be_built_does_not_hold_up_the_others(postmaster: Postmaster) -> None:
    broken = LetterFactory(due_at=timezone.now() - datetime.timedelta(hours=1))
    stored = letter_in(S.SENT).sent_bytes
    broken.attachments.create(file=stored, name="a.pdf", media_type="application/pdf")
    default_storage.delete(stored.file.name)
    fine = LetterFactory()
    deliver_due()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.state, fine.state) == (S.RETRY, S.SENT)
    assert "FileNotFoundError" in broken.last_reply


@pytest.mark.parametrize(
    "address", ["kein@@ort.example", "å@skola.example", "a b@c.example", "a@" + "x" * 70]
)
def test_an_address_that_none_can_send_to_fails_with_words(postmaster: Postmaster, address: str) -> None:
    letter = LetterFactory(recipient=address)
    deliver_due()
    letter.refresh_from_db()
    assert letter.state == S.FAILED
    assert letter.last_reply.startswith("adressen går inte att skicka till")
    assert postmaster.taken == []


def test_an_address_in_a_swedish_domain_is_sent_in_ascii(postmaster: Postmaster) -> None:
    LetterFactory(recipient="info@räksmörgås.example")
    deliver_due()
    assert postmaster.envelopes[0][1] == ["info@xn--rksmrgs-5wao1o.example"]


@pytest.mark.django_db(transaction=True)
def test_a_reply_that_comes_after_the_sweep_is_believed(postmaster: Postmaster, settings) -> None:
    letter = LetterFactory()
    postmaster.plan["data"] = [office.TAKE_AND_HANG]
    worker = threading.Thread(target=_deliver_and_close)
    worker.start()
    assert postmaster.hanging.wait(10)
    Letter.objects.update(state=S.UNCERTAIN)
    postmaster.release()
    worker.join(10)
    letter.refresh_from_db()
    assert (letter.state, letter.last_reply) == (S.SENT, "250 ok")


def _deliver_and_close() -> None:
    deliver_due()
    connection.close()


def test_waits_grow_to_four_hours_give_or_take_a_fifth() -> None:
    hour = datetime.timedelta(hours=1)
    for _n in range(200):
        assert hour / 75 <= backoff(1) <= hour / 50
        assert hour * 64 / 75 <= backoff(7) <= hour * 64 / 50
        assert hour * 3.2 <= backoff(30) <= hour * 4.8
    assert len({backoff(3) for _n in range(20)}) > 1
