"""Writing a letter on paper: a row in the business transaction, once for each occasion."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from email.utils import parseaddr

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Agency
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER
from dialogues.letters.rendering import render_text
from dialogues.letters.writing import Attachment
from dialogues.models import Dialogue, Invitation, LetterKind, PaperLetter, StoredFile
from huvudman.queries import PostalAddress, postal_address_of

CODE_HERE = "{svarskod}"
"""Where the answer code stands in a letter's text; it is put in when the letter is printed."""
LETTERS_AND_FIGURES = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0 and O, no 1, I and L: a code is read from paper and typed."""
CODE_LENGTH = 10
PDF = "application/pdf"


def write_on_paper(
    *,
    kind: LetterKind,
    dialogue: Dialogue,
    occasion: str,
    context: Mapping[str, object] | None = None,
    attachments: Sequence[Attachment] = (),
    agency: str | None = None,
) -> PaperLetter | None:
    """Write a letter that waits to be printed, in the caller's transaction; None without a postal address.

    A letter is written once for each (kind, dialogue, occasion): asked again, the first is answered. Of the
    attachments a PDF goes with it. One that asks for an answer gets a code of its own to answer with.
    """
    address = postal_address_of(dialogue.huvudman)
    if address is None:
        return None
    sender = _sender(agency)
    title, text = in_words(kind, dialogue, address, sender, context or {})
    return write_words_on_paper(
        kind=kind,
        dialogue=dialogue,
        occasion=occasion,
        title=title,
        text=text,
        attachments=attachments,
        agency=agency,
    )


def write_words_on_paper(
    *,
    kind: LetterKind,
    dialogue: Dialogue,
    occasion: str,
    title: str,
    text: str,
    attachments: Sequence[Attachment] = (),
    agency: str | None = None,
) -> PaperLetter | None:
    """As `write_on_paper`, with words that are written already."""
    address = postal_address_of(dialogue.huvudman)
    if address is None:
        return None
    key = {
        "kind": kind,
        "subject_key": f"dialogue:{dialogue.pk}",
        "huvudman": dialogue.huvudman,
        "occasion": occasion,
    }
    known = PaperLetter.objects.filter(**key).first()
    if known:
        return known
    invitation = _invitation_to_answer(kind, dialogue)
    letter = PaperLetter(
        **key,
        dialogue=dialogue,
        batch=dialogue.batch,
        invitation=invitation,
        agency=_sender(agency),
        address="\n".join(address.lines),
        title=title,
        text=text,
        code=new_code() if invitation else None,
        enclosure=_enclosure(attachments),
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:  # unless somebody has just written the same letter, get raises
        return PaperLetter.objects.get(**key)
    return letter


def in_words(
    kind: LetterKind | str,
    dialogue: Dialogue,
    address: PostalAddress,
    sender: Agency,
    context: Mapping[str, object],
) -> tuple[str, str]:
    """The letter's title and text: the mail's own words, with what only a screen can do left out."""
    base_url = settings.BASE_URL.rstrip("/")
    return render_text(
        kind,
        {
            "on_paper": True,
            "dialogue": dialogue,
            "huvudman": dialogue.huvudman,
            "contact": None,
            "recipient": "",
            "recipient_name": address.person,
            "agency": sender,
            "agency_name": sender.name,
            "contact_phone": settings.CONTACT_PHONE,
            "contact_email": parseaddr(sender.sender)[1] or settings.CONTACT_EMAIL,
            "base_url": base_url,
            "portal_url": base_url + reverse("home"),
            "answer_address": typed_address(reverse("answer_by_code")),
            "answer_code": CODE_HERE,
            **context,
        },
    )


def write_paper_anew(letter: PaperLetter, invitation: Invitation) -> None:
    """Write an invitation that waits to be printed with the last day to answer it has now, to the address
    that the register has. The caller holds the letter's lock.
    """
    address = postal_address_of(letter.huvudman)
    if address:
        letter.address = "\n".join(address.lines)
    named = address or PostalAddress((), "")
    told = {"answer_by": invitation.answer_by}
    letter.title, letter.text = in_words(letter.kind, invitation.dialogue, named, letter.agency, told)
    letter.save(update_fields=["address", "title", "text"])


def typed_address(path: str) -> str:
    """The address of a page as somebody types it: without the scheme, and without a last slash."""
    return (settings.BASE_URL.rstrip("/") + path).partition("://")[2].rstrip("/")


def new_code() -> str:
    """A code that nobody guesses: ten of 31 signs."""
    return "".join(secrets.choice(LETTERS_AND_FIGURES) for _n in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """A code as it is printed: ”ABCDE-FGH23”."""
    return f"{code[:5]}-{code[5:]}"


def _sender(code: str | None) -> Agency:
    return Agency.objects.get(code=code or settings.LETTER_AGENCY)


def _invitation_to_answer(kind: LetterKind, dialogue: Dialogue) -> Invitation | None:
    if kind not in ASK_FOR_AN_ANSWER:
        return None
    return dialogue.invitations.filter(batch=dialogue.batch_id).first()


def _enclosure(attachments: Sequence[Attachment]) -> StoredFile | None:
    pdfs = [attachment for attachment in attachments if attachment.media_type == PDF]
    return pdfs[0].stored() if pdfs else None
