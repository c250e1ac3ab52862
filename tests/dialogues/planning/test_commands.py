"""`manage.py plan` and `verify_plan`: from file to file, and what is said of files that can't be used."""

from __future__ import annotations

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dialogues.planning.files import write_plan
from tests.dialogues.planning.certificates import Case, apart, drawn, replanned, with_swaps
from tests.dialogues.planning.registers import register

HEAD = "id;region;size;type;pupils"
MORE = f"{HEAD};pin_year;pin_batch;not_before_year"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    lines = [f"{u.id};{u.region};{u.size};{u.type};{u.pupils}" for u in register(60)]
    path.write_text("\n".join([HEAD, *lines, ""]))
    return path


def make(units: Path, seed: str = "s", years: int = 2, batches: int = 2) -> tuple[Path, Path]:
    plan, certificate = units.with_name("plan.csv"), units.with_name("cert.json")
    call_command(
        "plan",
        input=units,
        years=years,
        batches=batches,
        seed=seed,
        output=plan,
        certificate=certificate,
        stdout=StringIO(),
        stderr=StringIO(),
    )
    return plan, certificate


def check(units: Path, plan: Path, certificate: Path, **more: object) -> str:
    said = StringIO()
    call_command("verify_plan", input=units, plan=plan, certificate=certificate, stdout=said, **more)
    return said.getvalue()


def written(folder: Path, case: Case) -> tuple[Path, Path, Path]:
    """Units, plan and certificate as files."""
    paths = folder / "units.csv", folder / "plan.csv", folder / "cert.json"
    lines = [f"{u.id};{u.region};{u.size};{u.type};{u.pupils}" for u in case.units]
    paths[0].write_text("\n".join([HEAD, *lines]))
    paths[1].write_bytes(write_plan(case.plan))
    paths[2].write_text(json.dumps(case.certificate))
    return paths


def test_a_plan_is_made_and_holds(units: Path) -> None:
    plan, certificate = make(units)
    rows = list(csv.DictReader(plan.read_text().splitlines(), delimiter=";"))
    assert Counter((row["year"], row["batch"]) for row in rows) == dict.fromkeys(
        [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")], 15
    )
    assert {row["id"] for row in rows} == {unit.id for unit in register(60)}
    assert json.loads(certificate.read_text())["seed"] == "s"
    assert "60 enheter, 0 avsteg" in check(units, plan, certificate)


def test_the_check_names_every_family_of_margins_that_it_counted(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    rows = [f"h{n};{n % 3};s{n % 2};enskild;{n + 10}" for n in range(40)]
    path.write_text("\n".join([HEAD, *rows]))
    told = check(path, *make(path)).splitlines()[1]
    assert told == (
        "Räknat är: Alla huvudmän (1), Län (3), Storlek (2), Typ (1), Län och storlek (6), Län och typ (3), "
        "Storlek och typ (2), Län, storlek och typ (6), Regionalt kontor (1)."
    )


def test_the_same_seed_gives_the_same_files_and_another_others(units: Path) -> None:
    plan, certificate = make(units)
    first = plan.read_bytes(), certificate.read_bytes()
    make(units)
    assert (plan.read_bytes(), certificate.read_bytes()) == first
    make(units, seed="t")
    assert plan.read_bytes() != first[0]


def test_a_file_from_excel_gives_the_same_plan(units: Path) -> None:
    plan, _certificate = make(units)
    first = plan.read_bytes()
    lines = units.read_text().splitlines()
    units.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*lines, ";;;;", ""]).encode())
    make(units)
    assert plan.read_bytes() == first


