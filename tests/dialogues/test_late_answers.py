"""An answer that comes when it can't be given any more: the page says so, why, and shows what was typed."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.templatetags.look import day
from dialogues.models import Answer, Dialogue, DialogueState, Invitation, InvitationAnswer
from huvudman.models import Contact
from tests.dialogues.answers import end_answering, give, invited_anew
from tests.dialogues.factories import InvitationFactory, both_agencies
from tests.dialogues.pages import seen_on
from tests.dialogues.test_answer_links import token_of
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

TYPED = {"answer": "no", "reason": "time", "comment": "Vi <återkommer>\ngärna", "given_by": "Kim Ek"}
SHOWN = ("Nej, inte den här gången", "Vi har inte tid just nu", "Vi &lt;återkommer&gt;<br>gärna")
NOT_SAVED = "Ert svar är inte sparat"


@pytest.fixture
def invitation() -> Invitation:
    both_agencies()
    return InvitationFactory()


def link_to(invitation: Invitation) -> str:
    return reverse("answer", args=[token_of(invitation)])


def title_of(page: str) -> str:
    return page.split("<title>")[1].split("</title>")[0]


def test_sent_after_the_date_it_is_shown_to_be_copied_with_the_date_and_the_telephone(client, invitation):
    seen = seen_on(client.get(link_to(invitation)).text)
    end_answering(invitation)
    late = client.post(link_to(invitation), TYPED | {"seen": seen})
    assert late.status_code == 410
    for words in (NOT_SAVED, *SHOWN, "Kim Ek", day(invitation.answer_by), "Ring oss"):
        assert words in late.text
    assert "Svarstiden är slut" in title_of(late.text)
    assert not InvitationAnswer.objects.exists()


def test_who_only_opens_the_page_late_is_not_told_that_something_was_lost(client, invitation):
    end_answering(invitation)
    page = client.get(link_to(invitation)).text
    assert NOT_SAVED not in page
    assert "Det här hade ni fyllt i" not in page
    assert day(invitation.answer_by) in page


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (DialogueState.INTRODUCED, "Dialogen har kommit vidare"),
        (DialogueState.TIME_FIXED, "Dialogen har kommit vidare"),
        (DialogueState.CANCELLED, "Dialogen är över"),
        (DialogueState.CLOSED, "Dialogen är över"),
    ],
)
def test_the_title_is_the_reason_when_the_dialogue_has_gone_on(client, invitation, state, title):
    give(invitation)
    Dialogue.objects.update(state=state)
    late = client.post(link_to(invitation), TYPED | {"seen": invitation.answers.get().pk})
    assert title in title_of(late.text)
    assert "Svarstiden" not in late.text
    assert "Svaret som gäller är ”Ja, vi vill delta”. Kim Ek lämnade det" in late.text
    for words in (NOT_SAVED, *SHOWN):
        assert words in late.text
    assert invitation.answers.get().answer == Answer.YES


@pytest.mark.parametrize(
    ("state", "calls"),
    [
        (DialogueState.ACCEPTED, "ring oss, så skriver vi in svaret."),
        (DialogueState.INTRODUCED, "Vill ni ändra något? Ring oss, så hjälper vi er."),
        (DialogueState.CANCELLED, ""),
        (DialogueState.CLOSED, ""),
    ],
)
def test_it_says_to_call_once_and_only_where_there_is_something_to_call_about(
    client, invitation, state, calls
):
    end_answering(invitation)
    Dialogue.objects.update(state=state)
    client.force_login(ContactFactory(huvudman=invitation.dialogue.huvudman).user)
    for page in (link_to(invitation), reverse("portal_answer", args=[invitation.dialogue.public_id])):
        text = client.get(page).text
        assert calls in text
        assert text.lower().count("ring oss, så") == bool(calls)


def test_by_the_link_of_an_earlier_invitation(client):
    both_agencies()
    invitation = invited_anew()
    earlier = invitation.dialogue.invitations.exclude(pk=invitation.pk).get()
    late = client.post(link_to(earlier), TYPED)
    assert "Länken hör till en tidigare inbjudan" in title_of(late.text)
    assert "Svaret som gäller" not in late.text
    assert "Ring oss annars" in late.text
    for words in (NOT_SAVED, *SHOWN):
        assert words in late.text


def test_what_was_written_is_shown_also_when_the_link_is_no_longer_good(client, invitation):
    own = {"origin": "http://testserver"}
    contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
    of_contact = reverse("answer", args=[token_of(invitation, contact)])
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Contact.objects.update(valid_from=yesterday, valid_to=yesterday)
    ended = client.post(of_contact, TYPED, headers=own)
    Invitation.objects.update(answer_by=timezone.localdate() - datetime.timedelta(days=31))
    expired = client.post(link_to(invitation), TYPED, headers=own)
    for page in (ended, expired):
        assert page.status_code == 410
        assert SHOWN[-1] in page.text
        assert "Det är inte sparat." in page.text


def test_in_the_portal(client, invitation):
    client.force_login(ContactFactory(huvudman=invitation.dialogue.huvudman).user)
    page = reverse("portal_answer", args=[invitation.dialogue.public_id])
    seen = seen_on(client.get(page).text)
    end_answering(invitation)
    late = client.post(page, TYPED | {"seen": seen})
    assert late.status_code == 410
    for words in (NOT_SAVED, *SHOWN, day(invitation.answer_by), "Ring oss"):
        assert words in late.text
    assert not InvitationAnswer.objects.exists()
    Dialogue.objects.update(state=DialogueState.CANCELLED)
    over = client.get(page)
    assert over.status_code == 200
    assert "Dialogen är avslutad eller avbokad" in over.text
    assert "Sista dagen" not in over.text
    assert NOT_SAVED not in over.text
