"""The states of letters on paper and of post runs: every step allowed or refused, and what goes with it."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible, WrongState
from accounts.models import AuditEntry
from dialogues.domain.files import store_file
from dialogues.models import (
    BatchState,
    DialogueState,
    InvitationBatch,
    PaperLetter,
    PaperState,
    PostRun,
    RunState,
)
from dialogues.paper import lifecycle
from dialogues.paper.lifecycle import PAPER, RUN_TABLE, RUNS, TABLE, Superseded
from huvudman.models import Huvudman
from tests.accounts.factories import leader, planner
from tests.dialogues.paper.factories import letter_in, run_in, sent_batch

pytestmark = pytest.mark.django_db


def verbs_of(row: PaperLetter | PostRun) -> list[str]:
    kind = row._meta.model_name
    return list(
        AuditEntry.objects.filter(subject_type__model=kind, subject_id=row.pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def day_and_run(letter: PaperLetter, to: str, run: PostRun) -> None:
    letter.run = run if to in ("in_run", "posted") else None
    letter.posted_on = timezone.localdate() if to == "posted" else None


@pytest.mark.parametrize("to", PaperState.values)
@pytest.mark.parametrize("was", PaperState.values)
def test_a_letter_goes_only_where_the_table_says(was, to):
    letter, run = letter_in(was), run_in("ready")

    def walk() -> PaperLetter:
        return PAPER.walk(letter, to=to, actor=SYSTEM, change=lambda row: day_and_run(row, to, run))

    if was == to:
        assert walk().state == was
        assert verbs_of(letter) == []
    elif to in TABLE[was]:
        assert walk().state == to
        assert verbs_of(letter) == [f"paperletter.{to}"]
    else:
        with pytest.raises(WrongState):
            walk()
        letter.refresh_from_db()
        assert (letter.state, verbs_of(letter)) == (was, [])


@pytest.mark.parametrize("to", RunState.values)
@pytest.mark.parametrize("was", RunState.values)
def test_a_run_goes_only_where_the_table_says(was, to):
    run, pdf = run_in(was), store_file(b"%PDF-1.7 ny", "application/pdf")

    def change(row: PostRun) -> None:
        row.pdf, row.sheets = pdf, 1
        row.posted_on = timezone.localdate() if to == "posted" else None

    def walk() -> PostRun:
        return RUNS.walk(run, to=to, actor=SYSTEM, change=change)

    if was == to:
        assert walk().state == was
    elif to in RUN_TABLE[was]:
        assert walk().state == to
        assert verbs_of(run) == [f"postrun.{to}"]
    else:
        with pytest.raises(WrongState):
            walk()
        run.refresh_from_db()
        assert (run.state, verbs_of(run)) == (was, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "in_run", "run": None},
        {"state": "posted"},
        {"state": "waiting", "posted_on": datetime.date(2026, 1, 1)},
        {"address": ""},
        {"text": ""},
        {"code": "ABCDE23456", "invitation": None},
    ],
)
def test_the_database_refuses_a_letter_that_cannot_be(wrong):
    letter = letter_in("waiting")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperLetter.objects.filter(pk=letter.pk).update(**wrong)


@pytest.mark.parametrize("wrong", [{"state": "ready"}, {"state": "posted"}, {"posted_on": "2026-01-01"}])
def test_the_database_refuses_a_run_that_cannot_be(wrong):
    run = run_in("ordered")
    with pytest.raises(IntegrityError), transaction.atomic():
        PostRun.objects.filter(pk=run.pk).update(**wrong)


class TestMakingARun:
    def test_takes_all_that_wait_and_asks_for_the_pdf_after_commit(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        from dialogues.paper import tasks

        asked: list[int] = []
        monkeypatch.setattr(tasks.render_post_run, "delay", asked.append)
        letters = [letter_in("waiting"), letter_in("waiting")]
        withdrawn = letter_in("withdrawn")
        with django_capture_on_commit_callbacks(execute=True):
            run = lifecycle.make_run(actor=person(planner()))
            assert asked == []
        assert run is not None
        assert asked == [run.pk]
        assert set(run.letters.values_list("pk", flat=True)) == {letter.pk for letter in letters}
        assert verbs_of(letters[0]) == ["paperletter.in_run"]
        assert verbs_of(run) == ["postrun.made"]
        withdrawn.refresh_from_db()
        assert withdrawn.run is None

    def test_again_there_is_nothing_to_take(self):
        letter_in("waiting")
        assert lifecycle.make_run(actor=SYSTEM) is not None
        assert lifecycle.make_run(actor=SYSTEM) is None
        assert PostRun.objects.count() == 1

    def test_an_invitation_that_was_answered_meanwhile_is_withdrawn_with_the_reason(self):
        batch = sent_batch()
        batch.dialogues.update(state=DialogueState.ACCEPTED)
        assert lifecycle.make_run(actor=SYSTEM) is None
        letter = PaperLetter.objects.get()
        assert letter.state == PaperState.WITHDRAWN
        assert "inte längre aktuellt" in AuditEntry.objects.get(verb="paperletter.withdrawn").facts["reason"]

    def test_the_invitations_of_a_stopped_batch_wait_till_it_goes_on(self):
        batch = sent_batch()
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.STOPPED)
        assert lifecycle.make_run(actor=SYSTEM) is None
        assert PaperLetter.objects.get().state == PaperState.WAITING
        InvitationBatch.objects.filter(pk=batch.pk).update(state=BatchState.SENT)
        assert lifecycle.make_run(actor=SYSTEM) is not None

    def test_is_all_or_nothing(self, monkeypatch):
        letter = letter_in("waiting")

        def breaks(_run: PostRun) -> None:
            raise RuntimeError

        monkeypatch.setattr(lifecycle, "_render_soon", breaks)
        with pytest.raises(RuntimeError):
            lifecycle.make_run(actor=SYSTEM)
        letter.refresh_from_db()
        assert (letter.state, PostRun.objects.count(), AuditEntry.objects.count()) == ("waiting", 0, 0)

    def test_takes_a_planner(self):
        letter_in("waiting")
        with pytest.raises(PermissionDenied):
            lifecycle.make_run(actor=person(leader()))


class TestPosting:
    def test_posts_every_letter_on_the_day(self):
        run = run_in("ready")
        letters = [letter_in("in_run", run), letter_in("in_run", run)]
        lifecycle.mark_as_posted(run=run, on=timezone.localdate(), actor=SYSTEM)
        for letter in letters:
            letter.refresh_from_db()
            assert (letter.state, letter.posted_on) == ("posted", timezone.localdate())
            assert verbs_of(letter) == ["paperletter.posted"]

    @pytest.mark.parametrize("days", [1, -1])
    def test_not_on_a_day_to_come_or_before_it_was_made(self, days):
        run = run_in("ready")
        with pytest.raises(NotPossible):
            lifecycle.mark_as_posted(
                run=run, on=timezone.localdate() + datetime.timedelta(days=days), actor=SYSTEM
            )

    def test_the_same_day_again_does_nothing_and_another_is_told(self):
        run = run_in("posted")
        today = timezone.localdate()
        assert lifecycle.mark_as_posted(run=run, on=today, actor=SYSTEM).posted_on == today
        with pytest.raises(Conflict):
            lifecycle.mark_as_posted(run=run, on=today - datetime.timedelta(days=1), actor=SYSTEM)

    def test_what_is_posted_is_not_undone(self):
        run = run_in("posted")
        with pytest.raises(WrongState):
            lifecycle.undo_run(run=run, actor=SYSTEM)


class TestUndoing:
    @pytest.mark.parametrize("state", ["ordered", "ready", "failed"])
    def test_lets_the_letters_wait_again(self, state):
        run = run_in(state)
        letter = letter_in("in_run", run)
        lifecycle.undo_run(run=run, actor=SYSTEM)
        letter.refresh_from_db()
        assert (letter.state, letter.run) == ("waiting", None)
        assert AuditEntry.objects.get(verb="paperletter.waiting").facts["run"] == run.pk


class TestTakingOut:
    def test_makes_the_pdf_anew_without_the_letter(self):
        run = run_in("ready")
        letter, other = letter_in("in_run", run), letter_in("in_run", run)
        lifecycle.take_out(letter=letter, reason="Fel adress", actor=SYSTEM)
        run.refresh_from_db()
        letter.refresh_from_db()
        assert (letter.state, letter.run) == ("withdrawn", None)
        assert (run.state, run.pdf, list(run.letters.all())) == ("ordered", None, [other])
        assert AuditEntry.objects.get(verb="paperletter.withdrawn").facts["reason"] == "Fel adress"

    def test_the_last_one_undoes_the_run(self):
        letter = letter_in("in_run")
        lifecycle.take_out(letter=letter, reason="Fel adress", actor=SYSTEM)
        assert PostRun.objects.get().state == "undone"

    def test_while_it_is_rendered_that_rendering_is_thrown_away(self):
        run = run_in("ordered")
        letter = letter_in("in_run", run)
        letter_in("in_run", run)
        lifecycle.take_out(letter=letter, reason="Fel adress", actor=SYSTEM)
        with pytest.raises(Superseded):
            lifecycle.finish_run(
                run=run,
                ordered_at=run.ordered_at,
                pdf=store_file(b"%PDF", "application/pdf"),
                sheets=1,
                actor=SYSTEM,
            )
        run.refresh_from_db()
        assert run.pdf is None

    def test_asks_why(self):
        letter = letter_in("in_run")
        with pytest.raises(NotPossible):
            lifecycle.take_out(letter=letter, reason=" ", actor=SYSTEM)

    def test_not_a_posted_one(self):
        letter = letter_in("posted")
        with pytest.raises(WrongState):
            lifecycle.take_out(letter=letter, reason="Fel adress", actor=SYSTEM)


class TestPuttingBack:
    def test_takes_the_address_of_today(self):
        letter = letter_in("withdrawn")
        Huvudman.objects.filter(pk=letter.huvudman_id).update(street="Nygatan 2")
        lifecycle.put_back(letter=PaperLetter.objects.get(), actor=SYSTEM)
        letter.refresh_from_db()
        assert letter.state == "waiting"
        assert "Nygatan 2" in letter.address

    def test_not_without_an_address(self):
        letter = letter_in("withdrawn")
        Huvudman.objects.filter(pk=letter.huvudman_id).update(post_town="")
        with pytest.raises(NotPossible):
            lifecycle.put_back(letter=PaperLetter.objects.get(), actor=SYSTEM)

    def test_not_what_is_in_a_run(self):
        with pytest.raises(WrongState):
            lifecycle.put_back(letter=letter_in("in_run"), actor=SYSTEM)
