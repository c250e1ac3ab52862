"""Ordering the underlag of all who came to an introduction, from its page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from dialogues.models import DialogueState, Meeting, Seat, Underlag
from tests.accounts.factories import leader
from tests.dialogues.factories import BatchFactory, DialogueFactory, MeetingFactory
from tests.dialogues.underlag.factories import EditionFactory
from tests.dialogues.underlag.test_pages import signed_in

pytestmark = pytest.mark.django_db


def held_with(count: int) -> Meeting:
    """A held introduction with `count` huvudmän."""
    EditionFactory()
    batch = BatchFactory()
    meeting = MeetingFactory(kind="introduction", state="held", seats=count, batch=batch)
    for _number in range(count):
        dialogue = DialogueFactory(batch=batch, state=DialogueState.INTRODUCED)
        Seat.objects.create(meeting=meeting, dialogue=dialogue, kind="introduction")
    return meeting


def test_all_of_a_held_meeting_are_ordered_by_one_button(client: Client) -> None:
    meeting = held_with(2)
    signed_in(client, leader())
    page_url = reverse("admin:introduction", args=[meeting.public_id])
    assert "Ta fram analysunderlagen" in client.get(page_url).content.decode()
    url = reverse("admin:underlag_for_meeting", args=[meeting.public_id])
    html = client.post(url, follow=True).content.decode()
    assert "2 analysunderlag är beställda." in html
    assert Underlag.objects.count() == 2


def test_a_meeting_not_held_yet_says_why_nothing_is_ordered(client: Client) -> None:
    meeting = held_with(1)
    Meeting.objects.update(state="fixed")
    url = reverse("admin:underlag_for_meeting", args=[meeting.public_id])
    html = signed_in(client, leader()).post(url, follow=True).content.decode()
    assert "när introduktionsmötet är hållet" in html
    assert not Underlag.objects.exists()
