"""The staff's list and page of dialogues, the steps taken there, and the introduction's pages."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.models import StaffRole
from accounts.templatetags import look
from accounts.templatetags.look import moment
from dialogues.domain.carrying import carry_to_later_batch
from dialogues.domain.invitations import answer_invitation, invite
from dialogues.models import (
    Answer,
    BatchState,
    Channel,
    Dialogue,
    DialogueState,
    InvitationAnswer,
    Meeting,
    MeetingState,
)
from dialogues.steps import STEPS
from huvudman.models import Huvudman, Skolform, SkolformOffer
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.answers import end_answering, give
from tests.dialogues.factories import (
    BatchFactory,
    DialogueFactory,
    InvitationFactory,
    both_agencies,
    dialogue_with_contact,
    seat_at,
)
from tests.dialogues.pages import just_now, seen_on
from tests.dialogues.times import working_day
from tests.huvudman.factories import ContactFactory, KommunFactory, LanFactory, SchoolUnitFactory

pytestmark = pytest.mark.django_db


def page_of(dialogue) -> str:
    return reverse("admin:dialogue", args=[dialogue.public_id])


def step_of(dialogue, name: str) -> str:
    return reverse("admin:dialogue_step", args=[dialogue.public_id, name])


def sent_to(*, reached: bool) -> Dialogue:
    """A dialogue whose batch has been sent, with a huvudman that a letter reached or did not."""
    both_agencies()
    dialogue = DialogueFactory()
    if reached:
        ContactFactory(huvudman=dialogue.huvudman)
    return invite(dialogue=dialogue, actor=SYSTEM)


def when(days: int, minutes: int = 120) -> dict[str, str]:
    """A working day and time to come, as they are typed."""
    return {"day": working_day(days).isoformat(), "time": "09:00", "minutes": str(minutes)}


class TestList:
    url = "/personal/dialoger/"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, client, rows, django_assert_num_queries
    ):
        client.force_login(planner())
        for _n in range(rows):
            seat_at(DialogueFactory(state=DialogueState.TIME_FIXED))
        client.get(self.url)
        with django_assert_num_queries(6):
            response = client.get(self.url)
        assert response.text.count('<th scope="row"') == rows

    def test_empty_says_what_will_come(self, client):
        client.force_login(planner())
        assert "När en cykel är planerad" in client.get(self.url).text

    def test_narrows_by_search_state_lan_and_type(self, client):
        client.force_login(leader())
        north = KommunFactory(code="2510", lan=LanFactory(code="25"))
        south = KommunFactory(code="1280", lan=LanFactory(code="12"))
        DialogueFactory(huvudman__name="Åsens skola", huvudman__main_kommun=north, state="invited")
        DialogueFactory(huvudman__name="Öns skola", huvudman__main_kommun=south, huvudman__type="kommun")
        cases = {
            "?q=åsens": ["Åsens skola"],
            "?q=Asens": ["Åsens skola"],
            "?state=invited": ["Åsens skola"],
            "?lan=12": ["Öns skola"],
            "?type=kommun": ["Öns skola"],
            "?state=nonsens&batch=x": ["Åsens skola", "Öns skola"],
        }
        for query, names in cases.items():
            text = client.get(self.url + query).text
            assert [name for name in ("Åsens skola", "Öns skola") if name in text] == names, query
        assert "Ingen dialog matchar" in client.get(self.url + "?q=finns-inte").text

    def test_pages_of_fifty_the_latest_change_first(self, client):
        client.force_login(planner())
        batch = BatchFactory()
        for number in range(51):
            DialogueFactory(batch=batch, huvudman__name=f"Skola {number:02}")
        first, second = (client.get(f"{self.url}?page={n}").text for n in (1, 2))
        assert "Skola 50" in first
        assert "Skola 00" not in first
        assert "Skola 00" in second


class TestPage:
    def test_one_moved_to_a_later_batch_has_answered_in_the_earlier(self, client):
        client.force_login(planner())
        first = InvitationFactory()
        give(first, Answer.LATER)
        end_answering(first)
        later = BatchFactory(cycle=first.batch.cycle, year=2027, state=BatchState.SCHEDULED)
        carry_to_later_batch(dialogue=first.dialogue, batch=later, actor=SYSTEM)
        text = client.get(page_of(first.dialogue)).text
        assert f"{first.batch}: ”Ja, men senare”, Kim Ek" in text
        assert "Inte inbjuden i den här omgången än." in text
        assert "Inget svar än." not in text

    def test_tells_where_it_stands_and_whose_turn_it_is(self, client):
        client.force_login(planner())
        text = client.get(page_of(sent_to(reached=True))).text
        assert "Huvudmannens tur: Huvudmannen svarar på inbjudan." in text
        assert "Inbjudan köades." in text
        assert "Öppnas när introduktionen är hållen." in text

    def test_does_not_say_that_an_invitation_went_out_that_had_nowhere_to_go(self, client):
        client.force_login(planner())
        dialogue = sent_to(reached=False)
        text = client.get(page_of(dialogue)).text
        assert "Ingen inbjudan kunde skickas: huvudmannen saknade e-postadress och postadress." in text
        assert "Myndigheternas tur: Ring och fråga om huvudmannen vill delta" in text
        assert "Lägg till en kontakt, så skickas inbjudan dit" in text
        assert step_of(dialogue, "svar") in text
        listed = client.get(TestList.url).text
        found = client.get("/personal/sok/", {"q": dialogue.huvudman.name}).text
        for page in (text, listed, found):
            assert "Inbjudan inte skickad" in page
            assert "Inbjudan köades." not in page

    def test_says_before_the_batch_is_sent_that_there_is_no_address(self, client):
        client.force_login(planner())
        text = client.get(page_of(DialogueFactory(state=DialogueState.PLANNED))).text
        assert "Lägg till en kontakt före utskicket" in text

    def test_says_when_no_letter_reaches_the_huvudman(self, client):
        client.force_login(planner())
        both_agencies()
        dialogue = InvitationFactory().dialogue
        nobody = "Huvudmannen har varken e-post eller postadress"
        told = {"answer": "yes", "told_by": "Kim Ek", "channel": "phone"}
        page = client.get(page_of(dialogue)).text
        assert nobody in page
        assert reverse("admin:contact_new", args=[dialogue.huvudman.public_id]) in page
        page = client.post(step_of(dialogue, "svar"), told, follow=True).text
        assert f"Sparat. {nobody}" in page
        assert "får ett kvitto" not in page
        ContactFactory(huvudman=dialogue.huvudman)
        seen = InvitationAnswer.objects.get().pk
        page = client.post(step_of(dialogue, "svar"), told | {"answer": "no", "seen": seen}, follow=True).text
        assert nobody not in page
        assert "får ett kvitto" in page

    @pytest.mark.parametrize("role", StaffRole.values)
    @pytest.mark.parametrize("state", DialogueState.values)
    def test_opens_in_every_state_for_every_role_and_each_step_offered_opens(self, client, role, state):
        client.force_login(staff_user(StaffRole(role)))
        dialogue = InvitationFactory(dialogue__state=state).dialogue
        response = client.get(page_of(dialogue))
        assert response.status_code == 200
        offered = [name for name in STEPS if step_of(dialogue, name) in response.text]
        assert all(client.get(step_of(dialogue, name)).status_code == 200 for name in offered)
        closed = state in {"closed", "cancelled"}
        assert bool(offered) == (role in {"planner", "leader"} and not closed)

    @pytest.mark.parametrize("role", ["registrar", "statistician", "administrator"])
    @pytest.mark.parametrize("name", STEPS)
    def test_steps_are_refused_to_other_roles(self, client, role, name):
        client.force_login(staff_user(StaffRole(role)))
        dialogue = DialogueFactory(state=DialogueState.INVITED)
        assert client.get(step_of(dialogue, name)).status_code == 403
        assert client.post(step_of(dialogue, name)).status_code == 403

    @pytest.mark.parametrize(
        ("state", "name", "why"),
        [
            (DialogueState.INVITED, "dialog-hallen", "Öppnas när tiden är bestämd."),
            (DialogueState.DIALOGUE_HELD, "avsluta", "Öppnas när återkopplingen är hållen, eller en del"),
            (DialogueState.ACCEPTED, "byt-omgang", "Huvudmannen har inte bett om en senare omgång."),
            (DialogueState.DIALOGUE_HELD, "dialog-hallen", "Det är redan gjort."),
            (DialogueState.DIALOGUE_HELD, "hoppa-over", "Mötet är redan hållet."),
            (DialogueState.FEEDBACK_HELD, "aterkoppling-hallen", "Det är redan gjort."),
            (DialogueState.FEEDBACK_HELD, "fragor", "Dialogen hölls utan att frågor"),
            (DialogueState.CLOSED, "fragor", "Dialogen avslutades"),
        ],
    )
    def test_a_step_that_is_not_due_leads_to_the_dialogue_which_says_why(self, client, state, name, why):
        client.force_login(staff_user(StaffRole.PLANNER, StaffRole.LEADER))
        dialogue = DialogueFactory(state=state)
        shown = client.get(step_of(dialogue, name), follow=True)
        assert shown.redirect_chain == [(page_of(dialogue), 302)]
        assert [why in str(message) for message in shown.context["messages"]] == [True]

    def test_a_step_that_is_not_known_is_not_found(self, client):
        client.force_login(leader())
        dialogue = DialogueFactory(state=DialogueState.INVITED)
        assert client.get(step_of(dialogue, "hitte-pa")).status_code == 404


class TestSteps:
    def test_an_answer_by_phone(self, client):
        both_agencies()
        client.force_login(planner())
        dialogue = InvitationFactory().dialogue
        ContactFactory(huvudman=dialogue.huvudman)
        typed = {"answer": "yes", "told_by": "Kim Ek, skolchef", "channel": "phone"}
        response = client.post(step_of(dialogue, "svar"), typed, follow=True)
        assert "Svaret är sparat." in response.text
        given = InvitationAnswer.objects.get()
        assert (given.given_by, given.channel) == ("Kim Ek, skolchef", "phone")

    def test_an_answer_given_meanwhile_is_shown_before_it_is_changed(self, client):
        both_agencies()
        client.force_login(planner())
        invitation = InvitationFactory()
        step = step_of(invitation.dialogue, "svar")
        typed = {"answer": "no", "told_by": "Kim Ek", "channel": "phone", "comment": "Inte i år"}
        typed["seen"] = seen_on(client.get(step).text)
        given = answer_invitation(
            invitation=invitation, answer=Answer.YES, given_by="Bo Al", channel=Channel.LINK, actor=SYSTEM
        )
        refused = client.post(step, typed)
        assert refused.status_code == 409
        for words in ("Någon har svarat", "Ja, vi vill delta", "Bo Al", moment(given.given_at), "Inte i år"):
            assert words in refused.text
        assert InvitationAnswer.objects.get() == given
        assert client.post(step, typed | {"seen": seen_on(refused.text)}).status_code == 302
        assert InvitationAnswer.objects.count() == 2

    def test_what_was_typed_stays_when_something_is_missing(self, client):
        client.force_login(planner())
        dialogue = InvitationFactory().dialogue
        response = client.post(step_of(dialogue, "svar"), {"told_by": "Kim Ek", "channel": "phone"})
        assert response.status_code == 422
        assert "Något behöver rättas" in response.text
        assert "Kim Ek" in response.text

    def test_a_time_is_proposed_once_and_says_who_is_busy(self, client):
        both_agencies()
        client.force_login(planner())
        busy, other = pair()
        first, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        second, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        people = {"staff": [busy.pk, other.pk]}
        typed = when(days=30) | people | {"form": "in_person", "place": "Rådhuset"}
        assert client.post(step_of(first, "foresla-tid"), typed).status_code == 302
        typed["staff"] = [busy.pk, leader("spsm").pk]
        refused = client.post(step_of(second, "foresla-tid"), typed)
        assert f"{busy.name} är redan bokad den tiden." in refused.text
        assert "Rådhuset" in refused.text
        meeting = Meeting.objects.get()
        assert timezone.localtime(meeting.starts_at).strftime("%H.%M") == "09.00"
        assert meeting.ends_at - meeting.starts_at == datetime.timedelta(hours=2)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"day": "2020-01-01"}, "Välj en tid som inte har passerat."),
            ({"day": "9999-12-31", "time": "23:30", "minutes": "480"}, "Välj en dag inom tio år."),
            ({"day": "0001-01-01"}, "Välj en dag inom tio år."),
            ({"day": "2030-03-31", "time": "02:30"}, "Klockslaget finns inte den dagen"),
            ({"minutes": "481"}, "Ett möte kan vara högst åtta timmar."),
            ({"place": ""}, "Fyll i var ni ska mötas."),
            ({"form": "digital"}, "Fyll i var ni ska mötas."),
            ({"minutes": "5"}, "”Längd i minuter” ska vara minst 15."),
            ({"form": "digital", "link": "ring oss"}, "Skriv en webbadress, till exempel"),
        ],
    )
    @time_machine.travel("2029-11-26 09:00+01:00", tick=False)
    def test_a_time_that_cannot_be_is_refused_at_its_field(self, client, change, message):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        typed = {
            "day": "2030-03-01",
            "time": "09:00",
            "minutes": "120",
            "staff": [user.pk for user in pair()],
            "form": "in_person",
            "place": "Rådhuset",
            **change,
        }
        response = client.post(step_of(dialogue, "foresla-tid"), typed)
        assert message in response.text
        assert "(valfritt)" not in response.text
        assert not Meeting.objects.exists()

    @pytest.mark.parametrize(("present", "absent"), [("skolverket", "SPSM"), ("spsm", "Skolverket")])
    def test_one_agency_alone_is_refused_at_its_field(self, client, present, absent):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        typed = when(days=30) | {"staff": [leader(present).pk], "form": "in_person", "place": "Rådhuset"}
        response = client.post(step_of(dialogue, "foresla-tid"), typed)
        assert response.status_code == 422
        assert response.context["form"].errors["staff"] == [f"Välj någon från {absent} också."]
        assert not Meeting.objects.exists()

    def test_questions_by_phone_need_only_an_area(self, client):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        typed = {"area_1": "equity", "told_by": "Kim Ek", "channel": "phone"}
        text = client.post(step_of(dialogue, "fragor"), typed, follow=True).text
        assert "Likvärdighet" in text
        assert "Kim Ek, telefon" in text

    def test_held_before_its_time_asks_when_and_that_is_the_meetings_time(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        meeting = seat_at(dialogue, state=MeetingState.FIXED)
        typed = {"summary": "Bra samtal.", "skolformer": ["GR"]}
        assert client.post(step_of(dialogue, "dialog-hallen"), typed).status_code == 422
        for minutes in (2, 60 * 24):
            coming = client.post(step_of(dialogue, "dialog-hallen"), typed | just_now(-minutes))
            assert coming.status_code == 422
            assert "Välj en tid som har varit. Mötet kan antecknas när det är hållet." in coming.text
        typed |= just_now(90)
        assert client.post(step_of(dialogue, "dialog-hallen"), typed).status_code == 302
        assert client.post(step_of(dialogue, "dialog-hallen"), typed).status_code == 302
        dialogue.refresh_from_db()
        meeting.refresh_from_db()
        assert dialogue.state == DialogueState.DIALOGUE_HELD
        assert f"{timezone.localtime(meeting.starts_at):%Y-%m-%d %H:%M}" == f"{typed['day']} {typed['time']}"
        other = client.post(step_of(dialogue, "dialog-hallen"), typed | just_now(200))
        assert other.status_code == 422
        assert f"Mötet är redan antecknat som hållet {look.moment(meeting.starts_at)}." in other.text

    def test_the_skolformer_offered_are_those_the_huvudman_runs(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED)

        def offered() -> list[str]:
            form = client.get(step_of(dialogue, "dialog-hallen")).context["form"]
            assert {"day", "time"} <= set(form.fields)
            return [code for code, _label in form.fields["skolformer"].choices]

        assert offered() == Skolform.values
        own = SchoolUnitFactory(huvudman=dialogue.huvudman)
        gone = SchoolUnitFactory(huvudman=dialogue.huvudman, active_to="2020-06-30")
        for unit, skolform in ((own, "GY"), (gone, "VUX"), (SchoolUnitFactory(), "SAM")):
            SkolformOffer.objects.create(unit=unit, skolform=skolform)
        Huvudman.objects.filter(pk=dialogue.huvudman_id).update(skolformer=["GR"], children=7)
        assert offered() == ["FSK", "GR", "GY"]
        typed = {"summary": "Bra samtal.", "skolformer": ["SAM"]} | just_now()
        assert client.post(step_of(dialogue, "dialog-hallen"), typed).status_code == 422

    def test_what_is_missing_is_named_and_once(self, client):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
        seat_at(dialogue, state=MeetingState.FIXED)
        text = client.post(step_of(dialogue, "dialog-hallen"), {}).text
        for words in (
            "Fyll i ”Sammanfattning”.",
            "Välj under ”Vilka skolformer togs upp?”.",
            "Fyll i ”Mötets tid har inte varit än. Vilken dag hölls mötet?”.",
            "Fyll i ”Vilket klockslag började det?”.",
        ):
            assert text.count(words) == 2
        assert "Sammanfattning: " not in text
        assert "måste fyllas i" not in text

    @pytest.mark.parametrize(
        ("state", "name", "field", "most"),
        [
            (DialogueState.TIME_FIXED, "dialog-hallen", "summary", 10_000),
            (DialogueState.UNDERLAG_SENT, "annan-tid", "wish", 10_000),
            (DialogueState.ACCEPTED, "fragor", "text_1", 4_000),
        ],
    )
    def test_a_text_that_is_too_long_is_refused_and_kept(self, client, state, name, field, most):
        client.force_login(leader())
        dialogue, _own = dialogue_with_contact(state)
        seat_at(dialogue, state=MeetingState.PROPOSED)
        for length, is_refused in ((most, False), (most + 1, True)):
            page = client.post(step_of(dialogue, name), {field: "ö" * length})
            assert page.status_code == 422
            assert "ö" * length in page.text
            assert "maxlength" not in page.text.split(f'name="{field}"')[1].split(">")[0]
            said = f"Texten är för lång. Den får ha högst {look.number(most)} tecken."
            assert (said in page.text) == is_refused
