"""`manage.py import_register`: the last line, the exit status, the place of what is wrong."""

import io
import json
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command

from huvudman.domain.imports import guess_year
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, ImportState, PupilCount, RegisterImport, SchoolUnit, SizeClass
from tests.huvudman.books import AB_ORGNR, KOMMUN_ORGNR, Book, as_xlsx, book, put
from tests.huvudman.factories import orgnr
from tests.huvudman.shared import real_register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    load_places()


@dataclass
class Answer:
    lines: list[str]
    errors: str

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        return json.loads(self.lines[-1])


@pytest.fixture
def run(tmp_path):
    def call(sheets: Book | bytes, *options: str, name: str = "register_2020.xlsx") -> Answer:
        path = tmp_path / name
        path.write_bytes(sheets if isinstance(sheets, bytes) else as_xlsx(sheets))
        out, err = io.StringIO(), io.StringIO()
        call_command("import_register", str(path), *options, stdout=out, stderr=err)
        return Answer(out.getvalue().splitlines(), err.getvalue())

    return call


def counts(new: int = 0, changed: int = 0, closed: int = 0, unchanged: int = 0, rejected: int = 0):
    return {"new": new, "changed": changed, "closed": closed, "unchanged": unchanged, "rejected": rejected}


def test_a_dry_run_tells_everything_and_changes_nothing(run):
    answer = run(book())
    assert answer.counts == {"huvudman": counts(new=2), "units": counts(new=5)}
    assert list(answer.counts) == ["huvudman", "units"]
    assert list(answer.counts["units"]) == ["new", "changed", "closed", "unchanged", "rejected"]
    assert any("Upplands Väsby kommun" in line for line in answer.lines)
    assert not Huvudman.objects.exists()


def test_with_json_there_is_only_the_last_line(run):
    assert len(run(book(), "--json").lines) == 1


def test_applying_twice_changes_nothing_the_second_time(run):
    assert run(book(), "--apply").counts["units"] == counts(new=5)
    before = list(Huvudman.objects.values()), list(SchoolUnit.objects.values())
    answer = run(book(), "--apply")
    assert answer.counts == {"huvudman": counts(unchanged=2), "units": counts(unchanged=5)}
    assert before == (list(Huvudman.objects.values()), list(SchoolUnit.objects.values()))
    assert RegisterImport.objects.filter(state=ImportState.APPLIED).count() == 1


def test_what_is_applied_is_what_the_file_says(run):
    run(book(), "--apply")
    kommun = Huvudman.objects.get(orgnr=KOMMUN_ORGNR)
    assert kommun.main_kommun_id == "0114"
    assert [k.code for k in kommun.kommuner.all()] == ["0114"]
    assert kommun.pupils == 18 + 120 + 75
    assert kommun.size_class == SizeClass.S2
    assert kommun.skolformer == ["FKLASS", "FTH", "GR", "GRAN", "GY", "VUX"]
    company = Huvudman.objects.get(orgnr=AB_ORGNR)
    assert (company.pupils, company.size_class) == (None, SizeClass.NOT_KNOWN)
    counted = PupilCount.objects.filter(unit__code="74174879", skolform="GR").values_list("group", "pupils")
    assert dict(counted) == {str(n): 20 for n in range(1, 7)}
    assert set(PupilCount.objects.values_list("year", flat=True)) == {2020}
    assert set(kommun.units.get(code="31313773").offers.get().groups) == {"KOMVUX", "SFI"}


def test_every_change_is_told_field_by_field(run):
    run(book(), "--apply")
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "Exempel Skolor AB")
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", 25.0)
    put(sheets, "Grundskola", 2, "NAMN", "Nya Bollstanäs")
    answer = run(sheets)
    assert answer.counts == {"huvudman": counts(changed=2), "units": counts(changed=1, unchanged=4)}
    told = "\n".join(answer.lines)
    assert "namn: Exempel AB → Exempel Skolor AB" in told
    assert "namn: Bollstanäs skola → Nya Bollstanäs" in told
    assert "elever, grundskola, årskurs 3: 20 → 25" in told
    assert "elever: 213 → 218" in told


