"""Batches and letters on the desk: what brings them to the list, and what does not."""

from __future__ import annotations

import datetime

import pytest

from dialogues.desk import Desk, batches
from dialogues.models import (
    BatchState,
    Dialogue,
    DialogueState,
    InvitationBatch,
    Letter,
    LetterState,
    MeetingKind,
    MeetingState,
    StoredFile,
)
from tests.accounts.factories import planner
from tests.dialogues.batches.factories import batch_in, waiting_letter
from tests.dialogues.desk.kinds import NOW, TODAY, days, only, todos
from tests.dialogues.factories import CycleFactory, DialogueFactory, seat_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_nine")]


class TestBatches:
    def draft(self, number: int, **fields: object) -> InvitationBatch:
        cycle = CycleFactory(name="C", first_year=2026, batches_per_year=4)
        usual = {"state": BatchState.DRAFT, "year": 2027}
        batch = batch_in(cycle=cycle, number=number, **(usual | fields))
        DialogueFactory(batch=batch)
        return batch

    def test_a_draft_is_approved_within_two_months_of_its_month(self) -> None:
        self.draft(1)  # January 2027
        self.draft(2)  # April 2027
        todo = only("godkann-omgang")
        assert todo.what == "Godkänn omgång 2027:1"
        assert todo.why == "Tänkt till januari 2027. Antal huvudmän: 1."
        assert (todo.due, todo.is_late) == (datetime.date(2027, 1, 1), False)

    def test_a_draft_whose_month_has_passed_is_late(self) -> None:
        self.draft(4, year=2026)  # October 2026
        assert only("godkann-omgang").is_late

    @pytest.mark.parametrize(
        ("sent", "number", "month"),
        [
            (NOW + days(30), 3, "mars 2027"),  # three months after the one before
            (NOW + days(30), 4, "juni 2027"),
            (NOW - days(300), 5, "januari 2027"),  # those before were early: its own month stands
        ],
    )
    def test_a_draft_keeps_the_pace_when_those_before_it_were_late(self, sent, number, month) -> None:
        self.draft(2, year=2026, state=BatchState.SENT, send_at=sent, answer_by=TODAY + days(90))
        batch = self.draft((number - 1) % 4 + 1, year=2026 + (number - 1) // 4)
        desk = Desk(planner(), NOW + days(365))
        row = batches.to_approve(desk).get(pk=batch.pk)
        assert f"Tänkt till {month}." in batches.show_to_approve(row, desk).why

    def test_a_cycle_drawn_in_the_autumn_is_not_late_when_it_is_drawn(self) -> None:
        batch = self.draft(1, year=2026)
        batch.cycle.planned_at = NOW
        batch.cycle.save()
        assert todos("godkann-omgang") == []

    def test_who_prepared_a_large_batch_does_not_have_it_on_the_list(self, settings) -> None:
        settings.SECOND_APPROVAL_ABOVE = 1
        anna, bo = planner(), planner()
        batch = self.draft(1, prepared_by=anna)
        assert len(todos("godkann-omgang", anna)) == 1
        DialogueFactory(batch=batch)
        assert todos("godkann-omgang", anna) == []
        assert len(todos("godkann-omgang", bo)) == 1

    def test_an_empty_draft_is_nothing_to_approve(self) -> None:
        batch_in(BatchState.DRAFT, year=2026)
        assert todos("godkann-omgang") == []

    def test_an_approved_batch_waits_for_its_times(self) -> None:
        batch = batch_in(BatchState.APPROVED)
        assert only("schemalagg").url.endswith(f"/{batch.public_id}/schemalagg/")

    @pytest.mark.parametrize(
        ("state", "ago", "words"),
        [
            (BatchState.SENDING, 11, "står still"),
            (BatchState.STOPPED, 11, "stoppat"),
            (BatchState.SCHEDULED, 11, "skulle ha börjat"),
        ],
    )
    def test_a_batch_that_stands_still_is_looked_at(self, state, ago, words) -> None:
        batch_in(state, send_at=NOW - datetime.timedelta(minutes=ago))
        assert words in only("utskick").why

    @pytest.mark.parametrize("state", [BatchState.STOPPED, BatchState.SCHEDULED])
    def test_a_batch_whose_answer_date_has_come_wants_new_dates(self, state) -> None:
        batch = batch_in(state, send_at=NOW - days(14), answer_by=TODAY)
        todo = only("utskick")
        assert todo.what.startswith("Välj nya datum")
        assert todo.why == "Svarsdatumet 24\u00a0november\u00a02026 har kommit. Inte inbjudna än: 0."
        assert todo.url.endswith(f"/{batch.public_id}/nya-datum/")

    @pytest.mark.parametrize("state", [BatchState.SENDING, BatchState.SCHEDULED])
    def test_a_batch_that_has_just_begun_is_left_alone(self, state) -> None:
        batch_in(state, send_at=NOW - datetime.timedelta(minutes=9))
        assert todos("utskick") == []

    def test_a_batch_is_closed_when_the_answers_are_in(self) -> None:
        batch = batch_in(BatchState.SENT, answer_by=TODAY - days(1))
        DialogueFactory.create_batch(2, batch=batch, state=DialogueState.INVITED)
        DialogueFactory(batch=batch, state=DialogueState.ACCEPTED)
        batch_in(BatchState.SENT, answer_by=TODAY)
        todo = only("avsluta-omgang")
        assert "Har inte svarat: 2." in todo.why
        assert (todo.due, todo.is_late) == (TODAY + days(13), False)
        InvitationBatch.objects.filter(pk=batch.pk).update(answer_by=TODAY - days(15))
        assert only("avsluta-omgang").is_late

    def test_those_who_said_yes_wait_for_an_introduction(self) -> None:
        batch = batch_in(BatchState.SENT)
        DialogueFactory.create_batch(2, batch=batch, state=DialogueState.ACCEPTED)
        seat_at(
            DialogueFactory(batch=batch, state=DialogueState.ACCEPTED),
            kind=MeetingKind.INTRODUCTION,
            state=MeetingState.FIXED,
            seats=9,
        )
        todo = only("introduktion")
        assert todo.why == "2 huvudmän har tackat ja och väntar på plats."
        assert todo.due == TODAY + days(14)
        InvitationBatch.objects.update(answer_by=TODAY - days(30))
        assert only("introduktion").due == TODAY + days(14)
        Dialogue.objects.update(state_since=NOW - days(15))
        assert only("introduktion").is_late
        Dialogue.objects.filter(seats__isnull=True).update(state=DialogueState.DECLINED)
        assert todos("introduktion") == []


class TestLetters:
    @pytest.mark.parametrize("state", LetterState)
    def test_failed_and_uncertain_letters_need_a_person(self, state) -> None:
        letter = waiting_letter(batch_in(BatchState.SENT))
        Letter.objects.filter(pk=letter.pk).update(
            state=state,
            sent_at=NOW,
            sent_bytes=StoredFile.objects.create(sha256="a" * 64, size=1, media_type="message/rfc822"),
        )
        assert len(todos("brev")) == (state in {LetterState.FAILED, LetterState.UNCERTAIN})
