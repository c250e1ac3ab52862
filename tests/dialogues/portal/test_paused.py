"""The portal while a dialogue rests: everything is read, nothing is sent, and leaving is possible."""

import re
import uuid

import pytest
from django.urls import reverse

from dialogues.links import answer_link
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    MeetingKind,
    MeetingState,
    QuestionDraft,
)
from dialogues.views.portal import urlpatterns
from tests.dialogues.factories import InvitationFactory, seat_at
from tests.dialogues.pausing import REASON, put_to_rest
from tests.dialogues.portal.helpers import address, front, text, with_proposed_time

pytestmark = pytest.mark.django_db

DECIDE = [
    "portal_answer",
    "portal_time",
    "portal_other_time",
    "portal_questions",
    "portal_questions_check",
    "portal_analysis",
]


@pytest.fixture
def paused(signed_in) -> Dialogue:
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    InvitationFactory(dialogue=dialogue)
    with_proposed_time(dialogue)
    QuestionDraft.objects.create(dialogue=dialogue, rank=1, area="equity", text="Vårt eget")
    return put_to_rest(dialogue)


def test_the_front_page_says_why_and_asks_for_nothing(client, paused):
    shown = text(client.get(front(paused)))
    assert "Dialogen är pausad sedan" in shown
    assert REASON in shown
    assert "Er tur" not in shown
    assert "Vilar under pausen" in shown
    assert "Avboka dialogen" in shown


@pytest.mark.parametrize("name", DECIDE)
def test_no_page_has_anything_to_send(client, paused, name):
    answer = client.get(address(name, paused), follow=True)
    assert answer.status_code == 200
    assert REASON in text(answer)
    assert 'method="post"' not in re.search("<main.*</main>", text(answer), re.DOTALL)[0]


def test_every_page_refuses_what_is_sent_and_gives_the_words_back(client, paused):
    before = list(Dialogue.objects.values()), Letter.objects.count()
    for pattern in urlpatterns:
        name, needs = pattern.name, pattern.pattern.converters
        if "public_id" not in needs or name in ("portal_cancel", "portal_evaluation"):
            continue
        known = {"public_id": paused.public_id, "part": "likvardighet", "version": 1, "number": 1}
        fill = {key: known.get(key, "avsluta" if key == "name" else uuid.uuid4()) for key in needs}
        words = {"text": "Det vi hade skrivit"}
        own = {"Origin": "http://testserver"}
        answer = client.post(reverse(name, kwargs=fill), words, headers=own)
        assert answer.status_code == 409, name
        assert "Det vi hade skrivit" in text(answer)
    assert (list(Dialogue.objects.values()), Letter.objects.count()) == before


def test_a_page_that_saves_by_itself_is_told_so(client, paused):
    page = address("portal_question", paused, uuid.uuid4())
    answer = client.post(page, {"text": "Ny"}, headers={"HX-Request": "true"})
    assert "Dialogen är pausad" in text(answer)


def test_it_can_be_left_all_the_same(client, paused):
    assert 'method="post"' in text(client.get(address("portal_cancel", paused)))
    client.post(address("portal_cancel", paused), {"reason": ""})
    assert Dialogue.objects.get().state == DialogueState.CANCELLED


def test_the_link_in_the_invitation_says_that_no_answer_is_needed(client, paused):
    Dialogue.objects.update(state=DialogueState.INVITED)
    answer = client.get(answer_link(paused.invitations.get(), paused.huvudman.contacts.get()))
    assert answer.status_code == 410
    assert "Dialogen är pausad" in text(answer)


@pytest.mark.parametrize("state", [DialogueState.CLOSED, DialogueState.CANCELLED, DialogueState.DECLINED])
def test_one_that_is_over_says_since_when(client, signed_in, state):
    dialogue = signed_in(state)
    InvitationFactory(dialogue=dialogue)
    seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.HELD)
    shown = text(client.get(front(dialogue)))
    assert {"closed": "avslutades", "cancelled": "avbokades", "declined": "tackat nej"}[state] in shown
