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
RESTING = "ja"
LISTS: tuple[tuple[str, str | Promise], ...] = (("", _("Att göra")), (RESTING, _("Vilande")))
Choices = Sequence[tuple[str, "str | Promise"]]


@dataclass(frozen=True)
class DeskFilter:
    """Kind, whose and office, and whether what rests is listed instead; empty means all, and what is awake.
    An unknown value is left out, but for the kind: one that the reader has not leads to an empty list.
    """

    kind: str = ""
    whose: str = ""
    office: str = ""
    rest: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> DeskFilter:
        """Read the filter from an address. The kind may be one that nobody has."""
        whose = asked.choice(query, "vems", (OWN, AGENCYS))
        office, rest = asked.key(query, "kontor"), asked.choice(query, "vila", (RESTING,))
        return cls(kind=query.get("slag", ""), whose=whose, office=office, rest=rest)

    @property
    def query(self) -> str:
        """The filter as the query of an address, never empty: an empty one stands for the reader's usual."""
        named = {"slag": self.kind, "vems": self.whose, "kontor": self.office, "vila": self.rest}
        return urlencode({name: value for name, value in named.items() if value}) or "slag="

    def listed(self, found: Waiting) -> list[Entry]:
        """The entries that match, in the same order."""
        return self._narrow(found.resting if self.rest else found.entries)

    def in_words(self, kinds: Iterable[Kind]) -> str:
        """What is chosen, as the chips say it: ”Mina · Norr”."""
        chosen = [
            (self.kind, _kinds(kinds)),
            (self.whose, WHOSE),
            (self.office, _offices()),
            (self.rest, LISTS),
        ]
        return " · ".join(str(dict(choices).get(value, value)) for value, choices in chosen if value)

    def chips(self, found: Waiting) -> list[dict[str, Any]]:
        """Groups of chips (`label`, `chips`) as the page shows them, whose first is the kinds.

        A group with nothing to choose between is left out.
        """
        groups = [
            (_("Slag"), "kind", _kinds(found.kinds.values())),
            (_("Vems"), "whose", WHOSE),
            (_("Regionalt kontor"), "office", _offices()),
            (_("Visa"), "rest", LISTS),
        ]
        shown: list[dict[str, Any]] = [
            {"label": label, "chips": self._group(name, choices, found)} for label, name, choices in groups
        ]
        return [group for group in shown if len(group["chips"]) > 1]

    def _group(self, name: str, choices: Choices, found: Waiting) -> list[dict[str, Any]]:
        chosen = getattr(self, name)
        options = [(value, label, replace(self, **{name: value})) for value, label in choices]
        counts = self._counts(name, found)
        return [
            {
                "label": label,
                "url": f"?{option.query}",
                "active": value == chosen,
                "count": counts[value],
            }
            for value, label, option in options
            if counts[value] or value == chosen or not value
        ]

    def _counts(self, name: str, found: Waiting) -> Counter[str]:
        """How long the list is with each value of a field, the others being as they are."""
        if name == "rest":
            return Counter({"": len(self._narrow(found.entries)), RESTING: len(self._narrow(found.resting))})
        others = replace(self, **{name: ""}).listed(found)
        return Counter(value for entry in others for value in _values(entry)[name])

    def _narrow(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if self._matches(entry)]

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
