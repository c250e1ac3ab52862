"""All that the portal tells about one dialogue, gathered in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from dialogues.domain.goals import OPEN_FOR_GOALS
from dialogues.domain.invitations import ANSWERABLE, is_open
from dialogues.models import (
    AnalysisDraft,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationAnswer,
    Meeting,
    MeetingKind,
    QuestionForm,
    Seat,
    SituationAnalysis,
    Underlag,
    UnderlagState,
)
from dialogues.queries import current_invitation, latest_answer
from dialogues.timeline import current_meetings, missed_introduction

OVER = frozenset({DialogueState.CLOSED, DialogueState.CANCELLED, DialogueState.DECLINED})


class Analysis(NamedTuple):
    """How far the situation analysis has come: whether it is begun, and the version sent last (0 before)."""

    is_begun: bool
    sent: int


@dataclass(frozen=True)
class Case:
    """A dialogue as the huvudman sees it."""

    dialogue: Dialogue
    meetings: dict[str, Meeting]
    invitation: Invitation | None
    answer: InvitationAnswer | None
    underlag: Underlag | None
    questions: QuestionForm | None
    has_draft: bool
    goals: int
    analysis: Analysis
    missed_introduction: bool

    @property
    def may_answer(self) -> bool:
        """Tell whether the invitation can still be answered (or the answer changed) in the portal."""
        return bool(self.invitation and is_open(self.invitation) and self.dialogue.state in ANSWERABLE)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more is to come: closed, cancelled or declined."""
        return self.dialogue.state in OVER

    @property
    def introduction(self) -> Meeting | None:
        return self.meetings.get(MeetingKind.INTRODUCTION)

    @property
    def meeting(self) -> Meeting | None:
        """The dialogue meeting."""
        return self.meetings.get(MeetingKind.DIALOGUE)

    @property
    def feedback(self) -> Meeting | None:
        return self.meetings.get(MeetingKind.FEEDBACK)


def case_of(dialogue: Dialogue) -> Case:
    """Gather what the portal tells about a dialogue. Eight queries."""
    underlag = dialogue.underlag.filter(state=UnderlagState.ISSUED).defer("content").first()
    return Case(
        dialogue=dialogue,
        meetings=_told(current_meetings(dialogue), underlag),
        invitation=current_invitation(dialogue),
        answer=latest_answer(dialogue),
        underlag=underlag,
        questions=QuestionForm.objects.filter(dialogue=dialogue).first(),
        has_draft=dialogue.question_drafts.exists(),
        goals=dialogue.goals.count() if dialogue.state in OPEN_FOR_GOALS else 0,
        analysis=_analysis_of(dialogue),
        missed_introduction=missed_introduction(dialogue),
    )


def seat_of(dialogue: Dialogue, kind: MeetingKind) -> Seat | None:
    """The dialogue's current seat in a phase's meeting."""
    return dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()


def _analysis_of(dialogue: Dialogue) -> Analysis:
    begun = AnalysisDraft.objects.filter(dialogue=OuterRef("pk")).exclude(text="")
    sent = SituationAnalysis.objects.filter(dialogue=OuterRef("pk")).order_by("-version").values("version")
    row = Dialogue.objects.filter(pk=dialogue.pk).values_list(Exists(begun), Coalesce(Subquery(sent[:1]), 0))
    return Analysis(*row.get())


def _told(meetings: dict[str, Meeting], underlag: Underlag | None) -> dict[str, Meeting]:
    """The meetings that the huvudman knows of: the underlag's letter tells of the dialogue's first time."""
    if underlag:
        return meetings
    return {kind: meeting for kind, meeting in meetings.items() if kind != MeetingKind.DIALOGUE}
