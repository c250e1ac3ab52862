"""Two at once, with two real connections. Each first shows the race as it is without the lock."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.introductions import place
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.meetings import MEETINGS, accept_time, book_staff, propose_time
from dialogues.links import link_holder
from dialogues.models import (
    Answer,
    Channel,
    DialogueState,
    InvitationAnswer,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingStaff,
    Seat,
)
from tests.accounts.factories import leader
from tests.dialogues.factories import (
    InvitationFactory,
    MeetingFactory,
    both_agencies,
    dialogue_with_contact,
    seat_at,
)
from tests.huvudman.factories import ContactFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all deeds at the same time, each on a connection of its own; answer results or exceptions."""
    gate = threading.Barrier(len(deeds), timeout=20)
    results: list[object] = [None] * len(deeds)

    def run(number: int, deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[number] = deed()
        except Exception as problem:  # the test looks at it
            results[number] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    return results


def test_two_take_the_last_seat(monkeypatch):
    def race() -> int:
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=1)
        rivals = [dialogue_with_contact(DialogueState.ACCEPTED)[0] for _n in range(2)]
        at_once(*(lambda d=d: place(dialogue=d, meeting=meeting, actor=SYSTEM) for d in rivals))
        return Seat.objects.filter(meeting=meeting, is_current=True).count()

    assert race() == 1
    both_have_looked = threading.Barrier(2, timeout=20)

    def unlocked(_machine, row):
        return Meeting.objects.get(pk=row.pk)

    def count_and_wait(meeting, dialogue):
        free = meeting.taken_seats.filter(is_current=True).count() < meeting.seats
        both_have_looked.wait()
        return free

    monkeypatch.setattr(type(MEETINGS), "locked", unlocked)
    monkeypatch.setattr("dialogues.domain.introductions._has_free_seat", count_and_wait)
    assert race() == 2


def test_two_answers_at_once_are_both_kept_and_the_latest_counts():
    both_agencies()
    invitation = InvitationFactory()
    ContactFactory(huvudman=invitation.dialogue.huvudman)

    def give(answer: Answer) -> Callable[[], object]:
        return lambda: answer_invitation(
            invitation=invitation,
            answer=answer,
            given_by="Kim",
            channel=Channel.LINK,
            actor=link_holder(None),
        )

    results = at_once(give(Answer.YES), give(Answer.NO))
    assert all(isinstance(result, InvitationAnswer) for result in results)
    invitation.dialogue.refresh_from_db()
    latest = invitation.answers.first()
    assert invitation.dialogue.state == {"yes": "accepted", "no": "declined"}[latest.answer]


def test_the_same_answer_twice_at_once_is_one():
    both_agencies()
    invitation = InvitationFactory()
    ContactFactory(huvudman=invitation.dialogue.huvudman)
    give = lambda: answer_invitation(  # noqa: E731
        invitation=invitation,
        answer=Answer.YES,
        given_by="Kim",
        channel=Channel.LINK,
        actor=link_holder(None),
    )
    at_once(give, give)
    assert InvitationAnswer.objects.count() == 1
    assert Letter.objects.filter(kind=LetterKind.RECEIPT).count() == 1


def test_one_person_is_not_booked_in_two_meetings_at_once():
    busy = leader()
    starts = datetime.datetime(2027, 3, 3, 9, tzinfo=datetime.UTC)
    rivals = [dialogue_with_contact(DialogueState.INTRODUCED)[0] for _n in range(2)]

    def propose(dialogue) -> Callable[[], object]:
        return lambda: propose_time(
            dialogue=dialogue,
            starts_at=starts,
            ends_at=starts + datetime.timedelta(hours=2),
            form="in_person",
            place="Rådhuset",
            staff=[busy],
            actor=SYSTEM,
        )

    results = at_once(*(propose(dialogue) for dialogue in rivals))
    assert sorted(type(result).__name__ for result in results) == ["Meeting", "NotPossible"]
    assert any(isinstance(result, NotPossible) and busy.name in str(result) for result in results)
    assert MeetingStaff.objects.count() == 1


def test_a_time_accepted_twice_at_once_is_told_once():
    dialogue, own = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    meeting = seat_at(dialogue)
    book_staff(meeting, [leader("skolverket"), leader("spsm")])
    accept = lambda: accept_time(  # noqa: E731
        meeting=meeting, given_by="Kim", channel=Channel.PORTAL, actor=SYSTEM
    )
    results = at_once(accept, accept)
    assert all(isinstance(result, Meeting) for result in results)
    assert Letter.objects.filter(kind=LetterKind.TIME_FIXED, recipient=own.email).count() == 1
