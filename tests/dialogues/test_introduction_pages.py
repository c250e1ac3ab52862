"""The staff's pages of introductions: set up, noted as held, changed, cancelled."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from dialogues.domain.arrangement import Arrangement
from dialogues.domain.introductions import place, set_up_introduction
from dialogues.models import (
    Dialogue,
    DialogueState,
    Letter,
    Meeting,
    MeetingKind,
    MeetingState,
    Underlag,
    UnderlagState,
)
from tests.accounts.factories import leader, pair, staff_user
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    MeetingFactory,
    both_agencies,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.pages import just_now
from tests.dialogues.test_staff_pages import step_of, when
from tests.dialogues.underlag.factories import EditionFactory, stored_pdf
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


class TestIntroductionPages:
    def test_set_up_places_those_who_wait_and_attendance_is_noted(self, client):
        both_agencies()
        EditionFactory()
        client.force_login(leader())
        batch = BatchFactory()
        came, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        absent, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        typed = {
            **when(days=30, minutes=60),
            "staff": [user.pk for user in pair()],
            "link": "https://mote.example/1",
            "seats": "25",
        }
        new = reverse("admin:introduction_new", args=[batch.public_id])
        page = client.post(new, typed, follow=True)
        assert "2 av 25 är upptagna" in page.text
        seat = came.seats.get(kind=MeetingKind.INTRODUCTION)
        address = page.redirect_chain[-1][0]
        nothing = client.post(address, just_now())
        assert "Kryssa i vilka som deltog" in nothing.text
        too_early = client.post(address, {"came": [seat.pk]})
        assert (nothing.status_code, too_early.status_code) == (422, 422)
        came.refresh_from_db()
        assert came.state == DialogueState.ACCEPTED
        client.post(address, {"came": [seat.pk]} | just_now())
        for dialogue, attended in ((came, True), (absent, False)):
            dialogue.refresh_from_db()
            assert dialogue.state == DialogueState.INTRODUCED
            assert dialogue.seats.get().attended is attended

    def test_only_those_who_run_dialogues_may(self, client):
        client.force_login(staff_user(StaffRole.REGISTRAR))
        batch = BatchFactory()
        new = reverse("admin:introduction_new", args=[batch.public_id])
        assert client.get(new).status_code == 403
        meeting = seat_at(DialogueFactory(batch=batch), kind=MeetingKind.INTRODUCTION, state="fixed", seats=3)
        page = reverse("admin:introduction", args=[meeting.public_id])
        assert client.get(page).status_code == 200
        assert client.post(page, {}).status_code == 403

    def test_opens_with_nobody_ticked(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        text = client.get(page_of(meeting)).text
        assert 'name="came"' in text
        assert "(valfritt)" not in text
        assert "checked" not in text

    def test_one_whose_time_has_passed_is_noted_without_asking_when(self, client):
        EditionFactory()
        client.force_login(leader())
        meeting = seated(BatchFactory(), starts_at=timezone.now() - datetime.timedelta(hours=3))
        both = {"came": [meeting.taken_seats.get().pk], "nobody": "on"}
        assert client.post(page_of(meeting), both).status_code == 422
        assert client.post(page_of(meeting), {"nobody": "on"}).status_code == 302
        meeting.refresh_from_db()
        assert (meeting.state, meeting.taken_seats.get().attended) == (MeetingState.HELD, False)

    def test_when_held_the_page_counts_the_underlag_that_are_made_and_names_the_failed(self, client):
        client.force_login(leader())
        meeting, dialogues = held(3)
        assert "analysunderlag framtagna" not in client.get(page_of(meeting)).text
        made, fails, waits = (ordered(dialogue, minute) for minute, dialogue in enumerate(dialogues))
        assert "0 av 3 analysunderlag framtagna." in client.get(page_of(meeting)).text
        as_made(made)
        Underlag.objects.filter(pk=fails.pk).update(state=UnderlagState.FAILED, failure="Fel")
        page = client.get(page_of(meeting)).text
        assert "1 av 3 analysunderlag framtagna." in page
        named = page[page.index("Kunde inte tas fram:") : page.index("Deltagare</h2>")]
        assert str(fails.dialogue.huvudman) in named
        assert str(waits.dialogue.huvudman) not in named

    def test_who_left_before_it_was_held_is_not_counted(self, client):
        client.force_login(leader())
        meeting, (left, stayed) = held(2)
        for dialogue in (left, stayed):
            ordered(dialogue)
        meeting.taken_seats.filter(dialogue=left).update(is_current=False)
        assert "0 av 1 analysunderlag framtagna." in client.get(page_of(meeting)).text

    def test_an_underlag_says_how_many_are_made_before_it(self, client):
        client.force_login(leader())
        _meeting, dialogues = held(3)
        first, _second, third = (ordered(dialogue, minute) for minute, dialogue in enumerate(dialogues))
        before = "analysunderlag tas fram före det här."
        assert f"2 {before}" in client.get(underlag_of(third)).text
        alone = client.get(underlag_of(first)).text
        assert before not in alone
        assert "Det brukar ta under en minut." in alone
        as_made(first)
        assert f"1 {before}" in client.get(underlag_of(third)).text

    @pytest.mark.parametrize("number", [1, 3])
    def test_how_many_questions_the_counts_ask(self, client, django_assert_num_queries, number):
        client.force_login(leader())
        meeting, dialogues = held(number)
        underlag = [ordered(dialogue, minute) for minute, dialogue in enumerate(dialogues)]
        Underlag.objects.exclude(pk=underlag[-1].pk).update(state=UnderlagState.FAILED, failure="Fel")
        for address, queries in ((page_of(meeting), 7), (underlag_of(underlag[-1]), 16)):
            client.get(address)
            with django_assert_num_queries(queries):
                client.get(address)

    @pytest.mark.parametrize("seats", [1, 3])
    @pytest.mark.parametrize(("name", "queries"), [("introduction", 7), ("introduction_change", 7)])
    def test_how_many_questions_the_pages_ask(self, client, django_assert_num_queries, seats, name, queries):
        client.force_login(leader())
        batch = BatchFactory()
        for _n in range(seats - 1):
            dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        meeting = seated(batch)
        client.get(page_of(meeting, name))
        with django_assert_num_queries(queries):
            client.get(page_of(meeting, name))


def held(number: int) -> tuple[Meeting, list[Dialogue]]:
    """An introduction that has been held, and those who have a seat in it."""
    batch = BatchFactory()
    for _n in range(number - 1):
        dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
    meeting = seated(batch)
    Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.HELD)
    return meeting, [seat.dialogue for seat in meeting.taken_seats.order_by("pk")]


def ordered(dialogue: Dialogue, minute: int = 0) -> Underlag:
    """The dialogue's underlag, ordered `minute` minutes into this hour's orders."""
    ordered_at = timezone.now() - datetime.timedelta(minutes=60 - minute)
    return Underlag.objects.create(dialogue=dialogue, edition=EditionFactory(), ordered_at=ordered_at)


def as_made(underlag: Underlag) -> None:
    Underlag.objects.filter(pk=underlag.pk).update(state=UnderlagState.RENDERED, pdf=stored_pdf())


def underlag_of(underlag: Underlag) -> str:
    return reverse("admin:underlag", args=[underlag.dialogue.public_id])


def page_of(meeting: Meeting, name: str = "introduction") -> str:
    return reverse(f"admin:{name}", args=[meeting.public_id])


def seated(batch, **fields) -> Meeting:
    """An introduction with one seat taken and a leader from each agency."""
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
    starts_at = fields.get("starts_at") or timezone.now() + datetime.timedelta(days=10)
    meeting = set_up_introduction(
        batch=batch,
        arrangement=Arrangement(
            starts_at=starts_at,
            ends_at=starts_at + datetime.timedelta(hours=1),
            link="https://mote.example/1",
            staff=pair(),
        ),
        seats=25,
        actor=SYSTEM,
    )
    assert dialogue.pk in meeting.taken_seats.values_list("dialogue", flat=True)
    return meeting


class TestChange:
    def test_opens_with_how_it_is_and_saves_what_is_changed(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        people = [row.user_id for row in meeting.staff.order_by("pk")]
        page = client.get(page_of(meeting, "introduction_change"))
        shown = page.context["form"]
        assert (shown["link"].value(), shown["seats"].value()) == ("https://mote.example/1", 25)
        assert (shown["staff"].value(), shown["minutes"].value()) == (people, 60)
        assert f'value="{timezone.localtime(meeting.starts_at):%Y-%m-%d}"' in page.text
        typed = when(days=12, minutes=90) | {"link": "https://mote.example/2", "seats": "30", "staff": people}
        response = client.post(page_of(meeting, "introduction_change"), typed, follow=True)
        assert "Mötet är ändrat." in response.text
        meeting.refresh_from_db()
        assert (meeting.link, meeting.seats) == ("https://mote.example/2", 30)

    def test_what_cannot_be_is_told_and_what_was_typed_stays(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        alone = [meeting.staff.order_by("pk")[0].user_id]
        typed = when(days=12) | {"link": "https://mote.example/2", "seats": "30", "staff": alone}
        response = client.post(page_of(meeting, "introduction_change"), typed)
        assert response.status_code == 422
        assert "Välj någon från SPSM också." in response.text
        assert "https://mote.example/2" in response.text


class TestNumbers:
    """What was done is told as it is: who got a seat, who waits, whom letters reach."""

    def test_a_new_meeting_with_fewer_seats_than_wait_and_one_without_email(self, client):
        client.force_login(leader())
        batch = BatchFactory()
        two_contacts, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
        ContactFactory(huvudman=two_contacts.huvudman)
        DialogueFactory.create_batch(2, state=DialogueState.ACCEPTED, batch=batch)
        typed = when(days=30, minutes=60) | {"link": "https://mote.example/1", "seats": "2"}
        typed |= {"staff": [user.pk for user in pair()]}
        new = reverse("admin:introduction_new", args=[batch.public_id])
        assert told(client.post(new, typed, follow=True)) == [
            "Mötet är bokat. 2 huvudmän har fått plats. 1 huvudman väntar på en plats. "
            "Brev till huvudmän: 2. 1 huvudman har ingen e-post och får inget brev. Ring den."
        ]
        assert Letter.objects.filter(dialogue__isnull=False).count() == 2

    def test_a_change_tells_those_who_are_new_or_all_when_it_is_moved(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        dialogue_with_contact(DialogueState.ACCEPTED, batch=meeting.batch)
        starts_at = timezone.localtime(meeting.starts_at)
        typed = {"day": f"{starts_at:%Y-%m-%d}", "time": f"{starts_at:%H:%M:%S.%f}", "minutes": "60"}
        typed |= {"staff": [row.user_id for row in meeting.staff.all()]}
        typed |= {"unusual": f"{meeting.starts_at.isoformat()}/{meeting.ends_at.isoformat()}"}
        typed |= {"seats": "30", "link": meeting.link}
        page = page_of(meeting, "introduction_change")
        same = "Ingen väntar på en plats. Brev till huvudmän:"
        assert told(client.post(page, typed, follow=True)) == [
            f"Mötet är ändrat. 1 huvudman har fått plats. {same} 1."
        ]
        typed["link"] = "https://mote.example/ny"
        assert told(client.post(page, typed, follow=True)) == [f"Mötet är ändrat. {same} 2."]

    def test_a_cancelled_meeting_tells_who_has_another_seat_and_who_waits(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=meeting.batch)
        place(dialogue=dialogue, meeting=meeting, actor=SYSTEM)
        other = {"kind": MeetingKind.INTRODUCTION, "state": "fixed", "seats": 1, "batch": meeting.batch}
        MeetingFactory(**other, form="digital", link="https://mote.example/2")
        Letter.objects.all().delete()
        done = client.post(page_of(meeting, "introduction_cancel"), follow=True)
        assert told(done) == [
            "Mötet är inställt. 1 huvudman har fått plats på ett annat möte. "
            "1 huvudman väntar på en plats. Brev till huvudmän: 3."
        ]
        assert Letter.objects.filter(dialogue__isnull=False).count() == 3

    def test_a_cancelled_meeting_does_not_tell_that_nobody_has_another_seat(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        done = client.post(page_of(meeting, "introduction_cancel"), follow=True)
        assert told(done)[0].startswith("Mötet är inställt. 1 huvudman väntar på en plats.")
        assert "inställt</p>" in done.text
        assert "avbokat" not in done.text
        batch = client.get(reverse("admin:batch", args=[meeting.batch.public_id])).text
        assert ", inställt</li>" in batch

    def test_a_held_meeting_tells_who_came(self, client):
        EditionFactory()
        client.force_login(leader())
        meeting = seated(BatchFactory())
        absent, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=meeting.batch)
        came = meeting.taken_seats.get()
        place(dialogue=absent, meeting=meeting, actor=SYSTEM)
        done = client.post(page_of(meeting), {"came": [came.pk]} | just_now(), follow=True)
        assert told(done) == [
            "Mötet är hållet. 1 huvudman deltog. 1 kunde inte komma. "
            "Analysunderlag tas fram för alla som inte redan har ett. "
            "De som inte kunde komma får ett brev om andra möten."
        ]


def told(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_new_one_leads_back_to_its_batch(client):
    client.force_login(leader())
    batch = BatchFactory()
    page = client.get(reverse("admin:introduction_new", args=[batch.public_id])).text
    back = reverse("admin:batch", args=[batch.public_id])
    assert f'<a href="{back}">Tillbaka utan att spara</a>' in page
    assert page.count(f'href="{back}"') == 3  # the crumb, the batch under the title, and the way back


def test_those_who_have_a_seat_in_a_coming_one_lead_to_their_dialogues(client):
    client.force_login(leader())
    meeting = seated(BatchFactory())
    dialogue = meeting.taken_seats.get().dialogue
    link = f'<a href="{reverse("admin:dialogue", args=[dialogue.public_id])}">{dialogue.huvudman}</a>'
    assert link in client.get(page_of(meeting)).text


class TestCancel:
    def test_asks_first_and_then_cancels(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        page = client.get(page_of(meeting, "introduction_cancel"))
        assert "Vill du ställa in introduktionsmötet?" in page.text
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.FIXED
        done = client.post(page_of(meeting, "introduction_cancel"), follow=True)
        assert "Mötet är inställt." in done.text
        meeting.refresh_from_db()
        assert meeting.state == MeetingState.CANCELLED

    def test_one_that_is_held_meanwhile_says_so(self, client):
        client.force_login(leader())
        meeting = seated(BatchFactory())
        Meeting.objects.update(state=MeetingState.HELD)
        for page in ("introduction_cancel", "introduction_change"):
            shown = client.get(page_of(meeting, page), follow=True)
            assert "Det går inte att ändra mötet nu: det är hållet." in shown.text
        assert "Det går inte nu" in client.post(page_of(meeting, "introduction_cancel"), follow=True).text

    @pytest.mark.parametrize("name", ["introduction_change", "introduction_cancel"])
    @pytest.mark.parametrize("role", StaffRole.values)
    def test_only_those_who_run_dialogues_find_the_buttons_and_the_pages(self, client, role, name):
        client.force_login(staff_user(StaffRole(role)))
        meeting = seated(BatchFactory())
        may = role in {"planner", "leader"}
        assert (page_of(meeting, name) in client.get(page_of(meeting)).text) == may
        page = client.get(page_of(meeting, name))
        assert page.status_code == (200 if may else 403)
        assert '<li aria-current="page"></li>' not in page.text
        if not may:
            assert client.post(page_of(meeting, name)).status_code == 403


class TestAnotherSeat:
    def test_who_could_not_come_is_given_one_from_the_dialogues_page(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        held = seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=5)
        dialogue.seats.update(attended=False)
        other, full = seated(dialogue.batch), seated(dialogue.batch)
        Meeting.objects.filter(pk=full.pk).update(seats=1)
        step = client.get(step_of(dialogue, "plats"))
        offered = {choice.instance for choice, _label in step.context["form"].fields["meeting"].choices}
        assert offered == {other}
        response = client.post(step_of(dialogue, "plats"), {"meeting": other.pk}, follow=True)
        assert "Huvudmannen har fått plats" in response.text
        assert dialogue.seats.get(is_current=True).meeting == other
        assert "kunde inte komma" in client.get(page_of(held)).text

    def test_who_has_a_seat_may_change_group(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        first = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=dialogue.batch)
        place(dialogue=dialogue, meeting=first, actor=SYSTEM)
        other = seated(dialogue.batch)
        client.post(step_of(dialogue, "plats"), {"meeting": other.pk})
        assert dialogue.seats.get(is_current=True).meeting == other

    def test_with_no_group_to_choose_the_step_says_what_to_do(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        assert "Boka ett i omgången först" in client.get(step_of(dialogue, "plats")).text

    def test_who_came_is_offered_none(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=5)
        dialogue.seats.update(attended=True)
        assert "redan gjort" in client.get(step_of(dialogue, "plats"), follow=True).text


def test_the_batch_tells_how_full_its_introductions_are_and_proposes_for_who_waits(client):
    batch = BatchFactory()
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED, batch=batch)
    meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=5, batch=batch)
    client.force_login(leader())
    address, proposes = reverse("admin:batch", args=[batch.public_id]), "Föreslå möten för alla som väntar"
    before = client.get(address).text
    assert ("0 av 5 platser upptagna" in before, proposes in before) == (True, True)
    place(dialogue=dialogue, meeting=meeting, actor=SYSTEM)
    after = client.get(address).text
    assert ("1 av 5 platser upptagna" in after, proposes in after) == (True, False)
