"""The whole life of a letter: every state against every other, every role, and the workers' steps."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.letters.lifecycle import (
    BY_WORKERS,
    LETTERS,
    PERMISSIONS,
    claim_due,
    mark_as_arrived,
    release,
    send_again,
    step,
    stop_letter,
    sweep,
)
from dialogues.models import BatchState, Letter, LetterKind
from dialogues.models import LetterState as S
from tests.accounts.factories import UserFactory, staff_user
from tests.dialogues.letters.factories import LetterFactory, letter_in

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("queued", "claimed"),
    ("queued", "stopped"),
    ("retry", "claimed"),
    ("retry", "stopped"),
    ("claimed", "handing_over"),
    ("claimed", "queued"),
    ("claimed", "retry"),
    ("claimed", "stopped"),
    ("claimed", "failed"),
    ("handing_over", "sent"),
    ("handing_over", "retry"),
    ("handing_over", "failed"),
    ("handing_over", "uncertain"),
    ("uncertain", "queued"),
    ("uncertain", "sent"),
    ("failed", "queued"),
    ("failed", "sent"),
    ("stopped", "queued"),
}
EVERY_PAIR = [(was, to) for was in S.values for to in S.values]
FIELDS_FOR = {S.SENT: {"sent_at": timezone.now()}}


def audit_of(letter: Letter) -> list[str]:
    return list(AuditEntry.objects.filter(subject_id=letter.pk).order_by("pk").values_list("verb", flat=True))


def with_bytes(state: str) -> Letter:
    """A letter in a state that has been tried before, so that any step can be taken from it."""
    sent = letter_in(S.SENT)
    return letter_in(state, sent_bytes=sent.sent_bytes, claim=uuid.uuid4(), handed_over_at=timezone.now())


@pytest.mark.parametrize(("was", "to"), EVERY_PAIR)
def test_a_worker_takes_every_step_in_the_table_and_no_other(was: str, to: str) -> None:
    letter = with_bytes(was)
    if (was, to) not in ALLOWED:
        with pytest.raises(WrongState):
            step(letter, to=S(to))
        letter.refresh_from_db()
        assert letter.state == was
        assert audit_of(letter) == []
        return
    assert step(letter, to=S(to), **FIELDS_FOR.get(to, {}))
    letter.refresh_from_db()
    assert letter.state == to
    assert audit_of(letter) == [f"letter.{to}"]


@pytest.mark.parametrize(("was", "to"), EVERY_PAIR)
def test_the_machine_takes_every_step_in_the_table_and_no_other(was: str, to: str) -> None:
    letter = with_bytes(was)

    def set_time(row: Letter) -> None:
        row.sent_at = timezone.now()

    if was == to:
        assert LETTERS.walk(letter, to=to, actor=SYSTEM).state == to
        assert audit_of(letter) == []
    elif (was, to) in ALLOWED:
        assert LETTERS.walk(letter, to=to, actor=SYSTEM, change=set_time).state == to
        assert audit_of(letter) == [f"letter.{to}"]
    else:
        with pytest.raises(WrongState):
            LETTERS.walk(letter, to=to, actor=SYSTEM)
        letter.refresh_from_db()
        assert letter.state == was


VERBS = {
    "stop": (stop_letter, {S.QUEUED, S.RETRY, S.CLAIMED}, S.STOPPED),
    "send again": (send_again, {S.UNCERTAIN, S.FAILED, S.STOPPED}, S.QUEUED),
    "arrived": (mark_as_arrived, {S.UNCERTAIN, S.FAILED}, S.SENT),
}


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("verb", VERBS)
def test_what_a_person_can_do_in_every_state(verb: str, state: str) -> None:
    do, possible, becomes = VERBS[verb]
    letter = with_bytes(state)
    planner = person(staff_user(StaffRole.PLANNER))
    if state not in possible | {becomes}:
        with pytest.raises(NotPossible):
            do(letter=letter, reason="Jag har ringt", actor=planner)
        letter.refresh_from_db()
        assert letter.state == state
        return
    for reason in ("Jag har ringt", "Jag har ringt", "De har mejlat"):
        assert do(letter=letter, reason=reason, actor=planner).state == becomes
    entries = AuditEntry.objects.filter(subject_id=letter.pk).order_by("pk")
    assert [e.facts.get("reason") for e in entries] == ["Jag har ringt", "De har mejlat"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [*StaffRole, None])
def test_only_planners_handle_letters(verb: str, role: StaffRole | None) -> None:
    do, possible, becomes = VERBS[verb]
    letter = with_bytes(sorted(possible)[0])
    user = staff_user(role) if role else UserFactory()
    if role == StaffRole.PLANNER:
        assert do(letter=letter, reason="skäl", actor=person(user)).state == becomes
        return
    with pytest.raises(PermissionDenied):
        do(letter=letter, reason="skäl", actor=person(user))


@pytest.mark.parametrize("state", [s for s, permission in PERMISSIONS.items() if permission == BY_WORKERS])
@pytest.mark.parametrize("role", StaffRole)
def test_no_person_can_do_a_workers_work(state: str, role: StaffRole) -> None:
    with pytest.raises(PermissionDenied):
        LETTERS.walk(with_bytes(S.QUEUED), to=state, actor=person(staff_user(role)))


@pytest.mark.parametrize("verb", VERBS)
def test_a_reason_is_asked_for(verb: str) -> None:
    do, possible, _becomes = VERBS[verb]
    letter = with_bytes(sorted(possible)[0])
    with pytest.raises(NotPossible, match="Skriv varför"):
        do(letter=letter, reason="  ", actor=SYSTEM)
    letter.refresh_from_db()
    assert letter.state == sorted(possible)[0]


def test_what_never_was_handed_over_cannot_have_arrived() -> None:
    with pytest.raises(NotPossible, match="aldrig lämnats över"):
        mark_as_arrived(letter=letter_in(S.FAILED), reason="de säger det", actor=SYSTEM)


def test_an_uncertain_letter_keeps_its_bytes_and_a_failed_one_is_built_anew() -> None:
    for state, kept in ((S.UNCERTAIN, True), (S.FAILED, False)):
        letter = send_again(letter=with_bytes(state), reason="igen", actor=SYSTEM)
        assert bool(letter.sent_bytes) == kept
        assert letter.attempts == 0
        assert letter.claim is None


def test_claiming_takes_what_is_due_in_order_and_once() -> None:
    now = timezone.now()
    later = LetterFactory(due_at=now + datetime.timedelta(minutes=5))
    second = LetterFactory(due_at=now - datetime.timedelta(minutes=1))
    first = letter_in(S.RETRY, due_at=now - datetime.timedelta(minutes=2))
    third = LetterFactory(due_at=now - datetime.timedelta(seconds=1))
    for state in (S.CLAIMED, S.HANDING_OVER, S.SENT, S.UNCERTAIN, S.FAILED, S.STOPPED):
        letter_in(state, due_at=now - datetime.timedelta(hours=1))
    assert claim_due(2) == [first, second]
    assert claim_due(50) == [third]
    assert claim_due(50) == []
    later.refresh_from_db()
    assert later.state == S.QUEUED
    assert audit_of(first) == ["letter.claimed"]


def test_invitations_of_a_stopped_batch_are_held_until_it_goes_on() -> None:
    letter = LetterFactory(dialogue__batch__state=BatchState.STOPPED)
    receipt = LetterFactory(dialogue=letter.dialogue, kind=LetterKind.RECEIPT)
    assert claim_due(50) == [receipt]
    letter.batch.state = BatchState.SENDING
    letter.batch.save()
    assert claim_due(50) == [letter]


def test_a_worker_that_has_lost_its_claim_cannot_touch_the_letter() -> None:
    LetterFactory()
    mine = claim_due(1)[0]
    Letter.objects.update(state=S.QUEUED)
    theirs = claim_due(1)[0]
    assert theirs == mine
    assert not step(mine, to=S.HANDING_OVER)
    assert step(theirs, to=S.HANDING_OVER)


def test_release_puts_back_only_what_was_not_begun_on() -> None:
    LetterFactory.create_batch(3)
    letters = claim_due(3)
    step(letters[0], to=S.HANDING_OVER)
    release(letters)
    assert sorted(Letter.objects.values_list("state", flat=True)) == [S.HANDING_OVER, S.QUEUED, S.QUEUED]


def test_sweeping_takes_up_the_claimed_and_shows_the_handed_over(settings) -> None:
    old = timezone.now() - datetime.timedelta(seconds=settings.LETTER_CLAIM_LIMIT + 1)
    young = timezone.now() - datetime.timedelta(seconds=settings.LETTER_CLAIM_LIMIT - 30)
    stuck, lost = letter_in(S.CLAIMED, claimed_at=old), letter_in(S.HANDING_OVER, claimed_at=old)
    alive, talking = letter_in(S.CLAIMED, claimed_at=young), letter_in(S.HANDING_OVER, claimed_at=young)
    assert sweep() == (1, 1)
    assert sweep() == (0, 0)
    for letter, state in (
        (stuck, S.QUEUED),
        (lost, S.UNCERTAIN),
        (alive, S.CLAIMED),
        (talking, S.HANDING_OVER),
    ):
        letter.refresh_from_db()
        assert letter.state == state
    assert "avbröts" in lost.last_reply
    assert audit_of(lost) == ["letter.uncertain"]


def test_claims_must_outlive_tasks(settings) -> None:
    from dialogues.letters.checks import claims_outlive_tasks

    assert claims_outlive_tasks() == []
    settings.LETTER_CLAIM_LIMIT = settings.CELERY_TASK_TIME_LIMIT
    assert [error.id for error in claims_outlive_tasks()] == ["dialogues.E001"]
