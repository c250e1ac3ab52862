"""Markdown becomes safe HTML, whatever is written."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from dialogues.public.markup import to_html

OURS = {"p", "h2", "h3", "h4", "h5", "h6", "h7", "ul", "ol", "li", "strong", "em", "a", "blockquote"}
OURS |= {"code", "pre", "hr", "br"}
PIECES = [
    "<script>",
    "<b onclick=x>",
    "[a](javascript:x)",
    "[a](https://b.se)",
    "# ",
    "### ",
    "\n\n",
    "* ",
    "**",
]
PIECES += ["![a](b.png)", "ord", "<", "&", '"', "{telefon}", "data:text/html,x"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(to_html(text))
    return parser.found


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_only_our_own_tags_and_harmless_links(text: str) -> None:
    for tag, attributes in tags(text):
        assert tag in OURS
        assert set(attributes) <= {"href", "title", "start", "class"}
        assert not str(attributes.get("href", "")).lower().startswith(("javascript:", "data:", "vbscript:"))


@pytest.mark.parametrize("body", ["# A\n\n# B", "## A\n\n## B", "### A\n\n### B"])
def test_headings_begin_at_the_second_level(body: str) -> None:
    assert [tag for tag, _attributes in tags(body)] == ["h2", "h2"]


def test_no_level_of_heading_is_skipped() -> None:
    assert [tag for tag, _attributes in tags("## A\n\n#### B\n\n## C")] == ["h2", "h3", "h2"]


def test_contact_ways_are_settings(settings: Settings) -> None:
    settings.CONTACT_PHONE, settings.CONTACT_EMAIL = "08-123 45 67", "fraga@myndighet.example"
    shown = to_html("Ring {telefon} eller skriv till {epost}.")
    assert '<a href="tel:+4681234567">08-123 45 67</a>' in shown
    assert '<a href="mailto:fraga@myndighet.example">fraga@myndighet.example</a>' in shown
