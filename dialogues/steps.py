"""Which steps a member of staff may take in a dialogue now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from dialogues.domain.carrying import NOT_SENT, batches_to_move_to, may_answer_until
from dialogues.domain.closing import can_be_closed
from dialogues.domain.dialogues import CANCELLABLE
from dialogues.domain.introductions import needs_seat
from dialogues.domain.own_questions import OPEN_FOR_ASKING
from dialogues.forms import content_steps as content
from dialogues.forms import meeting_steps as meet
from dialogues.forms import pause_steps as pause
from dialogues.forms import summary_steps as summing
from dialogues.forms.impartiality_steps import DeclareForm
from dialogues.forms.own_questions import NoteOwnQuestionForm
from dialogues.forms.question_steps import QuestionsForm
from dialogues.forms.skipping import FeedbackMissedForm, MissedForm, SkipFeedbackForm, SkipForm
from dialogues.forms.steps import StepForm
from dialogues.models import UNDER_WAY, Dialogue, Meeting, MeetingKind, MeetingState
from dialogues.models import DialogueState as S

Meetings = dict[str, Meeting]
Condition = Callable[[Dialogue, Meetings], bool]


def always(_dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds in every dialogue."""
    return True


def never(_dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds in no dialogue."""
    return False


def may_change_batch(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when the huvudman has got a place in a later batch that has not been sent."""
    waits = dialogue.state == S.PLANNED and dialogue.batch.state in NOT_SENT
    return waits and batches_to_move_to(dialogue).exists()


def has_answered_for_good(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when the huvudman can't change its answer by itself any more."""
    return may_answer_until(dialogue) is None


@dataclass(frozen=True)
class Step:
    """A step: its form, when it can be taken, and when it is what carries the dialogue forward; and whether
    it can be taken while the dialogue is paused, when all else rests.
    """

    form: type[StepForm]
    when: Condition
    main: Condition = always
    while_paused: bool = False

    def is_open(self, dialogue: Dialogue, meetings: Meetings) -> bool:
        """Tell whether it can be taken now."""
        rests = dialogue.is_paused and not self.while_paused
        return not rests and self.when(dialogue, meetings)


def in_state(*states: S) -> Condition:
    """Holds when the dialogue is in one of the states."""
    return lambda dialogue, _meetings: dialogue.state in states


def meeting_is(kind: MeetingKind, *states: MeetingState | None) -> Condition:
    """Holds when the phase's meeting is in one of the states; None means that there is no meeting."""

    def holds(_dialogue: Dialogue, meetings: Meetings) -> bool:
        meeting = meetings.get(kind)
        return (MeetingState(meeting.state) if meeting else None) in states

    return holds


def unanswered(kind: MeetingKind, *, has_passed: bool) -> Condition:
    """Holds when the phase's time is proposed and still to come, or has passed without an answer."""

    def holds(_dialogue: Dialogue, meetings: Meetings) -> bool:
        meeting = meetings.get(kind)
        if meeting is None or meeting.state != MeetingState.PROPOSED:
            return False
        return meeting.proposal_has_passed == has_passed

    return holds


def may_be_wished_away(kind: MeetingKind) -> Condition:
    """Holds when the phase has a time, proposed or fixed, instead of which another may be wished."""

    def holds(dialogue: Dialogue, meetings: Meetings) -> bool:
        return meeting_is(kind, PROPOSED, FIXED)(dialogue, meetings) and meetings[kind].takes_wishes

    return holds


def is_over(kind: MeetingKind) -> Condition:
    """Holds when the phase had a fixed time, and it has been."""
    return lambda _dialogue, meetings: (
        kind in meetings and meetings[kind].state == MeetingState.FIXED and meetings[kind].is_over
    )


def has_begun(kind: MeetingKind) -> Condition:
    """Holds unless the phase has a time that is still to come."""
    return lambda _dialogue, meetings: (
        kind not in meetings or meetings[kind].starts_at is None or meetings[kind].starts_at <= timezone.now()
    )


def is_whole(dialogue: Dialogue, _meetings: Meetings) -> bool:
    """Holds when no part is left out."""
    return not dialogue.skipped


def is_not_to_come(kind: MeetingKind) -> Condition:
    """Holds when nothing is booked or proposed for the phase that is still to come."""
    return either(meeting_is(kind, WISHED, MISSED), unanswered(kind, has_passed=True), is_over(kind))


def both(*conditions: Condition) -> Condition:
    """Holds when all conditions hold."""
    return lambda dialogue, meetings: all(holds(dialogue, meetings) for holds in conditions)


def either(*conditions: Condition) -> Condition:
    """Holds when any of the conditions holds."""
    return lambda dialogue, meetings: any(holds(dialogue, meetings) for holds in conditions)


INTRODUCTION, DIALOGUE, FEEDBACK = MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK
PROPOSED, WISHED, FIXED = MeetingState.PROPOSED, MeetingState.OTHER_WISHED, MeetingState.FIXED
MISSED = MeetingState.MISSED

STEPS: dict[str, Step] = {
    "svar": Step(
        content.AnswerForm,
        in_state(S.INVITED, S.ACCEPTED, S.POSTPONED, S.DECLINED),
        main=in_state(S.INVITED),
    ),
    "senare-omgang": Step(content.LaterBatchForm, both(in_state(S.POSTPONED), has_answered_for_good)),
    "byt-omgang": Step(content.OtherBatchForm, may_change_batch, main=never),
    "plats": Step(
        meet.PlaceForm,
        lambda dialogue, _meetings: needs_seat(dialogue),
        main=both(in_state(S.ACCEPTED), meeting_is(INTRODUCTION, None)),
    ),
    "foresla-tid": Step(meet.ProposeForm, both(in_state(S.INTRODUCED), meeting_is(DIALOGUE, None))),
    "godta-tid": Step(
        meet.AcceptForm, both(in_state(S.UNDERLAG_SENT), unanswered(DIALOGUE, has_passed=False))
    ),
    "blev-av": Step(
        meet.TookPlaceForm, both(in_state(S.UNDERLAG_SENT), unanswered(DIALOGUE, has_passed=True))
    ),
    "annan-tid": Step(
        meet.OtherTimeForm,
        both(in_state(S.UNDERLAG_SENT, S.TIME_FIXED), may_be_wished_away(DIALOGUE)),
        main=never,
    ),
    "ny-tid": Step(
        meet.ProposeAgainForm,
        both(
            in_state(S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED),
            meeting_is(DIALOGUE, PROPOSED, WISHED, FIXED, MISSED),
        ),
        main=both(
            is_whole, either(meeting_is(DIALOGUE, WISHED, MISSED), unanswered(DIALOGUE, has_passed=True))
        ),
    ),
    "medverkande": Step(
        meet.StaffForm,
        both(in_state(S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED), meeting_is(DIALOGUE, PROPOSED, FIXED)),
        main=never,
    ),
    "fragor": Step(
        QuestionsForm, in_state(S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED), main=never
    ),
    "fraga-till-oss": Step(NoteOwnQuestionForm, in_state(*OPEN_FOR_ASKING), main=never),
    "jav": Step(
        DeclareForm,
        in_state(S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD),
        main=never,
    ),
    "dialog-hallen": Step(content.HoldDialogueForm, in_state(S.TIME_FIXED), main=has_begun(DIALOGUE)),
    "dokumentation": Step(content.RecordForm, in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), main=never),
    "dialogen-holls": Step(content.HeldTimeForm, in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), main=never),
    "aterkopplingen-holls": Step(content.FeedbackHeldTimeForm, in_state(S.FEEDBACK_HELD), main=never),
    "sammanfattning": Step(
        summing.WriteForm,
        both(in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), summing.can_be_written),
        main=summing.should_be_changed,
    ),
    "skicka-sammanfattning": Step(
        summing.SendForm,
        both(in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), summing.can_be_sent),
        main=summing.should_be_sent,
    ),
    "godkann-sammanfattning": Step(
        summing.ConfirmForm,
        both(in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), summing.can_be_confirmed),
        main=never,
    ),
    "svar-om-sammanfattning": Step(
        summing.AnswerForm,
        both(in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), summing.can_be_answered),
        main=never,
    ),
    "sammanfattning-utan-svar": Step(
        summing.CloseForm,
        both(in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), summing.can_be_closed),
        main=never,
    ),
    "boka-aterkoppling": Step(
        meet.FeedbackTimeForm, both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, None)), main=is_whole
    ),
    "aterkoppling-godta-tid": Step(
        meet.FeedbackAcceptForm, both(in_state(S.DIALOGUE_HELD), unanswered(FEEDBACK, has_passed=False))
    ),
    "aterkoppling-blev-av": Step(
        meet.FeedbackTookPlaceForm, both(in_state(S.DIALOGUE_HELD), unanswered(FEEDBACK, has_passed=True))
    ),
    "aterkoppling-annan-tid": Step(
        meet.FeedbackOtherTimeForm,
        both(in_state(S.DIALOGUE_HELD), may_be_wished_away(FEEDBACK)),
        main=never,
    ),
    "aterkoppling-ny-tid": Step(
        meet.FeedbackAgainForm,
        both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, PROPOSED, WISHED, FIXED, MISSED)),
        main=both(
            is_whole, either(meeting_is(FEEDBACK, WISHED, MISSED), unanswered(FEEDBACK, has_passed=True))
        ),
    ),
    "aterkoppling-medverkande": Step(
        meet.FeedbackStaffForm,
        both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, PROPOSED, FIXED)),
        main=never,
    ),
    "aterkoppling-hallen": Step(
        content.HoldFeedbackForm,
        both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, FIXED)),
        main=has_begun(FEEDBACK),
    ),
    "blev-inte-av": Step(MissedForm, both(in_state(S.TIME_FIXED), is_over(DIALOGUE)), main=never),
    "aterkoppling-blev-inte-av": Step(
        FeedbackMissedForm, both(in_state(S.DIALOGUE_HELD), is_over(FEEDBACK)), main=never
    ),
    "hoppa-over": Step(
        SkipForm,
        both(in_state(S.UNDERLAG_SENT, S.TIME_FIXED), is_whole, is_not_to_come(DIALOGUE)),
        main=never,
    ),
    "hoppa-over-aterkoppling": Step(
        SkipFeedbackForm,
        both(
            in_state(S.DIALOGUE_HELD),
            is_whole,
            either(meeting_is(FEEDBACK, None), is_not_to_come(FEEDBACK)),
        ),
        main=never,
    ),
    "avsluta": Step(content.CloseForm, lambda dialogue, _meetings: can_be_closed(dialogue)),
    "pausa": Step(
        pause.PauseForm,
        lambda dialogue, _meetings: dialogue.state in UNDER_WAY and not dialogue.is_paused,
        main=never,
    ),
    "ateruppta": Step(pause.ResumeForm, lambda dialogue, _meetings: dialogue.is_paused, while_paused=True),
    "avboka": Step(
        meet.CancelForm,
        in_state(*(S(state) for state in CANCELLABLE)),
        main=never,
        while_paused=True,
    ),
}


@dataclass(frozen=True)
class OpenStep:
    """A step that can be taken now: its name in the address, its title, whether it leads forward."""

    name: str
    title: str
    is_main: bool


def steps_for(user: User, names: Collection[str], dialogue: Dialogue, meetings: Meetings) -> list[OpenStep]:
    """Those of the open steps, by their `names`, that `user` may take, those that lead forward first."""
    steps = [
        OpenStep(name, str(step.form.title), step.main(dialogue, meetings))
        for name, step in STEPS.items()
        if name in names and user.has_perm(step.form.permission, dialogue)
    ]
    return sorted(steps, key=lambda step: not step.is_main)
