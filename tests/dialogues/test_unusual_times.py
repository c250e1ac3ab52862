"""Times at which hardly anyone works: asked about once more, and again when they are changed to another."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from dialogues.forms.steps import WhenFields
from dialogues.models import DialogueState, Meeting, MeetingKind, MeetingState
from tests.accounts.factories import leader, pair, planner
from tests.dialogues.factories import BatchFactory, MeetingFactory, dialogue_with_contact, seat_at
from tests.dialogues.pages import tick_on
from tests.dialogues.test_staff_pages import step_of

pytestmark = pytest.mark.django_db

SATURDAY = {"day": "2030-03-02", "time": "09:00", "minutes": "120"}
OTHERS = [
    {"day": "2030-03-03"},
    {"time": "09:30"},
    {"minutes": "90"},
    {"day": "2030-03-01", "time": "06:30"},
    {"day": "2030-04-19"},
]


@pytest.fixture(autouse=True)
def _november():
    with time_machine.travel("2029-11-26 09:00+01:00", tick=False):
        yield


@pytest.fixture
def staff() -> dict[str, list[int]]:
    return {"staff": [user.pk for user in pair()]}


def starts() -> list[str]:
    return [f"{timezone.localtime(row.starts_at):%Y-%m-%d %H:%M}" for row in Meeting.objects.order_by("pk")]


class TestForm:
    def tick_for(self, typed: dict[str, object]) -> str:
        form = WhenFields(typed)
        assert not form.is_valid()
        return form.fields["unusual"].widget.meant

    def test_the_tick_holds_for_the_time_it_was_asked_about(self, staff):
        typed = SATURDAY | staff
        assert self.tick_for(typed) == "2030-03-02T08:00:00+00:00/2030-03-02T10:00:00+00:00"
        assert WhenFields(typed | {"unusual": self.tick_for(typed)}).is_valid()

    @pytest.mark.parametrize("other", OTHERS)
    def test_another_unusual_time_asks_again_without_a_tick(self, staff, other):
        ticked = {"unusual": self.tick_for(SATURDAY | staff)}
        form = WhenFields(SATURDAY | staff | ticked | other)
        assert not form.is_valid()
        assert "Tiden är ovanlig" in form.errors["unusual"][0]
        assert "checked" not in str(form["unusual"])
        ticked = {"unusual": form.fields["unusual"].widget.meant}
        assert WhenFields(SATURDAY | staff | other | ticked).is_valid()

    @pytest.mark.parametrize("tick", ["on", "true", "2030-03-02T08:00:00+00:00", ""])
    def test_a_tick_that_names_no_time_is_none(self, staff, tick):
        assert not WhenFields(SATURDAY | staff | {"unusual": tick}).is_valid()

    def test_the_tick_stays_while_something_else_is_put_right(self, staff):
        typed = SATURDAY | {"staff": staff["staff"][:1]}
        form = WhenFields(typed | {"unusual": self.tick_for(typed)})
        assert not form.is_valid()
        assert list(form.errors) == ["staff"]
        assert "checked" in str(form["unusual"])

    def test_an_ordinary_time_needs_no_tick_and_minds_none(self, staff):
        ticked = {"unusual": self.tick_for(SATURDAY | staff)}
        form = WhenFields(SATURDAY | staff | ticked | {"day": "2030-03-01"})
        assert form.is_valid()
        assert "unusual" not in form.fields


class TestPages:
    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"day": "2030-03-02"}, "helg"),
            ({"day": "2030-04-19"}, "Långfredagen"),
            ({"time": "06:59"}, "före kl. 7 eller efter kl. 19"),
            ({"time": "18:00", "minutes": "61"}, "före kl. 7 eller efter kl. 19"),
            ({"time": "07:00"}, ""),
            ({"time": "18:00", "minutes": "60"}, ""),
        ],
    )
    def test_an_unusual_time_is_asked_about_once_more(self, client, staff, change, why):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        typed = SATURDAY | {"day": "2030-03-01", "form": "in_person", "place": "Torget"} | staff | change
        asked = client.post(step_of(dialogue, "foresla-tid"), typed)
        assert asked.status_code == (422 if why else 302)
        if why:
            assert f"Tiden är ovanlig: {why}." in asked.text
            assert 'value="Torget"' in asked.text
            ticked = typed | tick_on(asked.text)
            assert client.post(step_of(dialogue, "foresla-tid"), ticked).status_code == 302
        assert Meeting.objects.exists()

    def test_a_tick_for_one_unusual_time_lets_no_other_through(self, client, staff):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.INTRODUCED)
        address = step_of(dialogue, "foresla-tid")
        typed = SATURDAY | {"form": "in_person", "place": "Torget"} | staff
        first = tick_on(client.post(address, typed).text)
        typed |= {"day": "2030-03-01", "time": "19:30"}
        again = client.post(address, typed | first)
        assert again.status_code == 422
        assert "Tiden är ovanlig: före kl. 7 eller efter kl. 19." in again.text
        assert not Meeting.objects.exists()
        assert client.post(address, typed | tick_on(again.text)).status_code == 302
        assert starts() == ["2030-03-01 19:30"]

    def test_nor_for_a_new_introduction(self, client, staff):
        client.force_login(leader())
        address = reverse("admin:introduction_new", args=[BatchFactory().public_id])
        typed = SATURDAY | staff | {"link": "https://mote.example/1", "seats": "25"}
        first = tick_on(client.post(address, typed).text)
        again = client.post(address, typed | first | {"day": "2030-03-03"})
        assert (again.status_code, starts()) == (422, [])
        ticked = typed | {"day": "2030-03-03"} | tick_on(again.text)
        assert client.post(address, ticked).status_code == 302
        assert starts() == ["2030-03-03 09:00"]

    def test_nor_when_an_introduction_is_moved(self, client, staff):
        client.force_login(leader())
        meeting = MeetingFactory(kind=MeetingKind.INTRODUCTION, state="fixed", seats=25, batch=BatchFactory())
        address = reverse("admin:introduction_change", args=[meeting.public_id])
        typed = SATURDAY | staff | {"link": "https://mote.example/1", "seats": "25"}
        first = tick_on(client.post(address, typed).text)
        again = client.post(address, typed | first | {"time": "10:00"})
        assert again.status_code == 422
        ticked = typed | {"time": "10:00"} | tick_on(again.text)
        assert client.post(address, ticked).status_code == 302
        assert starts() == ["2030-03-02 10:00"]

    def test_nor_for_the_feedback(self, client, staff):
        client.force_login(planner())
        dialogue, _own = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
        seat_at(dialogue, state=MeetingState.HELD)
        address = step_of(dialogue, "boka-aterkoppling")
        typed = SATURDAY | staff | {"link": "https://mote.example/1"}
        first = tick_on(client.post(address, typed).text)
        again = client.post(address, typed | first | {"minutes": "60"})
        assert again.status_code == 422
        assert client.post(address, typed | {"minutes": "60"} | tick_on(again.text)).status_code == 302
