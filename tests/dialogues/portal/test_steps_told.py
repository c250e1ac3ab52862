"""What the portal tells of what has been and what comes: the same tasks as staff see, in other words."""

import pytest

from dialogues.facts import facts_of
from dialogues.gates import TASKS, Status, status_of
from dialogues.models import DialogueState, MeetingKind, MeetingState
from dialogues.steps_told import WORDS, told_of
from tests.dialogues.factories import seat_at
from tests.dialogues.portal.helpers import front, text
from tests.dialogues.situations import Situation, situations, world_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain_pdf(monkeypatch):
    monkeypatch.setattr("dialogues.domain.summaries.pdf_of", lambda content, made: f"%PDF {made}".encode())


def test_the_words_are_about_tasks_that_there_are():
    assert WORDS.keys() <= {task.key for task in TASKS}


@pytest.mark.parametrize("situation", list(situations()), ids=str)
def test_it_says_the_same_as_the_staffs_page(situation: Situation):
    facts = facts_of(world_in(situation).dialogue)
    stories = told_of(facts)
    for task in TASKS:
        if task.key not in WORDS:
            continue
        status, words, story = status_of(task, facts), WORDS[task.key], stories[task.phase]
        assert (str(words.been) in story.been) == (status == Status.DONE), task.key
        assert (str(words.to_come) in story.to_come) == (status in (Status.OPEN, Status.LOCKED)), task.key


def test_the_front_page_tells_what_has_been_and_what_comes(client, signed_in):
    dialogue = signed_in(DialogueState.TIME_FIXED)
    seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.FIXED)
    shown = text(client.get(front(dialogue)))
    for words in ("Ni har svarat på inbjudan.", "Vi träffas i dialogen.", "Vi ses på återkopplingsmötet."):
        assert words in shown


def test_nothing_comes_when_it_is_over(client, signed_in):
    dialogue = signed_in(DialogueState.CANCELLED)
    shown = text(client.get(front(dialogue)))
    assert "Vi träffas i dialogen." not in shown
