"""Whose turn it is in a dialogue and what is due, in the words of each side: by its state and meeting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.domain.closing import are_parts_over
from dialogues.domain.summary_waits import Waits, waits_of
from dialogues.models import Dialogue, Meeting, MeetingKind, MeetingState, QuestionForm
from dialogues.models import DialogueState as S


class Side(StrEnum):
    """Who reads, or whose turn it is."""

    HUVUDMAN = "huvudman"
    STAFF = "staff"


class Standing(StrEnum):
    """How a meeting stands now: a proposal may have passed, and a booked time may have been."""

    NONE = "none"
    PROPOSED = "proposed"
    PASSED = "passed"
    WISHED = "wished"
    BOOKED = "booked"
    OVER = "over"
    MISSED = "missed"
    HELD = "held"


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, and what is due, in the words of each side."""

    whose: Side
    to_huvudman: str | Promise
    to_staff: str | Promise

    def told_to(self, side: Side) -> str:
        """What is due, in the words of `side`."""
        return str(self.to_huvudman if side == Side.HUVUDMAN else self.to_staff)


STANDINGS = {
    MeetingState.PROPOSED: Standing.PROPOSED,
    MeetingState.OTHER_WISHED: Standing.WISHED,
    MeetingState.FIXED: Standing.BOOKED,
    MeetingState.HELD: Standing.HELD,
    MeetingState.MISSED: Standing.MISSED,
    MeetingState.CANCELLED: Standing.NONE,
}
MEETING_OF = {
    S.ACCEPTED: MeetingKind.INTRODUCTION,
    S.INTRODUCED: MeetingKind.DIALOGUE,
    S.UNDERLAG_SENT: MeetingKind.DIALOGUE,
    S.TIME_FIXED: MeetingKind.DIALOGUE,
    S.DIALOGUE_HELD: MeetingKind.FEEDBACK,
}
"""The meeting that a state is about."""

UNDERLAG_COMES = _("Vi skickar ert analysunderlag med förslag på tid.")
OTHER_TIME_WISHED = Turn(
    Side.STAFF,
    _("Ni har önskat en annan tid. Vi återkommer."),
    _("Huvudmannen önskar en annan tid. Föreslå en ny."),
)
PROPOSAL_PASSED = Turn(
    Side.STAFF,
    _("Tiden som vi föreslog har passerat. Vi föreslår en ny. Ni kan också önska en."),
    _("Tiden som föreslogs har passerat. Föreslå en ny, eller anteckna att mötet blev av."),
)
MEETING_MISSED = Turn(
    Side.STAFF,
    _("Mötet blev inte av. Vi hör av oss med en ny tid."),
    _("Mötet blev inte av. Föreslå en ny tid, eller hoppa över delen med ett skäl."),
)
BEFORE_CLOSING: dict[Waits, Turn] = {
    Waits.NOTHING: Turn(Side.STAFF, _("Vi avslutar dialogen."), _("Avsluta dialogen.")),
    Waits.HUVUDMAN: Turn(
        Side.HUVUDMAN,
        _("Läs sammanfattningen och svara. Att svara är frivilligt."),
        _("Huvudmannen svarar om sammanfattningen, och båda myndigheterna godkänner den."),
    ),
    Waits.DAY_HAS_PASSED: Turn(
        Side.STAFF,
        _("Dagen att svara om sammanfattningen har gått. Hör av er om ni vill ändra något."),
        _("Huvudmannen har inte svarat om sammanfattningen. Ring, eller avsluta sammanfattningen utan svar."),
    ),
    Waits.AGENCY: Turn(
        Side.STAFF,
        _("Ni har godkänt sammanfattningen. Nu väntar den på oss."),
        _("Huvudmannen har godkänt sammanfattningen. Den myndighet som inte har gjort det godkänner den."),
    ),
    Waits.NEW_VERSION: Turn(
        Side.STAFF,
        _("Ni vill ändra något i sammanfattningen. Vi skriver en ny version."),
        _("Huvudmannen vill ändra något i sammanfattningen. Skriv om den och skicka en ny version."),
    ),
}
"""What is due when every part is held or left out, by what the summary waits for."""
INVITED_WITHOUT_LETTER = Turn(
    Side.STAFF,
    _("Svara på inbjudan. Att delta är frivilligt."),
    _("Ring och fråga om huvudmannen vill delta: ingen inbjudan har kunnat skickas."),
)
QUESTIONS_WAITED_FOR = Turn(
    Side.HUVUDMAN,
    _("Berätta vilka frågor ni vill prata om, i portalen eller på telefon."),
    _("Huvudmannen berättar vilka frågor den vill prata om."),
)
QUESTIONS_TOLD = Turn(
    Side.STAFF,
    _("Ni har berättat vilka frågor ni vill prata om. Nu ses vi på dialogen."),
    _("Håll dialogen på den bestämda tiden."),
)

