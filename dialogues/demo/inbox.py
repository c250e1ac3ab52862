"""Reads the demo's mail over IMAP, as the people it was sent to would."""

from __future__ import annotations

import email
import email.policy
import imaplib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage


@contextmanager
def opened() -> Iterator[imaplib.IMAP4]:
    """The inbox that MAIL_HOST, MAIL_IMAP_PORT, MAIL_USER and MAIL_PASSWORD name."""
    box = imaplib.IMAP4(os.environ["MAIL_HOST"], int(os.environ["MAIL_IMAP_PORT"]), timeout=30)
    try:
        box.login(os.environ["MAIL_USER"], os.environ["MAIL_PASSWORD"])
        box.select("INBOX", readonly=True)
        yield box
    finally:
        box.shutdown()


class Inbox:
    """All letters that have come so far, in the order they came."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self._read: set[str] = set()

    def look(self) -> list[EmailMessage]:
        """Read what has come since last time; answer it."""
        with opened() as box:
            uids = [uid for uid in _all_uids(box) if uid not in self._read]
            letters = [_fetch(box, uid) for uid in uids]
        self._read.update(uids)
        self.letters += letters
        return letters


def _all_uids(box: imaplib.IMAP4) -> list[str]:
    _ok, found = box.uid("SEARCH", "ALL")
    return found[0].decode().split() if found and found[0] else []


def _fetch(box: imaplib.IMAP4, uid: str) -> EmailMessage:
    _ok, parts = box.uid("FETCH", uid, "(RFC822)")
    raw = next(part[1] for part in parts if isinstance(part, tuple))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  (the default policy makes nothing else)
    return message


def text_of(message: EmailMessage) -> str:
    """The letter's plain text."""
    body = message.get_body(("plain",))
    return body.get_content() if body else ""
