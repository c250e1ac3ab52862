"""What the open pages show now."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone

from dialogues.models import PageText, PageTextState
from dialogues.public.shipped import Text, shipped_text


def shown_text(name: str, language: str) -> Text:
    """The published text of a page, or the one that comes with the program. One query."""
    row = published().filter(page=name, language=language).first()
    return as_text(row) if row else shipped_text(name, language)


def published() -> QuerySet[PageText]:
    """The texts that are shown."""
    return PageText.objects.filter(state=PageTextState.PUBLISHED)


def as_text(row: PageText) -> Text:
    """A kept version as a text; its day is that of publishing, or of saving."""
    return Text(row.title, row.lead, row.body, timezone.localdate(row.published_at or row.saved_at))


def texts_by_page() -> Mapping[tuple[str, str], dict[str, PageText]]:
    """(Page, language) → what is kept of it that matters now, by state. One query."""
    rows = PageText.objects.exclude(state=PageTextState.REPLACED).select_related("saved_by", "published_by")
    found: dict[tuple[str, str], dict[str, PageText]] = {}
    for row in rows:
        found.setdefault((row.page, row.language), {})[row.state] = row
    return found
