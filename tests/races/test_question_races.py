"""The huvudman sends its questions in the portal while staff save what was told by phone."""

import threading
from uuid import uuid4

import pytest

from accounts.actors import person
from accounts.models import AuditEntry
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.drafts import Edit, save_draft, send_draft
from dialogues.domain.questions import AskedSince, Row, send_questions
from dialogues.models import Channel, DialogueState, PriorityQuestion
from quality_system.models import Area
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact
from tests.races.test_dialogue_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_neither_replaces_questions_that_its_page_never_showed(monkeypatch):
    def race() -> list[str]:
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        huvudman, guide = person(own), person(leader())
        edit = Edit(question=uuid4(), seen=None, form=uuid4())
        typed = {"area": "equity", "text": "Egen", "sub_goal": None}
        save_draft(dialogue=dialogue, edit=edit, actor=huvudman, **typed)

        def by_phone() -> None:
            rows = [Row(area=Area.QUALITY, text="Sagd", sub_goal=None)]
            told = {"told_by": "Kim Ek", "channel": Channel.PHONE, "seen": 0}
            send_questions(dialogue=dialogue, rows=rows, actor=guide, **told)

        in_portal = lambda: send_draft(dialogue=dialogue, told_by="Bo Al", actor=huvudman, seen=0)  # noqa: E731
        results = at_once(by_phone, in_portal)
        entries = AuditEntry.objects.filter(verb="questions.sent", subject_id=dialogue.pk)
        told = [row["text"] for entry in entries for row in entry.facts["rows"]]
        if len(told) == 1:
            assert [type(r) for r in results if isinstance(r, Exception)] == [AskedSince]
            assert PriorityQuestion.objects.get(form__dialogue=dialogue).text == told[0]
            assert dialogue.question_drafts.exists() == (told == ["Sagd"])
        return told

    assert len(race()) == 1
    both_have_looked = threading.Barrier(2, timeout=20)

    def look_and_wait(_dialogue, seen):
        assert seen == 0
        both_have_looked.wait()

    monkeypatch.setattr(type(DIALOGUES), "locked", unlocked)
    monkeypatch.setattr("dialogues.domain.questions._asked_since", look_and_wait)
    assert sorted(race()) == ["Egen", "Sagd"]
