"""Letters on paper with two at once: each letter is in one run, and what is answered is not printed."""

from __future__ import annotations

import threading

import pytest
from django.db.models import QuerySet

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.invitations import answer_invitation
from dialogues.models import Answer, Channel, Dialogue, PaperLetter, PaperState, PostRun, RunState
from dialogues.paper import lifecycle
from dialogues.paper.instead import write_on_paper_instead
from tests.dialogues.answers import give
from tests.dialogues.paper.factories import letter_in, run_in, sent_batch
from tests.dialogues.paper.test_instead import bounced
from tests.races.test_batch_races import eventually, somebody_waits_for_a_lock
from tests.races.test_dialogue_races import at_once
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def both_look_first(monkeypatch):
    """Two that make a run have both looked before either writes, unless one has to wait for the other."""
    real, looked = lifecycle._sorted_by_truth, threading.Barrier(2)
    has_looked = threading.Event()

    def sort(letters):
        if has_looked.is_set():
            looked.abort()
        has_looked.set()
        eventually(lambda: looked.broken or somebody_waits_for_a_lock())
        return real(letters)

    monkeypatch.setattr(lifecycle, "_sorted_by_truth", sort)
    monkeypatch.setattr(lifecycle, "_render_soon", lambda _run: None)


def made() -> list[PostRun | None]:
    deeds = [lambda: lifecycle.make_run(actor=SYSTEM)] * 2
    return at_once(*deeds)  # type: ignore[return-value]


def test_without_the_lock_both_take_the_same_letter(both_look_first, monkeypatch):
    letter_in("waiting")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
    assert None not in made()
    assert PostRun.objects.count() == 2


def test_a_letter_is_in_one_run_though_two_make_one_at_once(both_look_first):
    letter_in("waiting")
    assert made().count(None) == 1
    assert PostRun.objects.get().letters.count() == 1


def test_an_answer_waits_for_the_run_that_is_made_or_the_run_leaves_the_letter_out(monkeypatch):
    monkeypatch.setattr(lifecycle, "_render_soon", lambda _run: None)
    sent_batch()
    dialogue = Dialogue.objects.get()

    def answer() -> object:
        return answer_invitation(
            invitation=dialogue.invitations.get(),
            answer=Answer.NO,
            given_by="Kim Ek",
            channel=Channel.PHONE,
            actor=SYSTEM,
        )

    results = at_once(answer, lambda: lifecycle.make_run(actor=SYSTEM))
    assert [result for result in results if isinstance(result, Exception)] == []
    letter = PaperLetter.objects.get(kind="invitation")
    assert letter.state in (PaperState.IN_RUN, PaperState.WITHDRAWN, PaperState.WAITING)
    assert (letter.state == PaperState.IN_RUN) == (letter.run is not None)
    assert lifecycle.make_run(actor=SYSTEM) is None or PaperLetter.objects.get(pk=letter.pk).run == letter.run


def test_a_run_is_posted_or_undone_and_never_both():
    run = run_in("ready")
    letter = letter_in("in_run", run)
    day = run.made_at.date()
    results = at_once(
        lambda: lifecycle.mark_as_posted(run=run, on=day, actor=SYSTEM),
        lambda: lifecycle.undo_run(run=run, actor=SYSTEM),
    )
    assert sum(isinstance(result, NotPossible) for result in results) == 1
    run.refresh_from_db()
    letter.refresh_from_db()
    expected = {RunState.POSTED: PaperState.POSTED, RunState.UNDONE: PaperState.WAITING}
    assert letter.state == expected[RunState(run.state)]


def test_who_is_answering_gets_no_invitation_on_paper_instead(monkeypatch):
    """The mail was refused, and a planner writes it on paper just as the huvudman answers by phone."""

    def race() -> tuple[str, int]:
        letter = bounced()
        PaperLetter.objects.all().delete()

        def write() -> str:
            try:
                write_on_paper_instead(letter=letter, reason="Adressen finns inte.", actor=SYSTEM)
            except NotPossible:
                return "refused"
            return "written"

        invitation = letter.dialogue.invitations.get()
        _answer, came, _gate = while_uncommitted(lambda: give(invitation, channel=Channel.PHONE), write)
        return came, PaperLetter.objects.filter(kind="invitation").count()

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lambda self, **_options: self.all())
        assert race() == ("written", 1)
    assert race() == ("refused", 0)
