"""A dialogue's history as sentences: one for every move that the state machine allows."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from dialogues.domain.dialogues import TABLE
from dialogues.models import DialogueState as S
from dialogues.templatetags.dialogues_look import what_was_done

MOVES = [(was, to) for was, following in TABLE.items() for to in sorted(following)]


@pytest.mark.parametrize(("was", "to"), MOVES)
def test_every_move_has_a_sentence(was: str, to: str) -> None:
    assert what_was_done(moved(was, to)) != what_was_done(AuditEntry(verb="dialogue.something_new"))


def test_an_underlag_that_is_sent_is_told_from_a_time_that_is_let_go() -> None:
    assert what_was_done(moved(S.INTRODUCED, S.UNDERLAG_SENT)) == "Analysunderlaget skickades."
    assert "gäller inte längre" in what_was_done(moved(S.TIME_FIXED, S.UNDERLAG_SENT))


def moved(was: str, to: str) -> AuditEntry:
    return AuditEntry(verb=f"dialogue.{to}", facts={"was": was})
