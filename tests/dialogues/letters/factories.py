"""Letters in any state, for tests."""

from __future__ import annotations

import uuid
from typing import Any

import factory
from django.utils import timezone

from dialogues.domain.files import store_file
from dialogues.models import DialogueState, Letter, LetterKind
from dialogues.models import LetterState as S
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory

HELD = (S.CLAIMED, S.HANDING_OVER, S.SENT, S.UNCERTAIN, S.FAILED)
HANDED_OVER = (S.HANDING_OVER, S.SENT, S.UNCERTAIN)


class LetterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Letter

    kind = LetterKind.INVITATION
    dialogue = factory.SubFactory(DialogueFactory, state=DialogueState.INVITED)
    batch = factory.SelfAttribute("dialogue.batch")
    subject_key = factory.LazyAttribute(lambda letter: f"dialogue:{letter.dialogue.pk}")
    agency = factory.SubFactory(AgencyFactory)
    recipient = factory.Sequence(lambda n: f"mottagare{n}@skola.example")
    recipient_name = "Åsa Öberg"
    title = "Inbjudan till kvalitetsdialog"
    text = "Hej Åsa!\n\n.punkten först på raden\n"
    html = "<p>Hej Åsa!</p>\n"
    due_at = factory.LazyFunction(timezone.now)
    message_id = factory.LazyFunction(lambda: f"<{uuid.uuid4()}@example.test>")


def letter_in(state: str, **fields: Any) -> Letter:
    """A letter in a state, with what must go with it."""
    if state in HELD:
        fields = {"claim": uuid.uuid4(), "claimed_at": timezone.now(), "attempts": 1} | fields
    if state in HANDED_OVER:
        stored = store_file(b"Subject: as it was sent\r\n\r\nHej\r\n", "message/rfc822")
        fields = {"sent_bytes": stored, "handed_over_at": timezone.now()} | fields
    if state == S.SENT:
        fields = {"sent_at": timezone.now()} | fields
    return LetterFactory(state=state, **fields)
