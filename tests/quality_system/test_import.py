"""Importing statistics: preview, apply, again, corrections, faults; and figures computed from units."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.actors import SYSTEM, person
from accounts.models import StaffRole
from huvudman.domain.events import change_orgnr
from huvudman.models import Huvudman, SchoolUnit
from quality_system.domain.import_statistics import FileFault, Report, import_statistics
from quality_system.models import Level, ObservedValue
from tests.accounts.factories import staff_user
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory, orgnr
from tests.quality_system import shared_data
from tests.quality_system.factories import ObservedValueFactory, offer, riket, seeded_edition

pytestmark = pytest.mark.django_db

HEADER = (
    "Skola;Skol-enhetskod;Huvudman orgnr;Antal elever;"
    "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen;Genomsnittligt meritvärde (17 ämnen)"
)


def export(path: Path, *rows: str, period: str = "2024/25") -> Path:
    path.write_text("\n".join([f"Valt läsår: {period}", HEADER, *rows]), "utf-8-sig")
    return path


def planned(path: Path, *lines: dict) -> Path:
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def teachers(code: str, value: str = "76,5", kind: str = "EXISTS") -> dict:
    entry = {"value": value, "valueType": kind, "timePeriod": "2024/25"}
    return {
        "url": f"https://api.example/v4/school-units/{code}/statistics/gr",
        "json": {"body": {"schoolUnit": code, "certifiedTeachersQuota": [entry]}},
    }


def run(source: str, *files: Path, apply: bool = True, **options: bool) -> Report:
    return import_statistics(source=source, files=files, apply=apply, actor=SYSTEM, **options)


@pytest.fixture
def unit() -> SchoolUnit:
    unit = SchoolUnitFactory(code="12345678")
    offer(unit)
    return unit


def test_a_preview_changes_nothing(tmp_path: Path, unit: SchoolUnit) -> None:
    report = run("planned-educations", planned(tmp_path / "a.ndjson", teachers(unit.code)), apply=False)
    assert (report.new, report.applied) == (1, False)
    assert not ObservedValue.objects.exists()


def test_applied_once_and_again_without_change(tmp_path: Path, unit: SchoolUnit) -> None:
    file = planned(tmp_path / "a.ndjson", teachers(unit.code))
    assert run("planned-educations", file).new == 1
    (value,) = ObservedValue.objects.values()
    report = run("planned-educations", file)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 1)
    assert list(ObservedValue.objects.values()) == [value]
    assert (value["unit_id"], value["huvudman_id"], value["number"]) == (
        unit.pk,
        unit.huvudman_id,
        Decimal("76.5"),
    )


def test_a_corrected_figure_is_a_new_version(tmp_path: Path, unit: SchoolUnit) -> None:
    run("planned-educations", planned(tmp_path / "a.ndjson", teachers(unit.code)))
    hidden = teachers(unit.code, "..", "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS")
    assert run("planned-educations", planned(tmp_path / "b.ndjson", hidden)).changed == 1
    old, new = ObservedValue.objects.order_by("version")
    assert (old.version, old.kind, old.superseded_at is None) == (1, "number", False)
    assert (new.version, new.kind, new.number, new.superseded_at) == (2, "suppressed", None, None)


def test_every_kind_is_kept(tmp_path: Path) -> None:
    kinds = {
        "10000001": ("cirka 360", "EXISTS", "approximate"),
        "10000002": (".", "MISSING", "missing"),
        "10000003": ("~100", "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE", "nearly_all"),
        "10000004": ("*", "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION", "not_applicable"),
        "10000005": ("0,0", "EXISTS", "number"),
    }
    for code in kinds:
        SchoolUnitFactory(code=code)
    lines = [teachers(code, value, kind) for code, (value, kind, _kept) in kinds.items()]
    run("planned-educations", planned(tmp_path / "a.ndjson", *lines))
    stored = dict(ObservedValue.objects.values_list("unit_code", "kind"))
    assert stored == {code: kept for code, (_value, _kind, kept) in kinds.items()}
    assert set(ObservedValue.objects.filter(kind__in=["missing", "nearly_all"]).values_list("number")) == {
        (None,)
    }


def test_a_unit_outside_the_register_is_joined_by_its_orgnr(tmp_path: Path) -> None:
    huvudman = HuvudmanFactory()
    details = {"body": {"code": "87654321", "organisationRegistryNumber": huvudman.orgnr}}
    report = run(
        "planned-educations",
        planned(tmp_path / "a.ndjson", teachers("87654321"), teachers("11111111")),
        planned(tmp_path / "units.ndjson", details),
    )
    assert (report.new, report.unknown_units, report.rows) == (1, ["11111111"], 3)
    value = ObservedValue.objects.get()
    assert (value.huvudman, value.unit, value.unit_code) == (huvudman, None, "87654321")
    unit = SchoolUnitFactory(code="87654321", huvudman=huvudman)
    assert run("planned-educations", planned(tmp_path / "a.ndjson", teachers("87654321"))).unchanged == 1
    assert ObservedValue.objects.get().unit == unit


def test_a_number_that_the_huvudman_has_left_still_leads_to_it(tmp_path: Path) -> None:
    huvudman, other = HuvudmanFactory.create_batch(2)
    first, second, others = huvudman.orgnr, orgnr(900_001), other.orgnr
    for number in (second, orgnr(900_002)):
        change_orgnr(huvudman=huvudman, orgnr=number, on=datetime.date(2025, 1, 1), actor=SYSTEM)
    numbers = [first, second, orgnr(900_002), others, orgnr(900_003)]
    rows = [f"Skolan;1111111{at};{number};20;75,0;230,5" for at, number in enumerate(numbers)]
    assert run("skolverket-csv", export(tmp_path / "a.csv", *rows)).unknown_units == ["11111114"]
    told = ObservedValue.objects.filter(level=Level.UNIT).values_list("unit_code", "huvudman")
    ours = {f"1111111{at}": huvudman.pk for at in range(3)}
    assert dict(told) == ours | {"11111113": other.pk}


def test_a_number_taken_back_leads_to_its_huvudman(tmp_path: Path) -> None:
    huvudman = HuvudmanFactory()
    first = huvudman.orgnr
    for number in (orgnr(900_001), first):
        change_orgnr(huvudman=huvudman, orgnr=number, on=datetime.date(2025, 1, 1), actor=SYSTEM)
    rows = [f"A;11111111;{first};20;75,0;230,5", f"B;22222222;{orgnr(900_001)};20;75,0;230,5"]
    assert run("skolverket-csv", export(tmp_path / "a.csv", *rows)).unknown_units == []
    assert set(ObservedValue.objects.values_list("huvudman", flat=True)) == {huvudman.pk}


def test_the_source_says_who_ran_the_unit_then(tmp_path: Path, unit: SchoolUnit) -> None:
    former = HuvudmanFactory()
    run("skolverket-csv", export(tmp_path / "a.csv", f"Skolan;{unit.code};{former.orgnr};20;75,0;230,5"))
    assert set(ObservedValue.objects.filter(level=Level.UNIT).values_list("huvudman", flat=True)) == {
        former.pk
    }


@pytest.mark.parametrize("leave_out", [False, True])
def test_rejected_rows_stop_all_unless_left_out(tmp_path: Path, unit: SchoolUnit, leave_out: bool) -> None:
    good = f"Skolan;{unit.code};{unit.huvudman.orgnr};20;75,0;230,5"
    file = export(tmp_path / "a.csv", good, good.replace(unit.code, "1234"))
    report = run("skolverket-csv", file, leave_out_rejected=leave_out)
    assert [(row.file, row.line) for row in report.rejected] == [("a.csv", 4)]
    assert report.applied is leave_out
    assert ObservedValue.objects.filter(level=Level.UNIT).count() == (3 if leave_out else 0)


def test_the_same_value_twice_is_one_and_another_is_rejected(tmp_path: Path, unit: SchoolUnit) -> None:
    again = planned(tmp_path / "a.ndjson", teachers(unit.code), teachers(unit.code))
    assert run("planned-educations", again).rejected == []
    other = planned(tmp_path / "b.ndjson", teachers(unit.code), teachers(unit.code, "12,0"))
    (rejected,) = run("planned-educations", other).rejected
    assert (rejected.file, rejected.line) == ("b.ndjson", 2)
    assert ObservedValue.objects.get().number == Decimal("76.5")


def test_a_number_that_no_column_holds_is_rejected(tmp_path: Path, unit: SchoolUnit) -> None:
    report = run("planned-educations", planned(tmp_path / "a.ndjson", teachers(unit.code, "9" * 30)))
    assert [row.line for row in report.rejected] == [1]


def test_a_fault_in_the_last_file_leaves_nothing(tmp_path: Path, unit: SchoolUnit) -> None:
    good = planned(tmp_path / "a.ndjson", teachers(unit.code))
    bad = tmp_path / "b.ndjson"
    bad.write_bytes(b"{}\n\xff\xfe")
    with pytest.raises(FileFault, match=r"b\.ndjson: rad 2"):
        run("planned-educations", good, bad)
    with pytest.raises(FileFault, match="kan inte öppnas"):
        run("planned-educations", good, tmp_path / "absent.ndjson")
    assert not ObservedValue.objects.exists()


def test_only_a_statistician_imports(tmp_path: Path, unit: SchoolUnit) -> None:
    file = planned(tmp_path / "a.ndjson", teachers(unit.code))
    for role in StaffRole:
        actor = person(staff_user(role))
        facts = {"source": "planned-educations", "files": [file], "apply": True, "actor": actor}
        if role == StaffRole.STATISTICIAN:
            assert import_statistics(**facts).applied
            continue
        with pytest.raises(PermissionDenied):
            import_statistics(**facts)


# The command ----------------------------------------------------------------------------------------------
def command(*arguments: object) -> list[str]:
    out = StringIO()
    call_command("import_statistics", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_the_last_line_is_one_json_object(tmp_path: Path, unit: SchoolUnit) -> None:
    file = planned(tmp_path / "a.ndjson", teachers(unit.code), teachers("11111111"))
    lines = command("planned-educations", file)
    assert "Förhandsgranskning" in lines[0]
    assert json.loads(lines[-1]) == {
        "source": "planned-educations", "applied": False, "rows": 2,
        "values": {"number": 2, "missing": 0, "suppressed": 0, "nearly_all": 0, "not_applicable": 0,
                   "approximate": 0},
        "new": 1, "changed": 0, "unchanged": 0, "derived": 0, "unknown_units": 1, "rejected": 0,
    }  # fmt: skip
    assert len(command("planned-educations", file, "--apply", "--json")) == 1
    assert ObservedValue.objects.count() == 1


def test_the_command_fails_and_says_where(tmp_path: Path, unit: SchoolUnit) -> None:
    with pytest.raises(CommandError, match="rad 2"):
        command("skolverket-csv", export(tmp_path / "a.csv"))
    row = f"Skolan;1234;{unit.huvudman.orgnr};20;75,0;230,5"
    with pytest.raises(CommandError, match="Ingenting är ändrat"):
        command("skolverket-csv", export(tmp_path / "b.csv", row), "--apply")


# Huvudmän's figures from their units ----------------------------------------------------------------------
def merit(huvudman: Huvudman) -> ObservedValue | None:
    return ObservedValue.objects.filter(
        huvudman=huvudman, level=Level.HUVUDMAN, indicator_key="gr-y9-merit", superseded_at=None
    ).first()


def test_a_huvudmans_figure_is_weighted_from_all_its_units(tmp_path: Path, unit: SchoolUnit) -> None:
    seeded_edition()
    other = SchoolUnitFactory(huvudman=unit.huvudman)
    offer(other)
    offer(SchoolUnitFactory(huvudman=unit.huvudman), groups=("1", "2"))
    rows = [
        f"A;{unit.code};{unit.huvudman.orgnr};30;75,0;200",
        f"B;{other.code};{unit.huvudman.orgnr};10;..;240",
    ]
    assert run("skolverket-csv", export(tmp_path / "a.csv", *rows)).derived == 1
    figure = merit(unit.huvudman)
    assert figure is not None
    assert (figure.number, figure.count, figure.is_derived) == (Decimal(210), 40, True)
    assert run("skolverket-csv", export(tmp_path / "a.csv", *rows)).derived == 1
    assert ObservedValue.objects.filter(is_derived=True).count() == 1


def test_a_unit_that_becomes_hidden_takes_the_huvudmans_figure_with_it(
    tmp_path: Path, unit: SchoolUnit
) -> None:
    seeded_edition()
    row = f"A;{unit.code};{unit.huvudman.orgnr};30;75,0;200"
    run("skolverket-csv", export(tmp_path / "a.csv", row))
    assert merit(unit.huvudman)
    run("skolverket-csv", export(tmp_path / "a.csv", row.replace(";200", ";..")))
    assert merit(unit.huvudman) is None


def test_without_all_units_there_is_no_figure(tmp_path: Path, unit: SchoolUnit) -> None:
    seeded_edition()
    offer(SchoolUnitFactory(huvudman=unit.huvudman))
    run("skolverket-csv", export(tmp_path / "a.csv", f"A;{unit.code};{unit.huvudman.orgnr};30;75,0;200"))
    assert merit(unit.huvudman) is None


# The database keeps the rules -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "suppressed", "number": "0"},
        {"kind": "missing", "number": "1"},
        {"kind": "number", "number": None},
        {"kind": "guess", "number": None},
        {"level": "riket"},
        {"level": "unit"},
        {"level": "kommun"},
        {"unit_code": "12345678"},
    ],
)
def test_the_database_refuses_what_is_no_value(facts: dict) -> None:
    huvudman = HuvudmanFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ObservedValueFactory(huvudman=huvudman, **facts)


def test_there_is_one_current_value_of_a_thing() -> None:
    huvudman = HuvudmanFactory()
    ObservedValueFactory(huvudman=huvudman)
    ObservedValueFactory(huvudman=huvudman, sex="girls")
    ObservedValueFactory(huvudman=huvudman, superseded_at="2026-01-01T00:00Z")
    riket("1")
    for again in ({"huvudman": huvudman}, {"huvudman": None, "level": "riket"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ObservedValueFactory(**again)


def test_the_real_files_import_and_a_second_time_without_change() -> None:
    files = [shared_data.shared_file(name) for name in (shared_data.PLANNED, shared_data.UNITS)]
    for code in ("45033945", "54806839"):
        SchoolUnitFactory(code=code)
    first = run("planned-educations", *files)
    again = run("planned-educations", *files)
    assert first.new > 0
    assert first.rejected == []
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)
    assert ObservedValue.objects.count() == first.new
