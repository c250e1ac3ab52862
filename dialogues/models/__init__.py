"""The cycle and all that happens in it."""

from dialogues.models.analysis import AnalysisDraft, SituationAnalysis
from dialogues.models.cycle import BatchState, Cycle, InvitationBatch
from dialogues.models.desk import Rest, SavedChoice
from dialogues.models.dialogue import (
    BEFORE_DIALOGUE,
    UNDER_WAY,
    Dialogue,
    DialogueRecord,
    DialogueState,
    SkippedPart,
)
from dialogues.models.draft import QuestionDraft
from dialogues.models.draw import Draw, DrawEntry, DrawEvent, DrawKind, DrawState, Swap
from dialogues.models.evaluation import (
    EvaluationQuestion,
    EvaluationRequest,
    EvaluationTally,
    EvaluationText,
    Part,
    Questionnaire,
    Scale,
    Sort,
)
from dialogues.models.goal import Goal, GoalFollowUp, GoalKind, SharedGoal
from dialogues.models.impartiality import ConflictDeclaration
from dialogues.models.invitation import Answer, Channel, DeclineReason, Invitation, InvitationAnswer
from dialogues.models.letter import Letter, LetterAttachment, LetterKind, LetterState
from dialogues.models.meeting import Meeting, MeetingForm, MeetingKind, MeetingStaff, MeetingState, Seat
from dialogues.models.need import MeetingNeeds, Participant
from dialogues.models.note import AgencyNote
from dialogues.models.open_matters import AccessibilityReport, ReportState, Voice, Webinar
from dialogues.models.own_question import AnsweredHow, OwnQuestion, OwnQuestionState
from dialogues.models.page_text import PageText, PageTextState
from dialogues.models.paper import PaperLetter, PaperState, PostRun, RunState
from dialogues.models.question import PriorityQuestion, QuestionForm
from dialogues.models.receipt import Receipt, Sent
from dialogues.models.stored_file import StoredFile
from dialogues.models.summary import RoundState, SummaryConfirmation, SummaryDraft, SummaryRound
from dialogues.models.underlag import CentralArea, Underlag, UnderlagConfirmation, UnderlagState

__all__ = [
    "BEFORE_DIALOGUE",
    "UNDER_WAY",
    "AccessibilityReport",
    "AgencyNote",
    "AnalysisDraft",
    "Answer",
    "AnsweredHow",
    "BatchState",
    "CentralArea",
    "Channel",
    "ConflictDeclaration",
    "Cycle",
    "DeclineReason",
    "Dialogue",
    "DialogueRecord",
    "DialogueState",
    "EvaluationQuestion",
    "EvaluationRequest",
    "EvaluationTally",
    "EvaluationText",
    "Goal",
    "GoalFollowUp",
    "GoalKind",
    "Invitation",
    "InvitationAnswer",
    "InvitationBatch",
    "Letter",
    "LetterAttachment",
    "LetterKind",
    "LetterState",
    "Meeting",
    "MeetingForm",
    "MeetingKind",
    "MeetingNeeds",
    "MeetingStaff",
    "MeetingState",
    "OwnQuestion",
    "OwnQuestionState",
    "PageText",
    "PageTextState",
    "PaperLetter",
    "PaperState",
    "Part",
    "Participant",
    "PostRun",
    "PriorityQuestion",
    "QuestionDraft",
    "QuestionForm",
    "Questionnaire",
    "Receipt",
    "ReportState",
    "RoundState",
    "RunState",
    "Scale",
    "Rest",
    "SavedChoice",
    "Seat",
    "Sent",
    "SharedGoal",
    "SkippedPart",
    "Sort",
    "SituationAnalysis",
    "StoredFile",
    "SummaryConfirmation",
    "SummaryDraft",
    "SummaryRound",
    "Underlag",
    "UnderlagConfirmation",
    "UnderlagState",
    "Voice",
    "Webinar",
    "Draw",
    "DrawEntry",
    "DrawEvent",
    "DrawKind",
    "DrawState",
    "Swap",
]
