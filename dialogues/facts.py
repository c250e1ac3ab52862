"""What is asked about a dialogue to tell where its tasks stand, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dialogues.domain.own_questions import own_questions_of
from dialogues.domain.summary_waits import Waits, waits_for
from dialogues.domain.underlag import awaited_agencies
from dialogues.models import (
    Dialogue,
    InvitationAnswer,
    Meeting,
    MeetingKind,
    OwnQuestion,
    OwnQuestionState,
    SummaryRound,
    Underlag,
)
from dialogues.models import DialogueState as S
from dialogues.models import UnderlagState as U
from dialogues.queries import latest_answer
from dialogues.steps import STEPS
from dialogues.timeline import current_meetings, missed_introduction
from dialogues.turns import Standing, has_told, standing


@dataclass(frozen=True)
class Facts:
    """All that the table asks about a dialogue, read once."""

    dialogue: Dialogue
    meetings: dict[str, Meeting]
    underlag: Underlag | None
    answer: InvitationAnswer | None
    has_questions: bool
    missed: bool
    own_questions: int = 0
    own_waiting: int = 0
    """The huvudman's own questions to the agencies: all but those taken back, and those that wait."""
    summary: SummaryRound | None = None
    """The version of the summary that was sent last."""
    awaited: tuple[str, ...] = ()
    """The agencies that have not confirmed a rendered underlag."""

    def stands(self, kind: MeetingKind) -> Standing:
        """How the phase's meeting stands now."""
        return standing(self.meetings.get(kind))

    @cached_property
    def open_steps(self) -> frozenset[str]:
        """The names of the steps that can be taken now. Each is asked once."""
        steps = STEPS.items()
        return frozenset(name for name, step in steps if step.is_open(self.dialogue, self.meetings))

    @property
    def summary_waits(self) -> Waits:
        """What the summary waits for."""
        return waits_for(self.summary)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is to come."""
        return self.dialogue.state in (S.CLOSED, S.CANCELLED, S.DECLINED)


@dataclass(frozen=True)
class Reading:
    """A dialogue's rows that its page shows too, the latest first: read once, and handed around."""

    meetings: dict[str, Meeting]
    underlag: Sequence[Underlag]
    rounds: Sequence[SummaryRound]
    own_questions: Sequence[OwnQuestion]


def read(dialogue: Dialogue, meetings: dict[str, Meeting] | None = None) -> Reading:
    """Read the rows. Five queries, and one for the meetings unless they are given."""
    underlag = dialogue.underlag.defer("content").select_related("edition").order_by("-version")
    rounds = dialogue.summary_rounds.prefetch_related("confirmations__agency", "confirmations__user")
    return Reading(
        meetings=current_meetings(dialogue) if meetings is None else meetings,
        underlag=list(underlag),
        rounds=list(rounds.defer("content")),
        own_questions=list(own_questions_of(dialogue)),
    )


def facts_of(dialogue: Dialogue, reading: Reading | None = None) -> Facts:
    """Read what the table asks about, but for what `reading` has. Three queries, and one while the underlag
    is to be confirmed.
    """
    rows = reading or read(dialogue)
    underlag = next(iter(rows.underlag), None)
    asked = [row.state for row in rows.own_questions if row.state != OwnQuestionState.WITHDRAWN]
    return Facts(
        dialogue=dialogue,
        meetings=rows.meetings,
        underlag=underlag,
        answer=latest_answer(dialogue),
        has_questions=has_told(dialogue),
        missed=missed_introduction(dialogue),
        own_questions=len(asked),
        own_waiting=asked.count(OwnQuestionState.OPEN),
        summary=next(iter(rows.rounds), None),
        awaited=_awaited(underlag),
    )


def _awaited(underlag: Underlag | None) -> tuple[str, ...]:
    if underlag is None or underlag.state != U.RENDERED:
        return ()
    return tuple(str(agency) for agency in awaited_agencies(underlag))
