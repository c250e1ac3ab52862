"""Two at the outbox at once, with two real connections. Each first shows the race without the lock."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from dialogues.domain import files
from dialogues.letters import Attachment, queue_letter, writing
from dialogues.letters.lifecycle import claim_due, letters_due
from dialogues.models import Letter, LetterKind, StoredFile
from dialogues.models import LetterState as S
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.letters.factories import LetterFactory
from tests.races.test_dialogue_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_two_workers_claim_at_once() -> None:
    def claim_without_lock() -> list[int]:
        with transaction.atomic():
            taken = list(letters_due().values_list("pk", flat=True))
            both_have_looked.wait(20)
            Letter.objects.filter(pk__in=taken).update(state=S.CLAIMED, claim=uuid.uuid4(), claimed_at=Now())
        return taken

    def claim_and_hold() -> list[int]:
        with transaction.atomic():
            taken = [letter.pk for letter in claim_due(6)]
            both_have_looked.wait(20)
        return taken

    both_have_looked = threading.Barrier(2)
    LetterFactory.create_batch(10)
    first, second = at_once(claim_without_lock, claim_without_lock)
    assert set(first) & set(second), "the race is there without the lock"

    Letter.objects.update(state=S.QUEUED, claim=None)
    both_have_looked = threading.Barrier(2)
    first, second = at_once(claim_and_hold, claim_and_hold)
    assert not set(first) & set(second)
    assert sorted(first + second) == sorted(
        Letter.objects.filter(state=S.CLAIMED).values_list("pk", flat=True)
    )
    assert len(first + second) == 10


def test_two_write_the_same_letter_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    AgencyFactory()
    dialogue = DialogueFactory()
    both_have_looked = threading.Barrier(2)

    def write_unguarded() -> Letter:
        row = LetterFactory.build(dialogue=dialogue, batch=dialogue.batch, recipient="a@b.example")
        row.agency = AgencyFactory()
        assert not Letter.objects.filter(recipient=row.recipient).exists()
        both_have_looked.wait(20)
        row.save()
        return row

    results = at_once(write_unguarded, write_unguarded)
    assert [type(r) for r in results].count(IntegrityError) == 1, "both would have written"
    Letter.objects.all().delete()

    real = writing.render_letter

    def render_when_both_have_looked(*args: object) -> object:
        both_have_looked.wait(20)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(writing, "render_letter", render_when_both_have_looked)
    attachment = Attachment("a.txt", "text/plain", b"same")

    def write() -> Letter:
        return queue_letter(
            kind=LetterKind.CLOSED, dialogue=dialogue, recipient="a@b.example", attachments=[attachment]
        )

    first, second = at_once(write, write)
    assert first == second
    assert Letter.objects.get().attachments.count() == 1


def test_two_store_the_same_file_at_once(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    both_have_looked = threading.Barrier(2)
    data = b"the same bytes"

    def store_unguarded() -> StoredFile:
        assert not StoredFile.objects.exists()
        both_have_looked.wait(20)
        return StoredFile.objects.create(sha256="0" * 64, file="files/0", size=1, media_type="text/plain")

    results = at_once(store_unguarded, store_unguarded)
    assert [type(r) for r in results].count(IntegrityError) == 1, "both would have stored"
    StoredFile.objects.all().delete()

    def nothing_there(_name: str, _data: bytes) -> bool:
        both_have_looked.wait(20)
        return False

    monkeypatch.setattr(files, "_is_there", nothing_there)
    first, second = at_once(*[lambda: files.store_file(data, "text/plain")] * 2)
    assert first == second
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [data]
    assert files.read_file(first) == data
