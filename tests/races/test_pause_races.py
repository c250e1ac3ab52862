"""A dialogue is paused while something else happens to it, with real connections."""

import threading

import pytest
from django.db.models import Q

from accounts.actors import SYSTEM, person
from dialogues.domain.dialogues import DialogueMachine, PausedNow
from dialogues.domain.pausing import pause_dialogue, resume_dialogue
from dialogues.letters import delivery
from dialogues.letters.delivery import deliver_due
from dialogues.models import Dialogue, DialogueState, Letter, LetterKind, LetterState, MeetingState
from tests.accounts.factories import planner
from tests.dialogues.factories import both_agencies, dialogue_with_contact
from tests.dialogues.letters.factories import LetterFactory
from tests.dialogues.letters.postmaster import Postmaster, open_post_office
from tests.dialogues.times import accept, ready
from tests.races.test_dialogue_races import at_once
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def pausing(dialogue: Dialogue):
    actor = person(planner())
    return lambda: pause_dialogue(dialogue=dialogue, reason="Ni vill vänta till hösten.", actor=actor)


@pytest.fixture
def postmaster(settings) -> Postmaster:
    with open_post_office(settings) as opened:
        yield opened


def deliver_while_it_is_paused(monkeypatch: pytest.MonkeyPatch) -> Letter:
    """Pause a dialogue when a worker has claimed its letter and read that it should go."""
    both_agencies()
    letter = LetterFactory(
        kind=LetterKind.QUESTIONS, dialogue=dialogue_with_contact(DialogueState.UNDERLAG_SENT)[0]
    )
    is_read, is_paused, pause = threading.Event(), threading.Event(), pausing(letter.dialogue)
    real = delivery.keep_bytes

    def keep_when_paused(row: Letter):
        is_read.set()
        assert is_paused.wait(20)
        return real(row)

    def pause_meanwhile() -> None:
        assert is_read.wait(20)
        pause()
        is_paused.set()

    monkeypatch.setattr(delivery, "keep_bytes", keep_when_paused)
    results = at_once(deliver_due, pause_meanwhile)
    assert [result for result in results if isinstance(result, Exception)] == []
    monkeypatch.setattr(delivery, "keep_bytes", real)
    letter.refresh_from_db()
    return letter


def test_a_letter_that_is_claimed_when_its_dialogue_is_paused_waits(monkeypatch, postmaster):
    with monkeypatch.context() as unguarded:
        unguarded.setattr(delivery, "as_seen", lambda _letter: Q())
        assert deliver_while_it_is_paused(unguarded).state == LetterState.SENT, "the race is there"
    letter = deliver_while_it_is_paused(monkeypatch)
    assert letter.state == LetterState.QUEUED
    assert Letter.objects.get(kind=LetterKind.PAUSED, dialogue=letter.dialogue).state == LetterState.SENT
    resume_dialogue(dialogue=letter.dialogue, actor=person(planner()))
    deliver_due()
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT


def test_a_time_is_accepted_while_the_dialogue_is_paused(monkeypatch):
    def accepted_during() -> object:
        dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)

        def accepting() -> object:
            try:
                return accept(meeting, SYSTEM).state
            except PausedNow:
                return "paused"

        return while_uncommitted(pausing(dialogue), accepting)[1]

    with monkeypatch.context() as unguarded:
        unguarded.setattr(DialogueMachine, "require_open", lambda *_row: None)
        assert accepted_during() == MeetingState.FIXED, "the race is there without the look at the pause"
    assert accepted_during() == "paused"


def test_a_dialogue_is_paused_while_a_time_is_accepted():
    dialogue, _own, meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    while_uncommitted(lambda: accept(meeting, SYSTEM), pausing(dialogue))
    row = Dialogue.objects.get()
    assert (row.state, row.is_paused) == (DialogueState.TIME_FIXED, True)
