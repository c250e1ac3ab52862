"""A letter's bytes: built when it is written, kept, and the same at every attempt."""

from __future__ import annotations

from collections.abc import Iterable

from dialogues.domain.files import read_file, store_file, store_unique
from dialogues.letters.message import Part, build_message
from dialogues.models import Letter, LetterAttachment, StoredFile

MEDIA_TYPE = "message/rfc822"


def keep_bytes(letter: Letter) -> StoredFile:
    """Build the letter as it stands and keep its bytes; its date is when it is due. Raises Unsendable."""
    return store_file(_built(letter, letter.attachments.all()), MEDIA_TYPE)


def keep_first_bytes(letter: Letter, attachments: Iterable[LetterAttachment]) -> StoredFile:
    """The same for a letter that is being written, not saved yet. Raises Unsendable."""
    return store_unique(_built(letter, attachments), MEDIA_TYPE)


def _built(letter: Letter, attachments: Iterable[LetterAttachment]) -> bytes:
    return build_message(
        sender=letter.agency.sender,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        title=letter.title,
        text=letter.text,
        html=letter.html,
        message_id=letter.message_id,
        date=letter.due_at,
        parts=[Part(a.name, a.media_type, read_file(a.file)) for a in attachments],
    )
