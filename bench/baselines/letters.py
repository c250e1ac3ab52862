"""The plain way to send letters: the same bytes, one after another, over one connection."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable


def send_plainly(port: int, letters: Iterable[bytes]) -> None:
    """Hand the letters over to the server on this machine; nothing is noted, nothing is looked up."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for letter in letters:
            server.sendmail("avsandare@myndighet.example", ["mottagare@skola.example"], letter)
