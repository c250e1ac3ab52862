"""What the staff's list of huvudmän can be narrowed by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts import asked
from huvudman.models import Huvudman, HuvudmanType, Lan, RegionalOffice, SizeClass, Skolform
from huvudman.search import found

SORTS = {"name": ("name", "pk"), "-size": (F("people").desc(nulls_last=True), "name", "pk")}


@dataclass(frozen=True)
class HuvudmanFilter:
    """Search words, region (`k3` an office, `l25` a län), type, size, skolform; empty means all."""

    q: str = ""
    region: str = ""
    type: str = ""
    size: str = ""
    skolform: str = ""
    closed: str = ""
    sort: str = "name"

    @classmethod
    def from_query(cls, query: QueryDict) -> HuvudmanFilter:
        """Read the filter from an address. Unknown values are left out."""
        return cls(
            q=asked.words(query),
            region=_known_region(query.get("region", "")),
            type=asked.choice(query, "type", HuvudmanType.values),
            size=asked.choice(query, "size", SizeClass.values),
            skolform=asked.choice(query, "skolform", Skolform.values),
            closed="1" if query.get("closed") == "1" else "",
            sort=asked.choice(query, "sort", SORTS) or "name",
        )

    @property
    def narrows(self) -> bool:
        """Tell whether anything but the order is chosen."""
        return any((self.q, self.region, self.type, self.size, self.skolform))

    def apply(self, rows: QuerySet[Huvudman]) -> QuerySet[Huvudman]:
        """The rows that match: the best hits of a search first (names that begin so before others that have
        the word), else in the chosen order.

        A search never looks at an orgnr that is a personnummer.
        """
        for condition in self._conditions():
            rows = rows.filter(condition)
        if not self.q:
            return rows.order_by(*SORTS[self.sort])
        return found(rows, self.q)

    def _conditions(self) -> list[Q]:
        place = {"k": "main_kommun__lan__office", "l": "main_kommun__lan"}
        return [
            Q(active_to__isnull=not self.closed),
            Q(**{place[self.region[0]]: self.region[1:]}) if self.region else Q(),
            Q(type=self.type) if self.type else Q(),
            Q(size_class=self.size) if self.size else Q(),
            Q(skolformer__contains=[self.skolform]) if self.skolform else Q(),
        ]

    def chips(self, query: QueryDict) -> list[dict[str, Any]]:
        """The rows of chips above the list: a label and its chips, as the chips component wants them."""
        rows: list[tuple[str, str, str, list[tuple[str, Any]]]] = [
            ("type", _("Typ"), _("Alla typer"), list(HuvudmanType.choices)),
            ("size", _("Storlek"), _("Alla storlekar"), list(SizeClass.choices)),
        ]
        return [
            {"label": label, "chips": self._chips(query, name, [("", every), *choices])}
            for name, label, every, choices in rows
        ]

    def _chips(self, query: QueryDict, name: str, choices: list[tuple[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "label": str(label).capitalize(),
                "url": changed_query(query, name, value),
                "active": value == getattr(self, name),
            }
            for value, label in choices
        ]

    def region_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Regional offices and län, in two groups."""
        offices = [(f"k{pk}", name) for pk, name in RegionalOffice.objects.values_list("pk", "name")]
        lan = [(f"l{code}", name) for code, name in Lan.objects.values_list("code", "name")]
        return [(_("Regionala kontor"), offices), (_("Län"), lan)]

    def skolform_choices(self) -> list[tuple[str, str]]:
        """All skolformer."""
        return [(value, str(label).capitalize()) for value, label in Skolform.choices]


def _known_region(region: str) -> str:
    """The region if there is such an office or län, else nothing."""
    if not re.fullmatch(r"k[1-9]\d{0,8}|l\d\d", region, re.ASCII):
        return ""
    rows: QuerySet[Any] = RegionalOffice.objects.all() if region[0] == "k" else Lan.objects.all()
    return region if rows.filter(pk=region[1:]).exists() else ""


def changed_query(query: QueryDict, name: str, value: str) -> str:
    """The address with one choice changed, from its first page."""
    changed = query.copy()
    changed.pop("page", None)
    changed[name] = value
    return f"?{changed.urlencode()}"
