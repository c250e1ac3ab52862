"""The signed link in the invitation: answers without signing in, and nothing else."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import moment
from dialogues.links import BadLink, answer_link, read_token
from dialogues.models import (
    Answer,
    Channel,
    DialogueState,
    Invitation,
    InvitationAnswer,
    MeetingKind,
)
from dialogues.timeline import when
from huvudman.models import Contact
from tests.accounts.factories import planner
from tests.dialogues.answers import give, invited_anew
from tests.dialogues.factories import (
    InvitationFactory,
    both_agencies,
    seat_at,
)
from tests.dialogues.pages import seen_on
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

GROUP = {"kind": MeetingKind.INTRODUCTION, "state": "fixed", "seats": 10, "form": "digital"}


@pytest.fixture(autouse=True)
def _agencies():
    both_agencies()


def token_of(invitation, contact=None) -> str:
    return answer_link(invitation, contact).rstrip("/").rsplit("/", 1)[1]


class TestLink:
    def test_leads_to_its_invitation_and_contact(self):
        invitation = InvitationFactory()
        contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
        assert read_token(token_of(invitation, contact)) == (invitation, contact)

    @pytest.mark.parametrize("change", [lambda t: t[:-1] + "x", lambda t: "x" + t, lambda t: "", str.upper])
    def test_a_changed_link_is_refused(self, change):
        with pytest.raises(BadLink):
            read_token(change(token_of(InvitationFactory())))

    def test_scanners_that_open_the_link_change_nothing(self, client):
        invitation = InvitationFactory()
        url = reverse("answer", args=[token_of(invitation)])
        for method in (client.get, client.head):
            assert method(url).status_code == 200
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.INVITED
        assert not InvitationAnswer.objects.exists()

    def test_answers_without_signing_in(self, client):
        invitation = InvitationFactory()
        url = reverse("answer", args=[token_of(invitation)])
        response = client.post(url, {"answer": "yes", "given_by": "Kim Ek"}, follow=True)
        assert "Tack! Vi har tagit emot ert svar: Ja, vi vill delta" in response.text
        assert "Kim Ek" in response.text
        invitation.dialogue.refresh_from_db()
        assert invitation.dialogue.state == DialogueState.ACCEPTED

    def test_the_receipt_tells_what_comes_next_and_how_to_change_the_answer(self, client):
        invitation = InvitationFactory()
        contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
        meeting = seat_at(InvitationFactory(dialogue__batch=invitation.batch).dialogue, **GROUP)
        url = reverse("answer", args=[token_of(invitation, contact)])
        page = client.post(url, {"answer": "yes", "given_by": "Kim Ek"}, follow=True).text
        assert when(meeting) in page
        assert "kalenderfil" in page
        assert f'href="{url}"' in page
        assert contact.email in page
        assert reverse("portal_huvudman", args=[invitation.dialogue.huvudman.public_id]) in page
        seen = invitation.answers.get().pk
        client.post(url, {"answer": "no", "given_by": "Kim Ek", "seen": seen, "offered": "1"})
        page = client.get(reverse("answer_done", args=[token_of(invitation, contact)])).text
        assert "Nej, inte den här gången" in page
        assert "Att delta är frivilligt" in page
        assert "nästa cykel" not in page
        assert when(meeting) not in page

    def test_a_colleagues_answer_meanwhile_is_shown_before_it_is_changed(self, client):
        invitation = InvitationFactory()
        url = reverse("answer", args=[token_of(invitation)])
        typed = {"answer": "yes", "given_by": "Kim Ek", "comment": "Vi ser fram emot det"}
        typed["seen"] = seen_on(client.get(url).text)
        given = give(invitation, Answer.NO)
        InvitationAnswer.objects.update(given_by="Bo Al")
        refused = client.post(url, typed)
        assert refused.status_code == 422
        for words in ("Någon har svarat", "Nej, inte den här gången", "Bo Al", moment(given.given_at)):
            assert words in refused.text
        assert refused.text.count("Någon har svarat") == 1
        assert refused.context["form"]["answer"].value() == "yes"
        assert typed["comment"] in refused.text
        assert invitation.answers.get() == given
        assert client.post(url, typed | {"seen": seen_on(refused.text)}).status_code == 302
        assert invitation.answers.first().answer == Answer.YES

    @pytest.mark.parametrize("seen", [None, "", "x", "-1", "9" * 30])
    def test_a_page_that_shows_no_answer_changes_none(self, client, seen):
        invitation = InvitationFactory()
        give(invitation, Answer.NO)
        url = reverse("answer", args=[token_of(invitation)])
        typed = {"answer": "yes", "given_by": "Kim Ek"} | ({} if seen is None else {"seen": seen})
        assert client.post(url, typed).status_code == 422
        assert invitation.answers.get().answer == Answer.NO

    def test_the_button_pressed_twice_is_one_answer(self, client):
        invitation = InvitationFactory()
        url = reverse("answer", args=[token_of(invitation)])
        typed = {"answer": "yes", "reason": "time", "given_by": "Kim Ek", "seen": "0"}
        assert [client.post(url, typed).status_code for _n in range(2)] == [302, 302]
        assert invitation.answers.count() == 1

    def test_there_is_no_receipt_before_there_is_an_answer(self, client):
        token = token_of(InvitationFactory())
        response = client.get(reverse("answer_done", args=[token]))
        assert response["Location"] == reverse("answer", args=[token])

    @pytest.mark.parametrize("page", ["answer", "answer_done"])
    def test_does_not_answer_for_someone_who_is_no_longer_a_contact(self, client, page):
        invitation = InvitationFactory()
        contact = ContactFactory(huvudman=invitation.dialogue.huvudman)
        url = reverse("answer", args=[token_of(invitation, contact)])
        give(invitation)
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        Contact.objects.update(valid_from=yesterday, valid_to=yesterday)
        closed = client.get(reverse(page, args=[token_of(invitation, contact)]))
        assert closed.status_code == 410
        assert "inte längre är kontaktperson" in closed.text
        assert "Ring oss" in closed.text
        assert "Ja, vi vill delta" not in closed.text
        assert client.post(url, {"answer": "no", "given_by": "Kim"}).status_code == 410
        assert InvitationAnswer.objects.get().answer == Answer.YES

    def test_an_earlier_invitation_does_not_answer_the_new_one(self, client):
        invitation = invited_anew()
        earlier = invitation.dialogue.invitations.exclude(pk=invitation.pk).get()
        url = reverse("answer", args=[token_of(earlier)])
        page = client.get(url)
        assert page.status_code == 410
        assert "tidigare inbjudan" in page.text
        assert client.post(url, {"answer": "no", "given_by": "Kim"}).status_code == 410
        with pytest.raises(NotPossible, match="ny inbjudan"):
            give(earlier, Answer.NO, channel=Channel.PHONE, actor=person(planner()))
        assert not invitation.answers.exists()

    def test_what_was_typed_stays_when_something_is_missing(self, client):
        url = reverse("answer", args=[token_of(InvitationFactory())])
        response = client.post(url, {"comment": "Vi återkommer gärna.", "given_by": "Kim Ek"})
        assert response.status_code == 422
        assert "Välj ett av svaren." in response.text
        assert "Vi återkommer gärna." in response.text

    def test_an_expired_link_says_so_and_changes_nothing(self, client):
        invitation = InvitationFactory(answer_by=timezone.localdate() - datetime.timedelta(days=1))
        url = reverse("answer", args=[token_of(invitation)])
        for response in (client.get(url), client.post(url, {"answer": "yes", "given_by": "Kim"})):
            assert response.status_code == 410
        assert not InvitationAnswer.objects.exists()

    def test_shows_nothing_when_weeks_have_passed_until_the_day_is_moved(self, client):
        invitation = InvitationFactory(answer_by=timezone.localdate() - datetime.timedelta(days=30))
        give(invitation, channel=Channel.PHONE, actor=person(planner()))
        addresses = [reverse(page, args=[token_of(invitation)]) for page in ("answer", "answer_done")]
        assert "Kim Ek" in client.get(addresses[1]).text
        Invitation.objects.update(answer_by=timezone.localdate() - datetime.timedelta(days=31))
        for page in [*map(client.get, addresses), client.post(addresses[0], {"answer": "no"})]:
            assert page.status_code == 410
            assert "Kim Ek" not in page.text
            assert str(invitation.dialogue.huvudman) not in page.text
            assert reverse("account_request_login_code") in page.text
            assert "Ring oss" in page.text
        Invitation.objects.update(answer_by=timezone.localdate())
        assert [client.get(address).status_code for address in addresses] == [200, 200]

    def test_gives_no_way_into_the_portal(self, client):
        client.get(reverse("answer", args=[token_of(InvitationFactory())]))
        assert "_auth_user_id" not in client.session
