"""What the staff's list of dialogues can be narrowed by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.models import Dialogue, DialogueState
from dialogues.queries import UNDER_WAY_FIRST
from huvudman.models import HuvudmanType, Lan
from huvudman.search import found

PAUSED = "paused"
"""Beside the states: a paused dialogue keeps its own."""


@dataclass(frozen=True)
class DialogueFilter:
    """Search words, state, län, type and batch; empty means all. Unknown values are left out."""

    q: str = ""
    state: str = ""
    lan: str = ""
    type: str = ""
    batch: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> DialogueFilter:
        """Read the filter from an address."""
        lan = query.get("lan", "")
        return cls(
            q=asked.words(query),
            state=asked.choice(query, "state", [*DialogueState.values, PAUSED]),
            lan=lan if re.fullmatch(r"\d\d", lan, re.ASCII) else "",
            type=asked.choice(query, "type", HuvudmanType.values),
            batch=asked.key(query, "batch"),
        )

    def apply(self, rows: QuerySet[Dialogue]) -> QuerySet[Dialogue]:
        """The rows that match: the best hits of a search first, else the latest change."""
        wanted = {
            "state": "" if self.state == PAUSED else self.state,
            "huvudman__main_kommun__lan": self.lan,
            "huvudman__type": self.type,
            "batch": self.batch,
        }
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if self.state == PAUSED:
            rows = rows.filter(paused_at__isnull=False)
        if not self.q:
            return rows.order_by("-state_since", "-pk")
        return found(rows, self.q, huvudman="huvudman__", then=UNDER_WAY_FIRST)

    def chips(self, query: QueryDict) -> list[dict[str, Any]]:
        """One chip a state, as the chips component wants them."""
        choices = [("", _("Alla")), *DialogueState.choices, (PAUSED, _("pausad"))]
        return [
            {"label": str(label).capitalize(), "url": _with(query, value), "active": value == self.state}
            for value, label in choices
        ]

    def lan_choices(self) -> list[tuple[str, str]]:
        """All län, for the filter form."""
        return list(Lan.objects.values_list("code", "name"))

    def type_choices(self) -> list[tuple[str, str]]:
        """All types of huvudmän, for the filter form."""
        return [(value, str(label).capitalize()) for value, label in HuvudmanType.choices]


def _with(query: QueryDict, state: str) -> str:
    changed = query.copy()
    changed.pop("page", None)
    changed["state"] = state
    return f"?{changed.urlencode()}"
