"""A part that was missed is offered again by one planner while another leaves it out."""

import pytest

from accounts.actors import person
from accounts.domain.machine import Machine, NotPossible
from dialogues.domain.meetings import propose_again
from dialogues.domain.skipping import skip_part
from dialogues.models import Dialogue, MeetingState, SkippedPart
from tests.accounts.factories import pair, planner
from tests.dialogues.test_missed_parts import REASON, with_meeting
from tests.dialogues.times import arranged
from tests.races.test_dialogue_races import unlocked
from tests.races.test_lock_order import while_uncommitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def race(part: SkippedPart, *, offered_first: bool) -> tuple[bool, str]:
    """Whether the part is left out, and how its meeting stands."""
    dialogue, _own, meeting = with_meeting(part, MeetingState.MISSED)
    one, other, staff = person(planner()), person(planner()), pair()

    def offer() -> object:
        return propose_again(meeting=meeting, arrangement=arranged(staff), actor=one)

    def leave_out() -> object:
        try:
            return skip_part(dialogue=dialogue, part=part, reason=REASON, actor=other)
        except NotPossible:
            return "a meeting is to come"

    while_uncommitted(*((offer, leave_out) if offered_first else (leave_out, offer)))
    meeting.refresh_from_db()
    return bool(Dialogue.objects.get(pk=dialogue.pk).skipped), meeting.state


@pytest.mark.parametrize("offered_first", [True, False])
@pytest.mark.parametrize("part", SkippedPart)
def test_what_is_offered_again_is_never_left_out(monkeypatch, part, offered_first):
    with monkeypatch.context() as unguarded:
        unguarded.setattr(Machine, "locked_as_it_stands", unlocked)
        both = race(part, offered_first=offered_first)
        assert both == (True, MeetingState.PROPOSED), "the race is there without the lock"
    assert race(part, offered_first=offered_first) == (False, MeetingState.PROPOSED)
