"""What an address's query asks for, read so that nothing typed there can break a page."""

from __future__ import annotations

from collections.abc import Collection

from django.http import QueryDict

LONGEST = 100
LARGEST = 2**63 - 1
"""The largest key that the database keeps."""


def words(query: QueryDict, name: str = "q") -> str:
    """Search words with single spaces between them, cut to 100 signs."""
    return " ".join(query.get(name, "").replace("\x00", "").split())[:LONGEST]


def choice(query: QueryDict, name: str, choices: Collection[str]) -> str:
    """One of the choices; nothing when it is none of them."""
    value = query.get(name, "")
    return value if value in choices else ""


def key(query: QueryDict, name: str) -> str:
    """A row's number in plain digits; nothing when it is not one."""
    return only_key(query.get(name, ""))


def only_key(value: str) -> str:
    """The value when it is a row's number in plain digits, else nothing."""
    is_number = value.isascii() and value.isdecimal() and len(value) < 20 and int(value) <= LARGEST
    return value if is_number else ""
