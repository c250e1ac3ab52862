"""The demo's earlier cycle: one dialogue that ended, with all that is read beside the new."""

import pytest

from dialogues.demo.earlier import put_in_earlier
from dialogues.domain.files import read_file
from dialogues.last_time import last_time_of
from dialogues.models import DialogueState
from tests.accounts.factories import leader
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.underlag.factories import edition_with_texts

pytestmark = pytest.mark.django_db


def test_the_dialogue_before_has_questions_a_summary_and_a_self_rating():
    edition_with_texts()
    dialogue = DialogueFactory()
    then = put_in_earlier(dialogue.huvudman, before=dialogue.cycle, by=leader())
    found = last_time_of(dialogue)
    assert (found.dialogue, then.state, len(found.questions)) == (then, DialogueState.CLOSED, 2)
    assert [title for title, _words in found.summary][:1] == ["Det här talade vi om"]
    assert found.ratings[0]["answer"]
    for kept in (then.analyses.get().pdf, then.summary_rounds.get().agreed_pdf):
        assert read_file(kept).startswith(b"%PDF")
