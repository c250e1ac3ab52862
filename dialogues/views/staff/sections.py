"""Sections of the dialogue's page that depend on who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.http import HttpRequest

from accounts.actors import person
from accounts.rules import runs_dialogues
from dialogues.domain.dialogues import OPEN
from dialogues.domain.needs import OPEN_FOR_NEEDS, needs_of
from dialogues.domain.notes import notes_of
from dialogues.domain.own_questions import OPEN_FOR_ASKING
from dialogues.domain.participants import participants_of
from dialogues.models import Dialogue, OwnQuestion
from dialogues.needs_words import in_words
from dialogues.rules import has_conflict, meets_huvudman


def notes_section(request: HttpRequest, dialogue: Dialogue) -> dict[str, Any]:
    """What the dialogue's page shows of notes; nothing for those who may not read any."""
    user: Any = request.user
    if not runs_dialogues(user):
        return {}
    return {
        "notes": list(notes_of(dialogue, person(user))),
        "own_agency": user.staff.agency,
        "new_note": uuid4() if _takes_notes(dialogue) and not has_conflict(user, dialogue) else None,
    }


def _takes_notes(dialogue: Dialogue) -> bool:
    return dialogue.state in OPEN and not dialogue.is_paused


def own_questions_section(
    request: HttpRequest, dialogue: Dialogue, own_questions: Sequence[OwnQuestion]
) -> dict[str, Any]:
    """What the dialogue's page shows of the huvudman's questions to the agencies."""
    user: Any = request.user
    return {
        "own_questions": own_questions,
        "may_answer": dialogue.state in OPEN_FOR_ASKING
        and not dialogue.is_paused
        and user.has_perm("dialogues.answer_own_question", dialogue),
    }


def who_comes_section(request: HttpRequest, dialogue: Dialogue) -> dict[str, Any]:
    """Who comes from the huvudman and what it needs; nothing for those who do not meet it."""
    user: Any = request.user
    if not meets_huvudman(user, dialogue):
        return {}
    needs = needs_of(dialogue, person(user))
    return {
        "who_comes": {
            "participants": list(participants_of(dialogue, person(user))),
            "are_cleared": dialogue.state not in OPEN,
            "needs": needs,
            "lines": in_words(needs),
            "may_note": dialogue.state in OPEN_FOR_NEEDS and not dialogue.is_paused,
        }
    }
