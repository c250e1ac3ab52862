"""The cycle and all that happens in it."""

from dialogues.models.analysis import AnalysisDraft, SituationAnalysis
from dialogues.models.cycle import BatchState, Cycle, InvitationBatch
from dialogues.models.desk import Rest, SavedChoice
from dialogues.models.dialogue import BEFORE_DIALOGUE, Dialogue, DialogueRecord, DialogueState
from dialogues.models.draft import QuestionDraft
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
from dialogues.models.invitation import Answer, Channel, DeclineReason, Invitation, InvitationAnswer
from dialogues.models.letter import Letter, LetterAttachment, LetterKind, LetterState
from dialogues.models.meeting import Meeting, MeetingForm, MeetingKind, MeetingStaff, MeetingState, Seat
from dialogues.models.note import AgencyNote
from dialogues.models.open_matters import AccessibilityReport, ReportState, Voice, Webinar
from dialogues.models.page_text import PageText, PageTextState
from dialogues.models.paper import PaperLetter, PaperState, PostRun, RunState
from dialogues.models.question import PriorityQuestion, QuestionForm
from dialogues.models.receipt import Receipt, Sent
from dialogues.models.stored_file import StoredFile
from dialogues.models.underlag import CentralArea, Underlag, UnderlagConfirmation, UnderlagState

__all__ = [
    "BEFORE_DIALOGUE",
    "AccessibilityReport",
    "AgencyNote",
    "AnalysisDraft",
    "Answer",
    "BatchState",
    "CentralArea",
    "Channel",
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
    "MeetingStaff",
    "MeetingState",
    "PageText",
    "PageTextState",
    "PaperLetter",
    "PaperState",
    "Part",
    "PostRun",
    "PriorityQuestion",
    "QuestionDraft",
    "QuestionForm",
    "Questionnaire",
    "Receipt",
    "ReportState",
    "RunState",
    "Scale",
    "Rest",
    "SavedChoice",
    "Seat",
    "Sent",
    "SharedGoal",
    "Sort",
    "SituationAnalysis",
    "StoredFile",
    "Underlag",
    "UnderlagConfirmation",
    "UnderlagState",
    "Voice",
    "Webinar",
]
