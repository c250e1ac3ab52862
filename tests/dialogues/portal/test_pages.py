"""The portal as a contact sees it, step by step."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.templatetags.look import day
from dialogues import days
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.domain.meetings import cancel_dialogue
from dialogues.half_years import half_year_name
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueRecord,
    DialogueState,
    InvitationAnswer,
    LetterKind,
    MeetingForm,
    MeetingKind,
    MeetingState,
    QuestionDraft,
)
from huvudman.models import Access, Contact
from tests.accounts.factories import planner
from tests.dialogues.factories import (
    BatchFactory,
    CycleFactory,
    DialogueFactory,
    InvitationFactory,
    seat_at,
)
from tests.dialogues.paper.factories import letter_in
from tests.dialogues.portal.helpers import (
    address,
    both_booked,
    front,
    issued_underlag,
    sent_letter,
    text,
    with_proposed_time,
)
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db


def next_cycle(dialogue: Dialogue, state: DialogueState) -> Dialogue:
    """The huvudman's dialogue in a cycle that begins later."""
    cycle = CycleFactory(name="Cykel 2031–2035", first_year=2031)
    batch = BatchFactory(cycle=cycle, state=BatchState.DRAFT)
    return DialogueFactory(batch=batch, huvudman=dialogue.huvudman, state=state)


OVER = [DialogueState.CLOSED, DialogueState.CANCELLED, DialogueState.DECLINED]
TO_COME = ("Senare", "Kommer", "Efter dialogen", "Öppnas när", "kommer senare", "Ring oss för att svara")


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("invited", [True, False])
def test_one_that_is_over_says_nothing_of_what_will_not_come(client, signed_in, state, invited):
    dialogue = signed_in(state)
    if invited:
        InvitationFactory(dialogue=dialogue, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    page = text(client.get(front(dialogue)))
    assert [words for words in (*TO_COME, "nästa cykel") if words in page] == []
    assert ("Era sidor" in page) == (state == DialogueState.CLOSED), "the huvudman's own work goes on"


def test_one_that_is_over_shows_what_was(client, signed_in):
    dialogue = signed_in(DialogueState.CLOSED)
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.HELD)
    page = text(client.get(front(dialogue)))
    assert "Återkopplingsmöte" in page
    assert "Genomfört" in page
    assert "Introduktionsmöte" not in page


@pytest.mark.parametrize("state", [DialogueState.TIME_FIXED, DialogueState.CLOSED, DialogueState.DECLINED])
def test_a_new_plan_does_not_show_and_hides_nothing(client, signed_in, state):
    dialogue = signed_in(state)
    planned = next_cycle(dialogue, DialogueState.PLANNED)
    page = text(client.get(front(dialogue)))
    assert dialogue.cycle.name in page
    assert planned.cycle.name not in page
    for name in ("portal_answer", "portal_letters", "portal_questions"):
        assert client.get(address(name, planned)).status_code == 404


