"""Whether a letter still is true when it is sent, also when that changes while it is under way."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain.batches import resume_batch, stop_batch
from dialogues.letters import delivery
from dialogues.letters.delivery import deliver_due
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    MeetingKind,
    MeetingState,
    StoredFile,
)
from dialogues.models import LetterState as S
from tests.dialogues.factories import BatchFactory, DialogueFactory, MeetingFactory
from tests.dialogues.letters.factories import LetterFactory
from tests.dialogues.letters.postmaster import Postmaster
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        (LetterKind.INVITATION, {"invited"}),
        (LetterKind.INTRODUCTION, {"accepted", "introduced", "underlag_sent", "time_fixed"}),
        (LetterKind.MEETING_CANCELLED, set(DialogueState.values)),
        (LetterKind.RECEIPT, set(DialogueState.values)),
        (LetterKind.SENT, set(DialogueState.values)),
        (LetterKind.ANALYSIS, set(DialogueState.values)),
        (LetterKind.OWN_ANSWER, set(DialogueState.values)),
        (LetterKind.BRIEF, {"time_fixed"}),
        (LetterKind.SUMMARY_DONE, set(DialogueState.values)),
        (LetterKind.CANCELLED, {"cancelled"}),
        (LetterKind.CLOSED, {"closed"}),
        *[
            (kind, set(DialogueState.values) - {"closed", "cancelled"})
            for kind in (
                LetterKind.UNDERLAG,
                LetterKind.TIME_PROPOSED,
                LetterKind.TIME_FIXED,
                LetterKind.QUESTIONS,
                LetterKind.FEEDBACK,
            )
        ],
    ],
)
def test_a_letter_goes_only_while_its_dialogue_fits(
    postmaster: Postmaster, kind: str, fits: set[str]
) -> None:
    letters = {
        state: LetterFactory(kind=kind, dialogue=DialogueFactory(state=state))
        for state in DialogueState.values
    }
    deliver_due()
    for letter in letters.values():
        letter.refresh_from_db()
    assert {state for state, letter in letters.items() if letter.state == S.SENT} == fits
    stopped = [letter for letter in letters.values() if letter.state == S.STOPPED]
    assert len(stopped) == len(DialogueState) - len(fits)
    assert all(letter.last_reply.startswith("Brevet är inte längre aktuellt") for letter in stopped)


def test_no_invitation_after_the_answer_date(postmaster: Postmaster) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    dialogue = DialogueFactory(state=DialogueState.INVITED, batch=BatchFactory(answer_by=yesterday))
    LetterFactory(dialogue=dialogue)
    LetterFactory(
        dialogue=DialogueFactory(state="invited", batch=BatchFactory(answer_by=timezone.localdate()))
    )
    deliver_due()
    assert states() == [S.STOPPED, S.SENT]


def test_no_letter_to_somebody_who_has_left(postmaster: Postmaster) -> None:
    today = timezone.localdate()
    for days in (-1, 0):
        LetterFactory(contact=ContactFactory(valid_to=today + datetime.timedelta(days=days)))
    deliver_due()
    assert states() == [S.STOPPED, S.SENT]
    assert "företräder inte längre" in Letter.objects.earliest("pk").last_reply


@pytest.mark.parametrize(
    ("kind", "state", "dialogue_state"),
    [
        (LetterKind.INTRODUCTION, MeetingState.FIXED, "accepted"),
        (LetterKind.TIME_PROPOSED, MeetingState.PROPOSED, "underlag_sent"),
        (LetterKind.TIME_FIXED, MeetingState.FIXED, "time_fixed"),
        (LetterKind.FEEDBACK, MeetingState.FIXED, "dialogue_held"),
        (LetterKind.BRIEF, MeetingState.FIXED, "time_fixed"),
    ],
)
def test_a_letter_about_a_meeting_goes_only_while_the_meeting_is_as_it_says(
    postmaster: Postmaster, kind: str, state: str, dialogue_state: str
) -> None:
    dialogue = DialogueFactory(state=dialogue_state)
    for meeting_state in MeetingState.values:
        meeting = MeetingFactory(kind=MeetingKind.DIALOGUE, state=meeting_state, sequence=3)
        for sequence in (2, 3):
            LetterFactory(kind=kind, dialogue=dialogue, occasion=f"meeting-{meeting.pk}-{sequence}")
    deliver_due()
    sent = Letter.objects.get(state=S.SENT)
    assert sent.occasion.endswith("-3")
    others = 2 * len(MeetingState) - 1
    assert Letter.objects.filter(state=S.STOPPED, last_reply__contains="Mötet har ändrats").count() == others
    assert states().count(S.STOPPED) == 2 * len(MeetingState) - 1
    assert state in MeetingState.values


def test_the_state_is_read_again_just_before_sending(postmaster: Postmaster, monkeypatch) -> None:
    letters = LetterFactory.create_batch(2)
    real = delivery._deliver_one

    def cancel_the_second_after_the_first(letter: Letter, post: delivery.Post) -> None:
        real(letter, post)
        letters[1].dialogue.state = DialogueState.CANCELLED
        letters[1].dialogue.save()

    monkeypatch.setattr(delivery, "_deliver_one", cancel_the_second_after_the_first)
    deliver_due()
    assert states() == [S.SENT, S.STOPPED]


def test_invitations_of_a_batch_stopped_when_they_are_claimed_wait_until_it_goes_on(
    postmaster: Postmaster, monkeypatch
) -> None:
    first = LetterFactory()
    LetterFactory(dialogue=DialogueFactory(batch=first.batch, state=DialogueState.INVITED))
    LetterFactory(dialogue=first.dialogue, kind=LetterKind.RECEIPT)
    real = delivery._deliver_one

    def stop_after_the_first(letter: Letter, post: delivery.Post) -> None:
        real(letter, post)
        if letter == first:
            stop_batch(batch=first.batch, actor=SYSTEM)

    monkeypatch.setattr(delivery, "_deliver_one", stop_after_the_first)
    deliver_due()
    assert states() == [S.SENT, S.QUEUED, S.SENT]
    deliver_due()
    assert states() == [S.SENT, S.QUEUED, S.SENT]
    resume_batch(batch=first.batch, actor=SYSTEM)
    deliver_due()
    assert states() == [S.SENT] * 3
    assert postmaster.times_taken.total() == 3


def test_a_letter_that_still_fits_when_its_dialogue_has_moved_on_goes_out_once(
    postmaster: Postmaster, monkeypatch
) -> None:
    letter = LetterFactory(kind=LetterKind.RECEIPT)
    before_reading(monkeypatch, lambda: move_on(letter))
    deliver_due()
    assert states() == [S.SENT]
    assert postmaster.times_taken.total() == 1


def test_a_claim_lost_while_the_letter_is_read_sends_nothing(postmaster: Postmaster, monkeypatch) -> None:
    letter = LetterFactory()
    other = uuid.uuid4()
    before_reading(monkeypatch, lambda: Letter.objects.update(claim=other))
    deliver_due()
    letter.refresh_from_db()
    assert (letter.state, letter.claim, letter.sent_bytes, letter.attempts) == (S.CLAIMED, other, None, 0)
    assert postmaster.taken == []


def before_reading(monkeypatch, happens: Callable[[], object]) -> None:
    """Let something happen before the first letter is read from its file, after all was asked about it."""
    real, once = delivery.read_file, iter([happens])

    def read(stored: StoredFile) -> bytes:
        for deed in once:
            deed()
        return real(stored)

    monkeypatch.setattr(delivery, "read_file", read)


def move_on(letter: Letter) -> None:
    Dialogue.objects.filter(pk=letter.dialogue_id).update(state=DialogueState.ACCEPTED)
