"""From a letter to the bytes of an e-mail."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import cache
from zoneinfo import ZoneInfo

from dialogues.letters.rendering import one_line


class Headers(HeaderRegistry):
    """Makes the class for a header once: the standard library makes one anew for every header of a letter."""

    @cache  # noqa: B019 (there is one registry, and it lives as long as the process)
    def __getitem__(self, name: str) -> type[BaseHeader]:
        return super().__getitem__(name)


POLICY = SMTP.clone(cte_type="7bit", header_factory=Headers())
"""CRLF line ends, and nothing that an old mail server can't carry."""


class Unsendable(ValueError):
    """No mail server could take the letter, however often it is tried."""


@dataclass(frozen=True)
class Part:
    """A file in a letter."""

    name: str
    media_type: str
    data: bytes


def build_message(
    *,
    sender: str,
    recipient: str,
    recipient_name: str,
    title: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime.datetime,
    parts: Sequence[Part] = (),
) -> bytes:
    """The e-mail, byte for byte, with CRLF line ends.

    `sender` is "Name <address>". Calendar files are both a part that calendars read and a file. Line breaks
    in what becomes headers turn into spaces. Raises Unsendable for an address that can't be written.
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(*parseaddr(one_line(sender)))
    message["To"] = _address(recipient_name, recipient)
    message["Subject"] = one_line(title)
    message["Date"] = date.astimezone(ZoneInfo("Europe/Stockholm"))
    message["Message-ID"] = one_line(message_id)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Content-Language"] = "sv"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for part in parts:
        _add_calendar(message, part)
    for part in parts:
        _add_file(message, part)
    return message.as_bytes().removesuffix(b"\r\n") + b"\r\n"


def envelope_address(address: str) -> str:
    """The bare address in ASCII, as SMTP wants it. Raises Unsendable."""
    local, _at, domain = parseaddr(one_line(address))[1].rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{_ascii_domain(domain)}" if local else _refuse(address)
    except UnicodeError:
        return _refuse(address)


def _refuse(address: str) -> str:
    raise Unsendable(f"adressen går inte att skicka till: {address}")


def _ascii_domain(domain: str) -> str:
    return domain.encode("idna").decode("ascii")


def _address(name: str, address: str) -> Address:
    try:
        return Address(display_name=one_line(name), addr_spec=envelope_address(address))
    except Unsendable:
        raise
    except Exception as error:  # the standard library raises a score of kinds for addresses that are none
        raise Unsendable(f"adressen går inte att skicka till: {address}") from error


def _media_type(part: Part) -> tuple[str, str, dict[str, str]]:
    parsed = EmailMessage()
    parsed["Content-Type"] = one_line(part.media_type)
    header = parsed["Content-Type"]
    return header.maintype, header.subtype, dict(header.params)


def _add_calendar(message: EmailMessage, part: Part) -> None:
    maintype, subtype, params = _media_type(part)
    if (maintype, subtype) == ("text", "calendar"):
        message.add_alternative(part.data, maintype=maintype, subtype=subtype, params=params)


def _add_file(message: EmailMessage, part: Part) -> None:
    maintype, subtype, params = _media_type(part)
    message.add_attachment(
        part.data, maintype=maintype, subtype=subtype, filename=one_line(part.name), params=params
    )
