"""A dialogue's history as sentences: one for every move that the state machine allows."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from accounts.models import AuditEntry
from dialogues import domain
from dialogues.deeds import DEEDS
from dialogues.domain.dialogues import DIALOGUES, TABLE
from dialogues.domain.meetings import ALONE, MEETINGS
from dialogues.domain.own_questions import OWN_QUESTIONS
from dialogues.domain.pausing import PAUSED
from dialogues.domain.summaries import ROUNDS
from dialogues.domain.underlag import UNDERLAG
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


ABOUT = ("dialogue.", "meeting.", "underlag.", "questions.", "analysis.", "goal.", "ownquestion.", "summary")
"""How the verbs begin that tell of a dialogue and what is part of it."""


def verbs_recorded() -> set[str]:
    """What the domain writes in the audit log of a dialogue, read from its code and its lifecycles."""
    found = {f"meeting.{kind}_proposed" for kind in ALONE}
    for machine in (DIALOGUES, MEETINGS, OWN_QUESTIONS, ROUNDS, UNDERLAG):
        reached = set().union(*machine.table.values())
        found |= {f"{machine.model._meta.model_name}.{state}" for state in reached}
    for module in pkgutil.iter_modules(domain.__path__):
        code = importlib.import_module(f"{domain.__name__}.{module.name}")
        found |= {verb for verb in _verbs_in(code) if verb.startswith(ABOUT)}
    return found


def _verbs_in(code: ModuleType) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(code))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            for keyword in node.keywords:
                if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value
                elif keyword.arg == "verb" and isinstance(keyword.value, ast.Name):
                    yield getattr(code, keyword.value.id)


def test_every_verb_that_the_domain_records_of_a_dialogue_has_a_sentence() -> None:
    recorded = verbs_recorded()
    assert {PAUSED, "goal.shared", "dialogue.placed", "underlag.issued"} <= recorded
    assert recorded == DEEDS.keys(), "no verb without a sentence, and no sentence that nothing says"
