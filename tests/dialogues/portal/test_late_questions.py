"""Words for a question that somebody changed or sent meanwhile, and the sent ones that a draft replaces."""

import re
from uuid import UUID

import pytest

from dialogues.models import Dialogue, DialogueState
from tests.dialogues.portal.helpers import address, text
from tests.dialogues.portal.test_questions import (
    in_draft,
    opened,
    question,
    save_again,
    send,
    take_away,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(signed_in) -> Dialogue:
    return signed_in(DialogueState.TIME_FIXED)


def test_words_for_a_question_that_was_sent_meanwhile_are_added_to_those_sent(client, dialogue):
    write(client, dialogue, 1, text="Först")
    write(client, dialogue, 2, text="Sedan")
    public_id = question(dialogue, 1)
    hidden = opened(client, dialogue, public_id)
    send(client, dialogue)
    page = client.post(
        address("portal_question", dialogue, public_id), {**hidden, "area": "equity", "text": "Först och mer"}
    )
    save_again(client, text(page), "Först och mer")
    assert [words for *_rest, words in in_draft(dialogue)] == ["Först", "Sedan", "Först och mer"]
    assert "försvinner" not in text(client.get(address("portal_questions_check", dialogue)))


def test_the_check_page_names_the_sent_questions_that_fall_away(client, dialogue):
    write(client, dialogue, 1, text="Vi sa det på telefon")
    write(client, dialogue, 2, text="Och det här")
    send(client, dialogue)
    client.post(address("portal_questions", dialogue))
    take_away(client, dialogue, 1)
    page = text(client.get(address("portal_questions_check", dialogue)))
    leaving = page[page.index("De här frågorna försvinner ur det ni har skickat") :]
    leaving = leaving[: leaving.index("Det här skickar ni")]
    assert "Vi sa det på telefon" in leaving
    assert "Och det här" not in leaving


def five_and_one_opened(client, dialogue) -> tuple[UUID, dict[str, str]]:
    for rank in range(1, 6):
        write(client, dialogue, rank, text=f"Fråga {rank}")
    public_id = question(dialogue, 2)
    return public_id, opened(client, dialogue, public_id)


def test_with_five_a_colleagues_question_is_shown_beside_and_can_be_replaced(client, dialogue):
    public_id, hidden = five_and_one_opened(client, dialogue)
    write(client, dialogue, 2, text="Kollegans")
    mine = {**hidden, "area": "equity", "text": "Min"}
    page = client.post(address("portal_question", dialogue, public_id), mine)
    assert page.status_code == 409
    assert "Kollegans" in text(page)
    assert "som en ny fråga." not in text(page)
    assert "hx-post" not in text(page), "nothing replaces it by itself"
    assert in_draft(dialogue)[1] == (2, "equity", "Kollegans")
    save_again(client, text(page), "Min")
    assert in_draft(dialogue)[1] == (2, "quality", "Min")
    assert len(in_draft(dialogue)) == 5


def test_with_five_sent_the_words_stay_to_be_copied(client, dialogue):
    public_id, hidden = five_and_one_opened(client, dialogue)
    send(client, dialogue)
    mine = {**hidden, "area": "equity", "text": "Min"}
    page = client.post(address("portal_question", dialogue, public_id), mine)
    assert page.status_code == 422
    assert "Min</textarea>" in text(page)
    assert "det högsta antalet" in text(page)
    assert in_draft(dialogue) == []


def test_a_draft_begun_after_sending_is_thrown_away_as_it_was_read(client, dialogue):
    write(client, dialogue, 1, text="Skickad")
    send(client, dialogue)
    client.post(address("portal_questions", dialogue))
    place = address("portal_questions_throw", dialogue)
    assert place in text(client.get(address("portal_questions", dialogue)))
    read = {"read": re.search(r'name="read" value="([^"]+)"', text(client.get(place)))[1]}
    write(client, dialogue, 2, text="Kollegans")
    refused = client.post(place, read, follow=True)
    assert "inget är kastat" in text(refused)
    assert len(in_draft(dialogue)) == 2
    read = {"read": re.search(r'name="read" value="([^"]+)"', text(client.get(place)))[1]}
    shown = text(client.post(place, read, follow=True))
    assert "Skickad" in shown
    assert "Ändra frågorna" in shown
    assert in_draft(dialogue) == []
