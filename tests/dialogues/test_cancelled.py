"""A dialogue that is cancelled: the reason reaches the staff, and nobody hears of what it never knew."""

import pytest
from django.urls import reverse

from accounts.actors import person
from accounts.domain.machine import WrongState
from dialogues.domain import meetings, staffing
from dialogues.models import DialogueState, Invitation, Letter, LetterKind, MeetingState
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.test_staff_pages import page_of, step_of

pytestmark = pytest.mark.django_db

REASON = {"reason": "Ny huvudman tar över."}


def test_the_huvudmans_reason_is_on_the_page_in_the_history_and_in_the_leaders_letter(client):
    dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
    guide = leader("spsm")
    staffing.book_staff(seat_at(dialogue, state=MeetingState.FIXED), [guide])
    meetings.cancel_dialogue(dialogue=dialogue, actor=person(own), **REASON)
    client.force_login(leader())
    page, history = client.get(page_of(dialogue)).text.split('id="history"')
    assert f"Skäl, enligt {own}: Ny huvudman tar över." in page
    assert "<blockquote>Ny huvudman tar över.</blockquote>" in history
    letter = Letter.objects.get(kind=LetterKind.CANCELLED, recipient=guide.email)
    assert "Skäl som angavs: Ny huvudman tar över." in letter.text
    assert "Skäl som angavs: Ny huvudman tar över." in letter.html


def test_without_a_reason_there_is_none(client):
    dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
    guide = leader("spsm")
    staffing.book_staff(seat_at(dialogue, state=MeetingState.FIXED), [guide])
    meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=person(own))
    client.force_login(leader())
    page = client.get(page_of(dialogue)).text
    assert "Skäl, enligt" not in page
    assert "<blockquote>" not in page
    assert "Skäl som angavs" not in Letter.objects.get(recipient=guide.email).text


@pytest.mark.parametrize("was_invited", [True, False])
def test_only_who_has_been_invited_is_told_of_a_planned_dialogue(client, was_invited):
    dialogue, own = dialogue_with_contact(DialogueState.PLANNED)
    if was_invited:  # in an earlier batch
        Invitation.objects.create(dialogue=dialogue, batch=dialogue.batch, answer_by=dialogue.batch.answer_by)
    client.force_login(planner())
    step = step_of(dialogue, "avboka")
    assert ("får inget brev" in client.get(step).text) is not was_invited
    done = client.post(step, REASON, follow=True)
    assert "Dialogen är avbokad" in done.text
    assert ("alla berörda får veta det" in done.text) is was_invited
    assert Letter.objects.filter(recipient=own.email).exists() is was_invited
    dialogue.refresh_from_db()
    assert meetings.has_heard_of(dialogue) is was_invited


def test_who_has_said_no_has_nothing_to_cancel(client):
    dialogue, own = dialogue_with_contact(DialogueState.DECLINED)
    with pytest.raises(WrongState):
        meetings.cancel_dialogue(dialogue=dialogue, reason="", actor=person(own))
    client.force_login(planner())
    assert step_of(dialogue, "avboka") not in client.get(page_of(dialogue)).text
    client.force_login(own)
    assert client.get(reverse("portal_cancel", args=[dialogue.public_id])).status_code == 302
