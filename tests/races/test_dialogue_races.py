"""Two at once, with two real connections. Each first shows the race as it is without the lock."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain.dialogues import move
from dialogues.domain.introductions import cancel_introduction, hold_introduction, place
from dialogues.domain.invitations import AnsweredSince, answer_invitation
from dialogues.domain.meetings import accept_time, propose_time
from dialogues.domain.staffing import book_staff
from dialogues.links import link_holder
from dialogues.models import (
    Answer,
    Channel,
    DialogueRecord,
    DialogueState,
    InvitationAnswer,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    Seat,
)
from tests.accounts.factories import leader
from tests.accounts.sign_in import HouseClient
from tests.dialogues.factories import (
    InvitationFactory,
    MeetingFactory,
    both_agencies,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.times import START, TWO_HOURS, accept, arranged, propose_again, ready
from tests.dialogues.underlag.factories import EditionFactory
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


def at_will() -> None:
    """What comes before or after a deed that waits for nobody."""


def unlocked(machine, row):
    """What a machine would do without its lock: only look."""
    return machine.model.objects.get(pk=row.pk)


def test_two_take_the_last_seat(monkeypatch):
    def race() -> int:
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=1)
        rivals = [dialogue_with_contact(DialogueState.ACCEPTED, batch=meeting.batch)[0] for _n in range(2)]
        at_once(*(lambda d=d: place(dialogue=d, meeting=meeting, actor=SYSTEM) for d in rivals))
        return Seat.objects.filter(meeting=meeting, is_current=True).count()

    assert race() == 1
    both_have_looked = threading.Barrier(2, timeout=20)

    def count_and_wait(meeting, dialogue):
        free = meeting.taken_seats.filter(is_current=True).count() < meeting.seats
        both_have_looked.wait()
        return free

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.introductions._has_free_seat", count_and_wait)
    assert race() == 2


def test_nobody_is_placed_in_a_meeting_that_is_being_cancelled(monkeypatch):
    def race(before: Callable[[], object] = at_will, after: Callable[[], object] = at_will) -> int:
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=1, batch=dialogue.batch)

        def cancel() -> None:
            before()
            cancel_introduction(meeting=meeting, actor=SYSTEM)
            after()

        at_once(lambda: place(dialogue=dialogue, meeting=meeting, actor=SYSTEM), cancel)
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.CANCELLED
        return Seat.objects.filter(meeting=meeting, is_current=True).count()

    assert race() == 0
    has_looked, is_cancelled = threading.Event(), threading.Event()

    def look_and_wait(_meeting, _dialogue):
        has_looked.set()
        return is_cancelled.wait(20)

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.introductions.lock_for_placing", lambda _meeting: None)
    monkeypatch.setattr("dialogues.domain.introductions._has_free_seat", look_and_wait)
    assert race(before=lambda: has_looked.wait(20), after=is_cancelled.set) == 1


def test_a_time_is_not_accepted_that_is_being_moved(monkeypatch):
    later = START + datetime.timedelta(days=7)

    def race(before: Callable[[], object] = at_will, after: Callable[[], object] = at_will) -> Meeting:
        _dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)

        def move() -> None:
            before()
            propose_again(meeting, staff, starts_at=later, ends_at=later + TWO_HOURS)
            after()

        at_once(lambda: accept(meeting, seen=0), move)
        meeting.refresh_from_db()
        return meeting

    moved = race()
    assert (moved.state, moved.starts_at) == (MeetingState.PROPOSED, later)
    has_looked, is_moved = threading.Event(), threading.Event()

    def look_and_wait(meeting, seen):
        assert meeting.sequence == seen
        has_looked.set()
        assert is_moved.wait(20)

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.meetings._require_proposal_seen", look_and_wait)
    never_seen = race(before=lambda: has_looked.wait(20), after=is_moved.set)
    assert (never_seen.state, never_seen.starts_at) == (MeetingState.FIXED, later)


def test_giving_a_seat_and_noting_who_came_do_not_wait_for_each_other(monkeypatch):
    EditionFactory()

    def ready_to_race() -> list[Callable[[], object]]:
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        group = {"kind": MeetingKind.INTRODUCTION, "state": "fixed", "seats": 1, "batch": dialogue.batch}
        first, other = MeetingFactory(**group), MeetingFactory(**group)
        place(dialogue=dialogue, meeting=first, actor=SYSTEM)
        return [
            lambda: place(dialogue=dialogue, meeting=other, actor=SYSTEM),
            lambda: hold_introduction(meeting=first, attended=set(), actor=SYSTEM, held_at=timezone.now()),
        ]

    assert not any(isinstance(result, Exception) for result in at_once(*ready_to_race()))
    deeds = ready_to_race()
    both_have_locked = threading.Barrier(2, timeout=20)

    def look_and_wait(_meeting, _dialogue):
        return both_have_locked.wait() in {0, 1}

    def wait_and_move(*args, **facts):
        both_have_locked.wait()
        return move(*args, **facts)

    monkeypatch.setattr("dialogues.domain.introductions.lock_for_placing", lambda _meeting: None)
    monkeypatch.setattr("dialogues.domain.introductions._has_free_seat", look_and_wait)
    monkeypatch.setattr("dialogues.domain.introductions.move", wait_and_move)
    assert [type(result) for result in at_once(*deeds)].count(OperationalError) == 1


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


def test_an_answer_is_not_given_over_one_that_its_page_never_showed(monkeypatch):
    both_agencies()

    def race() -> list[str]:
        invitation = InvitationFactory()

        def give(answer: Answer) -> None:
            answer_invitation(
                invitation=invitation,
                answer=answer,
                given_by="Kim",
                channel=Channel.LINK,
                actor=link_holder(None),
                seen=0,
            )

        results = at_once(lambda: give(Answer.YES), lambda: give(Answer.NO))
        refused = [type(result) for result in results if result is not None]
        assert refused in ([], [AnsweredSince])
        return list(invitation.answers.values_list("answer", flat=True))

    assert len(race()) == 1
    both_have_looked = threading.Barrier(2, timeout=20)

    def look_and_wait(latest, seen):
        assert (latest, seen) == (None, 0)
        both_have_looked.wait()

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.invitations._refuse_when_answered_since", look_and_wait)
    assert sorted(race()) == ["no", "yes"]


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
    others = [leader("spsm"), leader("spsm")]
    rivals = [dialogue_with_contact(DialogueState.INTRODUCED)[0] for _n in range(2)]

    def propose(dialogue, other) -> Callable[[], object]:
        return lambda: propose_time(dialogue=dialogue, arrangement=arranged([busy, other]), actor=SYSTEM)

    results = at_once(*(propose(*both) for both in zip(rivals, others, strict=True)))
    assert sorted(type(result).__name__ for result in results) == ["Meeting", "NotPossible"]
    assert any(isinstance(result, NotPossible) and busy.name in str(result) for result in results)
    assert MeetingStaff.objects.filter(user=busy).count() == 1


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


def test_two_summaries_of_one_dialogue_are_one_and_a_conflict():
    dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
    seat_at(dialogue, state="fixed", starts_at=timezone.now() - TWO_HOURS)
    pages, texts = [HouseClient(), HouseClient()], ["Den enas text", "Den andras text"]
    for page, agency in zip(pages, ("skolverket", "spsm"), strict=True):
        page.force_login(leader(agency))
    address = reverse("admin:dialogue_step", args=[dialogue.public_id, "dialog-hallen"])
    answers = at_once(
        *(
            lambda page=page, text=text: page.post(address, {"summary": text, "skolformer": ["GR"]})
            for page, text in zip(pages, texts, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).text
    stands = DialogueRecord.objects.get().summary
    assert stands in texts
    assert f"{next(t for t in texts if t != stands)}</textarea>" in lost
    assert f"<p>{stands}</p>" in lost
