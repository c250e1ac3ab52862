"""Importing a skolform's statistics with preview and apply, against json.loads and COPY of the same values.

The register is that of the file of school units; every value is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg
from django.db import connection

from accounts.actors import SYSTEM
from bench.baselines.imports import copy_plainly, make_table, values_in
from bench.database import own_database
from bench.marks import Mark, in_turns
from bench.shared import FOLDER

TIMES = 3
LIMIT = 8
SOURCE = "planned-educations"
UNITS = FOLDER / "statistics" / "planned_educations_v4_school_units.ndjson.gz"
STATISTICS = FOLDER / "statistics" / "planned_educations_v4_statistics_gr.ndjson.gz"


def run() -> list[Mark]:
    """Measure, if the files are here. Units that no register knows are joined by the file of units."""
    missing = [path.name for path in (UNITS, STATISTICS) if not path.exists()]
    if missing:
        print(f"  not here: {', '.join(missing)} (set KD_SHARED_DATA)")
        return []
    with own_database() as name:
        plain = psycopg.connect(**connection.get_connection_params() | {"dbname": name})
        try:
            return _measured(plain)
        finally:
            plain.close()


def _measured(plain: psycopg.Connection) -> list[Mark]:  # type: ignore[type-arg]
    _write_huvudman()
    values = values_in([UNITS, STATISTICS])

    def fresh() -> None:
        make_table(plain)
        plain.commit()

    def baseline() -> None:
        copy_plainly(plain, [UNITS, STATISTICS], values)

    seconds = in_turns(TIMES, (fresh, baseline), (_empty, _preview_and_apply))
    stored = _stored()
    print(f"  {len(values)} values read, {stored} stored")
    return [
        Mark(
            "preview and apply", seconds[1], seconds[0], LIMIT, against="json.loads + COPY of the same values"
        )
    ]


def _preview_and_apply() -> None:
    from quality_system.domain.import_statistics import import_statistics

    files: Sequence[Path] = [UNITS, STATISTICS]
    for apply in (False, True):
        import_statistics(source=SOURCE, files=files, apply=apply, actor=SYSTEM, leave_out_rejected=True)


def _write_huvudman() -> None:
    """The huvudmän that the file of units names, so that their values are stored."""
    from huvudman.models import Huvudman
    from quality_system.sources import READERS, UnitFact

    with UNITS.open("rb") as stream:
        numbers = {
            item.orgnr for item in READERS[SOURCE](stream) if isinstance(item, UnitFact) and item.orgnr
        }
    Huvudman.objects.bulk_create(
        Huvudman(orgnr=number, name=f"Huvudman {at}", type="enskild")
        for at, number in enumerate(sorted(numbers))
    )


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE quality_system_observedvalue CASCADE")


def _stored() -> int:
    from quality_system.models import ObservedValue

    return ObservedValue.objects.count()
