"""Whose turn it is: each state of a dialogue with each standing of its meeting, as both sides are told."""

import datetime

import pytest
from django.utils import timezone

from dialogues.domain.summary_waits import Waits
from dialogues.models import DialogueState as S
from dialogues.models import Meeting, MeetingKind, MeetingState, QuestionForm
from dialogues.turns import MEETING_OF, Side, Standing, due, standing
from tests.dialogues.factories import DialogueFactory, MeetingFactory

HOUR = datetime.timedelta(hours=1)
OURS, THEIRS = Side.STAFF, Side.HUVUDMAN

PASSED = (OURS, "Tiden som vi föreslog har passerat.", "Föreslå en ny, eller anteckna att mötet blev av.")
WISHED = (OURS, "Ni har önskat en annan tid.", "Huvudmannen önskar en annan tid.")
MISSED = (OURS, "Mötet blev inte av. Vi hör av oss", "Föreslå en ny tid, eller hoppa över delen")
QUESTIONS = (THEIRS, "Berätta vilka frågor", "Huvudmannen berättar vilka frågor")
USUAL = {
    S.PLANNED: (OURS, "Ni får en inbjudan", "Omgången ska skickas."),
    S.INVITED: (THEIRS, "Svara på inbjudan.", "Huvudmannen svarar på inbjudan."),
    S.POSTPONED: (OURS, "Vi hör av oss.", "Välj en senare omgång."),
    S.DECLINED: None,
    S.ACCEPTED: (OURS, "Vi bokar ett introduktionsmöte.", "Boka ett introduktionsmöte."),
    S.INTRODUCED: (OURS, "Vi skickar ert analysunderlag", "Ta fram, fastställ och skicka"),
    S.UNDERLAG_SENT: (OURS, "Vi återkommer med förslag på tid.", "Föreslå en tid för dialogen."),
    S.TIME_FIXED: QUESTIONS,
    S.DIALOGUE_HELD: (OURS, "Vi bjuder in er till", "Boka ett återkopplingsmöte."),
    S.FEEDBACK_HELD: (OURS, "Vi avslutar dialogen.", "Avsluta dialogen."),
    S.CLOSED: None,
    S.CANCELLED: None,
}
"""What is due when there is no meeting, and where the meeting says nothing new."""
BY_MEETING = {
    (S.ACCEPTED, Standing.BOOKED): (OURS, "Vi ses på introduktionsmötet.", "Håll introduktionsmötet"),
    (S.ACCEPTED, Standing.OVER): (OURS, "Introduktionsmötets tid har varit.", "Anteckna vilka som deltog."),
    (S.INTRODUCED, Standing.PROPOSED): (OURS, "Vi skickar ert analysunderlag", "Fastställ och skicka"),
    (S.INTRODUCED, Standing.PASSED): (
        OURS,
        "Vi skickar ert analysunderlag",
        "Föreslå en ny innan analysunderlaget skickas.",
    ),
    (S.UNDERLAG_SENT, Standing.PROPOSED): (
        THEIRS,
        "Läs underlaget och svara på förslaget på tid.",
        "Huvudmannen svarar på förslaget på tid.",
    ),
    (S.UNDERLAG_SENT, Standing.PASSED): PASSED,
    (S.UNDERLAG_SENT, Standing.WISHED): WISHED,
    (S.UNDERLAG_SENT, Standing.MISSED): MISSED,
    (S.TIME_FIXED, Standing.OVER): (OURS, "Dialogens tid har varit.", "Dokumentera dialogen."),
    (S.DIALOGUE_HELD, Standing.PROPOSED): (
        THEIRS,
        "Svara på förslaget på tid för återkopplingsmötet.",
        "Huvudmannen svarar på förslaget på tid för återkopplingsmötet.",
    ),
    (S.DIALOGUE_HELD, Standing.PASSED): PASSED,
    (S.DIALOGUE_HELD, Standing.WISHED): WISHED,
    (S.DIALOGUE_HELD, Standing.MISSED): MISSED,
    (S.DIALOGUE_HELD, Standing.BOOKED): (OURS, "Vi ses på återkopplingsmötet.", "Håll återkopplingsmötet"),
    (S.DIALOGUE_HELD, Standing.OVER): (
        OURS,
        "Återkopplingsmötets tid har varit.",
        "Dokumentera återkopplingen.",
    ),
}


