"""An answer and a reminder at the same time, with real connections. First as it is without the lock."""

from __future__ import annotations

import pytest

from accounts.actors import SYSTEM
from accounts.domain.machine import Machine
from dialogues.batch_deeds import act_on_all
from dialogues.domain.reminders import remind, remind_the_silent
from dialogues.links import link_holder
from dialogues.models import Letter, LetterKind
from tests.dialogues.answers import give
from tests.dialogues.letters.test_reminders import LAST, at, before, invited
from tests.races.test_dialogue_races import at_once, unlocked
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def reminders() -> int:
    return Letter.objects.filter(kind=LetterKind.REMINDER).count()


def test_who_is_answering_is_not_reminded(monkeypatch):
    def race() -> int:
        invitation = invited()
        Letter.objects.filter(kind=LetterKind.REMINDER).delete()
        with at(before(LAST, 7)):
            while_uncommitted(
                lambda: give(invitation, actor=link_holder(None)),
                lambda: remind(dialogue=invitation.dialogue, actor=SYSTEM),
            )
        return reminders()

    with monkeypatch.context() as patch:
        patch.setattr(Machine, "locked_as_it_stands", unlocked)
        assert race() == 1
    assert race() == 0


def test_two_beats_at_once_write_to_each_once():
    for _n in range(3):
        invited()
    with at(before(LAST, 7)):
        told = at_once(*[lambda: remind_the_silent(actor=SYSTEM)] * 2)
    assert sum(told) == 3
    assert reminders() == 3


def test_who_is_answering_is_left_out_of_what_is_done_for_all(monkeypatch):
    """The planner has confirmed for two; one of them is answering just then."""

    def race() -> tuple[int, set[str]]:
        Letter.objects.filter(kind=LetterKind.REMINDER).delete()
        answering, still = invited(), invited()
        rows = [answering.dialogue, still.dialogue]
        with at(before(LAST, 7)):
            _answer, entry = while_uncommitted(
                lambda: give(answering, actor=link_holder(None)),
                lambda: act_on_all(name="paminn", batch=answering.batch, rows=rows, actor=SYSTEM),
            )[:2]
        assert str(still.dialogue_id) not in entry.facts["left_out"]
        return reminders(), {"answering"} if str(answering.dialogue_id) in entry.facts["left_out"] else set()

    with monkeypatch.context() as patch:
        patch.setattr(Machine, "locked_as_it_stands", unlocked)
        assert race() == (2, set())
    assert race() == (1, {"answering"})
