"""The demo's summaries and declarations, as the story plays them on one dialogue."""

import pytest

from accounts.actors import person
from dialogues.demo import summing
from dialogues.demo.people import declare_none
from dialogues.models import RoundState
from tests.accounts.factories import pair, planner
from tests.dialogues.summaries import held

pytestmark = pytest.mark.django_db


def test_a_summary_is_returned_changed_and_agreed():
    dialogue, _own = held()
    ours, theirs = pair()
    us = person(planner())
    summing.write_and_send(dialogue, ours)
    summing.wish_a_change(dialogue, us)
    summing.write_and_send(dialogue, theirs, summing.SECOND)
    summing.confirm(dialogue, ours)
    summing.agree(dialogue, us)
    states = list(dialogue.summary_rounds.order_by("number").values_list("state", flat=True))
    assert states == [RoundState.RETURNED, RoundState.AGREED]
    assert "Förskolan" in dialogue.summary_rounds.get(number=2).content["parts"][0]["text"]


def test_all_declare_that_they_have_no_conflict():
    dialogue, _own = held()
    declare_none(dialogue, pair())
    assert list(dialogue.conflict_declarations.values_list("has_conflict", flat=True)) == [False, False]