def meeting_that(stands: Standing, kind: MeetingKind) -> Meeting | None:
    """A meeting, not saved, that stands as is said."""
    states = {
        Standing.PROPOSED: MeetingState.PROPOSED,
        Standing.PASSED: MeetingState.PROPOSED,
        Standing.WISHED: MeetingState.OTHER_WISHED,
        Standing.BOOKED: MeetingState.FIXED,
        Standing.OVER: MeetingState.FIXED,
        Standing.HELD: MeetingState.HELD,
        Standing.MISSED: MeetingState.MISSED,
    }
    if stands == Standing.NONE:
        return None
    has_been = stands in {Standing.PASSED, Standing.OVER, Standing.HELD}
    starts_at = timezone.now() + (-3 if has_been else 3) * HOUR
    return MeetingFactory.build(
        kind=kind, state=states[stands], starts_at=starts_at, ends_at=starts_at + HOUR, batch=None
    )


@pytest.mark.django_db
@pytest.mark.parametrize("stands", Standing)
@pytest.mark.parametrize("state", S)
def test_every_state_with_every_standing_of_its_meeting(state: S, stands: Standing) -> None:
    expected = BY_MEETING.get((state, stands), USUAL[state])
    dialogue = DialogueFactory(state=state)
    kind = MEETING_OF.get(state, MeetingKind.DIALOGUE)
    meeting = meeting_that(stands, kind)
    told = [due(dialogue, {kind: meeting} if meeting else {}, side) for side in (THEIRS, OURS)]
    if expected is None:
        assert told == [None, None]
        return
    whose, *words = expected
    assert [turn[0] for turn in told] == [whose, whose]
    assert [text in turn[1] for text, turn in zip(words, told, strict=True)] == [True, True], told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stands", "words"),
    [(Standing.BOOKED, "Nu ses vi på dialogen."), (Standing.OVER, "Dialogens tid har varit.")],
)
def test_who_has_told_its_questions_waits_for_the_dialogue(stands: Standing, words: str) -> None:
    dialogue = DialogueFactory(state=S.TIME_FIXED)
    QuestionForm.objects.create(dialogue=dialogue, channel="portal", told_by="Kim", sent_at=timezone.now())
    meeting = meeting_that(stands, MeetingKind.DIALOGUE)
    whose, text = due(dialogue, {MeetingKind.DIALOGUE: meeting}, THEIRS)
    assert whose == OURS
    assert words in text


@pytest.mark.django_db
@pytest.mark.parametrize("stands", Standing)
@pytest.mark.parametrize("waits", Waits)
def test_a_summary_to_answer_is_the_huvudmans_turn_before_the_feedback(
    stands: Standing, waits: Waits
) -> None:
    dialogue = DialogueFactory(state=S.DIALOGUE_HELD)
    dialogue.summary_waits = waits
    meeting = meeting_that(stands, MeetingKind.FEEDBACK)
    meetings = {MeetingKind.FEEDBACK: meeting} if meeting else {}
    usual = BY_MEETING.get((S.DIALOGUE_HELD, stands), USUAL[S.DIALOGUE_HELD])
    is_asked = waits == Waits.HUVUDMAN
    first = {THEIRS: stands != Standing.PROPOSED, OURS: stands == Standing.BOOKED}
    summary = (THEIRS, "Läs sammanfattningen och svara.", "Huvudmannen svarar om sammanfattningen")
    for side, words in ((THEIRS, 1), (OURS, 2)):
        expected = summary if is_asked and first[side] else usual
        whose, told = due(dialogue, meetings, side)
        assert (whose, expected[words] in told) == (expected[0], True), told


@pytest.mark.parametrize("stands", Standing)
def test_a_meeting_stands_as_it_is_now(stands: Standing) -> None:
    assert standing(meeting_that(stands, MeetingKind.DIALOGUE)) == stands


def test_a_cancelled_meeting_stands_as_none() -> None:
    meeting = MeetingFactory.build(state=MeetingState.CANCELLED, batch=None)
    assert standing(meeting) == Standing.NONE
