"""What the staff's list of batches, and the list of huvudmän in a batch, can be narrowed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.batch_facts import Fact, labels, stuck, views
from dialogues.models import BatchState, Cycle, InvitationBatch
from huvudman.models import HuvudmanType, SizeClass


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


STUCK = "alla"
"""The choice of all that are stuck, whatever the reason."""


@dataclass(frozen=True)
class BatchChoice:
    """Which of a batch's huvudmän are shown: by view, type, size, region and why they are stuck. Empty means
    all; unknown values are left out.
    """

    visa: str = ""
    typ: str = ""
    storlek: str = ""
    region: str = ""
    fast: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> BatchChoice:
        """Read the choice from an address."""
        return cls(
            visa=asked.choice(query, "visa", views()),
            typ=asked.choice(query, "typ", HuvudmanType.values),
            storlek=asked.choice(query, "storlek", SizeClass.values),
            region=asked.key(query, "region"),
            fast=asked.choice(query, "fast", [STUCK, *stuck()]),
        )

    @property
    def query(self) -> str:
        """The choice as the query of an address; empty when nothing is chosen."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def of(self, facts: Iterable[Fact]) -> list[Fact]:
        """Those of the facts that match."""
        chosen = asdict(self)
        return [fact for fact in facts if fact.matches(chosen)]

    def view_chips(self, facts: list[Fact]) -> list[dict[str, Any]]:
        """The views with the lengths of the lists that they lead to, as the chips component wants them."""
        return self._chips("visa", [("", _("Alla")), *_view_labels()], facts)

    def groups(self, facts: list[Fact]) -> list[dict[str, Any]]:
        """The other choices, in groups with a label; one with nothing to choose between is left out."""
        stuck_labels = [(STUCK, _("Alla som sitter fast")), *labels("fast")]
        fields = [
            ("typ", _("Typ"), [("", _("Alla typer")), *labels("typ")]),
            ("storlek", _("Storlek"), [("", _("Alla storlekar")), *labels("storlek")]),
            ("region", _("Region"), [("", _("Alla regioner")), *labels("region")]),
            ("fast", _("Sitter fast"), [("", _("Alla")), *stuck_labels]),
        ]
        groups = [
            {"label": label, "chips": self._chips(name, choices, facts)} for name, label, choices in fields
        ]
        return [group for group in groups if len(group["chips"]) > 2 or self._is_chosen(group)]

    def _is_chosen(self, group: dict[str, Any]) -> bool:
        return any(chip["active"] for chip in group["chips"][1:])

    def _chips(self, name: str, choices: list[tuple[str, str]], facts: list[Fact]) -> list[dict[str, Any]]:
        chosen = asdict(self)
        rest = [fact for fact in facts if fact.matches(chosen, but=name)]
        counts = Counter(value for fact in rest for value in fact.values[name])
        counts[""] = len(rest)
        return [
            {
                "label": label,
                "url": f"?{replace(self, **{name: value}).query}",
                "active": value == chosen[name],
                "count": counts[value],
            }
            for value, label in choices
            if counts[value] or value == chosen[name] or not value
        ]


def _view_labels() -> list[tuple[str, str]]:
    return [
        ("inte-inbjudna", _("Inte inbjudna")),
        ("inget-svar", _("Inget svar än")),
        ("ja", _("Ja")),
        ("senare", _("Senare")),
        ("nej", _("Nej")),
        ("avbokade", _("Avbokade")),
        ("utan-epost", _("Saknar e-post")),
        ("papper", _("Får papper")),
        ("bara-telefon", _("Saknar också postadress")),
        ("obekraftade", _("Obekräftade kontakter")),
        ("ring", _("Att ringa")),
    ]


def _address(query: QueryDict, state: str) -> str:
    changed = query.copy()
    changed.pop("page", None)
    changed["lage"] = state
    return f"?{changed.urlencode()}"
