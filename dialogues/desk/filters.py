"""What Att göra i dag can be narrowed by; each choice carries the length of the list it leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts import asked
from dialogues.desk.todo import Entry, Kind, Waiting
from huvudman.models import RegionalOffice

OWN, AGENCYS = "mina", "myndighetens"
WHOLE_COUNTRY = "0"
"""The choice of office for what belongs to none: batches, introductions with huvudmän from many län."""
WHOSE: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Allas")),
    (OWN, _("Mina")),
    (AGENCYS, _("Min myndighets")),
)
Choices = Sequence[tuple[str, "str | Promise"]]


@dataclass(frozen=True)
class DeskFilter:
    """Kind, whose and office; empty means all. An unknown value of the two last is left out."""

    kind: str = ""
    whose: str = ""
    office: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> DeskFilter:
        """Read the filter from an address. The kind may be one that nobody has."""
        whose = asked.choice(query, "vems", (OWN, AGENCYS))
        return cls(kind=query.get("slag", ""), whose=whose, office=asked.key(query, "kontor"))

    @property
    def query(self) -> str:
        """The filter as the query of an address, never empty: an empty one stands for the reader's usual."""
        named = {"slag": self.kind, "vems": self.whose, "kontor": self.office}
        return urlencode({name: value for name, value in named.items() if value}) or "slag="

    def apply(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries that match, in the same order."""
        return [entry for entry in entries if self._matches(entry)]

    def chips(self, found: Waiting) -> list[dict[str, Any]]:
        """Groups of chips (`label`, `chips`) as the page shows them, whose first is the kinds.

        A group with nothing to choose between is left out.
        """
        groups = [
            (_("Slag"), "kind", _kinds(found.kinds.values())),
            (_("Vems"), "whose", WHOSE),
            (_("Regionalt kontor"), "office", _offices()),
        ]
        shown: list[dict[str, Any]] = [
            {"label": label, "chips": self._group(name, choices, found.entries)}
            for label, name, choices in groups
        ]
        return [group for group in shown if len(group["chips"]) > 1]

    def _group(self, name: str, choices: Choices, entries: list[Entry]) -> list[dict[str, Any]]:
        chosen = getattr(self, name)
        others = replace(self, **{name: ""}).apply(entries)
        counts = Counter(value for entry in others for value in _values(entry)[name])
        return [
            {
                "label": label,
                "url": f"?{replace(self, **{name: value}).query}",
                "active": value == chosen,
                "count": counts[value],
            }
            for value, label in choices
            if counts[value] or value == chosen or not value
        ]

    def _matches(self, entry: Entry) -> bool:
        values = _values(entry)
        return all(getattr(self, name) in values[name] for name in values)


def _values(entry: Entry) -> dict[str, set[str]]:
    """What an entry answers to in each field of a filter."""
    whose = {"", *([OWN] if entry.is_own else []), *([AGENCYS] if entry.is_agencys else [])}
    office = WHOLE_COUNTRY if entry.office is None else str(entry.office)
    return {"kind": {"", entry.kind}, "whose": whose, "office": {"", office}}


def _kinds(kinds: Iterable[Kind]) -> Choices:
    return [("", _("Allt")), *((kind.key, kind.label) for kind in kinds)]


def _offices() -> Choices:
    offices = [(str(pk), name) for pk, name in RegionalOffice.objects.values_list("pk", "name")]
    return [("", _("Alla")), *offices, (WHOLE_COUNTRY, _("Hela landet"))]
