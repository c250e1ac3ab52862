"""Registers to plan: made-up ones of any size, and the real one."""

from __future__ import annotations

import csv
import heapq
import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Any

from bench.database import own_database
from bench.shared import REGISTER
from dialogues.planning import Unit

KOMMUNER = Path(__file__).parents[1] / "dialogues" / "demo" / "kommuner.csv"
LIMITS = (100, 500, 2_000, 5_000)
OFFICES = {
    "24": "Luleå",
    "25": "Luleå",
    "20": "Härnösand",
    "21": "Härnösand",
    "22": "Härnösand",
    "23": "Härnösand",
}
SOLNA = ("01", "03", "04", "09", "17", "18", "19")
FORMS = ("ab", "ek_for", "stiftelse", "ideell")


def synthetic_register(count: int, seed: int = 1) -> list[Unit]:
    """Every kommun once for each 2 500, the rest enskilda where pupils live, their sizes log-normal."""
    rnd = random.Random(seed)
    with KOMMUNER.open(encoding="utf-8") as lines:
        rows = [(row["kommunkod"][:2], int(row["elever"])) for row in csv.DictReader(lines, delimiter=";")]
    units = [
        _unit(f"k{turn}-{number}", region, "offentlig", int(pupils * 1.75), "kommun")
        for turn in range(max(1, count // 2_500))
        for number, (region, pupils) in enumerate(rows)
    ]
    summed = list(accumulate(pupils for _region, pupils in rows))
    while len(units) < count:
        region = rows[bisect(summed, rnd.randrange(summed[-1]))][0]
        pupils = int(rnd.lognormvariate(3.7, 1.1)) + 1
        form = rnd.choices(FORMS, [40, 35, 10, 15])[0]
        units.append(_unit(f"e{len(units)}", region, "enskild", pupils, form))
    return units[:count]


def _unit(name: str, region: str, kind: str, pupils: int, form: str) -> Unit:
    office = OFFICES.get(region, "Solna" if region in SOLNA else "Malmö")
    return Unit(name, region, f"s{bisect(LIMITS, pupils) + 1}", kind, pupils, office, form)


def with_giants(units: Sequence[Unit], times: float, count: int = 5) -> list[Unit]:
    """The same register with its largest huvudmän so many times as large."""
    largest = {unit.id for unit in heapq.nlargest(count, units, key=attrgetter("pupils"))}
    return [replace(unit, pupils=int(unit.pupils * times)) if unit.id in largest else unit for unit in units]


def random_register(seed: int) -> tuple[list[Unit], int, int]:
    """A register of any kind, with years and batches that leave about 20 to 200 in each batch."""
    rnd = random.Random(f"register {seed}")
    years, batches = rnd.randint(2, 6), rnd.randint(2, 8)
    regions, sizes, skew = rnd.randint(3, 25), rnd.randint(2, 6), rnd.uniform(0.2, 2)
    weights = [rnd.random() ** skew for _ in range(regions)]
    units = [
        Unit(
            f"r{number}",
            f"{rnd.choices(range(regions), weights)[0]:02}",
            f"s{rnd.randrange(sizes)}",
            rnd.choices(["enskild", "offentlig"], [4, 1])[0],
            int(rnd.lognormvariate(4, 1.5)),
        )
        for number in range(rnd.randint(20, 200) * years * batches)
    ]
    return units, years, batches


def real_register() -> list[Unit]:
    """The real register's huvudmän, if it is here."""
    if not REGISTER.exists():
        return []
    from dialogues.domain.plans import units_to_plan
    from huvudman.domain.applying import apply_register
    from huvudman.domain.comparison import read_file

    with own_database():
        apply_register(read_file(REGISTER.read_bytes(), kind="workbook"), kind="workbook", year=2020)
        return units_to_plan()


def worst_of(certificate: Mapping[str, Any]) -> float:
    """The largest deviation from a share, of all families, in batches and years."""
    found = certificate["worst"]
    return max(found[name][per]["deviation"] for name in found for per in ("batch", "year"))