def test_applied_changes_are_the_ones_told(run):
    run(book(), "--apply")
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "Exempel Skolor AB")
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", 25.0)
    put(sheets, "Grundskola", 2, "KOMMUN", "0115")
    assert run(sheets, "--apply").counts["units"] == counts(changed=1, unchanged=4)
    assert Huvudman.objects.get(orgnr=AB_ORGNR).name == "Exempel Skolor AB"
    unit = SchoolUnit.objects.get(code="74174879")
    assert unit.kommun_id == "0115"
    assert unit.counts.get(skolform="GR", group="3").pupils == 25
    kommun = Huvudman.objects.get(orgnr=KOMMUN_ORGNR)
    assert kommun.main_kommun_id == "0115", "where most pupils are"
    assert {k.code for k in kommun.kommuner.all()} == {"0114", "0115"}
    assert run(sheets, "--apply").counts["units"] == counts(unchanged=5)


def test_who_is_not_in_the_file_is_closed_and_opens_again(run):
    run(book(), "--apply")
    sheets = book()
    del sheets["Huvudmän"][2]
    del sheets["Grundskola"][2]
    answer = run(sheets, "--apply")
    assert answer.counts == {
        "huvudman": counts(closed=1, unchanged=1),
        "units": counts(closed=1, unchanged=4),
    }
    assert Huvudman.objects.get(orgnr=AB_ORGNR).active_to is not None
    assert SchoolUnit.objects.get(code="80509560").active_to is not None
    assert run(sheets, "--apply").counts["huvudman"] == counts(unchanged=1)
    assert run(book(), "--apply").counts == {
        "huvudman": counts(changed=1, unchanged=1),
        "units": counts(changed=1, unchanged=4),
    }
    assert Huvudman.objects.get(orgnr=AB_ORGNR).active_to is None
    assert SchoolUnit.objects.get(code="80509560").active_to is None


def test_rows_left_out_are_listed_and_stop_applying_until_accepted(run):
    run(book(), "--apply")
    sheets = book()
    put(sheets, "Huvudmän", 2, "NAMN", "Väsby kommun")
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", "många")
    answer = run(sheets)
    assert answer.counts["units"] == counts(unchanged=4, rejected=1)
    assert "Bladet Grundskola, rad 2, kolumnen ELEVER ÅR3" in answer.errors
    with pytest.raises(CommandError) as error:
        run(sheets, "--apply")
    assert error.value.returncode == 2
    assert not Huvudman.objects.filter(name="Väsby kommun").exists()
    assert run(sheets, "--apply", "--leave-out").counts["units"] == counts(unchanged=4, rejected=1)
    assert Huvudman.objects.get(orgnr=KOMMUN_ORGNR).name == "Väsby kommun"
    unit = SchoolUnit.objects.get(code="74174879")
    assert unit.active_to is None, "a row that cannot be read closes nothing"
    assert Huvudman.objects.get(orgnr=KOMMUN_ORGNR).pupils == 213, "what it had still counts"


@pytest.mark.parametrize("content", [b"", b"hej", b"PK\x03\x04"])
def test_a_file_that_cannot_be_used_gives_status_2_with_its_place(run, content):
    with pytest.raises(CommandError) as error:
        run(content, "--apply")
    assert error.value.returncode == 2
    assert "register_2020.xlsx" in str(error.value)
    assert not Huvudman.objects.exists()


def test_a_missing_sheet_and_column_are_named(run):
    sheets = book()
    del sheets["Sameskola"]
    put(sheets, "Grundskola", 1, "KOMMUN", "ORT")
    with pytest.raises(CommandError) as error:
        run(sheets, "--apply")
    assert "Bladet Sameskola: Bladet saknas." in str(error.value)
    assert "Bladet Grundskola, rad 1, kolumnen KOMMUN: Kolumnen saknas." in str(error.value)


def test_no_such_file(run):
    with pytest.raises(CommandError) as error:
        call_command("import_register", "finns-inte.xlsx")
    assert error.value.returncode == 2


def test_an_older_register_is_shown_and_refused(run):
    run(book(), "--apply")
    sheets = book()
    put(sheets, "Huvudmän", 3, "NAMN", "Förr AB")
    answer = run(sheets, name="register_2019.xlsx")
    assert answer.counts["huvudman"] == counts(changed=1, unchanged=1)
    assert "Registret har redan uppgifter för 2020. En fil för 2019 går att granska" in answer.errors
    with pytest.raises(CommandError, match="2020") as error:
        run(sheets, "--apply", name="register_2019.xlsx")
    assert error.value.returncode == 2
    assert not Huvudman.objects.filter(name="Förr AB").exists()


