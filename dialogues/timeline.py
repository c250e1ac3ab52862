"""Where a dialogue stands and whose turn it is: the same facts for both sides, in each side's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import Dialogue, Meeting, MeetingKind, MeetingState, QuestionForm, Seat
from dialogues.models import DialogueState as S


class Side(StrEnum):
    """Who reads, or whose turn it is."""

    HUVUDMAN = "huvudman"
    STAFF = "staff"


class Phase(TypedDict, total=False):
    """A phase as the timeline component shows it."""

    title: str
    state: str
    state_text: str
    whose_turn: str
    when: str
    locked: str


@dataclass(frozen=True)
class Turn:
    """Whose turn it is in a state, and what is due, in the words of each side."""

    whose: Side
    to_huvudman: str | Promise
    to_staff: str | Promise


TURNS: dict[str, Turn] = {
    S.PLANNED: Turn(
        Side.STAFF,
        gettext_lazy("Ni får en inbjudan från oss när det är er tur."),
        gettext_lazy("Omgången ska skickas."),
    ),
    S.INVITED: Turn(
        Side.HUVUDMAN,
        gettext_lazy("Svara på inbjudan. Att delta är frivilligt."),
        gettext_lazy("Huvudmannen svarar på inbjudan."),
    ),
    S.POSTPONED: Turn(
        Side.STAFF,
        gettext_lazy("Ni har svarat att ni vill delta senare. Vi hör av oss."),
        gettext_lazy("Välj en senare omgång."),
    ),
    S.ACCEPTED: Turn(
        Side.STAFF,
        gettext_lazy("Vi ses på introduktionsmötet. Ni behöver inte förbereda er."),
        gettext_lazy("Boka och håll introduktionsmötet."),
    ),
    S.INTRODUCED: Turn(
        Side.STAFF,
        gettext_lazy("Vi skickar ert analysunderlag med förslag på tid."),
        gettext_lazy("Ta fram, fastställ och skicka analysunderlaget med förslag på tid."),
    ),
    S.UNDERLAG_SENT: Turn(
        Side.HUVUDMAN,
        gettext_lazy("Läs underlaget och svara på förslaget på tid."),
        gettext_lazy("Huvudmannen svarar på förslaget på tid."),
    ),
    S.TIME_FIXED: Turn(
        Side.HUVUDMAN,
        gettext_lazy("Berätta vilka frågor ni vill prata om, i portalen eller på telefon."),
        gettext_lazy("Huvudmannen berättar vilka frågor den vill prata om."),
    ),
    S.DIALOGUE_HELD: Turn(
        Side.STAFF,
        gettext_lazy("Vi bjuder in er till ett återkopplingsmöte."),
        gettext_lazy("Boka och håll återkopplingsmötet."),
    ),
    S.FEEDBACK_HELD: Turn(
        Side.STAFF, gettext_lazy("Vi avslutar dialogen."), gettext_lazy("Avsluta dialogen.")
    ),
}

INVITED_WITHOUT_LETTER = Turn(
    Side.STAFF,
    TURNS[S.INVITED].to_huvudman,
    gettext_lazy("Ring och fråga om huvudmannen vill delta: ingen inbjudan har kunnat skickas."),
)
FEEDBACK_PROPOSED = Turn(
    Side.HUVUDMAN,
    gettext_lazy("Svara på förslaget på tid för återkopplingsmötet."),
    gettext_lazy("Huvudmannen svarar på förslaget på tid för återkopplingsmötet."),
)
OTHER_TIME_WISHED = Turn(
    Side.STAFF,
    gettext_lazy("Ni har önskat en annan tid. Vi återkommer."),
    gettext_lazy("Huvudmannen önskar en annan tid. Föreslå en ny."),
)
PROPOSAL_PASSED = Turn(
    Side.STAFF,
    gettext_lazy("Tiden som vi föreslog har passerat. Vi föreslår en ny. Ni kan också önska en."),
    gettext_lazy("Tiden som föreslogs har passerat. Föreslå en ny, eller anteckna att mötet blev av."),
)
DIALOGUE_OVER = Turn(
    Side.STAFF,
    gettext_lazy("Dialogens tid har varit. Vi hör av oss om återkopplingsmötet."),
    gettext_lazy("Dialogens tid har varit. Dokumentera dialogen."),
)
QUESTIONS_TOLD = Turn(
    Side.STAFF,
    gettext_lazy("Ni har berättat vilka frågor ni vill prata om. Nu ses vi på dialogen."),
    gettext_lazy("Håll dialogen på den bestämda tiden."),
)

MEETING_IN = {
    S.UNDERLAG_SENT: MeetingKind.DIALOGUE,
    S.TIME_FIXED: MeetingKind.DIALOGUE,
    S.DIALOGUE_HELD: MeetingKind.FEEDBACK,
}
"""The meeting whose time matters in a state."""

PHASES = (MeetingKind.INTRODUCTION, MeetingKind.DIALOGUE, MeetingKind.FEEDBACK)
TITLES = {
    MeetingKind.INTRODUCTION: gettext_lazy("Introduktion"),
    MeetingKind.DIALOGUE: gettext_lazy("Dialog"),
    MeetingKind.FEEDBACK: gettext_lazy("Återkoppling"),
}
LOCKED = {
    MeetingKind.DIALOGUE: gettext_lazy("Öppnas när introduktionen är hållen."),
    MeetingKind.FEEDBACK: gettext_lazy("Öppnas när dialogen är hållen."),
}
PHASE_OF = {
    S.PLANNED: 0,
    S.INVITED: 0,
    S.POSTPONED: 0,
    S.DECLINED: 0,
    S.ACCEPTED: 0,
    S.INTRODUCED: 1,
    S.UNDERLAG_SENT: 1,
    S.TIME_FIXED: 1,
    S.DIALOGUE_HELD: 2,
    S.FEEDBACK_HELD: 2,
    S.CLOSED: 3,
}


def current_meetings(dialogue: Dialogue) -> dict[str, Meeting]:
    """The current meeting of each phase that has one, by kind. One query."""
    seats = Seat.objects.filter(dialogue=dialogue, is_current=True).select_related("meeting")
    return {seat.kind: seat.meeting for seat in seats}


def due(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side) -> tuple[Side, str] | None:
    """Whose turn it is and what is due, in the words of `side`; None when it is nobody's: the dialogue is
    over, or the huvudman has declined.
    """
    turn = _turn(dialogue, meetings)
    if turn is None:
        return None
    return turn.whose, str(turn.to_huvudman if side == Side.HUVUDMAN else turn.to_staff)


def _turn(dialogue: Dialogue, meetings: dict[str, Meeting]) -> Turn | None:
    if dialogue.letterless:
        return INVITED_WITHOUT_LETTER
    meeting = meetings.get(MEETING_IN.get(S(dialogue.state), ""))
    if meeting and meeting.state == MeetingState.OTHER_WISHED:
        return OTHER_TIME_WISHED
    if meeting and meeting.proposal_has_passed:
        return PROPOSAL_PASSED
    if dialogue.state == S.DIALOGUE_HELD and meeting and meeting.state == MeetingState.PROPOSED:
        return FEEDBACK_PROPOSED
    if dialogue.state == S.TIME_FIXED and meeting and meeting.is_over:
        return DIALOGUE_OVER
    if dialogue.state == S.TIME_FIXED and QuestionForm.objects.filter(dialogue=dialogue).exists():
        return QUESTIONS_TOLD
    return TURNS.get(dialogue.state)


def phases(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side) -> list[Phase]:
    """The three phases as the timeline shows them: done, now or later, whose turn, when, why locked."""
    here = PHASE_OF.get(S(dialogue.state), _phase_when_cancelled(meetings))
    return [_phase(dialogue, meetings, side, number, here) for number in range(len(PHASES))]


def when(meeting: Meeting) -> str:
    """The meeting's time as text: ”24 november 2026 kl. 13.15–15.15”."""
    starts, ends = localtime(meeting.starts_at), localtime(meeting.ends_at)
    day = date_format(starts, "j F Y")
    return _("%(day)s kl. %(from)s–%(to)s") % {
        "day": day,
        "from": starts.strftime("%H.%M"),
        "to": ends.strftime("%H.%M"),
    }


