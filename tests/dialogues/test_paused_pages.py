"""The staff's pages of a dialogue that rests."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from dialogues.desk.kinds import kinds_for
from dialogues.desk.todo import Desk, waiting
from dialogues.models import Dialogue, DialogueState, MeetingState
from dialogues.steps import STEPS
from tests.accounts.factories import leader, planner
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.pausing import REASON, put_to_rest
from tests.dialogues.times import ready

pytestmark = pytest.mark.django_db


def seen_on(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def page_of(dialogue) -> str:
    return reverse("admin:dialogue", args=[dialogue.public_id])


def step_of(dialogue, name: str) -> str:
    return reverse("admin:dialogue_step", args=[dialogue.public_id, name])


def test_a_planner_pauses_and_takes_up_again(client):
    dialogue, _own, _meeting, _staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    client.force_login(planner())
    assert "Bokat möte som ligger kvar" in seen_on(client.get(step_of(dialogue, "pausa")))
    again = timezone.localdate() + datetime.timedelta(days=30)
    sent = {"reason": REASON, "look_again_on": again.isoformat()}
    shown = seen_on(client.post(step_of(dialogue, "pausa"), sent, follow=True))
    assert "Dialogen är pausad sedan" in shown
    assert REASON in shown
    assert "Dialogen pausades." in shown
    shown = seen_on(client.post(step_of(dialogue, "ateruppta"), follow=True))
    assert "Dialogen är pausad sedan" not in shown
    assert "Dialogen togs upp igen" in shown


def test_without_a_reason_nothing_is_paused_and_what_was_typed_stays(client):
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    client.force_login(planner())
    again = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    answer = client.post(step_of(dialogue, "pausa"), {"reason": "", "look_again_on": again})
    assert answer.status_code == 422
    assert again in answer.content.decode()
    assert not Dialogue.objects.get().is_paused


def test_another_reason_that_came_first_is_shown_and_the_own_words_stay(client):
    dialogue, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    put_to_rest(dialogue)
    client.force_login(planner())
    answer = client.post(step_of(dialogue, "pausa"), {"reason": "Ett annat skäl"})
    assert answer.status_code == 409
    assert REASON in seen_on(answer)
    assert "Ett annat skäl" in answer.content.decode()


@pytest.mark.parametrize("name", sorted(set(STEPS) - {"ateruppta", "avboka"}))
def test_only_two_steps_are_open_during_a_pause(client, name):
    dialogue, _own, _meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    put_to_rest(dialogue)
    client.force_login(staff[0])
    asked = client.get(step_of(dialogue, name), follow=True)
    if staff[0].has_perm(STEPS[name].form.permission, dialogue):
        assert asked.redirect_chain == [(page_of(dialogue), 302)]
        assert "så inget i den går att ändra nu" in seen_on(asked)
    else:
        assert (asked.status_code, asked.redirect_chain) == (403, [])
    shown = client.get(page_of(dialogue)).content.decode()
    assert step_of(dialogue, name) not in shown
    assert step_of(dialogue, "ateruppta") in shown
    assert step_of(dialogue, "avboka") in shown


def test_a_leader_of_others_sees_the_pause_and_no_button(client):
    dialogue, _own, _meeting, _staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    put_to_rest(dialogue)
    client.force_login(leader())
    shown = client.get(page_of(dialogue)).content.decode()
    assert REASON in shown
    assert step_of(dialogue, "ateruppta") not in shown
    assert "Återuppta den när" not in shown
    assert "Planerare, och den som leder dialogen, kan återuppta den" in shown
    assert client.get(step_of(dialogue, "ateruppta")).status_code == 403


def test_it_rests_from_the_desk_but_for_one_quiet_line_of_the_planners():
    dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    for user, others in ((planner(), {"pausad"}), (leader(), set())):
        desk = Desk.of(user)
        before = {entry.kind for entry in waiting(kinds_for(user), desk).entries if entry.pk == dialogue.pk}
        assert before == {"avsluta-dialog"}
        put_to_rest(dialogue)
        found = waiting(kinds_for(user), desk)
        assert {entry.kind for entry in found.entries} == others
        assert all(REASON in todo.why for todo in found.read(found.entries))
        Dialogue.objects.update(paused_at=None, paused_by=None, paused_reason="")


def test_the_day_to_look_again_is_when_the_line_is_due():
    dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
    put_to_rest(dialogue)
    user, day = planner(), timezone.localdate()
    Dialogue.objects.update(look_again_on=day)
    assert [entry.due for entry in waiting(kinds_for(user), Desk.of(user)).entries] == [day]


def test_meetings_and_underlag_of_a_paused_dialogue_rest_too():
    dialogue, _own, meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.OTHER_WISHED)
    desk = Desk.of(staff[0])
    assert "ny-tid" in {entry.kind for entry in waiting(kinds_for(staff[0]), desk).entries}
    put_to_rest(dialogue)
    assert waiting(kinds_for(staff[0]), desk).entries == []
    assert meeting.pk


def test_the_list_has_them_by_a_chip(client):
    paused, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    other, _own = dialogue_with_contact(DialogueState.ACCEPTED)
    put_to_rest(paused)
    client.force_login(planner())
    shown = client.get(reverse("admin:dialogue_list"), {"state": "paused"}).content.decode()
    assert str(paused.public_id) in shown
    assert str(other.public_id) not in shown
