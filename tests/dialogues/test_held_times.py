"""What was typed about when a meeting was held, where a colleague has noted it meanwhile: never lost."""

import datetime

import pytest
from django.utils import timezone

from accounts.actors import person
from accounts.templatetags.look import moment
from dialogues.domain import records
from dialogues.domain.introductions import hold_introduction
from dialogues.models import Dialogue, DialogueState, Meeting, MeetingKind, MeetingState
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.pages import just_now, seen_on
from tests.dialogues.test_attendance import page_about
from tests.dialogues.test_records import change, hold
from tests.dialogues.test_staff_pages import step_of
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db

TYPED = {"summary": "Min egen text", "skolformer": ["GR"]}
SAID = "Du skrev att mötet hölls"
OUT_OF_SIGHT = [
    {"day": "2099-03-03", "time": "10:00"},
    {"day": "1066-10-14", "time": "10:00"},
    {"day": "2026-03-29", "time": "02:30"},
    {"day": "i går", "time": "på morgonen"},
]
"""Days and times that a meeting was not held: to come, long ago, not on the clock, no time."""


def minutes_ago(minutes: int) -> datetime.datetime:
    """As somebody types it: without seconds."""
    return timezone.now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=minutes)


def typed_on(then: datetime.datetime) -> dict[str, str]:
    local = timezone.localtime(then)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def said(typed: datetime.datetime, noted: datetime.datetime) -> str:
    return (
        f"{SAID} {moment(typed)}. Det är antecknat som hållet {moment(noted)}, och den tiden ändras inte här."
    )


def held_early(noted: datetime.datetime) -> Dialogue:
    """A dialogue that a colleague has noted as held, at another time than was fixed."""
    dialogue, _own = dialogue_with_contact(DialogueState.TIME_FIXED)
    seat_at(dialogue, state=MeetingState.FIXED)
    return hold(dialogue, person(leader()), held_at=noted)


def sent_by(page) -> dict[str, object]:
    """What the form on a page sends when its button is pressed."""
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"seen": seen_on(page.text)}
    return {name: value for name, value in sent.items() if value}


class TestDialogue:
    def test_another_time_than_noted_is_shown_until_the_record_is_saved(self, client):
        noted, typed = minutes_ago(300), minutes_ago(90)
        dialogue, colleague = held_early(noted), person(leader("spsm"))
        client.force_login(leader("spsm"))
        page = client.post(step_of(dialogue, "dialog-hallen"), TYPED | typed_on(typed))
        assert page.status_code == 409
        assert f"{said(typed, noted)} Är den fel går den att ändra på dialogens sida." in page.text
        assert "Min egen text</textarea>" in page.text
        record = step_of(dialogue, "dokumentation")
        page = client.post(record, sent_by(page) | {"summary": ""})
        assert (page.status_code, said(typed, noted) in page.text) == (422, True)
        change(dialogue, colleague, summary="Kollegans nya text.")
        page = client.post(record, sent_by(page) | {"summary": "Min text igen"})
        assert (page.status_code, said(typed, noted) in page.text) == (409, True)
        assert client.post(record, sent_by(page)).status_code == 302
        assert records.DialogueRecord.objects.get().summary == "Min text igen"
        assert Meeting.objects.get().starts_at == noted

    def test_the_same_time_as_noted_needs_no_words(self, client):
        noted = minutes_ago(300)
        dialogue = held_early(noted)
        client.force_login(leader("spsm"))
        page = client.post(step_of(dialogue, "dialog-hallen"), TYPED | typed_on(noted))
        assert (page.status_code, SAID in page.text) == (409, False)

    def test_who_was_not_asked_when_is_told_nothing_about_it(self, client):
        dialogue = held_early(minutes_ago(300))
        client.force_login(leader("spsm"))
        record = step_of(dialogue, "dokumentation")
        pages = [client.get(record), client.post(step_of(dialogue, "dialog-hallen"), TYPED)]
        for page in [*pages, client.post(record, {"summary": ""})]:
            assert SAID not in page.text
            assert 'name="day"' not in page.text

    @pytest.mark.parametrize("typed", OUT_OF_SIGHT)
    def test_no_time_out_of_sight_stops_the_record(self, client, typed):
        noted = minutes_ago(300)
        dialogue = held_early(noted)
        client.force_login(leader("spsm"))
        record = step_of(dialogue, "dokumentation")
        sent = TYPED | typed | {"seen": seen_on(client.get(record).text)}
        assert client.post(record, sent).status_code == 302
        assert records.DialogueRecord.objects.get().summary == "Min egen text"
        assert Meeting.objects.get().starts_at == noted


def test_the_feedbacks_time_is_shown_too(client):
    noted, typed = minutes_ago(60), minutes_ago(30)
    dialogue, guide = held_early(minutes_ago(300)), person(leader("spsm"))
    seat_at(dialogue, kind=MeetingKind.FEEDBACK, state=MeetingState.FIXED)
    records.hold_feedback(dialogue=dialogue, feedback="Vi går vidare.", held_at=noted, actor=guide)
    client.force_login(leader("spsm"))
    page = client.post(step_of(dialogue, "aterkoppling-hallen"), {"feedback": "Annat."} | typed_on(typed))
    assert (page.status_code, said(typed, noted) in page.text) == (409, True)
    assert "Annat.</textarea>" in page.text


class TestIntroduction:
    def group(self, noted: datetime.datetime) -> tuple[Meeting, int]:
        """An introduction that a colleague has noted as held without anybody, and the seat in it."""
        EditionFactory()
        dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
        meeting = seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.FIXED, seats=5)
        hold_introduction(meeting=meeting, attended=set(), held_at=noted, actor=person(leader()))
        return meeting, dialogue.seats.get(meeting=meeting).pk

    def test_another_time_than_noted_is_shown_where_others_came(self, client):
        noted, typed = minutes_ago(300), minutes_ago(90)
        meeting, seat = self.group(noted)
        client.force_login(leader("spsm"))
        page = client.post(page_about(meeting), {"came": [seat]} | typed_on(typed))
        assert (page.status_code, said(typed, noted) in page.text) == (409, True)
        came = page_about(meeting, "introduction_came")
        again = client.post(came, sent_by(page) | {"came": []})
        assert (again.status_code, said(typed, noted) in again.text) == (422, True)
        assert client.post(came, sent_by(page)).status_code == 302

    @pytest.mark.parametrize("typed", OUT_OF_SIGHT)
    def test_no_time_out_of_sight_stops_who_came(self, client, typed):
        meeting, seat = self.group(minutes_ago(300))
        client.force_login(leader("spsm"))
        came = page_about(meeting, "introduction_came")
        sent = {"came": [seat], "seen": seen_on(client.get(came).text)} | typed
        assert client.post(came, sent).status_code == 302
        assert meeting.taken_seats.get(attended=True).pk == seat

    def test_another_time_of_the_same_who_came_is_told(self, client):
        noted = minutes_ago(300)
        meeting, _seat = self.group(noted)
        client.force_login(leader("spsm"))
        page = client.post(page_about(meeting), {"nobody": "on"} | just_now(90))
        assert page.status_code == 422
        assert f"Mötet är redan antecknat som hållet {moment(noted)}." in page.text
