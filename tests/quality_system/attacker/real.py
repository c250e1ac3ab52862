"""Tables made from the real files: what they hide, and the sexes, are drawn.

The truth behind a hidden figure is drawn as the source's rules allow it, so that an attacker can be judged.
"""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from quality_system.sources import planned_educations, skolverket_csv
from quality_system.sources.base import Observation, UnitFact
from quality_system.values import ValueKind
from tests.quality_system.attacker.registers import BOYS, GIRLS, Truth

SHARES = ("gr-y9-all-subjects", "gr-y9-vocational", "gr-y6-all-subjects")
Table = tuple[str, str, str]
"""A huvudman's orgnr, a measure and a period."""


def from_csv(path: Path) -> dict[Table, list[Observation]]:
    """The shares of the CSV export, by table."""
    with path.open("rb") as stream:
        return _tables(item for item in skolverket_csv.read(stream) if isinstance(item, Observation))


def from_answers(statistics: Path, units: Path) -> dict[Table, list[Observation]]:
    """The shares of the API's answers, by table; a unit's owner is in its details."""
    with gzip.open(units) as stream:
        owners = {
            fact.code: fact.orgnr
            for fact in planned_educations.read(stream)  # type: ignore[arg-type]
            if isinstance(fact, UnitFact)
        }
    with gzip.open(statistics) as stream:
        seen = planned_educations.read(stream)  # type: ignore[arg-type]
        return _tables((item for item in seen if isinstance(item, Observation)), owners)


def _tables(
    observations: Iterable[Observation], owners: dict[str, str] | None = None
) -> dict[Table, list[Observation]]:
    found: dict[Table, list[Observation]] = defaultdict(list)
    for seen in observations:
        owner = seen.orgnr or (owners or {}).get(seen.code, "")
        told = seen.measure in SHARES and seen.level == "unit" and seen.value.kind is not ValueKind.MISSING
        if told and owner and seen.period:
            found[owner, seen.measure, seen.period].append(seen)
    return found


def truths_of(
    tables: dict[Table, list[Observation]], *, seed: int, most_units: int
) -> Iterator[tuple[Table, Truth]]:
    """A truth behind every table with 2 to `most_units` units of which some are hidden."""
    rng = random.Random(seed)
    for table, rows in sorted(tables.items()):
        if 2 <= len(rows) <= most_units and any(row.value.is_hidden for row in rows):
            yield table, _truth(rng, rows)


def _truth(rng: random.Random, rows: Iterable[Observation]) -> Truth:
    pupils, reach = {}, {}
    for row in rows:
        count = row.count or (
            rng.randint(1, 9) if row.value.kind is ValueKind.SUPPRESSED else rng.randint(10, 80)
        )
        mine = ["reach"] * _reaching(rng, row, count)
        mine += ["fall short"] * (count - len(mine))
        rng.shuffle(mine)
        girls = sum(rng.random() < 0.5 for _pupil in mine)
        for sex, group in ((GIRLS, mine[:girls]), (BOYS, mine[girls:])):
            pupils[row.code, sex], reach[row.code, sex] = len(group), group.count("reach")
    return Truth(pupils, reach)


def _reaching(rng: random.Random, row: Observation, count: int) -> int:
    if row.value.kind is ValueKind.NEARLY_ALL:
        return count - rng.randint(1, min(4, count))
    if row.value.number is None:
        return rng.randint(0, count)
    return round(row.value.exact * count / 100)
