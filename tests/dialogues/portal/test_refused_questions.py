"""A question that may not be kept: it is never saved nor sent, and what was typed stands in the form."""

from uuid import uuid4

import pytest

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.drafts import save_draft
from dialogues.domain.questions import Row, send_questions
from dialogues.models import Channel, DialogueState, QuestionForm
from quality_system.models import Area
from tests.accounts.factories import leader
from tests.dialogues.portal.helpers import text
from tests.dialogues.portal.test_questions import (
    autosave,
    in_draft,
    new,
    opened,
    owner,
    question,
    send,
    write,
)

pytestmark = pytest.mark.django_db

WITH_NUMBER = "Eleven 20120304-5678 har det svårt."
TOO_LONG = "ö" * 4001


@pytest.mark.parametrize("words", [WITH_NUMBER, TOO_LONG])
def test_it_is_not_saved_on_the_way_nor_by_the_button(client, signed_in, words):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    public_id = uuid4()
    hidden = opened(client, dialogue, public_id)
    assert "Inte sparat." in autosave(client, dialogue, public_id, hidden, words)
    answer = write(client, dialogue, 1, text=words)
    assert answer.status_code == 422
    assert f"{words}</textarea>" in text(answer)
    assert "Inte sparat." in text(answer)
    assert in_draft(dialogue) == []


def test_what_was_saved_before_stands_and_the_form_goes_on_from_it(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    write(client, dialogue, 1, text="Först")
    public_id = question(dialogue, 1)
    hidden = opened(client, dialogue, public_id)
    autosave(client, dialogue, public_id, hidden, WITH_NUMBER)
    answer = write(client, dialogue, 1, text=WITH_NUMBER)
    assert "Inte sparat." in text(answer)
    assert "Inte skickat än." not in text(answer)
    assert in_draft(dialogue) == [(1, "equity", "Först")]
    assert "Inte skickat än." in autosave(client, dialogue, public_id, hidden, "Först och mer")
    assert [words for *_rest, words in in_draft(dialogue)] == ["Först och mer"]


def test_a_draft_saved_with_a_personnummer_is_not_sent(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    typed = {"area": "equity", "text": WITH_NUMBER, "sub_goal": None}
    save_draft(dialogue=dialogue, edit=new(), actor=person(owner(dialogue)), **typed)
    answer = send(client, dialogue)
    assert answer.status_code == 422
    assert "Fråga 1: ta bort personnumret innan ni skickar." in text(answer)
    assert not QuestionForm.objects.exists()
    assert in_draft(dialogue)
    write(client, dialogue, 1, text="Eleven har det svårt.")
    assert send(client, dialogue).status_code == 302


def test_no_question_with_a_personnummer_is_recorded(signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    rows = [Row(area=Area.EQUITY, text=words, sub_goal=None) for words in ("Först", WITH_NUMBER)]
    told = {"told_by": "Bo Al", "channel": Channel.PHONE, "actor": person(leader())}
    with pytest.raises(NotPossible, match="Ta bort personnumret"):
        send_questions(dialogue=dialogue, rows=rows, **told)
    assert not QuestionForm.objects.exists()
