"""Writing a letter: a row in the business transaction, once for each occasion."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency
from dialogues.domain.files import store_file
from dialogues.letters.keeping import keep_bytes, keep_first_bytes
from dialogues.letters.message import Unsendable
from dialogues.letters.rendering import one_line, render_letter
from dialogues.letters.waking import wake_the_post
from dialogues.links import answer_link
from dialogues.models import (
    Dialogue,
    Invitation,
    InvitationBatch,
    Letter,
    LetterAttachment,
    LetterKind,
    StoredFile,
)
from huvudman.models import Contact


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter: new bytes, or a file that is kept already."""

    name: str
    media_type: str
    data: bytes | StoredFile

    def stored(self) -> StoredFile:
        """The file as a row."""
        return self.data if isinstance(self.data, StoredFile) else store_file(self.data, self.media_type)


def queue_letter(
    *,
    kind: LetterKind,
    dialogue: Dialogue | None,
    contact: Contact | None = None,
    recipient: str = "",
    recipient_name: str = "",
    occasion: str = "1",
    subject_key: str = "",
    batch: InvitationBatch | None = None,
    due_at: datetime.datetime | None = None,
    context: Mapping[str, object] | None = None,
    attachments: Sequence[Attachment] = (),
    agency: str | None = None,
) -> Letter:
    """Write a letter in the caller's transaction; a worker sends it after commit, or when it is due.

    A letter is written once for each (kind, subject, recipient, occasion): asked again, the first is
    answered. `recipient` is the contact's address unless told, `subject_key` "dialogue:<id>", and `agency`
    (the code of the agency that signs) settings.LETTER_AGENCY. Raises ValueError without a recipient.
    """
    key = {
        "kind": kind,
        "subject_key": subject_key or f"dialogue:{dialogue.pk if dialogue else ''}",
        "recipient": _address(recipient, contact),
        "occasion": occasion,
    }
    known = Letter.objects.filter(**key).first()
    if known:
        return known
    sender = Agency.objects.get(code=agency or settings.LETTER_AGENCY)
    more = {"recipient": key["recipient"], **(context or {})}
    rendered = render_letter(kind, _context(dialogue, contact, recipient_name, sender, more))
    letter = Letter(
        **key,
        dialogue=dialogue,
        batch=batch or (dialogue.batch if dialogue else None),
        contact=contact,
        agency=sender,
        recipient_name=one_line(recipient_name or (contact.name if contact else "")),
        title=rendered.title,
        text=rendered.text,
        html=rendered.html,
        due_at=due_at or timezone.now(),
        message_id=_message_id(),
    )
    try:
        with transaction.atomic():
            _keep(letter, attachments)
    except IntegrityError:  # unless somebody has just written the same letter, get raises
        return Letter.objects.get(**key)
    return letter


def write_invitation_anew(letter: Letter, invitation: Invitation) -> None:
    """Write an invitation that is still to be sent with the dates that its batch has now: it goes out with
    the batch, or at once if that has gone. The caller holds the letter's lock.
    """
    told = {"answer_url": answer_link(invitation, letter.contact), "answer_by": invitation.answer_by}
    facts = _context(invitation.dialogue, letter.contact, letter.recipient_name, letter.agency, told)
    rendered = render_letter(letter.kind, facts)
    letter.title, letter.text, letter.html = rendered.title, rendered.text, rendered.html
    now, goes_out = timezone.now(), invitation.batch.send_at
    letter.due_at, letter.sent_bytes = max(now, goes_out or now), None
    with contextlib.suppress(Unsendable):
        letter.sent_bytes = keep_bytes(letter)
    letter.save(update_fields=["title", "text", "html", "due_at", "sent_bytes"])


def _address(recipient: str, contact: Contact | None) -> str:
    address = (recipient or (contact.email if contact else "")).strip().lower()
    if not address:
        raise ValueError("a letter needs a recipient")
    return address


def _message_id() -> str:
    return f"<{uuid.uuid4()}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def _context(
    dialogue: Dialogue | None,
    contact: Contact | None,
    recipient_name: str,
    agency: Agency,
    more: Mapping[str, object],
) -> dict[str, object]:
    base_url = settings.BASE_URL.rstrip("/")
    return {
        "dialogue": dialogue,
        "huvudman": dialogue.huvudman if dialogue else None,
        "contact": contact,
        "recipient_name": recipient_name or (contact.name if contact else ""),
        "agency": agency,
        "agency_name": agency.name,
        "contact_phone": settings.CONTACT_PHONE,
        "contact_email": parseaddr(agency.sender)[1] or settings.CONTACT_EMAIL,
        "base_url": base_url,
        "portal_url": base_url + reverse("home"),
        **more,
    }


def _keep(letter: Letter, attachments: Sequence[Attachment]) -> None:
    """Save a letter with what will be sent, so that sending is only that; who sends finds out what can't be
    built.
    """
    files = [
        LetterAttachment(
            letter=letter, file=a.stored(), name=one_line(a.name), media_type=one_line(a.media_type)
        )
        for a in attachments
    ]
    with contextlib.suppress(Unsendable):
        letter.sent_bytes = keep_first_bytes(letter, files)
    letter.save(force_insert=True)
    LetterAttachment.objects.bulk_create(files)
    transaction.on_commit(wake_the_post, robust=True)
