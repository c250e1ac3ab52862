"""What the staff's list of letters can be narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.models import InvitationBatch, Letter, LetterKind, LetterState

NEEDS_A_PERSON = "needs"
"""A filter beside the states: letters that nobody but a person can move."""
FOR_A_PERSON = (LetterState.UNCERTAIN, LetterState.FAILED)


@dataclass(frozen=True)
class LetterFilter:
    """Search words, state, kind and batch; empty means all. Unknown values are left out."""

    q: str = ""
    state: str = ""
    kind: str = ""
    batch: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> LetterFilter:
        """Read the filter from an address."""
        return cls(
            q=asked.words(query),
            state=asked.choice(query, "state", (*LetterState.values, NEEDS_A_PERSON)),
            kind=asked.choice(query, "kind", LetterKind.values),
            batch=asked.key(query, "batch"),
        )

    def apply(self, letters: QuerySet[Letter]) -> QuerySet[Letter]:
        """The letters that match, latest first."""
        if self.q:
            words = Q(recipient__icontains=self.q) | Q(dialogue__huvudman__name__icontains=self.q)
            letters = letters.filter(words | Q(recipient_name__icontains=self.q))
        if self.state == NEEDS_A_PERSON:
            letters = letters.filter(state__in=FOR_A_PERSON)
        elif self.state:
            letters = letters.filter(state=self.state)
        wanted = {name: value for name, value in (("kind", self.kind), ("batch", self.batch)) if value}
        return letters.filter(**wanted).order_by("-queued_at", "-pk")

    def chips(self, query: QueryDict) -> list[dict[str, Any]]:
        """One chip a state, as the chips component wants them."""
        choices = [("", _("alla")), (NEEDS_A_PERSON, _("behöver en person")), *LetterState.choices]
        return [
            {"label": str(label).capitalize(), "url": _with(query, value), "active": value == self.state}
            for value, label in choices
        ]

    def kind_choices(self) -> list[tuple[str, str]]:
        """All kinds, for the filter form."""
        return [(value, str(label).capitalize()) for value, label in LetterKind.choices]

    def batch_choices(self) -> list[tuple[str, str]]:
        """Batches that letters have been written for, latest first."""
        batches = InvitationBatch.objects.filter(send_at__isnull=False).order_by("-year", "-number")
        return [(str(batch.pk), f"{batch.year}:{batch.number}") for batch in batches]

    @property
    def is_empty(self) -> bool:
        """Tell whether all letters are wanted."""
        return self == LetterFilter()


def _with(query: QueryDict, state: str) -> str:
    changed = query.copy()
    changed.pop("page", None)
    changed["state"] = state
    return f"?{changed.urlencode()}"
