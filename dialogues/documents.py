"""What has gone between the agencies and a huvudman in a dialogue, as one list."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.models import Channel, Dialogue, Sent

OF_THEIR_OWN = frozenset({Sent.ANALYSIS})
"""Receipts of what stands in the list itself."""


@dataclass(frozen=True)
class Document:
    """A document: what, from whom to whom, when it was sent, and where it can be read."""

    title: str
    sender: str
    recipient: str
    at: datetime.datetime
    url: str = ""


def documents_of(dialogue: Dialogue) -> list[Document]:
    """The issued underlag, the sent analyses and all else that the huvudman has sent, latest first. Three
    queries.
    """
    rows = [*_underlag(dialogue), *_analyses(dialogue), *_receipts(dialogue)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _underlag(dialogue: Dialogue) -> list[Document]:
    url, agency = reverse("admin:underlag", args=[dialogue.public_id]), "Skolverket"
    rows = dialogue.underlag.filter(issued_at__isnull=False).defer("content")
    return [
        Document(
            _("Analysunderlag, version %(number)s") % {"number": row.version},
            agency,
            str(dialogue.huvudman),
            row.issued_at,
            url,
        )
        for row in rows
        if row.issued_at
    ]


def _analyses(dialogue: Dialogue) -> list[Document]:
    return [
        Document(
            _("Nulägesanalys, version %(number)s") % {"number": row.version},
            row.told_by,
            _("Skolverket och SPSM"),
            row.sent_at,
            reverse("admin:analysis", args=[dialogue.public_id, row.version]),
        )
        for row in dialogue.analyses.defer("content")
    ]


def _receipts(dialogue: Dialogue) -> list[Document]:
    return [
        Document(
            f"{row.title} ({Channel(row.channel).label})",
            row.given_by,
            _("Skolverket och SPSM"),
            row.sent_at,
        )
        for row in dialogue.receipts.exclude(kind__in=OF_THEIR_OWN)
    ]