def test_pins_and_earliest_years_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    rows = [f"p{n};01;s1;e;{n};2;1;" for n in range(3)] + [f"n{n};01;s1;e;{n};;;2" for n in range(3)]
    path.write_text("\n".join([MORE, *rows, *(f"u{n};01;s1;e;{n};;;" for n in range(14))]))
    plan, certificate = make(path)
    placed = {row["id"]: row for row in csv.DictReader(plan.read_text().splitlines(), delimiter=";")}
    assert {(placed[f"p{n}"]["year"], placed[f"p{n}"]["batch"]) for n in range(3)} == {("2", "1")}
    assert {placed[f"n{n}"]["year"] for n in range(3)} == {"2"}
    assert check(path, plan, certificate)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "rad 1: filen saknar rubriker"),
        (f"{HEAD}\n".encode(), "rad 1: filen har inga enheter under rubrikerna"),
        (f"\ufeff{HEAD}\r\n;;;;\r\n\r\n".encode(), "rad 1: filen har inga enheter under rubrikerna"),
        (b"id;region;size;type\na;1;2;3\n", "rad 1: kolumnen saknas: pupils"),
        (f"{HEAD};age\n".encode(), "rad 1: okänd kolumn: age"),
        (f"{HEAD};id\n".encode(), "rad 1: kolumnen finns två gånger: id"),
        (f"{HEAD}\na;1;2;3\n".encode(), "rad 2: raden har fel antal celler: 4"),
        (f"{HEAD}\na;1;2;3;4\n\n;1;2;3;4\n".encode(), "rad 4: id saknas"),
        (f"{HEAD}\r\na;1;2;3;4\r\nb;1;2;3;4\r\na;1;2;3;4\r\n".encode(), "rad 4: samma id finns på rad 2"),
        (f"{HEAD}\na;1;2;3;-4\n".encode(), "rad 2: inte ett heltal som går att använda: pupils: -4"),
        (f"{HEAD}\na;1;2;3;\n".encode(), "rad 2: inte ett heltal som går att använda: pupils: "),
        (f"{HEAD}\na;1;2;3;1_0\n".encode(), "rad 2: inte ett heltal"),
        (f"{HEAD}\na;1;2;3;١\n".encode(), "rad 2: inte ett heltal"),
        (f"{HEAD}\na;1|2;2;3;4\n".encode(), "rad 2: texten är för lång eller har tecken"),
        (f"{HEAD}\na;1;2;3;4\nb;\xe5;2;3;4\n".encode("latin-1"), "rad 3: texten är inte UTF-8"),
        (f'{HEAD}\na;"1;2;3;4\n'.encode(), "rad 2: citattecknen går inte ihop"),
        (f"{MORE}\na;1;2;3;4;3;;\n".encode(), "rad 2: utanför planens år eller omgångar: pin_year: 3"),
        (f"{MORE}\na;1;2;3;4;1;3;\n".encode(), "rad 2: utanför planens år eller omgångar: pin_batch: 3"),
        (f"{MORE}\na;1;2;3;4;;1;\n".encode(), "rad 2: pin_batch kräver pin_year"),
        (f"{MORE}\na;1;2;3;4;1;;2\n".encode(), "rad 2: pin_year är före not_before_year"),
        (f"{MORE}\na;1;2;3;4;0;;\n".encode(), "rad 2: inte ett heltal som går att använda: pin_year: 0"),
    ],
)
def test_a_bad_file_is_told_by_line_and_leaves_what_was(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    (tmp_path / "plan.csv").write_text("before")
    with pytest.raises(CommandError, match=r"bad\.csv, rad") as caught:
        make(path)
    assert told in str(caught.value)
    assert caught.value.returncode == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bad.csv", "plan.csv"]
    assert (tmp_path / "plan.csv").read_text() == "before"


def test_what_cannot_be_written_leaves_nothing(units: Path) -> None:
    units.with_name("cert.json").mkdir()
    with pytest.raises(CommandError) as caught:
        make(units)
    assert caught.value.returncode == 2
    assert sorted(each.name for each in units.parent.iterdir()) == ["cert.json", "units.csv"]


@pytest.mark.parametrize(("years", "batches"), [(0, 1), (1, 0), (10_000, 10_000)])
def test_a_cycle_of_no_or_too_many_batches_is_refused(units: Path, years: int, batches: int) -> None:
    with pytest.raises(CommandError, match="antal år"):
        make(units, years=years, batches=batches)


def test_the_files_have_to_be_different(units: Path) -> None:
    before = units.read_bytes()
    with pytest.raises(CommandError, match="olika"):
        call_command("plan", input=units, years=1, batches=1, seed="s", output=units, certificate=units)
    assert units.read_bytes() == before


def test_a_plan_that_was_tampered_with_does_not_hold(units: Path) -> None:
    plan, certificate = make(units)
    lines = plan.read_text().splitlines()
    year = "1" if lines[1].split(";")[1] == "2" else "2"
    lines[1] = f"{lines[1].split(';')[0]};{year};1"
    plan.write_text("\n".join(lines))
    with pytest.raises(CommandError, match="Intyget stämmer inte") as caught:
        check(units, plan, certificate)
    assert caught.value.returncode == 1


@pytest.mark.parametrize("content", ["", "[]", "[" * 100_000, '{"years": 1'])
def test_a_certificate_that_is_none_is_refused(units: Path, content: str) -> None:
    plan, certificate = make(units)
    certificate.write_text(content)
    with pytest.raises(CommandError) as caught:
        check(units, plan, certificate)
    assert caught.value.returncode == 2


@pytest.mark.parametrize("content", ["id;year\na;1\n", "id;year;batch\na;1;x\n", "id;year;batch\na;0;1\n"])
def test_a_plan_that_is_none_is_refused_by_line(units: Path, content: str) -> None:
    plan, certificate = make(units)
    plan.write_text(content)
    with pytest.raises(CommandError, match=r"plan\.csv, rad") as caught:
        check(units, plan, certificate)
    assert caught.value.returncode == 2


def test_a_plan_with_swaps_holds(tmp_path: Path) -> None:
    case = drawn()
    said = check(*written(tmp_path, with_swaps(case, [apart(case)])))
    assert "120 enheter" in said
    assert "1 byten" in said


def test_a_plan_made_anew_holds_with_the_earlier_one(tmp_path: Path) -> None:
    case = replanned()
    paths, previous = written(tmp_path, case), tmp_path / "before.csv"
    previous.write_bytes(write_plan(case.previous or {}))
    assert "Planen stämmer" in check(*paths, previous=previous)
    previous.write_bytes(write_plan(case.plan))
    for other in (None, previous):
        with pytest.raises(CommandError, match="tidigare plan") as caught:
            check(*paths, previous=other)
        assert caught.value.returncode == 1


def test_a_bad_earlier_plan_is_told_by_line(tmp_path: Path) -> None:
    paths, previous = written(tmp_path, replanned()), tmp_path / "before.csv"
    previous.write_text("id;year;batch\na;1;0\n")
    with pytest.raises(CommandError, match=r"before\.csv, rad 2: inte ett heltal") as caught:
        check(*paths, previous=previous)
    assert caught.value.returncode == 2


def test_a_file_that_is_not_there_is_told(units: Path) -> None:
    plan, certificate = make(units)
    with pytest.raises(CommandError, match=r"none\.csv: filen finns inte") as caught:
        check(units.with_name("none.csv"), plan, certificate)
    assert caught.value.returncode == 2
    with pytest.raises(CommandError, match="det är en mapp"):
        check(units.parent, plan, certificate)


def test_a_value_without_what_was_locked_is_refused(units: Path) -> None:
    with pytest.raises(CommandError, match="--commitment") as caught:
        check(units, *make(units), value="1234")
    assert caught.value.returncode == 2
