"""Sections of the dialogue's page that depend on who reads it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest

from accounts.actors import person
from accounts.rules import runs_dialogues
from dialogues.domain.dialogues import OPEN
from dialogues.domain.notes import notes_of
from dialogues.models import Dialogue


def notes_section(request: HttpRequest, dialogue: Dialogue) -> dict[str, Any]:
    """What the dialogue's page shows of notes; nothing for those who may not read any."""
    user: Any = request.user
    if not runs_dialogues(user):
        return {}
    return {
        "notes": list(notes_of(dialogue, person(user))),
        "own_agency": user.staff.agency,
        "new_note": uuid4() if dialogue.state in OPEN else None,
    }
