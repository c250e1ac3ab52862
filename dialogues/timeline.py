"""Where a dialogue stands, as three phases: the same facts for both sides, in each side's words."""

from __future__ import annotations

from typing import TypedDict

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.domain.dialogues import OPEN
from dialogues.models import BEFORE_DIALOGUE, Dialogue, Meeting, MeetingKind, MeetingState, Seat, SkippedPart
from dialogues.models import DialogueState as S
from dialogues.turns import Side, Standing, Turn, standing, turn_of


class Phase(TypedDict, total=False):
    """A phase as the timeline component shows it."""

    title: str
    state: str
    state_text: str
    whose_turn: str
    when: str
    locked: str
    been: list[str]
    to_come: list[str]


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
LEFT_OUT: dict[str, tuple[int, ...]] = {SkippedPart.DIALOGUE: (1, 2), SkippedPart.FEEDBACK: (2,)}
"""The phases that are left out with a part."""
BOOKED_AGAIN = Turn(
    Side.STAFF,
    gettext_lazy("Ni kunde inte vara med förra gången. Nu har ni plats på det här mötet i stället."),
    gettext_lazy("Huvudmannen kunde inte komma förra gången och har plats på det här mötet."),
)
AGAIN: dict[Standing, tuple[str | Promise, Turn]] = {
    Standing.BOOKED: (gettext_lazy("Bokat"), BOOKED_AGAIN),
    Standing.OVER: (
        gettext_lazy("Tiden har varit"),
        Turn(BOOKED_AGAIN.whose, BOOKED_AGAIN.to_huvudman, gettext_lazy("Anteckna vilka som deltog.")),
    ),
    Standing.NONE: (
        gettext_lazy("Erbjuds igen"),
        Turn(
            Side.STAFF,
            gettext_lazy("Ni kunde inte vara med. Vi erbjuder er en annan grupp."),
            gettext_lazy("Huvudmannen kunde inte komma. Erbjud plats på ett annat introduktionsmöte."),
        ),
    ),
}
"""What is said of an introduction that the huvudman could not come to, by how the next one stands."""


def current_meetings(dialogue: Dialogue) -> dict[str, Meeting]:
    """The current meeting of each phase that has one, by kind. One query."""
    seats = Seat.objects.filter(dialogue=dialogue, is_current=True).select_related("meeting")
    return {seat.kind: seat.meeting for seat in seats}


def missed_introduction(dialogue: Dialogue) -> bool:
    """Tell whether the huvudman could not come to its introduction and has been to no other. One query."""
    noted = dialogue.seats.filter(kind=MeetingKind.INTRODUCTION, attended__isnull=False)
    return set(noted.values_list("attended", flat=True)) == {False}


def phases(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side, *, missed: bool) -> list[Phase]:
    """The three phases as the timeline shows them: done, now or later, whose turn, when, why locked.

    `missed` tells that the huvudman has not been to an introduction, though its own is held.
    """
    here = PHASE_OF.get(S(dialogue.state), _phase_when_cancelled(meetings))
    shown = [_phase(dialogue, meetings, side, number, here) for number in range(len(PHASES))]
    if missed:
        shown[0] |= _introduction_again(dialogue, meetings.get(MeetingKind.INTRODUCTION), side)
    for number in LEFT_OUT.get(dialogue.skipped, ()):
        shown[number] |= Phase(state="later", state_text=_("Hoppas över"))
        shown[number].pop("locked", None)
    return shown


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
    elif number == here and dialogue.is_paused:
        phase |= Phase(state="later", state_text=_("Pausad"))
    elif number == here:
        phase["whose_turn"] = _whose_turn(dialogue, meetings, side)
    elif number > here:
        phase["locked"] = str(LOCKED[kind])
    return phase


def _state(number: int, here: int) -> str:
    if number == here:
        return "now"
    return "done" if number < here else "later"


def _introduction_again(dialogue: Dialogue, meeting: Meeting | None, side: Side) -> Phase:
    stands = standing(meeting)
    is_booked = stands in (Standing.BOOKED, Standing.OVER) and dialogue.state in OPEN
    if not is_booked and dialogue.state not in BEFORE_DIALOGUE:
        return Phase(state="later", state_text=_("Deltog inte"))
    text, turn = AGAIN.get(stands, AGAIN[Standing.NONE])
    return Phase(state="later", state_text=str(text), whose_turn=_in_words(turn, side))


def _whose_turn(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side) -> str:
    turn = turn_of(dialogue, meetings, side)
    return _in_words(turn, side) if turn else ""


def _in_words(turn: Turn, side: Side) -> str:
    if side == Side.HUVUDMAN:
        return turn.told_to(side)
    who = _("Huvudmannens tur") if turn.whose == Side.HUVUDMAN else _("Myndigheternas tur")
    return f"{who}: {turn.told_to(side)}"


def _when_and_how(meeting: Meeting) -> str:
    return f"{when(meeting)}, {meeting.get_state_display()}"


def _phase_when_cancelled(meetings: dict[str, Meeting]) -> int:
    held = [kind for kind in PHASES if kind in meetings and meetings[kind].state == MeetingState.HELD]
    return len(held)
