"""What one sends is what one has read: nothing goes out with words that were written after that."""

from __future__ import annotations

import hashlib
import json

from accounts.domain.machine import Conflict


class WrittenSince(Conflict):
    """Somebody has written in what is to be sent after the page that shows it was opened."""


def version_of(text: str) -> str:
    """The version of a text: the same words have the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def content_version(content: object) -> str:
    """The version of a content (as JSON has it): the same words in the same order have the same."""
    return version_of(json.dumps(content, ensure_ascii=False, sort_keys=True))


def require_as_seen(content: object, seen: str, refusal: str) -> None:
    """Raise WrittenSince, with these words, when the content is not the one whose version was `seen`."""
    if content_version(content) != seen:
        raise WrittenSince(refusal)