TURNS: dict[str, dict[Standing, Turn]] = {
    S.PLANNED: {
        Standing.NONE: Turn(
            Side.STAFF, _("Ni får en inbjudan från oss när det är er tur."), _("Omgången ska skickas.")
        ),
    },
    S.INVITED: {
        Standing.NONE: Turn(
            Side.HUVUDMAN,
            _("Svara på inbjudan. Att delta är frivilligt."),
            _("Huvudmannen svarar på inbjudan."),
        ),
    },
    S.POSTPONED: {
        Standing.NONE: Turn(
            Side.STAFF,
            _("Ni har svarat att ni vill delta senare. Vi hör av oss."),
            _("Välj en senare omgång."),
        ),
    },
    S.ACCEPTED: {
        Standing.NONE: Turn(
            Side.STAFF,
            _("Vi bokar ett introduktionsmöte. Ni behöver inte förbereda er."),
            _("Boka ett introduktionsmöte."),
        ),
        Standing.BOOKED: Turn(
            Side.STAFF,
            _("Vi ses på introduktionsmötet. Ni behöver inte förbereda er."),
            _("Håll introduktionsmötet på den bokade tiden."),
        ),
        Standing.OVER: Turn(
            Side.STAFF,
            _("Introduktionsmötets tid har varit. Vi återkommer med ert analysunderlag."),
            _("Introduktionsmötets tid har varit. Anteckna vilka som deltog."),
        ),
    },
    S.INTRODUCED: {
        Standing.NONE: Turn(
            Side.STAFF,
            UNDERLAG_COMES,
            _("Ta fram, fastställ och skicka analysunderlaget med förslag på tid."),
        ),
        Standing.PROPOSED: Turn(
            Side.STAFF,
            UNDERLAG_COMES,
            _("Fastställ och skicka analysunderlaget. Tiden för dialogen är föreslagen."),
        ),
        Standing.PASSED: Turn(
            Side.STAFF,
            UNDERLAG_COMES,
            _("Tiden som föreslogs har passerat. Föreslå en ny innan analysunderlaget skickas."),
        ),
    },
    S.UNDERLAG_SENT: {
        Standing.NONE: Turn(
            Side.STAFF,
            _("Läs underlaget. Vi återkommer med förslag på tid."),
            _("Föreslå en tid för dialogen."),
        ),
        Standing.PROPOSED: Turn(
            Side.HUVUDMAN,
            _("Läs underlaget och svara på förslaget på tid."),
            _("Huvudmannen svarar på förslaget på tid."),
        ),
        Standing.PASSED: PROPOSAL_PASSED,
        Standing.WISHED: OTHER_TIME_WISHED,
        Standing.MISSED: MEETING_MISSED,
    },
    S.TIME_FIXED: {
        Standing.NONE: QUESTIONS_WAITED_FOR,
        Standing.BOOKED: QUESTIONS_WAITED_FOR,
        Standing.OVER: Turn(
            Side.STAFF,
            _("Dialogens tid har varit. Vi hör av oss om återkopplingsmötet."),
            _("Dialogens tid har varit. Dokumentera dialogen."),
        ),
    },
    S.DIALOGUE_HELD: {
        Standing.NONE: Turn(
            Side.STAFF, _("Vi bjuder in er till ett återkopplingsmöte."), _("Boka ett återkopplingsmöte.")
        ),
        Standing.PROPOSED: Turn(
            Side.HUVUDMAN,
            _("Svara på förslaget på tid för återkopplingsmötet."),
            _("Huvudmannen svarar på förslaget på tid för återkopplingsmötet."),
        ),
        Standing.PASSED: PROPOSAL_PASSED,
        Standing.WISHED: OTHER_TIME_WISHED,
        Standing.MISSED: MEETING_MISSED,
        Standing.BOOKED: Turn(
            Side.STAFF,
            _("Vi ses på återkopplingsmötet."),
            _("Håll återkopplingsmötet på den bestämda tiden."),
        ),
        Standing.OVER: Turn(
            Side.STAFF,
            _("Återkopplingsmötets tid har varit. Vi skriver ner vad vi kom fram till."),
            _("Återkopplingsmötets tid har varit. Dokumentera återkopplingen."),
        ),
    },
}
"""A state's turn by how its meeting stands; the row without a meeting holds where no other does."""


