"""The texts that come with the program: shown until staff have published their own.

A file `texts/NAME.LANGUAGE.md` begins with lines `title:`, `lead:` and `updated:`; after an empty line
comes the body.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Text:
    """A page's text: Markdown in `body`, and the day it last changed."""

    title: str
    lead: str
    body: str
    updated: datetime.date


@cache
def shipped_text(name: str, language: str) -> Text:
    """The text of the page `name` that comes with the program. Raises FileNotFoundError."""
    head, _blank, body = (TEXTS / f"{name}.{language}.md").read_text(encoding="utf-8").partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    return Text(facts["title"], facts["lead"], body.strip(), datetime.date.fromisoformat(facts["updated"]))
