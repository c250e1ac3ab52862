"""A real SMTP server that does as it is told: takes letters, refuses, hangs, hangs up."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HANG, HANG_UP, TAKE_AND_HANG_UP, TAKE_AND_HANG = "hang", "hang up", "take and hang up", "take and hang"


class Postmaster:
    """Says `plan[stage].pop(0)` at each stage (mail, rcpt, data), and yes when nothing is planned.

    An entry is an SMTP reply ("451 later"), HANG (until released), HANG_UP, or, at data, TAKE_AND_HANG_UP and
    TAKE_AND_HANG: the letter is taken, but the client never hears of it.
    """

    def __init__(self) -> None:
        self.plan: dict[str, list[str]] = {"mail": [], "rcpt": [], "data": []}
        self.taken: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.connections = 0
        self.hanging = threading.Event()
        self._release = threading.Event()

    def release(self) -> None:
        """Let those who hang go on."""
        self._release.set()

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, host: str, replies: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = host
        return replies

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._act("mail", server, envelope)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._act("rcpt", server, envelope)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._act("data", server, envelope)

    async def _act(self, stage: str, server: SMTP, envelope: Envelope) -> str:
        deed = self.plan[stage].pop(0) if self.plan[stage] else "250 ok"
        if stage == "data" and (deed.startswith("2") or deed in (TAKE_AND_HANG_UP, TAKE_AND_HANG)):
            self.taken.append(envelope.original_content or b"")
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if deed in (HANG, TAKE_AND_HANG):
            self.hanging.set()
            while not self._release.is_set():
                await asyncio.sleep(0.01)
            return "250 ok"
        if deed in (HANG_UP, TAKE_AND_HANG_UP):
            assert server.transport is not None
            server.transport.abort()
        return deed if deed[0].isdigit() else "250 ok"

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.taken]  # type: ignore[misc]

    @property
    def times_taken(self) -> Counter[str]:
        """How many times each Message-ID has been taken."""
        return Counter(message["Message-ID"] for message in self.messages)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_post_office(settings: Any, timeout: float = 10) -> Iterator[Postmaster]:
    """Run a post office that Django's settings lead to."""
    postmaster = Postmaster()
    port = free_port()
    controller = Controller(postmaster, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
    settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "", False, False
    try:
        yield postmaster
    finally:
        postmaster.release()
        controller.stop()
