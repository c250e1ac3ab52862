"""Writes the example register: real places, real kommuner, and enskilda that are plainly examples."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from dialogues.demo.draw import PRESCHOOLS, SCHOOLS, Drawing, Example
from huvudman.domain.sizes import size_class
from huvudman.models import (
    Huvudman,
    HuvudmanType,
    Kommun,
    Lan,
    PupilCount,
    RegionalOffice,
    SchoolUnit,
    SkolformOffer,
    Source,
)

FACTS = Path(__file__).with_name("kommuner.csv")
REGIONS = ("Region Exempel Norr", "Region Exempel Mitt", "Region Exempel Syd", "Region Exempel Väst")
STATE = (("Sameskolstyrelsen (exempel)", "2510", 160), ("Statens specialskolor (exempel)", "1880", 520))
COUNT_REGIONS, COUNT_FORBUND = 8, 11
OFFICES = {
    "Luleå": ("24", "25"),
    "Härnösand": ("20", "21", "22", "23"),
    "Solna": ("01", "03", "04", "09", "17", "18", "19"),
    "Malmö": ("05", "06", "07", "08", "10", "12", "13", "14"),
}
"""The regional offices that have opened, and an example of which län each looks after."""
SMALL_ASSOCIATION_AT = "2580"


@transaction.atomic
def write_example_register(seed: str) -> int:
    """Write about 2 800 huvudmän with units, offers and pupils; answer how many. Needs an empty register."""
    call_command("load_places", stdout=StringIO())
    _write_offices()
    examples = list(draw_examples(seed))
    rows = _write_huvudman(examples)
    units = _write_units(examples, rows)
    _write_offers(examples, units)
    return len(rows)


def _write_offices() -> None:
    for name, codes in OFFICES.items():
        office, _new = RegionalOffice.objects.get_or_create(name=name)
        Lan.objects.filter(code__in=codes).update(office=office)


def draw_examples(seed: str) -> Iterable[Example]:
    """All the examples, in the sizes and legal forms that the real register has."""
    drawing = Drawing(seed)
    names = dict(Kommun.objects.values_list("code", "name"))
    with FACTS.open(encoding="utf-8") as lines:
        facts = list(csv.DictReader(lines, delimiter=";"))
    for row in facts:
        code = row["kommunkod"]
        yield drawing.kommun(code, names[code], row["organisationsnummer"], int(row["elever"]))
    yield drawing.small_association(SMALL_ASSOCIATION_AT, names[SMALL_ASSOCIATION_AT])
    yield from _public(drawing, sorted(names))
    home = [row["kommunkod"] for row in facts for _n in range(1 + int(row["elever"]) // 2_000)]
    yield from (drawing.enskild(form, home, names) for form, n in SCHOOLS.items() for _n in range(n))
    yield from (drawing.preschool(form, home, names) for form, n in PRESCHOOLS.items() for _n in range(n))


def _public(drawing: Drawing, codes: list[str]) -> Iterable[Example]:
    for number in range(COUNT_REGIONS):
        name = f"{REGIONS[number % len(REGIONS)]} {number + 1}"
        yield drawing.public(HuvudmanType.REGION, name, codes[number * 31], 300 + 40 * number)
    for number in range(COUNT_FORBUND):
        name = f"Exempelförbundet {number + 1}"
        yield drawing.public(HuvudmanType.KOMMUNALFORBUND, name, codes[number * 23 + 5], 500 + 60 * number)
    for name, code, pupils in STATE:
        yield drawing.public(HuvudmanType.STAT, name, code, pupils)


def _write_huvudman(examples: list[Example]) -> dict[str, Huvudman]:
    rows = Huvudman.objects.bulk_create(
        Huvudman(
            orgnr=e.orgnr,
            name=e.name,
            type=e.type,
            legal_form=e.legal_form,
            main_kommun_id=e.kommun,
            children=e.children,
            pupils=e.pupils,
            skolformer=_skolformer(e),
            size_class=size_class((e.children or 0) + (e.pupils or 0) or None),
            source=Source.DEMO,
        )
        for e in examples
    )
    by_orgnr = {row.orgnr: row for row in rows}
    through = Huvudman.kommuner.through
    through.objects.bulk_create(
        through(huvudman_id=by_orgnr[e.orgnr].pk, kommun_id=code)
        for e in examples
        for code in sorted({e.kommun, *(unit.kommun for unit in e.units)})
    )
    return by_orgnr


def _skolformer(example: Example) -> list[str]:
    offered = {skolform for unit in example.units for skolform in unit.offers}
    return sorted(offered | ({"FSK"} if example.children else set()))


def _write_units(examples: list[Example], rows: dict[str, Huvudman]) -> dict[str, SchoolUnit]:
    units = SchoolUnit.objects.bulk_create(
        SchoolUnit(
            code=unit.code,
            name=unit.name[:200],
            huvudman=rows[e.orgnr],
            kommun_id=unit.kommun,
            source=Source.DEMO,
        )
        for e in examples
        for unit in e.units
    )
    return {unit.code: unit for unit in units}


def _write_offers(examples: list[Example], units: dict[str, SchoolUnit]) -> None:
    offers = [
        (units[unit.code], skolform, groups)
        for e in examples
        for unit in e.units
        for skolform, groups in unit.offers.items()
    ]
    SkolformOffer.objects.bulk_create(
        SkolformOffer(unit=unit, skolform=skolform, groups=list(groups), pupils=sum(groups.values()))
        for unit, skolform, groups in offers
    )
    year = timezone.localdate().year
    PupilCount.objects.bulk_create(
        (
            PupilCount(unit=unit, year=year, skolform=skolform, group=group, pupils=pupils)
            for unit, skolform, groups in offers
            for group, pupils in groups.items()
        ),
        batch_size=5_000,
    )