def standing(meeting: Meeting | None) -> Standing:
    """How a meeting stands now; one that is cancelled stands as none."""
    if meeting is None:
        return Standing.NONE
    if meeting.proposal_has_passed:
        return Standing.PASSED
    if meeting.state == MeetingState.FIXED and meeting.is_over:
        return Standing.OVER
    return STANDINGS[MeetingState(meeting.state)]


def due(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side) -> tuple[Side, str] | None:
    """Whose turn it is and what is due, in the words of `side`; None when it is nobody's: the dialogue is
    over or paused, or the huvudman has declined.
    """
    turn = turn_of(dialogue, meetings, side)
    return (turn.whose, turn.told_to(side)) if turn else None


def turn_of(dialogue: Dialogue, meetings: dict[str, Meeting], side: Side = Side.STAFF) -> Turn | None:
    """The turn in a dialogue with the current meetings, by kind, as `side` sees it. At most one query."""
    if dialogue.is_paused:
        return None
    if dialogue.letterless:
        return INVITED_WITHOUT_LETTER
    if are_parts_over(dialogue):
        return BEFORE_CLOSING[waits_of(dialogue)]
    rows = TURNS.get(dialogue.state)
    if rows is None:
        return None
    stands = standing(meetings.get(MEETING_OF.get(S(dialogue.state), "")))
    turn = rows.get(stands, rows[Standing.NONE])
    if turn is QUESTIONS_WAITED_FOR and has_told(dialogue):
        return QUESTIONS_TOLD
    if _is_about_the_summary(dialogue, stands, side):
        return BEFORE_CLOSING[Waits.HUVUDMAN]
    return turn


def _is_about_the_summary(dialogue: Dialogue, stands: Standing, side: Side) -> bool:
    """Tell whether the huvudman's answer about the summary is what is due between the dialogue and the
    feedback. The huvudman answers a proposed time first; staff do what the meeting needs of them first.
    """
    is_free = stands == Standing.BOOKED if side == Side.STAFF else stands != Standing.PROPOSED
    return dialogue.state == S.DIALOGUE_HELD and is_free and waits_of(dialogue) == Waits.HUVUDMAN


def has_told(dialogue: Dialogue) -> bool:
    """Tell whether the huvudman has told its questions. A query, unless the row has it already: rows of a
    list are annotated with it (`has_told`).
    """
    known: bool | None = getattr(dialogue, "has_told", None)
    return QuestionForm.objects.filter(dialogue=dialogue).exists() if known is None else known
