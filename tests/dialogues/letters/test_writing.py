"""Writing letters: the texts, and one row for each occasion."""

import datetime
import re
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from dialogues.domain.files import read_file
from dialogues.letters import Attachment, queue_letter
from dialogues.models import Dialogue, Letter, LetterKind, LetterState
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory, MeetingFactory
from tests.dialogues.letters.contexts import context_for
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

NOT_OUR_WORDS = re.compile(
    r"brist|åtgärdskrav|försenad|granska|inspektion|tillsyn|kontrollera|krav\b|måste|anmodan", re.IGNORECASE
)
FOR_STAFF = [LetterKind.TIME_FIXED, LetterKind.FEEDBACK, LetterKind.CANCELLED, LetterKind.BRIEF]


@pytest.fixture
def dialogue() -> Dialogue:
    AgencyFactory()
    return DialogueFactory(huvudman__name="Åsa & Öste <förskola> AB")


def write(kind: LetterKind, dialogue: Dialogue, **more: object) -> Letter:
    context = context_for(kind, dialogue)
    return queue_letter(kind=kind, dialogue=dialogue, recipient="a@b.example", context=context, **more)


@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_says_what_a_huvudman_needs_in_both_forms(kind: LetterKind, dialogue: Dialogue) -> None:
    letter = write(kind, dialogue)
    assert letter.state == LetterState.QUEUED
    assert letter.title
    assert "\n" not in letter.title
    for body in (letter.text, letter.html):
        assert "Ring oss i stället" in body
        assert settings.CONTACT_PHONE in body  # as on every page
        assert "frivilliga" in body
        assert "Skolverket" in body
    assert "Åsa & Öste <förskola> AB" in letter.text
    assert "Åsa &amp; Öste &lt;förskola&gt; AB" in letter.html
    assert "<förskola>" not in letter.html


@pytest.mark.parametrize("kind", LetterKind)
def test_no_word_of_an_inspection(kind: LetterKind, dialogue: Dialogue) -> None:
    letter = write(kind, dialogue)
    assert not NOT_OUR_WORDS.search(letter.title + letter.text + letter.html)


@pytest.mark.parametrize(
    "kind", sorted(set(LetterKind) - {LetterKind.CANCELLED, LetterKind.MEETING_CANCELLED})
)
def test_the_time_it_takes_is_told(kind: LetterKind, dialogue: Dialogue) -> None:
    assert re.search(r"ungefär \d+ minut", write(kind, dialogue).text)


@pytest.mark.parametrize("kind", FOR_STAFF)
def test_staff_get_words_of_their_own(kind: LetterKind, dialogue: Dialogue) -> None:
    letter = queue_letter(
        kind=kind,
        dialogue=dialogue,
        recipient="leader@skolverket.example",
        context={"meeting": MeetingFactory(batch=dialogue.batch), "for_staff": True},
    )
    assert dialogue.huvudman.name in letter.title
    for body in (letter.text, letter.html):
        assert "Du " in body
        assert "Ring oss" not in body
        assert "frivilliga" not in body


def test_meeting_times_are_told_in_stockholm(dialogue: Dialogue) -> None:
    meeting = MeetingFactory(
        batch=dialogue.batch,
        starts_at=datetime.datetime(2026, 7, 1, 11, 15, tzinfo=datetime.UTC),
        ends_at=datetime.datetime(2026, 7, 1, 13, 0, tzinfo=datetime.UTC),
    )
    letter = queue_letter(
        kind=LetterKind.TIME_FIXED, dialogue=dialogue, recipient="a@b.example", context={"meeting": meeting}
    )
    assert "onsdag 1 juli 2026 kl. 13.15–15.00" in letter.text
    assert letter.title == "Dialogen är bestämd: 1 juli 2026 kl. 13.15"


