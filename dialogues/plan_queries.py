"""The certificate of a plan as rows to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import Cycle
from dialogues.planning import FAMILIES
from huvudman.models import Lan, SizeClass

FAMILY_NAMES = {
    "all": gettext_lazy("Alla huvudmän"),
    "region": gettext_lazy("Län"),
    "size": gettext_lazy("Storlek"),
    "type": gettext_lazy("Typ"),
    "region_size": gettext_lazy("Län och storlek"),
    "region_type": gettext_lazy("Län och typ"),
    "size_type": gettext_lazy("Storlek och typ"),
    "cell": gettext_lazy("Län, storlek och typ"),
}


@dataclass(frozen=True)
class Matrix:
    """How many of each level landed in each batch: years over batches, a row for each level."""

    years: list[tuple[int, int]]
    batches: list[int]
    rows: list[tuple[str, list[int], int]]


def cycle_rows() -> QuerySet[Cycle]:
    """Rows of the list of cycles."""
    return Cycle.objects.annotate(
        huvudman_count=Count("dialogues", distinct=True), batch_count=Count("batches", distinct=True)
    ).order_by("-first_year", "pk")


def count_matrix(cycle: Cycle, family: str) -> Matrix:
    """The certificate's counts of a family; the totals come last in every row."""
    certificate = cycle.certificate
    name = _level_namer()
    levels = sorted(certificate["counts"][family].items())  # the database keeps no order of keys
    rows = [(name(family, level), counts, sum(counts)) for level, counts in levels]
    return Matrix(
        years=[(cycle.first_year + n, certificate["batches"]) for n in range(certificate["years"])],
        batches=[int(block.split(":")[1]) for block in certificate["blocks"]],
        rows=rows,
    )


def pupils_row(cycle: Cycle) -> tuple[list[int], int]:
    """Children and pupils in each batch, and in all."""
    pupils = [cycle.certificate["pupils"][block] for block in cycle.certificate["blocks"]]
    return pupils, sum(pupils)


def worst_rows(cycle: Cycle) -> list[dict[str, Any]]:
    """For each family, how far the worst batch and the worst year are from their share, and where."""
    name = _level_namer()
    found = cycle.certificate["worst"]
    return [
        {
            "family": label,
            "batch": found[family]["batch"]["deviation"],
            "year": found[family]["year"]["deviation"],
            "level": name(family, found[family]["batch"]["level"]),
            "breaches": found[family]["batch"]["breaches"] + found[family]["year"]["breaches"],
        }
        for family, label in FAMILY_NAMES.items()
    ]


def _level_namer() -> Callable[[str, str], str]:
    """Names a level as people read it: `Skåne län, 100–499, enskild`."""
    names: Mapping[str, Mapping[str, Any]] = {
        "region": dict(Lan.objects.values_list("code", "name")) | {"": _("Län saknas")},
        "size": dict(SizeClass.choices),
        "type": {"enskild": _("enskild"), "offentlig": _("offentlig")},
    }

    def name(family: str, level: str) -> str:
        fields = FAMILIES[family]
        if not fields or not level.strip("|"):
            return _("Alla") if not fields else _("Uppgift saknas")
        parts = zip(fields, level.split("|"), strict=True)
        return ", ".join(str(names[field].get(value, value)) for field, value in parts)

    return name
