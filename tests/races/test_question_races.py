"""The huvudman sends its questions while staff save what was told by phone, or a colleague writes in them."""

import threading
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from accounts.actors import Actor, person
from accounts.domain.machine import Machine
from accounts.models import AuditEntry
from dialogues.domain import drafts
from dialogues.domain.drafts import Edit, draft_version, drafts_of, save_draft, send_draft
from dialogues.domain.questions import AskedSince, Row, send_questions
from dialogues.domain.seen import WrittenSince
from dialogues.models import Channel, DialogueState, PriorityQuestion
from quality_system.models import Area
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact
from tests.huvudman.factories import ContactFactory
from tests.races.test_dialogue_races import at_once, unlocked
from tests.races.test_lock_order import while_uncommitted

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

        read = draft_version(drafts_of(dialogue, huvudman))
        told = {"told_by": "Bo Al", "actor": huvudman, "seen": 0}
        in_portal = lambda: send_draft(dialogue=dialogue, read=read, **told)  # noqa: E731
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

    monkeypatch.setattr(Machine, "locked_as_it_stands", unlocked)
    monkeypatch.setattr("dialogues.domain.questions._asked_since", look_and_wait)
    assert sorted(race()) == ["Egen", "Sagd"]


def test_words_that_a_colleague_saves_at_that_moment_are_not_sent_unseen(monkeypatch):
    def race() -> list[str]:
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        one, other = person(own), person(ContactFactory(huvudman=dialogue.huvudman, role="other").user)
        question, form = uuid4(), uuid4()

        def write(words: str, seen: UUID | None, actor: Actor) -> None:
            edit = Edit(question=question, seen=seen, form=form if seen is None else uuid4())
            typed = {"area": "equity", "text": words, "sub_goal": None}
            save_draft(dialogue=dialogue, edit=edit, actor=actor, **typed)

        def send() -> None:
            with suppress(WrittenSince):
                send_draft(dialogue=dialogue, read=read, told_by="Bo Al", actor=one)

        write("Läst", None, one)
        read = draft_version(drafts_of(dialogue, one))
        while_uncommitted(lambda: write("Oläst", form, other), send)
        left = list(dialogue.question_drafts.values_list("text", flat=True))
        sent = list(PriorityQuestion.objects.filter(form__dialogue=dialogue).values_list("text", flat=True))
        assert left + sent == ["Oläst"]
        return sent

    with monkeypatch.context() as unguarded:
        unguarded.setattr(drafts, "require_as_seen", lambda *_seen: None)
        assert race() == ["Oläst"]
    assert race() == []