def test_an_ongoing_dialogue_comes_before_a_later_one_that_was_declined(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    later = next_cycle(dialogue, DialogueState.DECLINED)
    response = client.get(front(dialogue))
    assert response.context["dialogue"] == dialogue
    assert response.context["earlier"] == [later]


@pytest.mark.parametrize("was_invited", [True, False])
def test_a_plan_that_is_cancelled_shows_only_to_who_was_invited(client, signed_in, was_invited):
    dialogue = signed_in(DialogueState.PLANNED)
    if was_invited:  # in an earlier batch
        InvitationFactory(dialogue=dialogue)
    cancel_dialogue(dialogue=dialogue, reason="Ändrad plan.", actor=person(planner()))
    page = text(client.get(front(dialogue)))
    assert (dialogue.cycle.name in page) is was_invited
    assert ("avbokad" in page) is was_invited
    assert client.get(address("portal_letters", dialogue)).status_code == (200 if was_invited else 404)


def test_with_nothing_but_a_plan_the_huvudman_learns_that_an_invitation_comes(client, signed_in):
    dialogue = signed_in(DialogueState.PLANNED)
    page = text(client.get(front(dialogue)))
    assert "Ni får en inbjudan när det är er tur" in page
    assert dialogue.cycle.name not in page
    assert str(dialogue.batch) not in page


def test_carried_to_a_later_batch_the_plan_is_not_told_but_the_new_answer_is_asked_for(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    _say_later(invitation)
    invitation.answer_by = timezone.localdate() - datetime.timedelta(days=1)
    invitation.save()
    later = BatchFactory(cycle=dialogue.cycle, year=2027, state=BatchState.SCHEDULED)
    carry_to_later_batch(dialogue=dialogue, batch=later, actor=person(planner()))
    page = text(client.get(front(dialogue)))
    assert "Ni får en inbjudan från oss när det är er tur" in page
    assert f"bjuds in {half_year_name(later.half_year)}" in page
    assert dialogue.cycle.name not in page
    invite(dialogue=Dialogue.objects.get(pk=dialogue.pk), actor=SYSTEM)
    page = text(client.get(front(dialogue)))
    assert "Ja, men senare" not in page
    assert client.get(front(dialogue)).context["next"]["url"] == address("portal_answer", dialogue)
    answer = client.get(address("portal_answer", dialogue))
    assert answer.context["form"].initial == {}


def _say_later(invitation) -> None:
    answer_invitation(
        invitation=invitation,
        answer=Answer.LATER,
        given_by="Kim Ek",
        channel=Channel.PHONE,
        actor=person(planner()),
    )


def test_one_huvudman_needs_no_choice(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    assert client.get(reverse("portal"))["Location"] == front(dialogue)


def test_several_huvudman_are_chosen_by_address_and_can_be_switched(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    user = dialogue.huvudman.contacts.get().user
    other = HuvudmanFactory(name="Ängskolans ekonomiska förening")
    ContactFactory(user=user, email=user.email, huvudman=other)
    page = text(client.get(reverse("portal")))
    assert front(dialogue) in page
    assert other.name in page
    assert "Byt huvudman" in text(client.get(front(dialogue)))
    assert "Ni får en inbjudan när" in text(client.get(reverse("portal_huvudman", args=[other.public_id])))


@pytest.mark.parametrize("state", DialogueState.values)
def test_the_front_page_tells_whose_turn_it_is_in_every_state(client, signed_in, state):
    dialogue = signed_in(DialogueState(state))
    if state == DialogueState.CANCELLED:
        InvitationFactory(dialogue=dialogue)
    page = text(client.get(front(dialogue)))
    assert "Ring oss i stället" in page
    if state == DialogueState.CANCELLED:
        assert "avbokad" in page
    elif state == DialogueState.CLOSED:
        assert "avslutad" in page
    elif state == DialogueState.PLANNED:
        assert "Ni får en inbjudan" in page
    elif state == DialogueState.DECLINED:
        assert "Ni har tackat nej" in page
        assert "tur</h2>" not in page
    else:
        assert ("Er tur" in page) != ("Vår tur" in page)


def test_the_front_page_leads_to_what_is_next(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    InvitationFactory(dialogue=dialogue)
    page = text(client.get(front(dialogue)))
    assert f'class="btn btn-primary" href="{address("portal_answer", dialogue)}"' in page
    assert "ungefär 2 minuter" in page


@pytest.mark.parametrize("dialogues", [1, 3])
def test_the_front_page_takes_a_constant_number_of_queries(
    client, signed_in, django_assert_num_queries, dialogues
):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    for n in range(1, dialogues):
        cycle = CycleFactory(name=f"Förra {n}", first_year=2000 + n)
        DialogueFactory(
            huvudman=dialogue.huvudman, cycle=cycle, batch__cycle=cycle, state=DialogueState.CLOSED
        )
    with django_assert_num_queries(18):
        assert client.get(front(dialogue)).status_code == 200


def test_answering_yes_in_the_portal(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    InvitationFactory(dialogue=dialogue)
    contact = dialogue.huvudman.contacts.get()
    sent = client.post(address("portal_answer", dialogue), {"answer": "yes"})
    assert sent["Location"] == address("portal_answer_done", dialogue)
    assert "introduktionsmöte" in text(client.get(sent["Location"]))
    answer = InvitationAnswer.objects.get()
    assert (answer.answer, answer.channel, answer.contact) == (Answer.YES, Channel.PORTAL, contact)
    assert answer.given_by == str(contact)
    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.ACCEPTED


def test_an_answer_without_a_choice_keeps_what_was_typed(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    InvitationFactory(dialogue=dialogue)
    answer = client.post(address("portal_answer", dialogue), {"comment": "Vi undrar över tiden"})
    page = text(answer)
    assert answer.status_code == 422
    assert "Vi undrar över tiden" in page
    assert 'href="#id_answer_0"' in page
    assert page.index("error-summary") < page.index("<h1")
    assert not InvitationAnswer.objects.exists()


def test_a_colleagues_answer_meanwhile_is_shown_before_it_is_changed(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    _say_later(InvitationFactory(dialogue=dialogue))
    page = address("portal_answer", dialogue)
    typed = {"answer": "yes", "comment": "Vi undrar över tiden", "seen": "0"}
    refused = client.post(page, typed)
    assert refused.status_code == 422
    for words in ("Någon har svarat", "Ja, men senare", "Kim Ek", "Vi undrar över tiden"):
        assert words in text(refused)
    given = InvitationAnswer.objects.get()
    assert f'name="seen" value="{given.pk}"' in text(refused)
    assert client.post(page, typed | {"seen": given.pk}).status_code == 302
    assert InvitationAnswer.objects.count() == 2


def test_after_the_answer_date_the_page_says_call(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    InvitationFactory(dialogue=dialogue, answer_by=timezone.localdate() - datetime.timedelta(days=1))
    assert "inte för sent: ring oss" in text(client.get(address("portal_answer", dialogue)))
    client.post(address("portal_answer", dialogue), {"answer": "yes"})
    assert not InvitationAnswer.objects.exists()
    card = text(client.get(front(dialogue))).split('aria-labelledby="next-title"')[1].split("</section>")[0]
    yesterday = day(timezone.localdate() - datetime.timedelta(days=1))
    assert f"Sista dagen att svara var den {yesterday}.".replace("\xa0", " ") in card
    assert "Svara på inbjudan" not in card
    assert 'href="tel:' in card


def test_who_only_reads_is_not_told_what_takes_how_long(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    issued_underlag(dialogue)
    both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED))
    dialogue.huvudman.contacts.update(access=Access.READ)
    for name in ("portal_time", "portal_questions"):
        page = text(client.get(address(name, dialogue))).split("<main")[1]
        for words in ("Passar den er?", "Vad vill ni prata om?", "data-minutes"):
            assert words not in page
        assert "De som svarar för er" in page


@pytest.mark.parametrize(("state", "offers"), [("dialogue_held", True), ("feedback_held", False)])
def test_leaving_is_not_offered_when_every_part_is_held(client, signed_in, state, offers):
    dialogue = signed_in(DialogueState(state))
    assert ("Avboka dialogen" in text(client.get(front(dialogue)))) == offers


def test_the_introduction_tells_time_and_link_and_that_no_preparation_is_needed(client, signed_in):
    dialogue = signed_in(DialogueState.ACCEPTED)
    assert "inte bestämd" in text(client.get(address("portal_introduction", dialogue)))
    seat_at(
        dialogue,
        kind=MeetingKind.INTRODUCTION,
        state=MeetingState.FIXED,
        seats=20,
        starts_at=datetime.datetime(2026, 12, 1, 8, 15, tzinfo=datetime.UTC),
        form=MeetingForm.DIGITAL,
        link="https://mote.example/abc",
    )
    page = text(client.get(address("portal_introduction", dialogue)))
    assert "1 december 2026 kl. 09.15–11.15" in page
    assert "https://mote.example/abc" in page
    assert "Ni behöver inte förbereda er" in page


def test_the_feedback_page_tells_the_time_and_what_was_noted(client, signed_in):
    dialogue = signed_in(DialogueState.DIALOGUE_HELD)
    DialogueRecord.objects.create(
        dialogue=dialogue, summary="Vi talade om övergångar.", discussed_skolformer=["GR"]
    )
    both_booked(seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED))
    page = text(client.get(address("portal_feedback", dialogue)))
    assert "Vi talade om övergångar." in page
    assert "Från myndigheterna" in page
    assert page.index("Från myndigheterna") < page.index("Vi talade om övergångar.")


def test_letters_to_the_person_are_shown_and_nobody_elses(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    contact = dialogue.huvudman.contacts.get()
    mine = sent_letter(dialogue, contact.email, text="Hej! Öppna https://k.example/svar/abc")
    other = sent_letter(dialogue, ContactFactory(huvudman=dialogue.huvudman).email, title="Till en annan")
    page = text(client.get(address("portal_letters", dialogue)))
    assert mine.title in page
    assert "Till en annan" not in page
    assert 'href="https://k.example/svar/abc"' in text(
        client.get(address("portal_letter", dialogue, mine.public_id))
    )
    assert client.get(address("portal_letter", dialogue, other.public_id)).status_code == 404


def test_who_takes_over_reads_what_the_huvudman_was_sent_before(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    former = ContactFactory(huvudman=dialogue.huvudman, name="Den förra")
    Contact.objects.filter(pk=former.pk).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    told = {"contact": former, "kind": LetterKind.UNDERLAG, "attachment": b"%PDF"}
    letter = sent_letter(dialogue, former.email, title="Ert analysunderlag", **told)
    stranger = ContactFactory()
    for other in (
        sent_letter(dialogue, "a@x.test", title="Med länk", contact=former, kind=LetterKind.EVALUATION),
        sent_letter(dialogue, "b@x.test", title="Till andra", contact=stranger, kind=LetterKind.CLOSED),
        sent_letter(dialogue, "c@x.test", title="Till personal", kind=LetterKind.FEEDBACK),
    ):
        assert client.get(address("portal_letter", dialogue, other.public_id)).status_code == 404
    page = text(client.get(address("portal_letters", dialogue)))
    assert "Brev till dina kolleger" in page
    assert "Ert analysunderlag" in page
    assert not [title for title in ("Med länk", "Till andra", "Till personal") if title in page]
    assert client.get(address("portal_letter", dialogue, letter.public_id)).status_code == 200
    number = letter.attachments.get().pk
    assert client.get(address("portal_attachment", dialogue, letter.public_id, number)).status_code == 200


def test_a_letter_that_all_got_is_listed_once(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    contact = dialogue.huvudman.contacts.get()
    both = [contact, ContactFactory(huvudman=dialogue.huvudman)]
    for one in both:
        sent_letter(dialogue, one.email, title="Till alla", contact=one, kind=LetterKind.CLOSED)
    for one in (both[1], ContactFactory(huvudman=dialogue.huvudman)):
        sent_letter(dialogue, one.email, title="Till andra", contact=one, kind=LetterKind.UNDERLAG)
    page = text(client.get(address("portal_letters", dialogue)))
    assert (page.count("Till alla"), page.count("Till andra")) == (1, 1)


def test_letters_that_came_by_post_are_listed_with_the_day_and_their_words(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    told = {"text": "Hej! Er kod: {svarskod}", "code": "ABCDEFGH23", "kind": LetterKind.INVITATION}
    invitation = InvitationFactory(dialogue=dialogue)
    posted = letter_in("posted", dialogue=dialogue, title="Inbjudan", invitation=invitation, **told)
    waiting = letter_in("waiting", dialogue=dialogue, title="Väntar")
    elsewhere = letter_in("posted", title="Till andra")
    page = text(client.get(address("portal_letters", dialogue)))
    assert "Brev på papper" in page
    assert days.in_words(posted.posted_on) in page
    assert "Väntar" not in page
    read = text(client.get(address("portal_paper_letter", dialogue, posted.public_id)))
    assert "Hej! Er kod: [personlig kod]" in read
    assert "ABCDE" not in read
    for other in (waiting, elsewhere):
        found = client.get(address("portal_paper_letter", dialogue, other.public_id))
        assert found.status_code == 404


def test_an_attachment_comes_byte_for_byte(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    letter = sent_letter(dialogue, dialogue.huvudman.contacts.get().email, attachment=b"BEGIN:VCALENDAR\r\n")
    number = letter.attachments.get().pk
    answer = client.get(address("portal_attachment", dialogue, letter.public_id, number))
    assert b"".join(answer.streaming_content) == b"BEGIN:VCALENDAR\r\n"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(address("portal_attachment", dialogue, letter.public_id, number + 1)).status_code == 404


def test_the_dialogue_can_be_cancelled_without_a_reason(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    InvitationFactory(dialogue=dialogue)
    assert client.get(address("portal_cancel", dialogue)).status_code == 200
    receipt = client.post(address("portal_cancel", dialogue), follow=True)
    assert "Mottaget: Avbokning av dialogen" in text(receipt)
    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.CANCELLED


def test_a_contact_that_has_ended_finds_nothing_though_another_lets_it_stay_signed_in(client, signed_in):
    dialogue = signed_in(DialogueState.INVITED)
    ended = dialogue.huvudman.contacts.get()
    ContactFactory(user=ended.user, email=ended.email)
    Contact.objects.filter(pk=ended.pk).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    assert client.get(front(dialogue)).status_code == 404
    assert client.get(address("portal_answer", dialogue)).status_code == 404


def test_what_others_wait_for_comes_before_the_questions(client, signed_in):
    dialogue = signed_in(DialogueState.UNDERLAG_SENT)
    with_proposed_time(dialogue)
    QuestionDraft.objects.create(dialogue=dialogue, rank=1)
    page = text(client.get(front(dialogue)))
    assert f'class="btn btn-primary" href="{address("portal_time", dialogue)}"' in page
