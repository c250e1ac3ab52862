"""The full matrix of the batch machine: every state × every wanted state, and × every role."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, person
from accounts.domain.machine import NotPossible, WrongState
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import batches
from dialogues.models import BatchState as S
from dialogues.models import InvitationBatch
from tests.accounts.factories import UserFactory, staff_user
from tests.dialogues.batches.factories import batch_in, waiting_letter
from tests.dialogues.factories import DialogueFactory

pytestmark = pytest.mark.django_db

Verb = Callable[..., InvitationBatch]


def schedule(*, batch: InvitationBatch, actor: Actor) -> InvitationBatch:
    send_at = timezone.now().replace(microsecond=0) + datetime.timedelta(days=1)
    answer_by = timezone.localdate(send_at) + datetime.timedelta(days=14)
    if batch.state == S.SCHEDULED:
        send_at, answer_by = batch.send_at, batch.answer_by
    return batches.schedule_batch(batch=batch, send_at=send_at, answer_by=answer_by, actor=actor)


VERBS: dict[str, tuple[Verb, S, frozenset[S]]] = {
    "approve": (batches.approve_batch, S.APPROVED, frozenset({S.DRAFT})),
    "withdraw": (batches.withdraw_approval, S.DRAFT, frozenset({S.APPROVED})),
    "schedule": (schedule, S.SCHEDULED, frozenset({S.APPROVED})),
    "unschedule": (batches.unschedule_batch, S.APPROVED, frozenset({S.SCHEDULED})),
    "start": (batches.start_sending, S.SENDING, frozenset({S.SCHEDULED})),
    "stop": (batches.stop_batch, S.STOPPED, frozenset({S.SENDING, S.SENT})),
    "resume": (batches.resume_batch, S.SCHEDULED, frozenset({S.STOPPED})),
    "finish": (batches.finish_sending, S.SENT, frozenset({S.SENDING})),
    "close": (batches.close_batch, S.CLOSED, frozenset({S.SENT})),
}
BY_THE_SYSTEM = {"start", "finish"}


def batch_for(verb: str, state: S) -> InvitationBatch:
    """A batch in `state` with everything else in order for the verb."""
    batch = batch_in(state)
    DialogueFactory(batch=batch, state="invited" if verb == "finish" else "planned")
    if verb == "stop" and state == S.SENT:
        waiting_letter(batch)
    if verb == "close" and batch.answer_by:
        batch.answer_by = timezone.localdate() - datetime.timedelta(days=1)
        batch.save()
    return batch


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, S)))
def test_each_verb_from_each_state(verb: str, state: S) -> None:
    act, wanted, allowed_from = VERBS[verb]
    batch = batch_for(verb, state)
    if state in allowed_from or state == wanted:
        assert act(batch=batch, actor=SYSTEM).state == wanted
    else:
        with pytest.raises(WrongState):
            act(batch=batch, actor=SYSTEM)
    batch.refresh_from_db()
    assert batch.state == (wanted if state in allowed_from else state)
    assert AuditEntry.objects.count() == (state in allowed_from)


@pytest.mark.parametrize(("verb", "role"), list(product(VERBS, [None, *StaffRole])))
def test_each_verb_by_each_role(verb: str, role: StaffRole | None) -> None:
    act, wanted, allowed_from = VERBS[verb]
    state = min(allowed_from)
    batch = batch_for(verb, state)
    actor = person(staff_user(role) if role else UserFactory())
    if role == StaffRole.PLANNER and verb not in BY_THE_SYSTEM:
        assert act(batch=batch, actor=actor).state == wanted
    else:
        with pytest.raises(PermissionDenied):
            act(batch=batch, actor=actor)
        batch.refresh_from_db()
        assert batch.state == state
        assert not AuditEntry.objects.exists()


def test_the_verbs_cover_every_step_of_the_table() -> None:
    walked = {(start, to) for _act, to, starts in VERBS.values() for start in starts}
    assert walked == {(start, to) for start, ends in batches.TABLE.items() for to in ends}


@pytest.mark.parametrize("verb", VERBS)
def test_a_failure_in_the_middle_leaves_nothing(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    act, _wanted, allowed_from = VERBS[verb]
    state = min(allowed_from)
    batch = batch_for(verb, state)
    before = InvitationBatch.objects.values().get(pk=batch.pk)

    def fail(**_facts: object) -> None:
        raise OSError("the audit log cannot be written")

    monkeypatch.setattr("accounts.domain.machine.record", fail)
    with pytest.raises(OSError, match="audit log"):
        act(batch=batch, actor=SYSTEM)
    assert InvitationBatch.objects.values().get(pk=batch.pk) == before


def test_an_unknown_batch_is_not_made_up() -> None:
    batch = batch_in(S.DRAFT)
    InvitationBatch.objects.all().delete()
    with pytest.raises(InvitationBatch.DoesNotExist):
        batches.approve_batch(batch=batch, actor=SYSTEM)


def test_wrong_state_is_said_in_words() -> None:
    batch = batch_for("close", S.DRAFT)
    with pytest.raises(NotPossible, match="utkast"):
        batches.close_batch(batch=batch, actor=SYSTEM)
