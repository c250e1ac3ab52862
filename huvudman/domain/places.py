"""Sweden's 290 kommuner and 21 län, as facts that come with the program."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from huvudman.models import Kommun, Lan

KOMMUNER = Path(__file__).resolve().parent.parent / "data" / "kommuner.csv"


@transaction.atomic
def load_places() -> int:
    """Make sure that every län and kommun is there under its official name; answer the number of kommuner.

    Offices that län belong to are left as they are. Can be run any number of times.
    """
    with KOMMUNER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    lan = {row["länskod"]: Lan(code=row["länskod"], name=row["län"]) for row in rows}
    kommuner = [Kommun(code=row["kod"], name=row["kommun"], lan_id=row["länskod"]) for row in rows]
    Lan.objects.bulk_create(
        lan.values(), update_conflicts=True, unique_fields=["code"], update_fields=["name"]
    )
    Kommun.objects.bulk_create(
        kommuner, update_conflicts=True, unique_fields=["code"], update_fields=["name", "lan"]
    )
    return len(kommuner)


def ensure_places() -> None:
    """Load the places into a database that has none."""
    if not Kommun.objects.exists():
        load_places()
