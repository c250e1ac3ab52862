"""From templates to a letter's title, text and HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation

from dialogues.models import LetterKind

LANGUAGE, ZONE = "sv", "Europe/Stockholm"
TITLE_LENGTH = 300


@dataclass(frozen=True)
class Rendered:
    """A letter in words: the title is one line, the text is plain."""

    title: str
    text: str
    html: str


def render_letter(kind: LetterKind | str, context: Mapping[str, object]) -> Rendered:
    """Render `templates/letters/<kind>.subject.txt`, `.txt` and `.html` in Swedish and Stockholm's time."""
    with translation.override(LANGUAGE), timezone.override(ZONE):
        title, text = render_text(kind, context)
        html = get_template(f"letters/{kind}.html").render({**context, "title": title})
    return Rendered(title, text, html.strip() + "\n")


def render_text(kind: LetterKind | str, context: Mapping[str, object]) -> tuple[str, str]:
    """The title and the plain text of a letter, in Swedish and Stockholm's time."""
    with translation.override(LANGUAGE), timezone.override(ZONE):
        title = one_line(_plain(f"letters/{kind}.subject.txt", context))
        text = _plain(f"letters/{kind}.txt", {**context, "title": title})
    return title[:TITLE_LENGTH], tidy(text)


def one_line(text: str) -> str:
    """The text on one line, without control characters: safe as a header."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text).split())


def tidy(text: str) -> str:
    """Without spaces at line ends, and with at most one empty line in a row."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _plain(template: str, context: Mapping[str, object]) -> str:
    """Render a template that is not HTML: nothing is escaped."""
    return str(get_template(template).template.render(Context(dict(context), autoescape=False)))  # type: ignore[attr-defined]
