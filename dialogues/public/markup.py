"""Markdown as staff write it, made into the HTML of an open page."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from accounts.templatetags.look import tel

MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


def contact_words() -> dict[str, str]:
    """Words in braces that stand for the contact ways in settings, as Markdown."""
    return {
        "{telefon}": f"[{settings.CONTACT_PHONE}](tel:{tel(settings.CONTACT_PHONE)})",
        "{epost}": f"[{settings.CONTACT_EMAIL}](mailto:{settings.CONTACT_EMAIL})",
        "{telefontid}": settings.CONTACT_HOURS,
    }


def to_html(text: str) -> SafeString:
    """The text as HTML. HTML in the text is shown as it is written; headings begin at the second level."""
    for word, ways in contact_words().items():
        text = text.replace(word, ways)
    tokens = MARKDOWN.parse(text)
    _lower_headings(tokens)
    return mark_safe(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))  # noqa: S308  html is off


def _lower_headings(tokens: Sequence[Token]) -> None:
    """The page's own heading is the only one of the first level, and none is skipped."""
    levels = sorted({token.tag for token in tokens if token.type == "heading_open"})
    tags = {tag: f"h{place}" for place, tag in enumerate(levels, start=2)}
    for token in tokens:
        token.tag = tags.get(token.tag, token.tag)
