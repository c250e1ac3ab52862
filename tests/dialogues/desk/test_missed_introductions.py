"""On the desk: those who could not come to their introduction, until they have a seat or been to another."""

from __future__ import annotations

import pytest

from accounts.actors import SYSTEM
from accounts.domain.audit import record
from dialogues.models import (
    BEFORE_DIALOGUE,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    Seat,
)
from tests.dialogues.desk.kinds import NOW, TODAY, days, only, todos
from tests.dialogues.factories import DialogueFactory, both_agencies, seat_at
from tests.dialogues.letters.factories import letter_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]


def who_missed(state: DialogueState = DialogueState.INTRODUCED) -> Dialogue:
    dialogue = DialogueFactory(state=state)
    held = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.HELD, "seats": 9}
    seat_at(dialogue, starts_at=NOW - days(14), **held)
    Seat.objects.filter(dialogue=dialogue).update(attended=False)
    came = DialogueFactory(state=state)
    seat_at(came, starts_at=NOW - days(14), **held)
    Seat.objects.filter(dialogue=came).update(attended=True)
    return dialogue


@pytest.mark.parametrize("state", DialogueState)
def test_who_missed_it_is_offered_another_until_the_dialogue(state) -> None:
    dialogue = who_missed(state)
    if state not in BEFORE_DIALOGUE:
        assert todos("annan-introduktion") == []
        return
    todo = only("annan-introduktion")
    assert str(dialogue.huvudman) in todo.what
    assert "10\xa0november\xa02026" in todo.why
    assert todo.url.endswith(f"/{dialogue.public_id}/plats/")
    assert (todo.due, todo.is_late) == (TODAY, False)


def test_two_weeks_later_it_is_late_counted_from_when_it_was_noted() -> None:
    who_missed()
    meeting = Meeting.objects.order_by("pk").first()
    Meeting.objects.update(starts_at=NOW - days(15), ends_at=NOW - days(14.9))
    assert only("annan-introduktion").is_late
    record(actor=SYSTEM, verb="meeting.held", subject=meeting)
    assert only("annan-introduktion").due == TODAY + days(14)


def test_with_a_new_seat_it_waits_no_more_until_that_is_gone_or_missed_too() -> None:
    dialogue = who_missed()
    Seat.objects.update(is_current=False)
    coming = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 9}
    meeting = seat_at(dialogue, starts_at=NOW + days(3), **coming)
    assert todos("annan-introduktion") == []
    new = Seat.objects.filter(meeting=meeting)
    new.update(attended=False)
    assert len(todos("annan-introduktion")) == 1
    new.update(attended=True)
    assert todos("annan-introduktion") == []
    new.update(attended=None, is_current=False)
    assert len(todos("annan-introduktion")) == 1


def test_it_says_that_a_letter_has_been_written() -> None:
    dialogue = who_missed()
    assert "Ett brev om andra möten" not in only("annan-introduktion").why
    both_agencies()
    letter_in(LetterState.SENT, kind=LetterKind.MISSED, dialogue=dialogue)
    assert "Ett brev om andra möten skrevs 24\xa0november\xa02026." in only("annan-introduktion").why
    Letter.objects.update(state=LetterState.STOPPED)
    assert "Ett brev om andra möten" not in only("annan-introduktion").why
