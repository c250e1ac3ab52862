"""Talking SMTP: one connection for many letters, and what became of each."""

from __future__ import annotations

import contextlib
import enum
import re
import select
import smtplib
import socket
from dataclasses import dataclass
from types import TracebackType

from django.core.mail.backends.smtp import EmailBackend

END = b".\r\n"


class Outcome(enum.Enum):
    """What became of a letter that was handed over."""

    ACCEPTED = "accepted"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reply:
    """The outcome, and the server's words (or what broke)."""

    outcome: Outcome
    words: str


class CannotConnect(Exception):
    """The mail server can't be reached, or won't let us in; nothing has been handed over."""


class Post:
    """A connection to the mail server of Django's settings (EMAIL_HOST and so on), opened when needed."""

    def __init__(self) -> None:
        self._backend = EmailBackend(fail_silently=False)

    def __enter__(self) -> Post:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def open(self) -> None:
        """Connect unless there is a living connection. Raises CannotConnect."""
        if self._backend.connection and _has_spoken_unasked(self._backend.connection):
            self._drop()
        try:
            if self._backend.open():
                # the end mark is a packet of its own; without this it would wait for the body's receipt
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise CannotConnect(_words(error)) from error

    def hand_over(self, data: bytes, *, sender: str, recipient: str) -> Reply:
        """Hand over one letter to an open connection, and tell what became of it.

        Until the end mark is sent the server cannot have taken the letter; when the connection breaks after
        that, nobody knows.
        """
        try:
            refusal = self._announce(len(data), sender, recipient)
            if refusal:
                return refusal
            self._smtp.send(_dots_doubled(data))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Reply(Outcome.LATER, _words(error))
        return self._finish()

    @property
    def _smtp(self) -> smtplib.SMTP:
        assert self._backend.connection is not None
        return self._backend.connection

    @property
    def _socket(self) -> socket.socket:
        assert self._smtp.sock is not None
        return self._smtp.sock

    def _announce(self, size: int, sender: str, recipient: str) -> Reply | None:
        """Say who writes to whom; answer the server's refusal, if any."""
        options = [f"size={size}"] if self._smtp.has_extn("size") else []
        for wanted, command in (
            ({250}, lambda: self._smtp.mail(sender, options)),
            ({250, 251}, lambda: self._smtp.rcpt(recipient)),
            ({354}, lambda: self._smtp.docmd("DATA")),
        ):
            code, words = command()
            if code not in wanted:
                self._begin_anew(code)
                return _reply(code, words)
        return None

    def _finish(self) -> Reply:
        try:
            self._smtp.send(END)
            code, words = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Reply(Outcome.UNKNOWN, _words(error))
        if code == 421:
            self._drop()
        return _reply(code, words)

    def _begin_anew(self, code: int) -> None:
        """Make the connection ready for the next letter after a refusal."""
        if code == 421:
            return self._drop()
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _hang_up(self) -> None:
        if self._backend.connection:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._backend.connection.quit()
            self._drop()

    def _drop(self) -> None:
        if self._backend.connection:
            self._backend.connection.close()
            self._backend.connection = None


def _has_spoken_unasked(connection: smtplib.SMTP) -> bool:
    """Tell whether the server has closed, or said that it will, since the last letter."""
    return connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])


def _dots_doubled(data: bytes) -> bytes:
    """Lines that begin with a dot get one more, as SMTP wants."""
    return re.sub(rb"(?m)^\.", b"..", data)


def _reply(code: int, words: bytes) -> Reply:
    outcome = {2: Outcome.ACCEPTED, 5: Outcome.REFUSED}.get(code // 100, Outcome.LATER)
    return Reply(outcome, f"{code} {words.decode('utf-8', 'replace')}")


def _words(error: Exception) -> str:
    """An error in words that a person can search for."""
    return f"{type(error).__name__}: {error}"[:2000]
