"""What the staff's list of batches, and the list of huvudmän in a batch, can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.batch_queries import YES, BatchTally, postable, to_ring, unsure
from dialogues.models import BatchState, Cycle, Dialogue, DialogueState, InvitationBatch


@dataclass(frozen=True)
class BatchFilter:
    """Cycle and state; empty means all. Unknown values are left out."""

    cycle: str = ""
    state: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> BatchFilter:
        """Read the filter from an address."""
        return cls(cycle=asked.key(query, "cykel"), state=asked.choice(query, "lage", BatchState.values))

    def apply(self, rows: QuerySet[InvitationBatch]) -> QuerySet[InvitationBatch]:
        """The rows that match."""
        wanted = {"cycle": self.cycle, "state": self.state}
        return rows.filter(**{name: value for name, value in wanted.items() if value})

    def chips(self, query: QueryDict) -> list[dict[str, Any]]:
        """One chip a state, as the chips component wants them."""
        return [
            {
                "label": str(label).capitalize(),
                "url": _address(query, value),
                "active": value == self.state,
            }
            for value, label in [("", _("Alla")), *BatchState.choices]
        ]

    def cycles(self) -> list[Cycle]:
        """The cycles to choose from."""
        return list(Cycle.objects.order_by("-first_year", "pk"))


@dataclass(frozen=True)
class DialogueView:
    """Which of a batch's huvudmän are shown."""

    name: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> DialogueView:
        """Read the choice from an address."""
        return cls(asked.choice(query, "visa", _views()))

    def apply(self, rows: QuerySet[Dialogue]) -> QuerySet[Dialogue]:
        """The huvudmän of the chosen view; `rows` are annotated with `reachable`."""
        return rows.filter(_views()[self.name])

    def chips(self, tally: BatchTally, gaps: Mapping[str, int]) -> list[dict[str, Any]]:
        """The choices with their counts, as the chips component wants them."""
        counts = [
            ("", _("Alla"), tally.size),
            ("inte-inbjudna", _("Inte inbjudna"), tally.planned),
            ("inget-svar", _("Inget svar än"), tally.silent),
            ("ja", _("Ja"), tally.yes),
            ("senare", _("Senare"), tally.later),
            ("nej", _("Nej"), tally.no),
            ("avbokade", _("Avbokade"), tally.cancelled),
            ("utan-epost", _("Saknar e-post"), gaps["unreachable"]),
            ("papper", _("Får papper"), gaps["by_post"]),
            ("bara-telefon", _("Saknar också postadress"), gaps["only_by_phone"]),
            ("obekraftade", _("Obekräftade kontakter"), gaps["unsure"]),
            ("ring", _("Att ringa"), gaps["to_ring"]),
        ]
        return [
            {
                "label": label,
                "url": f"?visa={name}" if name else "?",
                "active": name == self.name,
                "count": count,
            }
            for name, label, count in counts
            if count != 0 or name == self.name or not name
        ]


def _views() -> dict[str, Q]:
    return {
        "": Q(),
        "inte-inbjudna": Q(state=DialogueState.PLANNED),
        "inget-svar": Q(state=DialogueState.INVITED),
        "ja": Q(state__in=YES),
        "senare": Q(state=DialogueState.POSTPONED),
        "nej": Q(state=DialogueState.DECLINED),
        "avbokade": Q(state=DialogueState.CANCELLED),
        "utan-epost": Q(reachable=False),
        "papper": Q(reachable=False) & postable(),
        "bara-telefon": Q(reachable=False) & ~postable(),
        "obekraftade": unsure(),
        "ring": to_ring(),
    }


def _address(query: QueryDict, state: str) -> str:
    changed = query.copy()
    changed.pop("page", None)
    changed["lage"] = state
    return f"?{changed.urlencode()}"
