"""The documentation leads somewhere: every file that a page links to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)|src=\"([^\":]+)\"")
NAMED = re.compile(
    r"`((?:accounts|bench|bin|config|dialogues|huvudman|quality_system|templates|tests)/[\w./-]+)`"
)


def targets(page: Path, pattern: re.Pattern[str]) -> list[str]:
    return ["".join(found) for found in pattern.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    assert [link for link in targets(page, LINK) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_code_that_a_page_names_is_there(page: Path) -> None:
    assert [name for name in targets(page, NAMED) if not (ROOT / name).exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    linked = {(ROOT / link).resolve() for link in targets(ROOT / "README.md", LINK)}
    apart = {page for page in PAGES if page.parent == ROOT / "docs"} - linked
    assert apart == set()
