"""All that the portal tells about one dialogue, gathered in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from dialogues.domain.goals import OPEN_FOR_GOALS
from dialogues.domain.invitations import ANSWERABLE, is_open
from dialogues.models import (
    BEFORE_DIALOGUE,
    AnalysisDraft,
    Dialogue,
    DialogueState,
    Invitation,
    InvitationAnswer,
    Meeting,
    MeetingKind,
    MeetingNeeds,
    OwnQuestion,
    OwnQuestionState,
    Participant,
    QuestionForm,
    Seat,
    SituationAnalysis,
    SummaryRound,
    Underlag,
    UnderlagState,
)
from dialogues.queries import current_invitation, latest_answer, open_introductions
from dialogues.timeline import current_meetings, missed_introduction

OVER = frozenset({DialogueState.CLOSED, DialogueState.CANCELLED, DialogueState.DECLINED})


class Analysis(NamedTuple):
    """How far the situation analysis has come: whether it is begun, and the version sent last (0 before)."""

    is_begun: bool
    sent: int


class Meets(NamedTuple):
    """What the huvudman has told of the meeting: whether it needs something or not, and how many come."""

    has_told_needs: bool
    participants: int


class OwnQuestions(NamedTuple):
    """How many of the huvudman's questions to the agencies wait for an answer, and how many are settled."""

    waiting: int
    settled: int


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
    own_questions: OwnQuestions
    meets: Meets
    missed_introduction: bool
    summary: SummaryRound | None = None
    """The version that was sent last, if the dialogue has been held."""

    @property
    def may_answer(self) -> bool:
        """Tell whether the invitation can still be answered (or the answer changed) in the portal."""
        is_asked = bool(self.invitation and is_open(self.invitation) and self.dialogue.state in ANSWERABLE)
        return is_asked and not self.dialogue.is_paused

    @cached_property
    def may_choose_introduction(self) -> bool:
        """Tell whether a huvudman that missed its introduction can choose another. One query at most."""
        is_offered = self.missed_introduction and self.dialogue.state in BEFORE_DIALOGUE
        return is_offered and open_introductions(self.dialogue).exists()

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
    """Gather what the portal tells about a dialogue. Eight queries, and
    two more when the dialogue has been held.
    """
    underlag = dialogue.underlag.filter(state=UnderlagState.ISSUED).defer("content").first()
    analysis, own_questions, meets = _written_in(dialogue)
    return Case(
        dialogue=dialogue,
        meetings=_told(current_meetings(dialogue), underlag),
        invitation=current_invitation(dialogue),
        answer=latest_answer(dialogue),
        underlag=underlag,
        questions=QuestionForm.objects.filter(dialogue=dialogue).first(),
        has_draft=dialogue.question_drafts.exists(),
        goals=dialogue.goals.count() if dialogue.state in OPEN_FOR_GOALS else 0,
        analysis=analysis,
        own_questions=own_questions,
        meets=meets,
        missed_introduction=missed_introduction(dialogue),
        summary=dialogue.summary_rounds.first() if dialogue.state in OPEN_FOR_GOALS else None,
    )


def seat_of(dialogue: Dialogue, kind: MeetingKind) -> Seat | None:
    """The dialogue's current seat in a phase's meeting."""
    return dialogue.seats.filter(kind=kind, is_current=True).select_related("meeting").first()


def _written_in(dialogue: Dialogue) -> tuple[Analysis, OwnQuestions, Meets]:
    """How far the analysis and the questions to the agencies have come, and what was told of the meeting, in
    one query.
    """
    begun = AnalysisDraft.objects.filter(dialogue=OuterRef("pk")).exclude(text="")
    sent = SituationAnalysis.objects.filter(dialogue=OuterRef("pk")).order_by("-version").values("version")
    settled = (OwnQuestionState.ANSWERED, OwnQuestionState.LEFT)
    row = Dialogue.objects.filter(pk=dialogue.pk).values_list(
        Exists(begun),
        Coalesce(Subquery(sent[:1]), 0),
        _number(OwnQuestion.objects.filter(state=OwnQuestionState.OPEN)),
        _number(OwnQuestion.objects.filter(state__in=settled)),
        Exists(MeetingNeeds.objects.filter(dialogue=OuterRef("pk"))),
        _number(Participant.objects.all()),
    )
    found = row.get()
    return Analysis(*found[:2]), OwnQuestions(*found[2:4]), Meets(*found[4:])


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many of the rows the dialogue has."""
    own = rows.filter(dialogue=OuterRef("pk")).order_by().values("dialogue")
    return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def _told(meetings: dict[str, Meeting], underlag: Underlag | None) -> dict[str, Meeting]:
    """The meetings that the huvudman knows of: the underlag's letter tells of the dialogue's first time."""
    if underlag:
        return meetings
    return {kind: meeting for kind, meeting in meetings.items() if kind != MeetingKind.DIALOGUE}
