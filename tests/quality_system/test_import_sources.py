"""The command with every source: preview, apply, again, a corrected figure, a bad file."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM
from huvudman.domain.events import change_orgnr
from huvudman.models import SchoolUnit
from quality_system.models import ObservedValue
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, SchoolUnitFactory, orgnr
from tests.quality_system import shared_data
from tests.quality_system.factories import ObservedValueFactory
from tests.quality_system.source_samples import dataset, kolada, page, question, survey

pytestmark = pytest.mark.django_db

UNIT = "12345678"


class Told(NamedTuple):
    """What the command wrote and how it ended."""

    lines: list[str]
    report: dict
    fault: str


def command(*arguments: object) -> Told:
    out, fault = StringIO(), ""
    try:
        call_command("import_statistics", *map(str, arguments), stdout=out)
    except CommandError as error:
        fault = str(error)
    lines = out.getvalue().splitlines()
    return Told(lines, json.loads(lines[-1]), fault)


def written(path: Path, *answers: object) -> Path:
    path.write_text("\n".join(map(json.dumps, answers)))
    return path


def grades(number: object) -> dict:
    return dataset([number, None, None, 4], {"1": "..", "2": "."}, levels={f"2120001355-{UNIT}": "SKOLAN"})


def answers(number: object) -> dict:
    return {"schoolYearMetrics": [survey(unit=UNIT, securityMetrics=question(f"{number},0", ratioNever="-"))]}


def key_figures(number: object) -> dict:
    return page(kolada("2510", ("T", number), ("K", None)), kolada("0000", ("T", 5)))


SOURCES = {"pxweb": grades, "skolenkaten": answers, "kolada": key_figures}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> str:
    SchoolUnitFactory(code=UNIT)
    return request.param


def test_preview_apply_again_and_a_corrected_figure(tmp_path: Path, source: str) -> None:
    file = written(tmp_path / "a.json", SOURCES[source](7))
    preview = command(source, file)
    assert (preview.report["applied"], preview.report["rejected"]) == (False, 0)
    assert not ObservedValue.objects.exists()

    first = command(source, file, "--apply", "--json")
    assert len(first.lines) == 1
    assert first.report["new"] == sum(first.report["values"].values()) == ObservedValue.objects.count()
    before = list(ObservedValue.objects.order_by("pk").values())
    again = command(source, file, "--apply")
    assert (again.report["new"], again.report["changed"], again.report["unchanged"]) == (0, 0, len(before))
    assert list(ObservedValue.objects.order_by("pk").values()) == before

    corrected = command(source, written(tmp_path / "b.json", SOURCES[source](8)), "--apply")
    assert corrected.report["changed"] == 1
    (new,) = ObservedValue.objects.filter(version=2)
    old = ObservedValue.objects.get(superseded_at__isnull=False)
    assert (old.number, new.number, old.indicator_key) == (Decimal(7), Decimal(8), new.indicator_key)


def test_the_report_counts_rows_and_kinds(tmp_path: Path, source: str) -> None:
    rows, told = {
        "pxweb": (4, {"number": 2, "suppressed": 1, "missing": 1}),
        "skolenkaten": (1, {"number": 2, "suppressed": 1}),
        "kolada": (2, {"number": 2, "missing": 1}),
    }[source]
    KommunFactory(code="2510")
    report = command(source, written(tmp_path / "a.json", SOURCES[source](7))).report
    assert report["rows"] == rows
    assert {kind: count for kind, count in report["values"].items() if count} == told
    assert (report["unknown_units"], report["rejected"]) == (0, 0)


def test_a_bad_value_stops_all_and_is_told_with_its_place(tmp_path: Path, source: str) -> None:
    place, bad = {
        "pxweb": ("cell 1 (mått 26, nivå", dataset(["?", 2, 3, 4])),
        "skolenkaten": ("svar 1 (12345678, ak5)", answers("mycket")),
        "kolada": ("värde 1 (N15428, 2510", page(kolada("2510", ("X", 1)))),
    }[source]
    told = command(source, written(tmp_path / "a.json", SOURCES[source](7), bad | {}), "--apply")
    assert "Ingenting är ändrat: 1 uppgift" in told.fault
    assert told.report["rejected"] == 1
    alone = command(source, written(tmp_path / "b.json", bad), "--apply")
    assert any(line.startswith(f"b.json, {place}") for line in alone.lines)
    assert not ObservedValue.objects.exists()


def test_a_file_of_another_kind_is_refused_and_nothing_is_left(tmp_path: Path, source: str) -> None:
    good, bad = written(tmp_path / "a.json", SOURCES[source](7)), tmp_path / "b.json"
    bad.write_text("Kommun;Kommun-kod\nAle;1440\n")
    told = command(source, good, bad, "--apply", "--json")
    assert told.fault == "Ingenting är ändrat. b.json: rad 1: filen innehåller inte JSON"
    assert told.report["error"]["line"] == told.report["rejected"] == 1
    assert {"rows", "values", "unknown_units"} <= told.report.keys()
    assert not ObservedValue.objects.exists()


def test_an_unknown_source_is_refused_in_swedish(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="källan ”siris” finns inte"):
        call_command("import_statistics", "siris", str(tmp_path))


# Whose figure it is ---------------------------------------------------------------------------------------
def test_levels_find_their_place_in_the_register(tmp_path: Path) -> None:
    huvudman = HuvudmanFactory()
    unit = SchoolUnitFactory(huvudman=huvudman)
    levels = dict.fromkeys(
        ("00", huvudman.orgnr, f"{huvudman.orgnr}-{unit.code}", "5560000000-87654321"), "?"
    )
    report = command(
        "pxweb", written(tmp_path / "a.json", dataset([1.5] * 16, levels=levels)), "--apply"
    ).report
    assert (report["new"], report["unknown_units"]) == (12, 1)
    told = set(ObservedValue.objects.values_list("level", "huvudman", "unit"))
    assert told == {
        ("riket", None, None),
        ("huvudman", huvudman.pk, None),
        ("unit", huvudman.pk, unit.pk),
    }


def test_kommuner_that_the_register_lacks_are_unknown(tmp_path: Path) -> None:
    KommunFactory(code="2510")
    rows = [kolada(code, ("T", 1)) for code in ("2510", "9999", "0025", "0099", "G123", "0000")]
    told = command("kolada", written(tmp_path / "a.json", page(*rows)), "--apply")
    assert (told.report["new"], told.report["unknown_units"]) == (3, 3)
    assert set(ObservedValue.objects.values_list("level", "kommun", "lan")) == {
        ("kommun", "2510", None),
        ("lan", None, "25"),
        ("riket", None, None),
    }


def test_two_numbers_of_one_huvudman_are_one_series(tmp_path: Path) -> None:
    huvudman = HuvudmanFactory()
    left = huvudman.orgnr
    change_orgnr(huvudman=huvudman, orgnr=orgnr(900_001), on=datetime.date(2025, 1, 1), actor=SYSTEM)
    levels = {left: "?", huvudman.orgnr: "?", orgnr(900_001): "?"}
    values = [71, None, None, 75, 60, None, None, 66]
    file = written(tmp_path / "a.json", dataset(values, levels=levels))
    assert command("pxweb", file, "--apply").report["rejected"] == 0
    told = ObservedValue.objects.filter(huvudman=huvudman, indicator_key="gr-y6-all-subjects")
    assert dict(told.values_list("period", "number")) == {"2023/24": 71, "2024/25": 75}


def test_no_personnummer_is_written_out(tmp_path: Path) -> None:
    levels = {"1901011234": "EN PERSON", "1901011234-12345678": "EN SKOLA"}
    told = command("pxweb", written(tmp_path / "a.json", dataset([1, "?"] + [2] * 6, levels=levels)))
    assert "011234" not in "".join(told.lines)
    assert (told.report["unknown_units"], told.report["rejected"]) == (2, 1)


def test_a_kommun_is_found_by_its_code_and_a_förbund_by_its_name(tmp_path: Path) -> None:
    kommun = HuvudmanFactory(type="kommun", legal_form="kommun", main_kommun=KommunFactory(code="2510"))
    union = HuvudmanFactory(
        type="kommunalforbund", legal_form="kommunalforbund", name="JÄMTLANDS GYMNASIEFÖRBUND"
    )
    file = tmp_path / "a.csv"
    file.write_text(
        "Gymnasieskola - Kostnader per kommun\nValt år: 2024\n\n"
        "Kommun;Kommunkod;Typ av huvudman;Totalt per elev;\nA;2510;Kommunal;137 600;\n"
        "Jämtlands Gymnasieförbund;;Kommunal;150 000;\nB;9999;Kommunal;1;\nC-förbundet;;Kommunal;1;\n",
        "utf-8-sig",
    )
    report = command("skolverket-csv", file, "--apply").report
    assert (report["new"], report["unknown_units"], report["rejected"]) == (2, 2, 0)
    told = dict(ObservedValue.objects.values_list("huvudman", "number"))
    assert told == {kommun.pk: 137600, union.pk: 150000}


@pytest.mark.parametrize("level", ["huvudman", "unit"])
def test_only_a_place_has_figures_of_some_huvudman(level: str) -> None:
    unit: SchoolUnit = SchoolUnitFactory()
    facts = {"huvudman": unit.huvudman, "level": level, "unit_code": unit.code if level == "unit" else ""}
    ObservedValueFactory(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservedValueFactory(**facts, organizers="enskilda", sex="girls")


def test_a_kommun_has_one_figure_for_each_kind_of_huvudman() -> None:
    facts = {"huvudman": None, "level": "kommun", "kommun": KommunFactory()}
    for organizers in ("all", "kommunala", "enskilda"):
        ObservedValueFactory(**facts, organizers=organizers)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservedValueFactory(**facts, organizers="enskilda")


def test_the_real_answers_import_and_a_second_time_without_change() -> None:
    SchoolUnitFactory(code="53332364")
    SchoolUnitFactory(code="44673074")
    pxweb = shared_data.shared_file("statistics/pxweb_ufa_grundskola_sample.json")
    surveys = [
        shared_data.shared_file(f"statistics/survey-sample-nested-pupils{x}.json") for x in ("gr", "gy")
    ]
    for source, files in {"pxweb": [pxweb], "skolenkaten": surveys}.items():
        first = command(source, *files, "--apply").report
        again = command(source, *files, "--apply").report
        assert first["new"] == again["unchanged"] > 0
        assert (first["rejected"], again["new"], again["changed"]) == (0, 0, 0)