def test_columns_in_another_order_change_nothing(run):
    sheets = book()
    run(sheets, "--apply")
    for row in sheets["Grundskola"]:
        row[:] = row[:17] + row[17:][::-1]
    assert run(sheets, "--apply").counts == {
        "huvudman": counts(unchanged=2),
        "units": counts(unchanged=5),
    }


@pytest.mark.parametrize("year", [99999, 2062, 1999, 0, -5])
def test_a_year_that_cannot_be_is_refused(run, year):
    for options in ([], ["--apply"]):
        with pytest.raises(CommandError, match="Året ska ligga mellan 2000 och") as error:
            run(book(), f"--year={year}", *options)
        assert error.value.returncode == 2
    assert not Huvudman.objects.exists()


def test_the_years_that_can_be(time_machine, run):
    time_machine.move_to("2026-11-28")
    assert [guess_year(f"register_{year}.xlsx") for year in (2027, 2062)] == [2027, 2026]
    with pytest.raises(CommandError, match="2027"):
        run(book(), "--year=2028")
    run(book(), "--year=2027", "--apply")
    assert set(PupilCount.objects.values_list("year", flat=True)) == {2027}


def test_next_year_keeps_last_year(run):
    run(book(), "--apply")
    sheets = book()
    put(sheets, "Grundskola", 2, "ELEVER ÅR3", 30.0)
    run(sheets, "--apply", name="register_2021.xlsx")
    unit = SchoolUnit.objects.get(code="74174879")
    by_year = dict(unit.counts.filter(skolform="GR", group="3").values_list("year", "pupils"))
    assert by_year == {2020: 20, 2021: 30}
    again = run(sheets, "--apply", name="register_2021.xlsx").counts
    assert again["units"] == counts(unchanged=5)


def test_a_personnummer_is_never_written_out(run):
    person = "1901019800"
    sheets = book()
    sheets["Huvudmän"].append([*sheets["Huvudmän"][2]])
    put(sheets, "Huvudmän", 4, "ORGANISATIONSNR", person)
    put(sheets, "Huvudmän", 4, "JURIDISK FORM", "Fysiska personer")
    answer = run(sheets, "--apply")
    told = "\n".join([*answer.lines, answer.errors])
    assert "190101-XXXX" in told
    assert "9800" not in told
    put(sheets, "Huvudmän", 4, "ORGANISATIONSNR", "1901019801")
    errors = run(sheets).errors
    assert "Organisationsnumret stämmer inte: ”190101-XXXX”" in errors
    assert "9801" not in errors


def test_other_sources_are_left_alone(run):
    Huvudman.objects.create(
        orgnr=orgnr(5), name="Inlagd AB", type="enskild", legal_form="ab", source="manual"
    )
    assert run(book(), "--apply").counts["huvudman"] == counts(new=2)
    assert Huvudman.objects.get(orgnr=orgnr(5)).active_to is None


def test_the_real_register_imports_whole_and_again_without_change(run):
    content = real_register().read_bytes()
    first = run(content, "--apply", "--json").counts
    assert first == {"huvudman": counts(new=1132), "units": counts(new=7484)}
    assert Huvudman.objects.count() == 1132
    assert SchoolUnit.objects.count() == 7484
    again = run(content, "--apply", "--json").counts
    assert again == {"huvudman": counts(unchanged=1132), "units": counts(unchanged=7484)}


def test_a_personnummer_in_a_name_or_a_files_name_is_kept_nowhere(run):
    sheets = book()
    row = next(n for n, cells in enumerate(sheets["Huvudmän"], 1) if AB_ORGNR in cells)
    put(sheets, "Huvudmän", row, "NAMN", "Ögats dagis, Anna Åberg 850615-1235")
    told = run(sheets, "--apply", name="8506151235.xlsx")
    assert "1235" not in "\n".join(told.lines) + told.errors
    assert any("Anna Åberg 850615-XXXX" in line for line in told.lines)
    assert Huvudman.objects.get(orgnr=AB_ORGNR).name == "Ögats dagis, Anna Åberg 850615-XXXX"
    assert RegisterImport.objects.get().file_name == "850615-XXXX.xlsx"
