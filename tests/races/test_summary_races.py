"""Two who save the summary at once, and an approval against a new version."""

import datetime
import threading

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import Machine, WrongState
from dialogues.domain import summaries
from dialogues.domain.summaries import SentSince, Words, WrittenSince, send_summary, write_summary
from dialogues.models import RoundState, SummaryRound
from tests.accounts.factories import pair
from tests.dialogues.summaries import agree, held, sent_by, written
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture(autouse=True)
def _plain_pdf(monkeypatch):
    monkeypatch.setattr(summaries, "pdf_of", lambda content, made: f"%PDF {made}".encode())


def test_two_leaders_who_save_at_once_are_one_text_and_one_refusal(monkeypatch):
    def race() -> list[type]:
        dialogue, _own = held()
        ours, theirs = pair()
        written(dialogue, ours)
        deeds = [
            lambda: write_summary(dialogue=dialogue, words=Words("A", "", ""), seen=1, actor=person(ours)),
            lambda: write_summary(dialogue=dialogue, words=Words("B", "", ""), seen=1, actor=person(theirs)),
        ]
        return [type(result) for result in at_once(*deeds) if isinstance(result, Exception)]

    assert race() == [WrittenSince]
    both_have_looked = threading.Barrier(2, timeout=20)
    find = summaries.draft_of

    def find_and_wait(dialogue):
        found = find(dialogue)
        if found and threading.current_thread() is not threading.main_thread():
            both_have_looked.wait()
        return found

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(summaries, "draft_of", find_and_wait)
    assert race() == [], "without the lock the later one overwrites the other"


def test_both_agencies_send_at_once_and_the_first_approval_stands(monkeypatch):
    def race() -> tuple[list[type], list[SummaryRound]]:
        dialogue, _own = held()
        ours, theirs = pair()
        seen = written(dialogue, ours).version
        day = timezone.localdate() + datetime.timedelta(days=14)
        told = {"dialogue": dialogue, "seen": seen, "seen_round": 0, "answer_by": day}
        results = at_once(
            lambda: send_summary(**told, note="Hej!", actor=person(ours)),
            lambda: send_summary(**told, note="Hej från oss båda!", actor=person(theirs)),
        )
        problems = [type(result) for result in results if isinstance(result, Exception)]
        return problems, list(dialogue.summary_rounds.all())

    problems, rounds = race()
    assert problems == [SentSince]
    assert [(sent.state, sent.confirmations.count()) for sent in rounds] == [(RoundState.OPEN, 1)]
    both_have_looked = threading.Barrier(2, timeout=20)
    require = summaries._require_seen

    def require_and_wait(last, seen_round):
        require(last, seen_round)
        both_have_looked.wait()

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(summaries, "_require_seen", require_and_wait)
    problems, _rounds = race()
    assert problems == [IntegrityError], "without the lock the other agency gets an error of ours, not words"


def test_an_approval_against_a_new_version_counts_for_one_of_them_or_is_refused(monkeypatch):
    def race() -> tuple[list[type], SummaryRound]:
        dialogue, own = held()
        ours, _theirs = pair()
        first = sent_by(ours, dialogue)
        deeds = [
            lambda: agree(first, person(own)),
            lambda: sent_by(ours, dialogue, Words("Nya ord", "", "")),
        ]
        results = at_once(*deeds)
        problems = [type(result) for result in results if isinstance(result, Exception)]
        first.refresh_from_db()
        assert dialogue.summary_rounds.filter(state=RoundState.OPEN).count() == 1
        return problems, first

    problems, first = race()
    assert problems in ([], [WrongState])
    assert first.state == RoundState.REPLACED
    assert (first.answered_at is None) == (problems == [WrongState])
    both_have_looked = threading.Barrier(2, timeout=20)
    require, walk = summaries._require_waiting, Machine.walk

    def require_and_wait(row):
        require(row)
        both_have_looked.wait()

    def wait_and_walk(machine, row, **how):
        result = walk(machine, row, **how)
        if how["to"] == RoundState.REPLACED:
            both_have_looked.wait()
        return result

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr(summaries, "_require_waiting", require_and_wait)
    monkeypatch.setattr(Machine, "walk", wait_and_walk)
    problems, first = race()
    assert problems == []
    assert first.answered_at is not None, "without the lock a version that is replaced gets approved after it"
