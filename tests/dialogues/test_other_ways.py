"""Before a no: a digital dialogue or a later time is offered, once, and a no is as easy. Wishes are kept."""

import datetime
import re
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import SYSTEM, person
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.wishes import wishes_digital
from dialogues.half_years import coming_half_years, half_year_name, half_year_of, next_half_year
from dialogues.letters.relevance import why_not_send
from dialogues.links import answer_path
from dialogues.minutes import MINUTES
from dialogues.models import (
    Answer,
    BatchState,
    DialogueState,
    Invitation,
    InvitationAnswer,
    Letter,
    LetterKind,
    MeetingForm,
    PaperLetter,
)
from tests.accounts.factories import leader, planner
from tests.dialogues.answers import end_answering, give
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    InvitationFactory,
    both_agencies,
    dialogue_with_contact,
)
from tests.dialogues.pages import seen_on
from tests.dialogues.paper.factories import POSTAL

pytestmark = pytest.mark.django_db

NO = {"answer": "no", "given_by": "Kim Ek", "reason": "time", "comment": "Vi är få <här>"}
OFFER = "Innan ni svarar nej"
FIRST, SECOND = coming_half_years(datetime.date(2026, 11, 29), 2)


@pytest.fixture(params=["link", "portal"])
def place(request, client) -> tuple[Invitation, str]:
    """An invitation, and the address where it is answered: by the link, and signed in."""
    dialogue, user = dialogue_with_contact(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    if request.param == "link":
        return invitation, answer_path(invitation, dialogue.huvudman.contacts.get())
    client.force_login(user)
    return invitation, reverse("portal_answer", args=[dialogue.public_id])


def press(client, url: str, shown: str, **pressed: str):
    """Send the form of the page with other ways by one of its buttons."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    kept = {name: unescape(value) for name, value in hidden.items() if name != "csrfmiddlewaretoken"}
    return client.post(url, kept | pressed)


def test_a_no_is_asked_about_once_and_nothing_is_saved_before(client, place):
    invitation, url = place
    shown = client.post(url, NO)
    assert "Inget är skickat än" in shown.text
    assert f'data-minutes="{MINUTES["other_ways"]}"' in shown.text
    assert shown.status_code == 200
    assert OFFER in shown.text
    assert not InvitationAnswer.objects.exists()
    assert press(client, url, shown.text, answer="no").status_code == 302
    kept = invitation.answers.get()
    assert (kept.answer, kept.reason, kept.comment) == ("no", "time", "Vi är få <här>")
    again = NO | {"comment": "Vi är få", "seen": seen_on(client.get(url).text)}
    assert client.post(url, again).status_code == 302
    assert invitation.answers.first().comment == "Vi är få"


def test_every_way_is_one_press_and_they_look_alike(client, place):
    _invitation, url = place
    shown = client.post(url, NO).text
    buttons = re.findall(r'<button class="([^"]+)" type="submit" name="answer" value="(\w+)"', shown)
    assert [value for _look, value in buttons] == ["yes", "later", "no"]
    assert len({look for look, _value in buttons}) == 1


def test_a_digital_dialogue_is_a_yes_with_a_wish(client, place):
    invitation, url = place
    assert press(client, url, client.post(url, NO).text, answer="yes").status_code == 302
    kept = invitation.answers.get()
    assert (kept.answer, kept.wants_digital, kept.reason) == ("yes", True, "")
    invitation.dialogue.refresh_from_db()
    assert invitation.dialogue.state == DialogueState.ACCEPTED
    assert wishes_digital(invitation.dialogue)
    assert "helst har dialogen digitalt" in Letter.objects.get(kind=LetterKind.RECEIPT).text
    assert "Helst en digital dialog." in invitation.dialogue.receipts.get().body


def test_a_later_time_is_kept_with_the_half_year(client, place):
    invitation, url = place
    (spring, _autumn) = coming_half_years(timezone.localdate(), 2)
    shown = client.post(url, NO).text
    assert half_year_name(spring) in shown
    assert press(client, url, shown, answer="later", wished_half_year=spring).status_code == 302
    kept = invitation.answers.get()
    assert (kept.answer, kept.wished_half_year) == ("later", spring)
    assert kept.wished_time in Letter.objects.get(kind=LetterKind.RECEIPT).text


def test_an_answer_meanwhile_is_shown_and_what_was_typed_is_kept(client, place):
    invitation, url = place
    shown = client.post(url, NO).text
    give(invitation, Answer.YES)
    refused = press(client, url, shown, answer="no")
    assert refused.status_code == 422
    assert "Någon har svarat" in refused.text
    assert "Vi är få &lt;här&gt;" in refused.text
    assert invitation.answers.get().answer == Answer.YES


def test_a_no_from_a_page_that_has_not_shown_the_answer_meets_that_answer_first(client, place):
    invitation, url = place
    seen = seen_on(client.get(url).text)
    give(invitation, Answer.YES)
    refused = client.post(url, NO | {"seen": seen})
    assert refused.status_code == 422
    assert "Någon har svarat" in refused.text
    assert OFFER not in refused.text
    assert "Vi är få &lt;här&gt;" in refused.text
    again = client.post(url, NO | {"seen": seen_on(refused.text)})
    assert OFFER in again.text
    assert press(client, url, again.text, answer="no").status_code == 302
    assert invitation.answers.first().answer == Answer.NO


@pytest.mark.parametrize("answer", Answer.values)
def test_what_goes_with_another_answer_is_left_out(answer):
    kept = give(
        InvitationFactory(),
        Answer(answer),
        wants_digital=True,
        wished_half_year="2027-1",
        reason="time",
    )
    found = (kept.wants_digital, kept.wished_half_year, kept.reason)
    assert found == (answer == "yes", "2027-1" if answer == "later" else "", "time" if answer == "no" else "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "later", "wants_digital": True},
        {"answer": "no", "wants_digital": True},
        {"answer": "yes", "wished_half_year": "2027-1"},
        {"answer": "later", "wished_half_year": "2027-3"},
        {"answer": "later", "wished_half_year": "våren"},
    ],
)
def test_the_database_keeps_no_wish_that_means_nothing(wrong):
    invitation = InvitationFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationAnswer.objects.create(invitation=invitation, given_by="Kim", channel="link", **wrong)


@pytest.mark.parametrize("half_year", ["2027-3", "x", "'; drop table", "2027-1\n"])
def test_a_half_year_that_is_none_gets_an_error(client, place, half_year):
    invitation, url = place
    refused = client.post(url, {"answer": "later", "given_by": "Kim", "wished_half_year": half_year})
    kept = invitation.answers.first()
    assert refused.status_code == 422 or kept.wished_half_year == half_year.strip()


class TestLaterBatch:
    def postponed(self, **fields):
        dialogue, _user = dialogue_with_contact(DialogueState.INVITED)
        invitation = InvitationFactory(dialogue=dialogue)
        give(invitation, Answer.LATER, **fields)
        end_answering(invitation)
        dialogue.refresh_from_db()
        return dialogue

    def carry(self, dialogue, **fields):
        later = BatchFactory(cycle=dialogue.cycle, **fields)
        return carry_to_later_batch(dialogue=dialogue, batch=later, actor=SYSTEM)

    def test_the_huvudman_is_told_about_when(self):
        dialogue = self.postponed(wished_half_year="2027-1")
        sent = timezone.make_aware(datetime.datetime(2027, 9, 1, 9))  # noqa: DTZ001
        self.carry(dialogue, year=2027, state=BatchState.SCHEDULED, send_at=sent, answer_by=sent.date())
        letter = Letter.objects.get(kind=LetterKind.CARRIED)
        assert "hösten 2027" in letter.title
        assert "helst våren 2027" in letter.text
        assert "ungefär 1 minut" in letter.text

    def test_moved_on_it_is_told_anew_and_the_first_letter_is_not_sent(self):
        dialogue = self.postponed()
        moved = self.carry(dialogue, year=2027, number=1, state=BatchState.DRAFT, send_at=None)
        self.carry(moved, year=2028, number=5, state=BatchState.DRAFT, send_at=None)
        second, first = Letter.objects.filter(kind=LetterKind.CARRIED).order_by("-pk")
        assert "våren 2027" in first.title
        assert "hösten 2028" in second.title
        assert "annan omgång" in why_not_send(first)
        assert why_not_send(second) == ""

    def test_without_e_mail_it_comes_on_paper(self):
        both_agencies()
        dialogue = DialogueFactory(
            state=DialogueState.INVITED,
            huvudman__email="",
            **{f"huvudman__{name}": value for name, value in POSTAL.items()},
        )
        invitation = InvitationFactory(dialogue=dialogue)
        give(invitation, Answer.LATER)
        end_answering(invitation)
        dialogue.refresh_from_db()
        PaperLetter.objects.all().delete()
        self.carry(dialogue, year=2028, state=BatchState.DRAFT)
        assert PaperLetter.objects.get().kind == LetterKind.CARRIED

    def test_the_planner_sees_the_wish_and_the_batch_that_fits_is_chosen(self, client):
        dialogue = self.postponed(wished_half_year="2028-1")
        early = BatchFactory(cycle=dialogue.cycle, year=2027, number=1, state=BatchState.DRAFT, send_at=None)
        fits = BatchFactory(cycle=dialogue.cycle, year=2028, number=1, state=BatchState.DRAFT, send_at=None)
        client.force_login(planner())
        answer = client.get(reverse("admin:dialogue_step", args=[dialogue.public_id, "senare-omgang"]))
        assert "Våren 2028" in answer.text
        assert answer.context["form"].initial["batch"] == fits.pk
        assert f"{early}, våren 2027" in answer.text

    def test_staff_write_in_the_wishes_of_a_call(self, client):
        dialogue, _user = dialogue_with_contact(DialogueState.INVITED)
        InvitationFactory(dialogue=dialogue)
        client.force_login(planner())
        told = {"told_by": "Kim Ek", "channel": "phone", "answer": "yes", "wants_digital": "on"}
        client.post(reverse("admin:dialogue_step", args=[dialogue.public_id, "svar"]), told)
        assert InvitationAnswer.objects.get().wants_digital
        assert "Digital dialog" in client.get(reverse("admin:dialogue", args=[dialogue.public_id])).text


@pytest.mark.parametrize("digital", [True, False])
def test_a_time_is_proposed_in_the_form_that_was_wished(client, digital):
    dialogue, _user = dialogue_with_contact(DialogueState.INVITED)
    give(InvitationFactory(dialogue=dialogue), wants_digital=digital)
    dialogue.refresh_from_db()
    dialogue.state = DialogueState.INTRODUCED
    dialogue.save()
    client.force_login(leader())
    form = client.get(reverse("admin:dialogue_step", args=[dialogue.public_id, "foresla-tid"])).context[
        "form"
    ]
    assert (form["form"].value() == MeetingForm.DIGITAL) is digital
    assert ("digital" in str(form.intro)) is digital


@given(st.dates(min_value=datetime.date(2020, 1, 1), max_value=datetime.date(2090, 12, 31)))
def test_half_years_follow_each_other(day):
    now = half_year_of(day)
    coming = coming_half_years(day)
    assert coming == sorted(coming)
    assert coming[0] == next_half_year(now) > now
    assert len({half_year_name(code) for code in coming}) == len(coming)


def test_what_is_no_half_year_is_refused():
    with pytest.raises(ValueError, match="2027"):
        half_year_name("2027")


def test_the_answer_page_says_why_and_how_many_minutes(client, place):
    _invitation, url = place
    shown = client.get(url).text
    assert "Varför säga ja?" in shown
    assert "ungefär 13 minuter" in shown
    assert f'href="{reverse("why")}"' in shown


def test_the_actor_of_a_no_is_the_one_who_pressed(client):
    dialogue, user = dialogue_with_contact(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    client.force_login(user)
    url = reverse("portal_answer", args=[dialogue.public_id])
    press(client, url, client.post(url, NO).text, answer="no")
    assert invitation.answers.get().recorded_by == person(user).user