def _phase(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side, number: int, here: int) -> Phase:
    kind = PHASES[number]
    phase = Phase(title=str(TITLES[kind]), state=_state(number, here))
    if kind in meetings:
        phase["when"] = _when_and_how(meetings[kind])
    if dialogue.state == S.CANCELLED and number >= here:
        phase |= Phase(state="later", state_text=_("Avbokad") if kind in meetings else _("Blir inte av"))
    elif dialogue.state == S.DECLINED:
        phase |= Phase(state="later", state_text=_("Tackat nej"))
    elif number == here:
        phase["whose_turn"] = _whose_turn(dialogue, meetings, side)
    elif number > here:
        phase["locked"] = str(LOCKED[kind])
    return phase


def _state(number: int, here: int) -> str:
    if number == here:
        return "now"
    return "done" if number < here else "later"


def _whose_turn(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side) -> str:
    turn = due(dialogue, meetings, side)
    if turn is None:
        return ""
    whose, what = turn
    if side == Side.HUVUDMAN:
        return what
    who = _("Huvudmannens tur") if whose == Side.HUVUDMAN else _("Myndigheternas tur")
    return f"{who}: {what}"


def _when_and_how(meeting: Meeting) -> str:
    return f"{when(meeting)}, {meeting.get_state_display()}"


def _phase_when_cancelled(meetings: dict[str, Meeting]) -> int:
    held = [kind for kind in PHASES if kind in meetings and meetings[kind].state == MeetingState.HELD]
    return len(held)
