"""Those who could not come to their introduction: what both sides are told until they have been to one."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain.introductions import place
from dialogues.models import Dialogue, DialogueState, Meeting, MeetingKind, MeetingState, Seat
from tests.accounts.factories import planner
from tests.dialogues.factories import MeetingFactory, dialogue_with_contact, seat_at
from tests.dialogues.portal.helpers import front, issued_underlag

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
DONE = ("done", "")


def missed(state: DialogueState = DialogueState.INTRODUCED) -> tuple[Dialogue, dict[str, object]]:
    """A dialogue whose huvudman could not come, and the people who look: one of its own, and a planner."""
    dialogue, own = dialogue_with_contact(state)
    seat_at(
        dialogue,
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.HELD,
        seats=9,
        starts_at=timezone.now() - 3 * DAY,
    )
    Seat.objects.update(attended=False)
    issued_underlag(dialogue)
    return dialogue, {"huvudman": own, "staff": planner()}


def group(dialogue: Dialogue) -> Meeting:
    """Another coming group."""
    return MeetingFactory(
        kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=9, batch=dialogue.batch
    )


def look(client, dialogue: Dialogue, people: dict[str, object], side: str):
    """The page of the dialogue as one of the sides sees it."""
    client.force_login(people[side])
    own = reverse("admin:dialogue", args=[dialogue.public_id])
    return client.get(front(dialogue) if side == "huvudman" else own)


def introduction(page) -> tuple[str, str]:
    """State and words of the introduction on the timeline."""
    phase = page.context["phases"][0]
    return phase["state"], phase.get("state_text", "")


SIDES = pytest.mark.parametrize(
    ("side", "offer"),
    [
        ("huvudman", "Ni kunde inte vara med. Vi erbjuder er en annan grupp."),
        ("staff", "Myndigheternas tur: Huvudmannen kunde inte komma. Erbjud plats på ett annat"),
    ],
)


@SIDES
def test_one_who_missed_it_is_offered_another_and_has_not_done_it(client, side, offer) -> None:
    dialogue, people = missed()
    page = look(client, dialogue, people, side)
    assert introduction(page) == ("later", "Erbjuds igen")
    assert offer in page.text


@SIDES
def test_with_a_new_seat_the_meeting_is_booked_and_not_done(client, side, offer) -> None:
    dialogue, people = missed()
    place(dialogue=dialogue, meeting=group(dialogue), actor=SYSTEM)
    page = look(client, dialogue, people, side)
    assert introduction(page) == ("later", "Bokat")
    assert offer not in page.text
    ago = timezone.now() - DAY
    Meeting.objects.filter(state=MeetingState.FIXED).update(starts_at=ago, ends_at=ago + DAY / 24)
    assert introduction(look(client, dialogue, people, side)) == ("later", "Tiden har varit")


@SIDES
def test_who_came_in_the_end_has_done_it(client, side, offer) -> None:
    dialogue, people = missed()
    seat = place(dialogue=dialogue, meeting=group(dialogue), actor=SYSTEM)
    Meeting.objects.filter(pk=seat.meeting_id).update(state=MeetingState.HELD)
    Seat.objects.filter(pk=seat.pk).update(attended=True)
    page = look(client, dialogue, people, side)
    assert introduction(page) == DONE
    assert offer not in page.text


@SIDES
@pytest.mark.parametrize("state", [DialogueState.DIALOGUE_HELD, DialogueState.CLOSED])
def test_after_the_dialogue_nothing_more_is_offered(client, side, offer, state) -> None:
    dialogue, people = missed(state)
    page = look(client, dialogue, people, side)
    assert introduction(page) == ("later", "Deltog inte")
    assert offer not in page.text


def test_the_portal_does_not_tick_off_what_was_missed_or_is_to_come(client) -> None:
    dialogue, people = missed()
    task = look(client, dialogue, people, "huvudman").context["tasks"][1]
    assert (task["status"], task["status_text"]) == ("wait", "Vi erbjuder en annan grupp")
    place(dialogue=dialogue, meeting=group(dialogue), actor=SYSTEM)
    page = look(client, dialogue, people, "huvudman")
    assert page.context["tasks"][1]["status"] == "wait"
    assert page.context["steps"][2]["state"] == "later"
