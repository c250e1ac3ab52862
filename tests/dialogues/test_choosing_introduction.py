"""The huvudman chooses its introduction itself: by link and in the portal, and never a seat too many."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, Actor, person
from accounts.domain.machine import NotPossible
from accounts.masking import mask
from dialogues.domain.attendance import attendance_version
from dialogues.domain.introduction_choices import choose_introduction, why_not_choose
from dialogues.domain.introductions import change_attendance, hold_introduction, place
from dialogues.letters.relevance import why_not_send
from dialogues.links import (
    BadLink,
    answer_path,
    introduction_link,
    link_holder,
    read_introduction_token,
    read_token,
    without_personal_links,
)
from dialogues.models import (
    BEFORE_DIALOGUE,
    Channel,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    PaperLetter,
    Seat,
    Sent,
)
from dialogues.timeline import when
from tests.accounts.factories import planner
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    InvitationFactory,
    MeetingFactory,
    dialogue_with_contact,
)
from tests.dialogues.paper.factories import POSTAL
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
LINK = re.compile(r"/valj-introduktion/[^/\s]+/")


def group(batch, *, seats: int = 2, hours: float = 24 * 14, **fields) -> Meeting:
    start = timezone.now() + hours * HOUR
    when_ = {"starts_at": start, "ends_at": start + HOUR}
    more = {"state": "fixed", "form": "digital", "place": "", "link": "https://mote.example/i"} | fields
    return MeetingFactory(kind=MeetingKind.INTRODUCTION, batch=batch, seats=seats, **when_, **more)


def choose(dialogue, meeting, actor: Actor | None = None) -> Seat:
    return choose_introduction(
        dialogue=dialogue,
        meeting=meeting,
        given_by="Kim Ek",
        channel=Channel.LINK,
        actor=actor or link_holder(None),
    )


@pytest.fixture
def seated():
    """A huvudman with a seat, its user, and another group that it may choose."""
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    first, second = group(dialogue.batch), group(dialogue.batch, hours=24 * 20)
    place(dialogue=dialogue, meeting=first, actor=SYSTEM)
    return dialogue, user, second


@pytest.fixture(params=["link", "portal"])
def way(request, client, seated):
    """The address of the page, by the link and signed in."""
    dialogue, user, _other = seated
    if request.param == "link":
        return "/" + introduction_link(dialogue, dialogue.huvudman.contacts.get()).split("/", 3)[3]
    client.force_login(user)
    return reverse("portal_choose_introduction", args=[dialogue.public_id])


def test_another_group_is_chosen_and_both_are_told(client, seated, way):
    dialogue, _user, other = seated
    page = client.get(way)
    assert when(other) in page.text
    answer = client.post(way, {"mote": other.public_id}, follow=True)
    assert "Ni har plats på introduktionsmötet" in answer.text
    assert when(other) in answer.text
    assert Seat.objects.get(dialogue=dialogue, is_current=True).meeting == other
    kinds = list(Letter.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["introduction", "meeting_cancelled", "introduction"]
    receipt = dialogue.receipts.get(kind=Sent.INTRODUCTION)
    assert when(other) in receipt.body


def test_pressed_twice_it_is_one_choice(client, seated, way):
    dialogue, _user, other = seated
    for _time in range(2):
        assert client.post(way, {"mote": other.public_id}).status_code == 302
    assert dialogue.receipts.filter(kind=Sent.INTRODUCTION).count() == 1
    assert Letter.objects.filter(kind=LetterKind.INTRODUCTION).count() == 2


def test_looking_changes_nothing_and_the_letters_group_is_picked(client, seated, way):
    dialogue, _user, other = seated
    page = client.get(f"{way}?mote={other.public_id}")
    assert re.search(rf'value="{other.public_id}"[^>]*checked', page.text)
    assert dialogue.receipts.count() == 0
    assert Seat.objects.get(is_current=True).meeting != other


@pytest.mark.parametrize("wrong", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_group_gets_an_error(client, seated, way, wrong):
    assert client.post(way, {"mote": wrong}).status_code == 422
    assert client.get(f"{way}?mote={wrong}").status_code == 200


def test_a_group_that_filled_up_meanwhile_is_refused_and_the_seat_stays(client, seated, way):
    dialogue, _user, other = seated
    for _n in range(2):
        rival = DialogueFactory(batch=dialogue.batch, state=DialogueState.ACCEPTED)
        Seat.objects.create(meeting=other, dialogue=rival, kind=MeetingKind.INTRODUCTION)
    refused = client.post(way, {"mote": other.public_id})
    assert refused.status_code == 422
    assert "fullt" in refused.text
    assert Seat.objects.get(dialogue=dialogue, is_current=True).meeting != other


def test_without_free_groups_the_page_says_so(client, seated, way):
    Meeting.objects.filter(pk=seated[2].pk).update(state="cancelled")
    assert "Inget annat möte har lediga platser" in client.get(way).text


@pytest.mark.parametrize("state", DialogueState.values)
def test_when_one_may_choose(state):
    dialogue = DialogueFactory(state=state)
    assert (why_not_choose(dialogue) == "") is (state in BEFORE_DIALOGUE)


@pytest.mark.parametrize("attended", [None, True, False])
@pytest.mark.parametrize("held", [True, False])
def test_after_the_own_meeting_only_who_missed_it_chooses(attended, held):
    dialogue, _user = dialogue_with_contact(DialogueState.INTRODUCED if held else DialogueState.ACCEPTED)
    own = group(dialogue.batch, hours=-2, state="held" if held else "fixed")
    Seat.objects.create(meeting=own, dialogue=dialogue, kind=own.kind, attended=attended)
    assert (why_not_choose(dialogue) == "") is (held and attended is not True)


@pytest.mark.parametrize(
    "wrong", [{"hours": -1}, {"state": "cancelled"}, {"state": "held"}, {"seats": 0}, {"other_cycle": True}]
)
def test_what_cannot_be_chosen(seated, wrong):
    dialogue, _user, _other = seated
    batch = BatchFactory(cycle__name="Annan cykel") if wrong.pop("other_cycle", None) else dialogue.batch
    with pytest.raises(NotPossible):
        choose(dialogue, group(batch, **wrong))


def test_the_link_does_one_thing_and_is_kept_out_of_sight(seated):
    dialogue, _user, _other = seated
    contact = dialogue.huvudman.contacts.get()
    link = introduction_link(dialogue, contact)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert read_introduction_token(token) == (dialogue, contact)
    with pytest.raises(BadLink):
        read_token(token)
    assert token not in without_personal_links(link)
    assert token not in mask(link)
    assert LINK.search(Letter.objects.get(kind=LetterKind.INTRODUCTION).text)


def test_an_ended_contacts_link_is_gone(client, seated):
    dialogue, _user, other = seated
    contact = dialogue.huvudman.contacts.get()
    address = "/" + introduction_link(dialogue, contact).split("/", 3)[3]
    contact.valid_to = timezone.localdate() - datetime.timedelta(days=1)
    contact.save()
    assert client.post(address, {"mote": other.public_id}).status_code == 410
    assert client.get(f"{address}klart/").status_code == 404


def test_who_reads_only_chooses_nothing(client, seated):
    dialogue, user, other = seated
    dialogue.huvudman.contacts.update(access="read")
    client.force_login(user)
    address = reverse("portal_choose_introduction", args=[dialogue.public_id])
    assert client.post(address, {"mote": other.public_id}).status_code == 403
    assert "Välj mötet" not in client.get(address).text


def test_a_seat_is_given_up_only_where_there_is_another_group_to_choose(client, seated):
    dialogue, user, other = seated
    client.force_login(user)
    address = reverse("portal_choose_introduction", args=[dialogue.public_id])
    assert "Den platsen lämnas" in client.get(address).text
    Meeting.objects.filter(pk=other.pk).update(state="cancelled")
    page = client.get(address).text
    assert "Ni har plats på mötet" in page
    assert "Inget annat möte har lediga platser" in page
    assert "Den platsen lämnas" not in page


class TestAbsent:
    def hold(self, dialogue, attended=()):
        EditionFactory()
        meeting = Meeting.objects.get(taken_seats__dialogue=dialogue, taken_seats__is_current=True)
        Meeting.objects.filter(pk=meeting.pk).update(
            starts_at=timezone.now() - 2 * HOUR, ends_at=timezone.now() - HOUR
        )
        meeting.refresh_from_db()
        return hold_introduction(meeting=meeting, attended=set(attended), actor=person(planner()))

    def test_gets_a_letter_with_the_other_groups_and_chooses_by_one_press(self, client, seated):
        dialogue, _user, other = seated
        self.hold(dialogue)
        letter = Letter.objects.get(kind=LetterKind.MISSED)
        assert when(other) in letter.text.replace("\xa0", " ")
        assert "analysunderlag ändå" in letter.text
        [address] = {
            found for found in re.findall(r"/valj-introduktion/\S+", letter.text) if "mote=" in found
        }
        page = client.get(address)
        assert re.search(rf'value="{other.public_id}"[^>]*checked', page.text)
        assert client.post(address, {"mote": other.public_id}).status_code == 302
        dialogue.refresh_from_db()
        assert dialogue.state == DialogueState.INTRODUCED
        assert dialogue.underlag.exists()
        assert why_not_send(letter)

    def test_who_came_gets_none_and_the_letter_is_written_once(self, seated):
        dialogue, _user, _other = seated
        meeting = self.hold(dialogue, attended=[dialogue.pk])
        assert not Letter.objects.filter(kind=LetterKind.MISSED).exists()
        version = attendance_version(meeting)
        change_attendance(meeting=meeting, attended=set(), seen=version, actor=person(planner()))
        change_attendance(meeting=meeting, attended=set(), seen=version, actor=person(planner()))
        letter = Letter.objects.get(kind=LetterKind.MISSED)
        assert why_not_send(letter) == ""
        change_attendance(
            meeting=meeting,
            attended={dialogue.pk},
            seen=attendance_version(meeting),
            actor=person(planner()),
        )
        assert why_not_send(letter)

    def test_without_other_groups_it_is_told_that_we_will_write(self, seated):
        dialogue, _user, other = seated
        Meeting.objects.filter(pk=other.pk).update(state="cancelled")
        self.hold(dialogue)
        text = Letter.objects.get(kind=LetterKind.MISSED).text
        assert "Just nu finns inget annat möte" in text
        assert LINK.search(text)

    def test_on_paper_it_has_times_and_no_link(self, seated):
        dialogue, _user, other = seated
        dialogue.huvudman.contacts.update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
        for name, value in (POSTAL | {"email": ""}).items():
            setattr(dialogue.huvudman, name, value)
        dialogue.huvudman.save()
        self.hold(dialogue)
        letter = PaperLetter.objects.get(kind=LetterKind.MISSED)
        assert when(other) in letter.text.replace("\xa0", " ")
        assert "http" not in letter.text


def test_one_that_missed_it_sees_on_its_front_page_that_it_can_choose(client, seated):
    dialogue, user, _other = seated
    Meeting.objects.filter(taken_seats__dialogue=dialogue).update(state="held")
    Seat.objects.filter(dialogue=dialogue).update(attended=False)
    client.force_login(user)
    front = reverse("portal_huvudman", args=[dialogue.huvudman.public_id])
    assert "Välj ett annat möte" in client.get(front).text
    own = client.get(reverse("portal_introduction", args=[dialogue.public_id])).text
    assert reverse("portal_choose_introduction", args=[dialogue.public_id]) in own


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("signed_in", [True, False])
def test_who_says_yes_and_gets_a_seat_is_told_of_other_times_at_once(client, others, signed_in):
    dialogue, user = dialogue_with_contact(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    for number in range(1 + others):
        group(dialogue.batch, hours=24 * (14 + number))
    address = answer_path(invitation, dialogue.huvudman.contacts.get())
    if signed_in:
        client.force_login(user)
        address = reverse("portal_answer", args=[dialogue.public_id])
    done = client.post(address, {"answer": "yes", "given_by": "Kim Ek"}, follow=True).text
    links = re.findall(r'href="([^"]+)">Byt till en annan tid', done)
    assert len(links) == others
    for link in links:
        assert client.get(link).status_code == 200