def test_what_will_be_sent_is_built_when_the_letter_is_written(dialogue: Dialogue) -> None:
    due = datetime.datetime(2026, 7, 1, 11, 15, tzinfo=datetime.UTC)
    notes = Attachment("a.txt", "text/plain", b"as it was")
    letter = write(LetterKind.CLOSED, dialogue, attachments=[notes], due_at=due)
    assert letter.sent_bytes is not None
    built = message_from_bytes(read_file(letter.sent_bytes), policy=policy.SMTP)
    assert built["Message-ID"] == letter.message_id
    assert built["Date"].datetime == due
    assert [part.get_content() for part in built.iter_attachments()] == ["as it was"]
    assert built.get_body(("plain",)).get_content().replace("\r\n", "\n").strip() == letter.text.strip()


def test_a_letter_is_written_with_few_questions(dialogue: Dialogue, django_assert_num_queries) -> None:
    """Is it written, who signs, begin, its bytes, the letter, end; a new file with it takes four more."""
    notes = Attachment("a.txt", "text/plain", b"a")
    write(LetterKind.CLOSED, dialogue)
    with django_assert_num_queries(6):
        write(LetterKind.CLOSED, dialogue, occasion="2")
    with django_assert_num_queries(6 + 4):
        write(LetterKind.CLOSED, dialogue, occasion="3", attachments=[notes])


def test_a_letter_that_cant_be_built_waits_for_who_sends_and_the_deed_stands(dialogue: Dialogue) -> None:
    letter = queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient="å@b.example")
    assert (letter.state, letter.sent_bytes) == (LetterState.QUEUED, None)


def test_asked_twice_the_first_letter_is_answered(dialogue: Dialogue) -> None:
    first = write(LetterKind.CLOSED, dialogue)
    second = write(LetterKind.CLOSED, dialogue, attachments=[Attachment("a.txt", "text/plain", b"late")])
    assert second == first
    assert Letter.objects.count() == 1
    assert not second.attachments.exists()


def test_another_occasion_recipient_kind_or_subject_is_another_letter(dialogue: Dialogue) -> None:
    first = queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient="a@b.example")
    others = [
        queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient="a@b.example", occasion="2"),
        queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient="c@b.example"),
        queue_letter(kind=LetterKind.CANCELLED, dialogue=dialogue, recipient="a@b.example"),
        queue_letter(
            kind=LetterKind.CLOSED, dialogue=dialogue, recipient="a@b.example", subject_key="underlag:1"
        ),
    ]
    assert len({first.pk, *(letter.pk for letter in others)}) == 5
    assert len({letter.message_id for letter in Letter.objects.all()}) == 5


def test_the_contact_is_the_recipient_and_the_case_of_an_address_does_not_matter(dialogue: Dialogue) -> None:
    contact = ContactFactory(
        huvudman=dialogue.huvudman, email="Anna.Ek@Skola.example", user=None, name="Anna Ek"
    )
    letter = queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, contact=contact)
    again = queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient="anna.ek@SKOLA.example")
    assert again == letter
    assert letter.recipient == "anna.ek@skola.example"
    assert letter.recipient_name == "Anna Ek"
    assert "Hej Anna Ek!" in letter.text


def test_a_letter_without_recipient_is_refused(dialogue: Dialogue) -> None:
    with pytest.raises(ValueError, match="recipient"):
        queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue)


def test_a_name_with_line_breaks_stays_on_one_line(dialogue: Dialogue) -> None:
    letter = queue_letter(
        kind=LetterKind.CLOSED,
        dialogue=dialogue,
        recipient="a@b.example",
        recipient_name="Anna\r\nBcc: all@b.example",
        attachments=[Attachment("a\r\nX: y.txt", "text/plain", b"x")],
    )
    assert letter.recipient_name == "Anna Bcc: all@b.example"
    assert letter.attachments.get().name == "a X: y.txt"


def test_the_same_file_is_kept_once(dialogue: Dialogue) -> None:
    file = Attachment("a.pdf", "application/pdf", b"%PDF-same")
    for address in ("a@b.example", "c@b.example"):
        queue_letter(kind=LetterKind.CLOSED, dialogue=dialogue, recipient=address, attachments=[file])
    first, second = Letter.objects.all()
    assert first.attachments.get().file == second.attachments.get().file
