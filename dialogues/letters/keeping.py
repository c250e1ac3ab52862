"""A letter's bytes: built when it is written, kept, and the same at every attempt."""

from __future__ import annotations

from dialogues.domain.files import read_file, store_file
from dialogues.letters.message import Part, build_message
from dialogues.models import Letter, StoredFile


def keep_bytes(letter: Letter) -> StoredFile:
    """Build the letter as it stands and keep its bytes; its date is when it is due. Raises Unsendable."""
    data = build_message(
        sender=letter.agency.sender,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        title=letter.title,
        text=letter.text,
        html=letter.html,
        message_id=letter.message_id,
        date=letter.due_at,
        parts=[Part(a.name, a.media_type, read_file(a.file)) for a in letter.attachments.all()],
    )
    return store_file(data, "message/rfc822")
