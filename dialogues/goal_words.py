"""What a huvudman shares of its work, as staff read it: the copies that they received."""

from __future__ import annotations

import datetime
from typing import Any

from dialogues.domain.goals import in_one_text, shared_goals
from dialogues.models import Dialogue, GoalKind, SharedGoal


def shared_in_words(dialogue: Dialogue) -> list[dict[str, Any]]:
    """The goals that the huvudman shares now, with days as dates. One query."""
    return [_in_words(copy) for copy in shared_goals(dialogue)]


def shared_as_texts(dialogue: Dialogue) -> list[str]:
    """The shared goals as one text each. One query."""
    return [in_one_text(copy.content) for copy in shared_goals(dialogue)]


def _in_words(copy: SharedGoal) -> dict[str, Any]:
    told = copy.content
    return {
        **told,
        "kind": str(GoalKind(told["kind"]).label).capitalize(),
        "follow_ups": [{"day": _date(row["day"]), "text": row["text"]} for row in told["follow_ups"]],
        "closed_on": _date(told["closed_on"]),
        "who": copy.shared_by,
        "when": copy.shared_at,
    }


def _date(iso: str) -> datetime.date | None:
    return datetime.date.fromisoformat(iso) if iso else None
