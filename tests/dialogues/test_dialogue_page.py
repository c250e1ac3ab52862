"""The page of one dialogue: its tasks for each reader, people, documents and history."""

import pytest
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.models import StaffRole
from dialogues.domain.own_questions import ask_agencies
from dialogues.domain.receipts import register_sent
from dialogues.models import Channel, DialogueState, Letter, LetterState, MeetingState, Sent
from dialogues.turns import Standing
from tests.accounts.factories import leader, planner, staff_user
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.portal.helpers import issued_underlag, sent_analysis, sent_letter
from tests.dialogues.situations import Situation, underlag_in, world_in
from tests.dialogues.times import propose, propose_again, ready

pytestmark = pytest.mark.django_db


def seen(client, dialogue) -> str:
    answer = client.get(reverse("admin:dialogue", args=[dialogue.public_id]))
    return answer.content.decode().replace("\xa0", " ")


def task(page: str, key: str) -> str:
    return page.split(f'id="uppgift-{key}"')[1].split("</li>")[0]


def test_a_locked_task_says_why_and_who_unlocks_it(client):
    world = world_in(Situation(DialogueState.INTRODUCED, Standing.HELD))
    client.force_login(planner())
    page = seen(client, world.dialogue)
    assert "Låst" in task(page, "faststall")
    assert "Underlaget är inte framtaget än." in task(page, "faststall")
    assert "Kan låsa upp: Planerare och dialogledare." in task(page, "faststall")
    assert "Kan göras nu" in task(page, "ta-fram")
    assert reverse("admin:underlag", args=[world.dialogue.public_id]) in task(page, "ta-fram")


def test_what_somebody_else_can_do_names_them_and_has_no_link(client):
    world = world_in(Situation(DialogueState.INTRODUCED, Standing.HELD))
    underlag_in(world, "rendered")
    client.force_login(planner())
    shown = task(seen(client, world.dialogue), "faststall")
    assert "Kan göra det: En dialogledare från SPSM och Skolverket." in shown
    assert "<a " not in shown
    client.force_login(leader())
    assert "<a " in task(seen(client, world.dialogue), "faststall")


def test_a_done_task_keeps_its_links_to_change_it(client):
    dialogue, _own, _meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    client.force_login(staff[0])
    shown = task(seen(client, dialogue), "tid")
    assert "Klar" in shown
    assert reverse("admin:dialogue_step", args=[dialogue.public_id, "ny-tid"]) in shown


def test_who_only_reads_sees_all_and_can_do_nothing(client):
    dialogue, _own, _meeting, _staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    client.force_login(staff_user(StaffRole.REGISTRAR))
    page = seen(client, dialogue)
    assert "Kan göra det:" in task(page, "fragor")
    assert "/ny-tid/" not in page


def fold(page: str, heading: str) -> str:
    """How the section with a heading begins: folded, or open."""
    return page.split(f'id="{heading}"')[0].rsplit("<details", 1)[1]


def test_phases_with_something_to_do_are_open_and_the_rest_is_folded(client):
    dialogue, _own, _meeting, staff = ready(DialogueState.UNDERLAG_SENT, MeetingState.PROPOSED)
    sent_letter(dialogue, "a@x.test")
    client.force_login(staff[0])
    page = seen(client, dialogue)
    for heading, is_open in (("tasks-dialogue", True), ("tasks-feedback", False), ("letters", False)):
        assert (" open" in fold(page, heading)) is is_open, heading
    Letter.objects.update(state=LetterState.FAILED)
    assert " open" in fold(seen(client, dialogue), "letters")


def test_nothing_is_to_come_in_a_dialogue_that_is_over(client):
    dialogue, _own = dialogue_with_contact(DialogueState.CANCELLED)
    client.force_login(planner())
    page = seen(client, dialogue)
    for words in ("Inget möte blev av.", "Inget analysunderlag togs fram.", "Namnen rensades när"):
        assert words in page
    assert not [words for words in ("bokade än", "Tas fram när", "vill prata om än") if words in page]


def test_people_of_both_sides_and_all_documents_stand_on_it(client):
    dialogue, own, _meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    issued_underlag(dialogue)
    sent_analysis(dialogue, own)
    told = {"given_by": "Kim Ek", "channel": Channel.PHONE, "actor": SYSTEM}
    register_sent(kind=Sent.QUESTIONS, dialogue=dialogue, by_mail=False, **told)
    client.force_login(staff[0])
    page = seen(client, dialogue)
    for words in (staff[1].name, "Analysunderlag, version 1", "Nulägesanalys, version 1"):
        assert words in page
    assert "Prioriterade frågor (telefon)" in page


def test_the_history_tells_of_meetings_and_questions_in_sentences(client):
    dialogue, own = dialogue_with_contact(DialogueState.INTRODUCED)
    staff = [leader("skolverket"), leader("spsm")]
    meeting = propose(dialogue, staff)
    propose_again(meeting, staff, place="Biblioteket")
    asked = {"text": "Hur?", "asked_by": "Kim", "channel": Channel.PORTAL}
    ask_agencies(dialogue=dialogue, actor=person(own), **asked)
    client.force_login(staff[0])
    page = seen(client, dialogue)
    for words in ("En tid för dialogen föreslogs.", "Förslaget på tid ändrades.", "ställde en fråga"):
        assert words in page
    assert "Något ändrades." not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_the_same_number_of_questions_whatever_there_is(client, rows, django_assert_num_queries):
    dialogue, _own, _meeting, staff = ready(DialogueState.TIME_FIXED, MeetingState.FIXED)
    for number in range(rows):
        told = {"given_by": f"Kim {number}", "channel": Channel.PHONE, "actor": SYSTEM}
        register_sent(kind=Sent.WISH, dialogue=dialogue, by_mail=True, **told)
    client.force_login(staff[0])
    seen(client, dialogue)
    with django_assert_num_queries(QUERIES):
        seen(client, dialogue)


QUERIES = 39
