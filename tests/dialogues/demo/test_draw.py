"""The example huvudmän: as many and as large as the real ones, plainly examples, the same every time."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from statistics import median, quantiles

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count
from stdnum import luhn

from accounts.models import User
from dialogues.demo.draw import PRESCHOOLS, SCHOOLS, Drawing, kommun_name
from dialogues.demo.people import kommun_tried, small_association, write_people
from dialogues.demo.register import write_example_register
from dialogues.demo.world import refuse_another_register
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, Kommun, PupilCount, RegionalOffice, SchoolUnit, SkolformOffer
from tests.huvudman.books import as_xlsx, book
from tests.huvudman.factories import HuvudmanFactory

NAMES = {"0180": "Stockholm", "1490": "Borås"}


def schools(seed: str = "prov", number: int = 2_000) -> list:
    drawing = Drawing(seed)
    return [drawing.enskild("ab", list(NAMES), NAMES) for _n in range(number)]


def test_the_legal_forms_are_those_of_the_register():
    assert sum(SCHOOLS.values()) == 821
    assert (SCHOOLS["ab"], SCHOOLS["ek_for"], SCHOOLS["ideell"], SCHOOLS["stiftelse"]) == (429, 147, 127, 103)
    assert 1_650 <= sum(PRESCHOOLS.values()) <= 1_700


def test_sizes_are_as_skewed_as_the_real_ones():
    pupils = sorted(example.pupils for example in schools())
    assert 120 <= median(pupils) <= 180
    assert 800 <= quantiles(pupils, n=20)[-1] <= 1_250
    assert max(pupils) <= 26_763


def test_kommuner_are_called_as_they_are():
    names = [kommun_name(place) for place in ("Lund", "Umeå", "Borås", "Upplands Väsby", "Tanum")]
    assert names == ["Lunds kommun", "Umeå kommun", "Borås kommun", "Upplands Väsby kommun", "Tanums kommun"]


def test_pupils_of_the_units_add_up():
    for example in schools(number=100):
        assert example.pupils == sum(unit.pupils for unit in example.units)
        assert all(unit.pupils >= 0 for unit in example.units)


def test_the_same_seed_gives_the_same_world_and_another_does_not():
    assert schools("ett", 50) == schools("ett", 50)
    assert schools("ett", 50) != schools("två", 50)


def test_numbers_are_well_formed_and_given_to_nobody():
    drawing = Drawing("prov")
    examples = [drawing.enskild("ab", list(NAMES), NAMES) for _n in range(50)]
    examples += [drawing.preschool("enskild_firma", list(NAMES), NAMES) for _n in range(50)]
    numbers = [example.orgnr for example in examples]
    assert all(luhn.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("499") for number in numbers[:50])
    assert all(980 <= int(number[6:9]) <= 999 for number in numbers[50:])


@pytest.mark.django_db
def test_the_example_register_is_whole():
    assert write_example_register("prov") == Huvudman.objects.count() == 2_800
    types = Counter(Huvudman.objects.values_list("type", flat=True))
    assert types["kommun"] == Kommun.objects.count() == 290
    assert (types["kommunalforbund"], types["region"], types["stat"]) == (11, 8, 2)
    assert small_association().pupils == 40
    assert kommun_tried().name.startswith("Strängnäs")
    assert 5_000 <= SchoolUnit.objects.count() <= 7_500
    counted = PupilCount.objects.filter(unit__huvudman=kommun_tried())
    assert sum(counted.values_list("pupils", flat=True)) == kommun_tried().pupils


@pytest.mark.django_db
def test_another_register_is_refused_and_says_how_to_begin_anew(settings, tmp_path):
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path / "media"
    load_places()
    file = tmp_path / "register_2020.xlsx"
    file.write_bytes(as_xlsx(book()))
    HuvudmanFactory()
    before = User.objects.count()
    with pytest.raises(CommandError, match="--fresh"):
        call_command("demo_world", register=file, bare=True)
    assert (Huvudman.objects.count(), User.objects.count()) == (1, before)
    call_command("import_register", str(file), apply=True, stdout=StringIO())
    refuse_another_register(file)


@pytest.mark.django_db
def test_huvudmen_of_the_examples_are_found_by_skolform_and_office():
    write_example_register("prov")
    rows = {row.orgnr: row for row in Huvudman.objects.all()}
    for row in rows.values():
        assert ("FSK" in row.skolformer) == bool(row.children)
    offered = SkolformOffer.objects.values_list("unit__huvudman__orgnr", "skolform").distinct()
    assert all(skolform in rows[orgnr].skolformer for orgnr, skolform in offered)
    offices = dict(RegionalOffice.objects.annotate(n=Count("lan")).values_list("name", "n"))
    assert offices == {"Luleå": 2, "Härnösand": 4, "Solna": 7, "Malmö": 8}


def test_neither_the_world_nor_its_people_are_made_outside_a_demo(settings):
    settings.DEMO = False
    for command in ("demo_world", "run_main_job", "totp"):
        with pytest.raises(CommandError):
            call_command(command)
    with pytest.raises(RuntimeError):
        write_people()
