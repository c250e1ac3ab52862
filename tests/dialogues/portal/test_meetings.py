"""The portal's pages about times: accepted as they were shown, wished away, and another introduction."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from dialogues.domain.introductions import place
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.wishes import wish_other_time
from dialogues.models import (
    DialogueState,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingState,
)
from dialogues.timeline import when
from tests.dialogues.factories import (
    MeetingFactory,
    seat_at,
)
from tests.dialogues.pages import seen_on
from tests.dialogues.portal.helpers import (
    address,
    both_booked,
    front,
    issued_underlag,
    text,
    with_proposed_time,
)
from tests.dialogues.times import START, propose_again

pytestmark = pytest.mark.django_db


def test_a_proposed_time_is_not_shown_before_the_underlag_is_sent(client, signed_in):
    dialogue = signed_in(DialogueState.INTRODUCED)
    seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED)
    assert "Ingen tid är föreslagen" in text(client.get(address("portal_time", dialogue)))
    client.post(address("portal_time", dialogue))
    assert Meeting.objects.get().state == MeetingState.PROPOSED


PAGES_OF_ONE = ("introduction", "questions", "time", "other_time", "time_done", "feedback", "cancel")


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("cancelled", [False, True])
def test_a_time_that_has_not_been_told_is_on_no_page(client, signed_in, language, cancelled):
    dialogue = signed_in(DialogueState.INTRODUCED)
    both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, starts_at=START, place="Hemliga huset"))
    if cancelled:
        cancel_dialogue(dialogue=dialogue, reason="", actor=SYSTEM)
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    pages = [front(dialogue), *(address(f"portal_{name}", dialogue) for name in PAGES_OF_ONE)]
    shown = [text(client.get(page, follow=True)) for page in pages]
    assert [page for page in shown if f'lang="{language}"' not in page] == []
    told = ("2099", "Hemliga huset", ", föreslaget", ", proposed", ", avbokat", ", cancelled")
    assert [words for page in shown for words in told if words in page] == []


def test_a_time_that_the_underlag_has_told_is_on_the_front_page(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    assert f"{when(meeting)}, föreslaget" in client.get(front(dialogue)).text


def test_accepting_the_time(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    assert "Tiden passar oss" in text(client.get(address("portal_time", dialogue)))
    done = client.post(address("portal_time", dialogue), {"seen": meeting.sequence})
    assert done["Location"] == address("portal_time_done", dialogue)
    assert "Tiden är bestämd" in text(client.get(done["Location"]))
    meeting.refresh_from_db()
    dialogue.refresh_from_db()
    assert (meeting.state, dialogue.state) == (MeetingState.FIXED, DialogueState.TIME_FIXED)
    assert dialogue.letters.filter(kind=LetterKind.TIME_FIXED).exists()


@pytest.mark.parametrize("seen", [0, 1])
def test_accepting_the_same_time_again_says_that_it_is_fixed_already(client, signed_in, seen):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    client.post(address("portal_time", dialogue), {"seen": meeting.sequence})
    again = client.post(address("portal_time", dialogue), {"seen": seen}, follow=True)
    assert again.status_code == 200
    assert f"Tiden är redan bestämd: {when(meeting)}." in again.text
    assert "har ändrats" not in again.text
    assert dialogue.letters.filter(kind=LetterKind.TIME_FIXED).count() == 1 + len(meeting.staff.all())


def test_a_time_that_cannot_be_fixed_says_why_and_changes_nothing(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    issued_underlag(dialogue)
    meeting = seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED)
    answer = client.post(address("portal_time", dialogue), {"seen": meeting.sequence})
    assert answer.status_code == 409
    assert "Mötet behöver någon från" in text(answer)
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PROPOSED


@pytest.mark.parametrize(
    ("state", "kind", "name"),
    [
        (DialogueState.UNDERLAG_SENT, MeetingKind.DIALOGUE, "portal_time"),
        (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK, "portal_feedback"),
    ],
)
def test_a_time_that_has_passed_is_said_to_have_passed_and_is_not_accepted(
    client, signed_in, state, kind, name
):
    dialogue = signed_in(state)
    issued_underlag(dialogue)
    meeting = both_booked(seat_at(dialogue, kind=kind, state=MeetingState.PROPOSED))
    Meeting.objects.update(starts_at=timezone.now() - datetime.timedelta(minutes=1))
    for page in (client.get(address(name, dialogue)), client.post(address(name, dialogue), {"seen": 0})):
        assert "Tiden som vi föreslog har passerat." in text(page)
        assert "Tiden passar oss" not in text(page)
        assert address(f"{name.replace('_time', '')}_other_time", dialogue) in text(page)
    assert page.status_code == 409
    overview = text(client.get(front(dialogue)))
    assert "Vår tur" in overview
    assert "Svara på förslaget" not in overview
    wishes = text(client.get(address(f"{name.replace('_time', '')}_other_time", dialogue)))
    assert "Den tid som vi föreslog har passerat:" in wishes
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PROPOSED


def test_a_fixed_time_that_has_been_is_no_longer_waited_for(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    issued_underlag(dialogue)
    seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.FIXED)
    assert "Er tur" in text(client.get(front(dialogue)))
    assert "Välkomna!" in text(client.get(address("portal_time", dialogue)))
    ago = timezone.now() - datetime.timedelta(days=1)
    Meeting.objects.update(starts_at=ago, ends_at=ago + datetime.timedelta(hours=2))
    assert "Dialogens tid har varit. Vi hör av oss" in text(client.get(front(dialogue)))
    page = text(client.get(address("portal_time", dialogue)))
    assert "Dialogens tid har varit." in page
    assert "Välkomna!" not in page


def moved(meeting: Meeting) -> Meeting:
    """The meeting after the agencies have proposed another place."""
    span = {"starts_at": meeting.starts_at, "ends_at": meeting.ends_at}
    return propose_again(meeting, [row.user for row in meeting.staff.all()], place="Biblioteket", **span)


@pytest.mark.parametrize(
    ("name", "typed", "status"),
    [("portal_time", {}, 409), ("portal_other_time", {"wish": "Tisdagar i mars"}, 422)],
)
def test_only_the_time_that_was_shown_is_answered(client, signed_in, name, typed, status):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    seen = seen_on(text(client.get(address(name, dialogue))))
    moved(meeting)
    refused = client.post(address(name, dialogue), typed | {"seen": seen})
    page = text(refused)
    assert refused.status_code == status
    assert "Tiden har ändrats. Läs det nya förslaget." in page
    assert "Biblioteket" in page
    assert typed.get("wish", "") in page
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PROPOSED
    assert client.post(address(name, dialogue), typed | {"seen": seen_on(page)}).status_code == 302


@pytest.mark.parametrize("seen", [None, "", "x", "-1"])
def test_an_answer_about_no_version_is_refused(client, signed_in, seen):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    typed = {} if seen is None else {"seen": seen}
    assert client.post(address("portal_time", dialogue), typed).status_code == 409
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PROPOSED


def test_another_time_is_wished_for_the_feedback_and_the_next_accepted(client, signed_in):
    dialogue = signed_in(DialogueState.DIALOGUE_HELD)
    meeting = both_booked(seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED))
    page = text(client.get(address("portal_feedback", dialogue)))
    assert address("portal_feedback_other_time", dialogue) in page
    form = text(client.get(address("portal_feedback_other_time", dialogue)))
    typed = {"wish": "Helst i maj", "seen": seen_on(form)}
    wished = client.post(address("portal_feedback_other_time", dialogue), typed)
    assert wished["Location"] == address("portal_feedback_done", dialogue)
    assert "tagit emot ert önskemål" in text(client.get(wished["Location"]))
    assert "Helst i maj" in text(client.get(address("portal_feedback", dialogue)))
    assert "Vår tur" in text(client.get(front(dialogue)))
    moved(meeting)
    assert "Er tur" in text(client.get(front(dialogue)))
    page = text(client.get(address("portal_feedback", dialogue)))
    assert "Biblioteket" in page
    done = client.post(address("portal_feedback", dialogue), {"seen": seen_on(page)})
    assert done["Location"] == address("portal_feedback_done", dialogue)
    receipt = text(client.get(done["Location"]))
    assert "Tiden är bestämd" in receipt
    assert "Den tid som är bestämd nu" in text(client.get(address("portal_feedback_other_time", dialogue)))
    assert "vilka frågor ni vill prata om" not in receipt
    meeting.refresh_from_db()
    dialogue.refresh_from_db()
    assert (meeting.state, dialogue.state) == (MeetingState.FIXED, DialogueState.DIALOGUE_HELD)
    assert dialogue.letters.filter(kind=LetterKind.FEEDBACK).exists()


@pytest.mark.parametrize("state", [MeetingState.OTHER_WISHED, MeetingState.HELD, MeetingState.CANCELLED])
def test_no_other_time_is_wished_where_there_is_none(client, signed_in, state):
    dialogue = signed_in(DialogueState.DIALOGUE_HELD)
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=state)
    answer = client.get(address("portal_feedback_other_time", dialogue))
    assert answer["Location"] == address("portal_feedback", dialogue)


def test_who_could_not_come_sees_the_new_seat(client, signed_in):
    dialogue = signed_in(DialogueState.INTRODUCED)
    held = seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=9)
    dialogue.seats.update(attended=False)
    assert "Vi erbjuder er en annan grupp" in text(client.get(address("portal_introduction", dialogue)))
    starts_at = held.starts_at + datetime.timedelta(days=9)
    other = MeetingFactory(
        kind=MeetingKind.INTRODUCTION,
        state="fixed",
        seats=9,
        starts_at=starts_at,
        batch=dialogue.batch,
        form="digital",
        link="https://mote.example/ny",
    )
    place(dialogue=dialogue, meeting=other, actor=SYSTEM)
    page = text(client.get(address("portal_introduction", dialogue)))
    assert "Nu har ni plats på det här mötet" in page
    assert "https://mote.example/ny" in page
    assert client.get(front(dialogue)).status_code == 200


def test_wishing_another_time(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    empty = client.post(address("portal_other_time", dialogue), {"wish": " "})
    assert empty.status_code == 422
    done = client.post(address("portal_other_time", dialogue), {"wish": "Tisdagar i mars", "seen": "0"})
    assert "tagit emot ert önskemål" in text(client.get(done["Location"]))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.wish) == (MeetingState.OTHER_WISHED, "Tisdagar i mars")
    assert "Tisdagar i mars" in text(client.get(address("portal_time", dialogue)))


def over(meeting: Meeting) -> Meeting:
    """The meeting, whose time has been."""
    ago = timezone.now() - datetime.timedelta(hours=3)
    Meeting.objects.update(starts_at=ago, ends_at=ago + datetime.timedelta(hours=2))
    meeting.refresh_from_db()
    return meeting


@pytest.mark.parametrize(
    ("state", "kind", "name"),
    [
        (DialogueState.TIME_FIXED, MeetingKind.DIALOGUE, "portal_time"),
        (DialogueState.DIALOGUE_HELD, MeetingKind.FEEDBACK, "portal_feedback"),
    ],
)
def test_a_fixed_time_that_has_been_is_not_wished_away(client, signed_in, state, kind, name):
    dialogue = signed_in(state)
    issued_underlag(dialogue)
    meeting = both_booked(seat_at(dialogue, kind=kind, state=MeetingState.FIXED))
    other = address(f"{name.replace('_time', '')}_other_time", dialogue)
    assert other in text(client.get(address(name, dialogue)))
    over(meeting)
    page = text(client.get(address(name, dialogue)))
    assert other not in page
    assert "Blev mötet inte av? Ring oss" in page
    assert client.get(other)["Location"] == address(name, dialogue)
    refused = client.post(other, {"wish": "Helst i maj", "seen": meeting.sequence})
    assert refused.status_code == 422
    assert "Mötets tid har varit." in text(refused)
    assert "Helst i maj</textarea>" in text(refused)
    assert "Skicka önskemålet" not in text(refused)
    meeting.refresh_from_db()
    dialogue.refresh_from_db()
    assert (meeting.state, dialogue.state) == (MeetingState.FIXED, state)
    assert not dialogue.letters.exists()


@pytest.mark.parametrize("was_accepted", [False, True])
def test_who_accepts_what_a_colleague_has_wished_away_is_told_who_did_what(client, signed_in, was_accepted):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    page = address("portal_time", dialogue)
    seen = seen_on(text(client.get(page)))
    if was_accepted:
        client.post(page, {"seen": seen})
        meeting.refresh_from_db()
    told = {"given_by": "Kim Ek (rektor)", "channel": "portal", "actor": SYSTEM}
    wish_other_time(meeting=meeting, wish="Tisdagar", **told)
    refused = client.post(page, {"seen": seen})
    assert refused.status_code == 409
    assert "Kim Ek (rektor) önskade en annan tid " in text(refused)
    assert "Tisdagar" in text(refused)
    assert "är i läget" not in text(refused)


def test_a_second_wish_from_another_tab_is_added_to_the_first(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    meeting = with_proposed_time(dialogue)
    other = address("portal_other_time", dialogue)
    for wish in ("Tisdagar i mars", "Hellre digitalt"):
        done = client.post(other, {"wish": wish, "seen": "0"})
        assert done["Location"] == address("portal_time_done", dialogue)
    meeting.refresh_from_db()
    assert meeting.wish == "Tisdagar i mars\n\nHellre digitalt"
    empty = client.post(other, {"wish": " ", "seen": "0"})
    assert (empty.status_code, "Hellre digitalt" in text(empty)) == (422, True)


@pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.CANCELLED])
def test_a_wish_that_comes_too_late_is_shown_again_with_the_reason(client, signed_in, state):
    dialogue = signed_in(DialogueState.DIALOGUE_HELD)
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=state)
    late = client.post(address("portal_feedback_other_time", dialogue), {"wish": "Helst i maj", "seen": "0"})
    assert late.status_code == 422
    assert "Helst i maj</textarea>" in text(late)
    assert "Det ni har skrivit är inte skickat." in text(late)
    assert "Mötet är " in text(late)
    assert "är i läget" not in text(late)
