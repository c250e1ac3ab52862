"""The certificate of a plan as rows to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import Cycle, Draw
from dialogues.planning import FAMILIES
from dialogues.planning.bounds import CAPACITY
from huvudman.models import Lan, LegalForm, RegionalOffice, SizeClass

FAMILY_NAMES = {
    "all": gettext_lazy("Alla huvudmän"),
    "region": gettext_lazy("Län"),
    "size": gettext_lazy("Storlek"),
    "type": gettext_lazy("Typ"),
    "region_size": gettext_lazy("Län och storlek"),
    "region_type": gettext_lazy("Län och typ"),
    "size_type": gettext_lazy("Storlek och typ"),
    "cell": gettext_lazy("Län, storlek och typ"),
    "office": gettext_lazy("Regionalt kontor"),
    "form": gettext_lazy("Juridisk form"),
    CAPACITY: gettext_lazy("Gräns för ett län i en omgång"),
}


def family_name(family: str) -> str:
    """What a family of margins is called."""
    return str(FAMILY_NAMES.get(family, family))


def families_of(certificate: Mapping[str, Any]) -> list[str]:
    """The families that a certificate counts, in the order in which they are shown."""
    known = [family for family in FAMILY_NAMES if family in certificate["counts"]]
    return known + sorted(set(certificate["counts"]) - set(known))


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
    name = level_namer()
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


def worst_rows(certificate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each family, how far the worst batch and the worst year are from their share, and where."""
    name = level_namer()
    found = certificate["worst"]
    return [
        {
            "family": family_name(family),
            "batch": found[family]["batch"]["deviation"],
            "year": found[family]["year"]["deviation"],
            "level": name(family, found[family]["batch"]["level"]),
            "breaches": found[family]["batch"]["breaches"] + found[family]["year"]["breaches"],
        }
        for family in families_of(certificate)
    ]


def breach_rows(
    certificate: Mapping[str, Any], first_year: int, drawn: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The counts that are not as even as their share, and why, where the engine has said so.

    `drawn` is the certificate before any swaps: what is only in `certificate` came of them.
    """
    rows = certificate.get("breaches") or []
    causes = {_which(row): str(row.get("cause", "")) for row in (drawn or certificate).get("breaches") or []}
    name = level_namer() if rows else None
    return [
        {
            "family": family_name(row["family"]),
            "level": name(row["family"], row["level"]) if name else "",
            "place": _place(_which(row)[2], first_year),
            "count": row.get("count"),
            "excess": row.get("excess"),
            "cause": _cause(causes.get(_which(row), "swaps")),
        }
        for row in rows
    ]


def _which(breach: Mapping[str, Any]) -> tuple[str, str, str]:
    return breach["family"], breach["level"], str(breach.get("at") or breach.get("block") or "")


def _place(at: str, first_year: int) -> str:
    """A year or a batch as people read it: `2` is 2028, `2:1` is 2028:1."""
    year, _colon, batch = at.partition(":")
    shown = str(first_year + int(year) - 1) if year.isdigit() else year
    return f"{shown}:{batch}" if batch else shown


def _cause(cause: str) -> str:
    """A breach's cause in words. The engine may add a number after a colon."""
    word, _colon, number = cause.partition(": ")
    words = {
        "pinned": _("för många är bundna dit"),
        "tied elsewhere": _("för många är bundna någon annanstans"),
        "capacity": _("omgången tar inte emot fler därifrån"),
        "swaps": _("två huvudmän har bytt plats efter lottningen"),
        "sent": _("omgångar som redan är godkända eller skickade har sin del"),
        "combined": _("alla fördelningar går inte att jämna samtidigt"),
    }
    told = words.get(word, word)
    return f"{told} ({number})" if number else told


def evened_by(draw: Draw) -> list[str]:
    """By what a draw has to be even, in words."""
    by_year = set(draw.by_year_only)
    names = [(family, family_name(family)) for family in draw.families]
    return [_("%(family)s (år för år)") % {"family": n} if f in by_year else n for f, n in names]


def level_namer() -> Callable[[str, str], str]:
    """Names a level as people read it: `Skåne län, 100–499, enskild`."""
    names: Mapping[str, Mapping[str, Any]] = {
        "region": dict(Lan.objects.values_list("code", "name")) | {"": _("Län saknas")},
        "size": dict(SizeClass.choices),
        "type": {"enskild": _("enskild"), "offentlig": _("offentlig")},
        "office": {str(pk): name for pk, name in RegionalOffice.objects.values_list("pk", "name")},
        "form": dict(LegalForm.choices),
    }

    def name(family: str, level: str) -> str:
        fields = ("region",) if family == CAPACITY else FAMILIES.get(family, (family,))
        if not fields or not level.strip("|"):
            return _("Alla") if not fields else _("Uppgift saknas")
        parts = zip(fields, level.split("|"), strict=True)
        return ", ".join(str(names.get(field, {}).get(value, value)) for field, value in parts)

    return name
