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
    """How many of each level landed where: a column for each year of the cycle, or each batch of a year.

    `pupils` are the children and pupils in each column; the totals come last in every row.
    """

    columns: list[int]
    rows: list[tuple[str, list[int], int]]
    pupils: tuple[list[int], int]


def cycle_rows() -> QuerySet[Cycle]:
    """Rows of the list of cycles."""
    return Cycle.objects.annotate(
        huvudman_count=Count("dialogues", distinct=True), batch_count=Count("batches", distinct=True)
    ).order_by("-first_year", "pk")


def years_of(cycle: Cycle) -> list[int]:
    """The years of a planned cycle."""
    return [cycle.first_year + n for n in range(cycle.certificate["years"])]


def count_matrix(cycle: Cycle, family: str, year: int | None = None) -> Matrix:
    """The certificate's counts of a family: in each year, or in each batch of `year`."""
    certificate = cycle.certificate
    name = _level_namer()
    pupils = [certificate["pupils"][block] for block in certificate["blocks"]]
    levels = sorted(certificate["counts"][family].items())  # the database keeps no order of keys
    return Matrix(
        columns=years_of(cycle) if year is None else list(range(1, certificate["batches"] + 1)),
        rows=[(name(family, level), *_columns(cycle, counts, year)) for level, counts in levels],
        pupils=_columns(cycle, pupils, year),
    )


def _columns(cycle: Cycle, counts: list[int], year: int | None) -> tuple[list[int], int]:
    """Counts of all batches in time order, as sums of each year or as those of one year; and their sum."""
    size = cycle.certificate["batches"]
    years = [counts[start : start + size] for start in range(0, len(counts), size)]
    shown = [sum(each) for each in years] if year is None else years[year - cycle.first_year]
    return shown, sum(shown)


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
