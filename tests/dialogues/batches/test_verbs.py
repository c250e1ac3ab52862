"""What each verb checks and writes, beyond the state."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, User
from dialogues.domain import batches
from dialogues.models import BatchState, Invitation, InvitationBatch, Letter
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import batch_in, waiting_letter
from tests.dialogues.factories import DialogueFactory

pytestmark = pytest.mark.django_db


def in_days(days: float) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=days)


def draft(prepared_by: User, size: int) -> InvitationBatch:
    batch = batch_in(BatchState.DRAFT, prepared_by=prepared_by)
    DialogueFactory.create_batch(size, batch=batch)
    return batch


class TestApproval:
    def test_above_the_limit_the_preparer_is_refused(self, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 2
        anna = planner()
        batch = draft(anna, 3)
        with pytest.raises(NotPossible, match="annan planerare"):
            batches.approve_batch(batch=batch, actor=person(anna))
        batch.refresh_from_db()
        assert (batch.state, batch.approved_by) == (BatchState.DRAFT, None)

    def test_above_the_limit_another_planner_approves(self, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 2
        batch, bo = draft(planner(), 3), planner()
        approved = batches.approve_batch(batch=batch, actor=person(bo))
        assert (approved.state, approved.approved_by) == (BatchState.APPROVED, bo)
        assert AuditEntry.objects.get(verb="invitationbatch.approved").actor == bo

    def test_at_the_limit_one_person_is_enough(self, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 2
        anna = planner()
        assert batches.approve_batch(batch=draft(anna, 2), actor=person(anna)).approved_by == anna

    def test_an_empty_batch_is_refused(self) -> None:
        with pytest.raises(NotPossible, match="tom"):
            batches.approve_batch(batch=batch_in(BatchState.DRAFT), actor=person(planner()))

    def test_withdrawn_approval_names_nobody(self) -> None:
        batch = batch_in(BatchState.APPROVED, approved_by=planner())
        assert batches.withdraw_approval(batch=batch, actor=person(planner())).approved_by is None


class TestSchedule:
    def test_times_are_kept_and_logged(self) -> None:
        batch = batch_in(BatchState.APPROVED)
        send_at, answer_by = in_days(3), timezone.localdate() + datetime.timedelta(days=24)
        batches.schedule_batch(batch=batch, send_at=send_at, answer_by=answer_by, actor=person(planner()))
        batch.refresh_from_db()
        assert (batch.send_at, batch.answer_by) == (send_at, answer_by)
        assert AuditEntry.objects.get().facts["answer_by"] == answer_by.isoformat()

    @pytest.mark.parametrize(
        ("send_in", "answer_in", "field"),
        [
            (-0.01, 14, "send_at"),
            (731, 750, "send_at"),
            (3, 2, "answer_by"),
            (3, 3, "answer_by"),
            (3, 9, "answer_by"),
            (3, 184, "answer_by"),
        ],
    )
    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    def test_times_in_the_wrong_order_or_far_apart_are_refused(
        self, send_in: float, answer_in: int, field: str
    ) -> None:
        batch = batch_in(BatchState.APPROVED)
        send_at, answer_by = in_days(send_in), timezone.localdate() + datetime.timedelta(days=answer_in)
        assert list(batches.date_errors(send_at, answer_by)) == [field]
        with pytest.raises(NotPossible):
            batches.schedule_batch(batch=batch, send_at=send_at, answer_by=answer_by, actor=person(planner()))
        batch.refresh_from_db()
        assert (batch.state, batch.send_at) == (BatchState.APPROVED, None)

    @time_machine.travel("2026-11-24 09:00+01:00", tick=False)
    def test_sending_just_before_midnight_counts_as_that_stockholm_day(self) -> None:
        send_at = datetime.datetime(2026, 11, 30, 23, 30, tzinfo=datetime.UTC)  # 1 December in Stockholm
        assert "8\u00a0december\u00a02026 eller senare" in " ".join(
            batches.date_errors(send_at, datetime.date(2026, 12, 7)).values()
        )
        assert not batches.date_errors(send_at, datetime.date(2026, 12, 8))
        assert not batches.date_errors(send_at, datetime.date(2027, 5, 30))

    def test_the_last_day_that_there_is_is_refused_and_not_an_error(self) -> None:
        last = datetime.datetime(9999, 12, 31, 12, tzinfo=datetime.UTC)
        assert list(batches.date_errors(last, last.date())) == ["send_at"]

    def test_another_time_for_a_scheduled_batch_is_refused(self) -> None:
        batch = batch_in(BatchState.SCHEDULED)
        with pytest.raises(NotPossible, match="annan tid"):
            batches.schedule_batch(
                batch=batch, send_at=in_days(5), answer_by=batch.answer_by, actor=person(planner())
            )

    def test_taken_out_of_the_schedule_it_has_no_times(self) -> None:
        batch = batch_in(BatchState.SCHEDULED)
        back = batches.unschedule_batch(batch=batch, actor=person(planner()))
        assert (back.send_at, back.answer_by) == (None, None)

    def test_a_batch_that_has_begun_cannot_leave_the_schedule(self) -> None:
        batch = batch_in(BatchState.SCHEDULED)
        invited = DialogueFactory(batch=batch, state="invited")
        Invitation.objects.create(dialogue=invited, batch=batch, answer_by=batch.answer_by)
        with pytest.raises(NotPossible, match="redan inbjudna"):
            batches.unschedule_batch(batch=batch, actor=person(planner()))

    def test_the_database_refuses_a_scheduled_batch_without_times(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            batch_in(BatchState.SCHEDULED, send_at=None, answer_by=None)


class TestSending:
    def test_it_does_not_start_before_its_time(self) -> None:
        batch = batch_in(BatchState.SCHEDULED, send_at=in_days(1))
        with pytest.raises(NotPossible, match="inte har kommit|har inte kommit"):
            batches.start_sending(batch=batch, actor=SYSTEM)

    def test_it_does_not_start_when_the_answer_date_has_come(self) -> None:
        batch = batch_in(BatchState.SCHEDULED, answer_by=timezone.localdate())
        with pytest.raises(NotPossible, match="Välj nya datum"):
            batches.start_sending(batch=batch, actor=SYSTEM)

    def test_it_is_not_finished_while_somebody_is_left(self) -> None:
        batch = batch_in(BatchState.SENDING)
        DialogueFactory.create_batch(2, batch=batch)
        with pytest.raises(NotPossible, match="2 huvudmän är inte inbjudna"):
            batches.finish_sending(batch=batch, actor=SYSTEM)

    def test_stopped_and_resumed_it_keeps_its_times(self) -> None:
        batch = batch_in(BatchState.SENDING)
        stopped = batches.stop_batch(batch=batch, actor=person(planner()))
        resumed = batches.resume_batch(batch=stopped, actor=person(planner()))
        assert (resumed.state, resumed.send_at) == (BatchState.SCHEDULED, batch.send_at)

    @pytest.mark.parametrize("state", ["queued", "retry", "claimed"])
    def test_a_sent_batch_is_stopped_while_letters_wait_and_not_afterwards(self, state: str) -> None:
        batch = batch_in(BatchState.SENT)
        letter = waiting_letter(batch)
        Letter.objects.filter(pk=letter.pk).update(state="handing_over")
        with pytest.raises(NotPossible, match="redan lämnats över"):
            batches.stop_batch(batch=batch, actor=person(planner()))
        Letter.objects.filter(pk=letter.pk).update(state=state)
        assert batches.stop_batch(batch=batch, actor=person(planner())).state == BatchState.STOPPED

    def test_it_is_not_resumed_when_the_answer_date_has_come(self) -> None:
        batch = batch_in(BatchState.STOPPED, answer_by=timezone.localdate())
        with pytest.raises(NotPossible, match="Välj nya datum"):
            batches.resume_batch(batch=batch, actor=person(planner()))

    def test_it_is_not_closed_on_the_last_day_to_answer(self) -> None:
        batch = batch_in(BatchState.SENT, answer_by=timezone.localdate())
        with pytest.raises(NotPossible, match="svarstiden"):
            batches.close_batch(batch=batch, actor=person(planner()))
