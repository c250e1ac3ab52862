"""Which koncerner a draw invites together, and who stands apart from the others of its own, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from dialogues.models import Draw
from dialogues.plan_heat import block_name
from huvudman.models import Huvudman

APART_SHOWN = 200


def together_of(draw: Draw, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a draw says of koncerner: how many are invited together, with how many huvudmän, and who stands
    apart and why. `names` are what units are called; without it their pseudonyms. Empty without the rule.
    """
    members = Counter(row["koncern"] for row in draw.units if row.get("koncern"))
    if not members:
        return {}
    told = draw.counted.get("koncern", {})
    apart = told.get("apart", [])
    first = draw.cycle.first_year
    return {
        "koncerner": len(members),
        "in_koncerner": members.total(),
        "whole": told.get("whole"),
        "apart_count": len(apart),
        "apart": [
            {
                "name": (names or {}).get(row["id"], row["id"]),
                "at": block_name(row["at"], first),
                "others": block_name(row["others"], first),
                "why": _cause(row["cause"]),
            }
            for row in apart[:APART_SHOWN]
        ],
    }


def names_of_apart(draw: Draw) -> dict[str, str]:
    """The names of those who stand apart, by their pseudonyms."""
    ids = [row["id"] for row in draw.counted.get("koncern", {}).get("apart", [])[:APART_SHOWN]]
    rows = Huvudman.objects.filter(public_id__in=ids).values_list("public_id", "name")
    return {str(public_id): name for public_id, name in rows}


def _cause(cause: str) -> str:
    words = {
        "tied": _("Den får inte ha den omgången, till exempel för att den nyss har haft en dialog."),
        "nobody alike": _("Ingen i den omgången är lik den i län, storlek och typ, så ingen kunde byta."),
        "alike are kept": _("De som är lika den i omgången hålls kvar där av sin egen koncern."),
        "alike are tied": _("De som är lika den kunde inte byta, eller planen har ändrats efter lottningen."),
    }
    return words.get(cause, cause)
