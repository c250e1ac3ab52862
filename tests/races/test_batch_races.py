"""Two beats at once, a button pressed twice, a worker killed: each huvudman is invited exactly once."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from dialogues.domain import batches, plans, sending
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.new_dates import choose_new_dates
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Cycle,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationBatch,
    Letter,
)
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import batch_in, small_cycle
from tests.dialogues.factories import DialogueFactory, both_agencies
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

BOUND = 20
"""Seconds within which everything here must happen."""

WORKER = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from accounts.actors import SYSTEM
from dialogues.domain.sending import start_due_batches
start_due_batches(actor=SYSTEM)
"""


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do the deeds at the same time, each on a connection of its own; answer their results in order."""
    gate = threading.Barrier(len(deeds), timeout=BOUND)
    results: dict[int, object] = {}

    def run(number: int, deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[number] = deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=BOUND)
    return [results[number] for number in range(len(deeds))]


def eventually(holds: Callable[[], bool]) -> None:
    """Poll until `holds()`, within the bound."""
    end = time.monotonic() + BOUND
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def due_batch(size: int) -> InvitationBatch:
    both_agencies()
    batch = batch_in(BatchState.SCHEDULED)
    for dialogue in DialogueFactory.create_batch(size, batch=batch):
        ContactFactory(huvudman=dialogue.huvudman)
    return batch


def draft(size: int = 3) -> InvitationBatch:
    batch = batch_in(BatchState.DRAFT)
    DialogueFactory.create_batch(size, batch=batch)
    return batch


def postponed() -> Dialogue:
    """One that wants to come later, in a batch before all others."""
    return DialogueFactory(state=DialogueState.POSTPONED, batch__year=2025)


def test_without_the_lock_two_walkers_both_make_the_same_step() -> None:
    batch, anna = draft(), person(planner())
    both_have_read = threading.Barrier(2, timeout=BOUND)

    def approve_without_lock() -> None:
        row = InvitationBatch.objects.get(pk=batch.pk)
        assert row.state == BatchState.DRAFT
        both_have_read.wait()
        row.state = BatchState.APPROVED
        row.save()
        record(actor=anna, verb="invitationbatch.approved", subject=row)

    at_once(approve_without_lock, approve_without_lock)
    assert AuditEntry.objects.filter(verb="invitationbatch.approved").count() == 2


def test_a_button_pressed_twice_makes_one_step() -> None:
    batch, anna = draft(), person(planner())
    approve = lambda: batches.approve_batch(batch=batch, actor=anna).state  # noqa: E731
    assert at_once(approve, approve) == [BatchState.APPROVED] * 2
    assert AuditEntry.objects.filter(verb="invitationbatch.approved").count() == 1


def test_without_the_lock_two_beats_choose_the_same_huvudman() -> None:
    batch = due_batch(3)
    both_have_read = threading.Barrier(2, timeout=BOUND)

    def choose() -> int:
        chosen = batch.dialogues.filter(state=DialogueState.PLANNED).order_by("pk").first().pk
        both_have_read.wait()
        Dialogue.objects.filter(pk=chosen).update(state=DialogueState.INVITED)
        return chosen

    first, second = at_once(choose, choose)
    assert first == second


def test_two_beats_at_once_invite_everyone_once() -> None:
    batch = due_batch(8)
    beat = lambda: sending.start_due_batches(actor=SYSTEM)  # noqa: E731
    done = [tallies[batch.pk].invited for tallies in at_once(beat, beat) if batch.pk in tallies]
    assert sum(done) == 8
    assert Invitation.objects.count() == Letter.objects.count() == 8
    verbs = Counter(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs["invitationbatch.sending"] == verbs["invitationbatch.sent"] == 1
    assert verbs["dialogue.invited"] == 8
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT


def test_unscheduled_just_as_the_beat_starts_it_is_either_sent_or_not() -> None:
    batch, anna = due_batch(3), person(planner())

    def unschedule() -> str:
        try:
            return batches.unschedule_batch(batch=batch, actor=anna).state
        except batches.NotPossible:
            return "too late"

    _tallies, answer = at_once(lambda: sending.start_due_batches(actor=SYSTEM), unschedule)
    batch.refresh_from_db()
    invited = Invitation.objects.count()
    assert (answer, batch.state, invited) in {
        ("too late", BatchState.SENT, 3),
        (BatchState.APPROVED, BatchState.APPROVED, 0),
    }


def test_a_cycle_planned_twice_at_once_is_planned_once() -> None:
    HuvudmanFactory.create_batch(8)
    cycle = small_cycle()
    plan = lambda: plans.plan_cycle(cycle=Cycle.objects.get(pk=cycle.pk), actor=SYSTEM).pk  # noqa: E731
    assert at_once(plan, plan) == [cycle.pk] * 2
    assert (Dialogue.objects.count(), InvitationBatch.objects.count()) == (8, 4)
    assert AuditEntry.objects.filter(verb="cycle.planned").count() == 1


def test_without_the_lock_a_huvudman_lands_in_a_batch_already_sent() -> None:
    batch, dialogue = due_batch(1), postponed()
    read, sent = threading.Barrier(2, timeout=BOUND), threading.Barrier(2, timeout=BOUND)

    def carry_without_lock() -> None:
        assert InvitationBatch.objects.get(pk=batch.pk).state == BatchState.SCHEDULED
        read.wait()
        sent.wait()
        Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.PLANNED, batch=batch)

    def beat() -> None:
        read.wait()
        sending.start_due_batches(actor=SYSTEM)
        sent.wait()

    at_once(carry_without_lock, beat)
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    assert batch.dialogues.get(state=DialogueState.PLANNED) == dialogue


def test_carried_just_as_the_batch_is_sent_it_is_invited_or_told_to_choose_again() -> None:
    batch, dialogue = due_batch(1), postponed()
    answers: list[object] = []

    def carry() -> None:
        try:
            answers.append(carry_to_later_batch(dialogue=dialogue, batch=batch, actor=SYSTEM))
        except NotPossible as refused:
            answers.append(str(refused))
        finally:
            connection.close()

    thread = threading.Thread(target=carry)
    with transaction.atomic():
        sending.start_due_batches(actor=SYSTEM)
        thread.start()
        eventually(somebody_waits_for_a_lock)
    thread.join(timeout=BOUND)
    assert answers == ["Välj en senare omgång som inte har skickats."]
    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.POSTPONED
    assert not batch.dialogues.filter(state=DialogueState.PLANNED).exists()


def test_a_batch_approved_just_as_the_cycle_is_drawn_again_stays() -> None:
    HuvudmanFactory.create_batch(8)
    cycle = plans.plan_cycle(cycle=small_cycle(), actor=SYSTEM)
    HuvudmanFactory()
    batch = cycle.batches.order_by("pk")[0]
    refusals: list[str] = []

    def draw_again() -> None:
        try:
            plans.plan_cycle(cycle=cycle, actor=SYSTEM)
        except NotPossible as refused:
            refusals.append(str(refused))
        finally:
            connection.close()

    thread = threading.Thread(target=draw_again)
    with transaction.atomic():
        batches.approve_batch(batch=batch, actor=person(planner()))
        thread.start()
        eventually(somebody_waits_for_a_lock)
    thread.join(timeout=BOUND)
    assert len(refusals) == 1
    assert InvitationBatch.objects.get(pk=batch.pk).state == BatchState.APPROVED
    assert Dialogue.objects.count() == 8


def test_answers_and_new_dates_at_once_both_get_through() -> None:
    batch = due_batch(6)
    sending.start_due_batches(actor=SYSTEM)
    InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.STOPPED)
    invitations = list(Invitation.objects.select_related("dialogue__batch"))
    answered = threading.Event()
    day = timezone.localdate() + datetime.timedelta(days=30)

    def answer() -> None:
        for invitation in invitations:
            with transaction.atomic():
                Dialogue.objects.select_for_update().get(pk=invitation.dialogue_id)
                answered.set()  # new dates are chosen while this transaction has the dialogue's lock
                answer_invitation(
                    invitation=invitation,
                    answer=Answer.NO,
                    given_by="Kim",
                    channel=Channel.PHONE,
                    actor=SYSTEM,
                )

    def choose() -> None:
        assert answered.wait(BOUND)
        send_at = timezone.now() + datetime.timedelta(days=1)
        choose_new_dates(batch=batch, send_at=send_at, answer_by=day, actor=SYSTEM)

    at_once(answer, choose)
    assert set(Invitation.objects.values_list("answer_by", flat=True)) == {day}
    assert batch.dialogues.filter(state=DialogueState.DECLINED).count() == 6


def test_after_a_worker_killed_with_9_the_next_beat_goes_on() -> None:
    batch = due_batch(5)
    held = batch.dialogues.order_by("pk")[2]
    with transaction.atomic():
        Dialogue.objects.select_for_update().get(pk=held.pk)  # the worker will have to wait here
        worker = subprocess.Popen([sys.executable, "-c", WORKER, connection.settings_dict["NAME"]])
        try:
            eventually(somebody_waits_for_a_lock)
        finally:
            os.kill(worker.pid, signal.SIGKILL)
        worker.wait(timeout=BOUND)
    assert sorted(batch.dialogues.values_list("state", flat=True)) == ["invited"] * 2 + ["planned"] * 3
    assert InvitationBatch.objects.get(pk=batch.pk).state == BatchState.SENDING

    sending.start_due_batches(actor=SYSTEM)
    assert set(batch.dialogues.values_list("state", flat=True)) == {DialogueState.INVITED}
    assert Invitation.objects.count() == Letter.objects.count() == 5
    assert AuditEntry.objects.filter(verb="dialogue.invited").count() == 5
    assert InvitationBatch.objects.get(pk=batch.pk).state == BatchState.SENT


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        found = cursor.fetchone()
    return bool(found and found[0])
