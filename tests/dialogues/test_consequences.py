"""What is told before a meeting is moved or called off: by facts, and what then happens."""

import pytest
from django.urls import reverse

from dialogues import consequences
from dialogues.models import DialogueState, Letter, LetterKind, MeetingForm, MeetingKind, MeetingState
from tests.accounts.factories import planner
from tests.dialogues.answers import give
from tests.dialogues.factories import DialogueFactory, InvitationFactory, both_agencies, seat_at
from tests.dialogues.times import ready

pytestmark = pytest.mark.django_db


def text_of(lines: list[str]) -> str:
    return " ".join(map(str, lines)).replace("\xa0", " ")


def step_of(dialogue, name: str) -> str:
    return reverse("admin:dialogue_step", args=[dialogue.public_id, name])


def test_moving_a_fixed_time_names_who_gets_letters_and_what_leaves_calendars():
    dialogue, own, meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    told = text_of(consequences.of_moving(dialogue, meeting))
    assert dialogue.huvudman.contacts.get().name in told
    assert all(user.name in told for user in staff)
    assert "3 mars 2099" in told
    assert "ingen klandras" in told


def test_moving_a_proposal_that_is_not_sent_writes_to_nobody():
    dialogue, _own, meeting, _staff = ready(DialogueState.INTRODUCED, MeetingState.PROPOSED)
    assert "Inget brev går nu" in text_of(consequences.of_moving(dialogue, meeting))


def test_a_huvudman_without_address_is_told_of_on_paper():
    both_agencies()
    dialogue = DialogueFactory(state=DialogueState.UNDERLAG_SENT)
    meeting = seat_at(dialogue, state=MeetingState.PROPOSED)
    assert "på papper" in text_of(consequences.of_moving(dialogue, meeting))


def test_cancelling_tells_of_each_meeting_and_that_notes_are_cleared():
    dialogue, _own, _meeting, _staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    group = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 5}
    seat_at(dialogue, **group, form=MeetingForm.DIGITAL, link="https://mote.example/a", place="")
    told = text_of(consequences.of_cancelling(dialogue))
    assert "blir ledig för en annan huvudman" in told
    assert "3 mars 2099" in told
    assert "rensas" in told


def test_one_that_was_never_invited_gets_no_letter():
    both_agencies()
    dialogue = DialogueFactory(state=DialogueState.PLANNED)
    assert "inte fått någon inbjudan" in text_of(consequences.of_cancelling(dialogue))


def test_the_pages_say_it_before_the_button_and_it_then_happens(client):
    dialogue, own, _meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    client.force_login(staff[0])
    for name in ("ny-tid", "annan-tid", "avboka"):
        page = client.get(step_of(dialogue, name)).content.decode()
        assert page.index("Det här händer") < page.index('type="submit">', page.index("Det här händer"))
    client.post(step_of(dialogue, "avboka"), {"reason": "Ni har bytt skolchef."})
    sent = Letter.objects.filter(kind=LetterKind.CANCELLED).values_list("recipient", flat=True)
    assert set(sent) == {own.email, *(user.email for user in staff)}


def test_the_portal_says_it_before_a_wish_and_before_leaving(client):
    dialogue, own, _meeting, _staff = ready(
        DialogueState.DIALOGUE_HELD, MeetingState.FIXED, MeetingKind.FEEDBACK
    )
    client.force_login(own)
    for name in ("portal_feedback_other_time", "portal_cancel"):
        page = client.get(reverse(name, args=[dialogue.public_id])).content.decode()
        assert "Det här händer" in page
        assert "3 mars 2099" in page.replace("\xa0", " ")


def test_a_group_is_told_of_by_number(client):
    both_agencies()
    dialogue = DialogueFactory(state=DialogueState.ACCEPTED)
    group = {"kind": MeetingKind.INTRODUCTION, "state": MeetingState.FIXED, "seats": 5}
    meeting = seat_at(dialogue, **group, form=MeetingForm.DIGITAL, link="https://mote.example/a", place="")
    client.force_login(planner())
    for name in ("admin:introduction_change", "admin:introduction_cancel"):
        page = client.get(reverse(name, args=[meeting.public_id])).content.decode()
        assert "1 huvudman" in page.replace("\xa0", " ")


def test_the_form_opens_with_the_huvudmans_wish_and_a_length_of_its_own(client):
    both_agencies()
    dialogue = DialogueFactory(state=DialogueState.ACCEPTED)
    give(InvitationFactory(dialogue=dialogue), wants_digital=True)
    dialogue.state = DialogueState.INTRODUCED
    dialogue.save()
    client.force_login(planner())
    page = client.get(step_of(dialogue, "foresla-tid")).content.decode()
    assert '<option value="digital" selected' in page
    assert 'name="minutes" value="120"' in page
