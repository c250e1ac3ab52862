"""A meeting is moved while its letter is sent, and a dialogue ends while the huvudman writes to us."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db.models import Exists, Q

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain import meetings, records
from dialogues.domain.batches import close_batch
from dialogues.domain.correspondence import occasion_of
from dialogues.domain.dialogues import DialogueMachine
from dialogues.domain.questions import send_questions
from dialogues.letters import delivery
from dialogues.letters.delivery import deliver_due
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    LetterState,
    MeetingState,
    QuestionForm,
)
from quality_system.models import Area
from tests.accounts.factories import leader
from tests.dialogues.answers import end_answering, give
from tests.dialogues.factories import BatchFactory, InvitationFactory, dialogue_with_contact
from tests.dialogues.letters.factories import LetterFactory
from tests.dialogues.letters.postmaster import Postmaster, open_post_office
from tests.dialogues.times import START, TWO_HOURS, accept, propose_again, ready
from tests.races.test_dialogue_races import at_once
from tests.races.test_dialogue_races import unlocked as every_row_unlocked
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def postmaster(settings) -> Postmaster:
    with open_post_office(settings) as opened:
        yield opened


def deliver_while_it_is_moved(monkeypatch: pytest.MonkeyPatch) -> Letter:
    """Move a meeting when a worker has claimed the letter about its time and read that it should go."""
    dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    letter = LetterFactory(
        kind=LetterKind.TIME_PROPOSED,
        dialogue=dialogue,
        occasion=occasion_of(meeting),
        recipient="a@b.example",
    )
    is_read, is_moved, real = threading.Event(), threading.Event(), delivery.keep_bytes

    def keep_when_moved(row: Letter) -> object:
        is_read.set()
        assert is_moved.wait(20)
        return real(row)

    def move_meanwhile() -> None:
        assert is_read.wait(20)
        propose_again(meeting, staff, starts_at=START + TWO_HOURS, ends_at=START + 2 * TWO_HOURS)
        is_moved.set()

    with monkeypatch.context() as held:
        held.setattr(delivery, "keep_bytes", keep_when_moved)
        results = at_once(deliver_due, move_meanwhile)
    assert [result for result in results if isinstance(result, Exception)] == []
    letter.refresh_from_db()
    return letter


def test_a_letter_about_the_old_time_that_is_claimed_when_the_meeting_is_moved_stays(monkeypatch, postmaster):
    with monkeypatch.context() as unguarded:
        unguarded.setattr(delivery, "as_seen", by_the_dialogue_alone)
        assert deliver_while_it_is_moved(unguarded).state == LetterState.SENT, "the race is there"
    letter = deliver_while_it_is_moved(monkeypatch)
    assert letter.state == LetterState.STOPPED
    assert "Mötet har ändrats" in letter.last_reply
    new = Letter.objects.get(kind=LetterKind.TIME_PROPOSED, dialogue=letter.dialogue, state=LetterState.SENT)
    assert new.occasion.endswith("-1")


def by_the_dialogue_alone(letter: Letter) -> Q:
    seen = letter.dialogue
    return Q(Exists(Dialogue.objects.filter(pk=seen.pk, state=seen.state)))


# What ends while somebody writes ----------------------------------------------------------------------------


def unlocked(_machine: DialogueMachine, row: Dialogue) -> Dialogue:
    return Dialogue.objects.get(pk=row.pk)


def as_read(_machine: Machine, row: object) -> object:
    """What a machine would do that neither locks nor looks again."""
    return row


def asking(dialogue: Dialogue) -> Callable[[], object]:
    def ask() -> object:
        try:
            rows = [{"area": Area.EQUITY, "text": "", "sub_goal": None}]
            return send_questions(
                dialogue=dialogue, rows=rows, told_by="Kim", channel=Channel.PORTAL, actor=SYSTEM
            )
        except NotPossible:
            return "too late"

    return ask


def cancelling(dialogue: Dialogue, _actor: object) -> Callable[[], object]:
    return lambda: meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)


def holding(dialogue: Dialogue, actor: object) -> Callable[[], object]:
    told = {"summary": "Vi talade.", "discussed_skolformer": ["GR"]}
    ago = START.replace(year=2026, month=1)
    return lambda: records.hold_dialogue(dialogue=dialogue, actor=actor, held_at=ago, **told)


@pytest.mark.parametrize("ending", [cancelling, holding])
def test_questions_that_are_sent_while_the_dialogue_ends_come_too_late(monkeypatch, ending):
    def race() -> tuple[object, int]:
        dialogue, _own, _meeting, _staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
        end = ending(dialogue, person(leader()))
        asked = while_uncommitted(end, asking(dialogue))[1]
        return asked, QuestionForm.objects.filter(dialogue=dialogue).count()

    with monkeypatch.context() as unguarded:
        unguarded.setattr(DialogueMachine, "locked_as_it_stands", unlocked)
        assert race()[1] == 1, "the race is there without the lock: questions to a dialogue that is over"
    assert race() == ("too late", 0)


def test_a_dialogue_that_is_cancelled_while_its_time_is_accepted_stays_cancelled(monkeypatch):
    def race() -> tuple[str, str]:
        dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)

        def accepting() -> object:
            try:
                return accept(meeting, SYSTEM)
            except NotPossible:
                return "too late"

        while_uncommitted(cancelling(dialogue, None), accepting)
        meeting.refresh_from_db()
        return Dialogue.objects.get(pk=dialogue.pk).state, meeting.state

    with monkeypatch.context() as unguarded:
        unguarded.setattr(Machine, "locked_as_it_stands", as_read)
        assert race() == (DialogueState.TIME_FIXED, MeetingState.FIXED), "the race is there without the lock"
    assert race() == (DialogueState.CANCELLED, MeetingState.CANCELLED)


@pytest.mark.parametrize("locked", [False, True])
def test_an_answer_by_phone_while_its_batch_is_closed_is_kept_and_the_batch_closes(monkeypatch, locked):
    """Without a lock too: one writes the dialogue, the other the batch, and neither decides by the other."""
    if not locked:
        monkeypatch.setattr(Machine, "locked_as_it_stands", every_row_unlocked)
    for answer_first in (True, False):
        batch = BatchFactory(state=BatchState.SENT)
        dialogue, _own = dialogue_with_contact(DialogueState.INVITED, batch=batch)
        invitation = InvitationFactory(dialogue=dialogue, batch=batch)
        end_answering(invitation)
        batch.answer_by = invitation.answer_by
        batch.save()
        deeds = [
            lambda invitation=invitation: give(invitation, Answer.YES, Channel.PHONE, SYSTEM),
            lambda batch=batch: close_batch(batch=batch, actor=SYSTEM),
        ]
        while_uncommitted(*(deeds if answer_first else reversed(deeds)))
        batch.refresh_from_db()
        assert (batch.state, Dialogue.objects.get(pk=dialogue.pk).state) == (
            BatchState.CLOSED,
            DialogueState.ACCEPTED,
        )
