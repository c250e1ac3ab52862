"""Which steps a member of staff may take in a dialogue now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from dialogues.domain.introductions import needs_seat
from dialogues.domain.invitations import NOT_SENT, batches_to_move_to
from dialogues.forms import content_steps as content
from dialogues.forms import meeting_steps as meet
from dialogues.forms.question_steps import QuestionsForm
from dialogues.forms.steps import StepForm
from dialogues.models import Dialogue, Meeting, MeetingKind, MeetingState
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


@dataclass(frozen=True)
class Step:
    """A step: its form, when it can be taken, and when it is what carries the dialogue forward."""

    form: type[StepForm]
    when: Condition
    main: Condition = always


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


def both(*conditions: Condition) -> Condition:
    """Holds when all conditions hold."""
    return lambda dialogue, meetings: all(holds(dialogue, meetings) for holds in conditions)


def either(*conditions: Condition) -> Condition:
    """Holds when any of the conditions holds."""
    return lambda dialogue, meetings: any(holds(dialogue, meetings) for holds in conditions)


INTRODUCTION, DIALOGUE, FEEDBACK = MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK
PROPOSED, WISHED, FIXED = MeetingState.PROPOSED, MeetingState.OTHER_WISHED, MeetingState.FIXED

STEPS: dict[str, Step] = {
    "svar": Step(
        content.AnswerForm,
        in_state(S.INVITED, S.ACCEPTED, S.POSTPONED, S.DECLINED),
        main=in_state(S.INVITED),
    ),
    "senare-omgang": Step(content.LaterBatchForm, in_state(S.POSTPONED)),
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
            meeting_is(DIALOGUE, PROPOSED, WISHED, FIXED),
        ),
        main=either(meeting_is(DIALOGUE, WISHED), unanswered(DIALOGUE, has_passed=True)),
    ),
    "medverkande": Step(
        meet.StaffForm,
        both(in_state(S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED), meeting_is(DIALOGUE, PROPOSED, FIXED)),
        main=never,
    ),
    "fragor": Step(
        QuestionsForm, in_state(S.ACCEPTED, S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED), main=never
    ),
    "dialog-hallen": Step(content.HoldDialogueForm, in_state(S.TIME_FIXED)),
    "dokumentation": Step(content.RecordForm, in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), main=never),
    "dialogen-holls": Step(content.HeldTimeForm, in_state(S.DIALOGUE_HELD, S.FEEDBACK_HELD), main=never),
    "aterkopplingen-holls": Step(content.FeedbackHeldTimeForm, in_state(S.FEEDBACK_HELD), main=never),
    "boka-aterkoppling": Step(
        meet.FeedbackTimeForm, both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, None))
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
        both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, PROPOSED, WISHED, FIXED)),
        main=either(meeting_is(FEEDBACK, WISHED), unanswered(FEEDBACK, has_passed=True)),
    ),
    "aterkoppling-medverkande": Step(
        meet.FeedbackStaffForm,
        both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, PROPOSED, FIXED)),
        main=never,
    ),
    "aterkoppling-hallen": Step(
        content.HoldFeedbackForm, both(in_state(S.DIALOGUE_HELD), meeting_is(FEEDBACK, FIXED))
    ),
    "avsluta": Step(content.CloseForm, in_state(S.FEEDBACK_HELD)),
    "avboka": Step(
        meet.CancelForm,
        lambda dialogue, _meetings: dialogue.state not in {S.CLOSED, S.CANCELLED},
        main=never,
    ),
}


@dataclass(frozen=True)
class OpenStep:
    """A step that can be taken now: its name in the address, its title, whether it leads forward."""

    name: str
    title: str
    is_main: bool


def open_steps(dialogue: Dialogue, meetings: Meetings, user: User) -> list[OpenStep]:
    """The steps that `user` may take now, those that lead forward first."""
    steps = [
        OpenStep(name, str(step.form.title), step.main(dialogue, meetings))
        for name, step in STEPS.items()
        if step.when(dialogue, meetings) and user.has_perm(step.form.permission, dialogue)
    ]
    return sorted(steps, key=lambda step: not step.is_main)
