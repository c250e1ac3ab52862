"""What the dialogue's page shows of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dialogues.domain.summaries import OPEN_FOR_SUMMARY, awaited_agencies, draft_of
from dialogues.models import Dialogue, RoundState, SummaryRound


def summary_section(dialogue: Dialogue, rounds: Sequence[SummaryRound]) -> dict[str, Any]:
    """The text being written, and the versions that were sent, the last first."""
    if not rounds and dialogue.state not in OPEN_FOR_SUMMARY:
        return {}
    last = rounds[0] if rounds else None
    return {
        "summary": {
            "draft": draft_of(dialogue),
            "last": last,
            "earlier": rounds[1:],
            "awaited": awaited_agencies(last) if last and last.state == RoundState.OPEN else [],
        }
    }
