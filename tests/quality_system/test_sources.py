"""Reading the sources: every value keeps its kind, every fault its line."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quality_system.sources import READERS, Item, Observation, Rejected, SourceFault, UnitFact
from quality_system.values import ValueKind, number
from tests.quality_system import shared_data

ADDRESS = "https://api.example/planned-educations/v4/school-units/12345678/statistics/gr"


def planned(*lines: object, packed: bool = False) -> list[Item]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    return list(READERS["planned-educations"](io.BytesIO(gzip.compress(text, mtime=0) if packed else text)))


def answer(entries: object, *, code: str = "12345678", name: str = "certifiedTeachersQuota") -> dict:
    return {"url": ADDRESS, "json": {"status": "OK", "body": {"schoolUnit": code, name: entries}}}


def entry(value: object, kind: str = "EXISTS", period: object = "2024/25") -> dict:
    return {"value": value, "valueType": kind, "timePeriod": period}


def export(rows: Iterable[str], header: str | None = None, before: str = "") -> list[Item]:
    head = header or (
        "Skola;Skol-enhetskod;Skolkommun;Kommun-kod;Typ av huvudman;Huvudman;Huvudman orgnr;Antal elever;"
        "Andel (%) elever som uppfyllt betygskriterierna i alla ämnen;"
        "Andel (%) elever behöriga till yrkesprog.;Genomsnittligt meritvärde (17 ämnen)"
    )
    top = f"Statistik från Skolverket;;;\n\nValt läsår: 2024/25;;;\n{before}\n"
    text = "\ufeff" + top + head + "\n" + "\n".join(rows)
    return list(READERS["skolverket-csv"](io.BytesIO(text.encode())))


ROW = "Exempelskolan;12345678;Ale;1440;Kommunal;Ale kommun;2120001439;120;75,8;~100;231,5;"


# planned-educations ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("entry_", "kind"),
    [
        (entry("76,5"), "number"),
        (entry("cirka 1 020"), "approximate"),
        (entry(".", "MISSING"), "missing"),
        (entry(None, "MISSING", None), "missing"),
        (entry("..", "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS"), "suppressed"),
        (entry("~100", "ROUNDED_OFF_DUE_TO_FEW_PUPILS_NOT_ELIGIBLE"), "nearly_all"),
        (entry("*", "TEACHERS_EXCLUDED_DUE_TO_NO_REQUIRED_LEGITIMATION"), "not_applicable"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_each_value_type_keeps_its_kind(entry_: dict, kind: str, packed: bool) -> None:
    (item,) = planned(answer([entry_]), packed=packed)
    assert isinstance(item, Observation)
    assert (item.code, item.measure, item.value.kind, item.line) == (
        "12345678",
        "gr-certified-teachers",
        kind,
        1,
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (answer([entry("..")]), "stämmer inte med sin typ"),
        (answer([entry("0,0", "MISSING")]), "stämmer inte med sin typ"),
        (answer([entry("76,5", "NEW_TYPE")]), "stämmer inte med sin typ"),
        (answer([entry("76.5")]), "kan inte läsas"),
        (answer([entry(76.5)]), "inte text"),
        (answer([entry("76,5", period="hösten")]), "perioden"),
        (answer([entry("76,5", period=None)]), "perioden"),
        (answer(["76,5"]), "fel form"),
        (answer([entry("76,5")], code="1234"), "åtta siffror"),
        ({"status": "NOT_FOUND", "body": None}, "inget innehåll (NOT_FOUND)"),
        ({"body": {"schoolUnit": "12345678", "certifiedTeachersQuota": []}}, "vilken skolform"),
        ({"body": {"code": "12345678", "organisationRegistryNumber": "55"}}, "tio siffror"),
        ("[1]", "inte ett svar"),
        ("{", "inte JSON"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(line: object, reason: str) -> None:
    first, *rest = planned(answer([entry("76,5")]), line, answer([entry("50,0")], code="87654321"))
    assert isinstance(first, Observation)
    rejected = [item for item in rest if isinstance(item, Rejected)]
    assert [item.line for item in rejected] == [2]
    assert reason in rejected[0].reason
    assert isinstance(rest[-1], Observation)
    assert rest[-1].code == "87654321"


def test_national_values_are_the_whole_country() -> None:
    body = {
        "certifiedTeachersQuota": [entry("71,5")],
        "totalNumberOfPupils": None,
        "_links": {"self": {"href": "https://api.example/v4/statistics/national-values/gr"}},
    }
    (item,) = planned({"status": "OK", "body": body})
    assert isinstance(item, Observation)
    assert (item.level, item.code, item.value) == ("riket", "", number("71.5"))


def test_gymnasieskolan_has_figures_of_the_unit_and_of_its_programmes() -> None:
    programme = {
        "programCode": "EK",
        "schoolUnit": "12345678",
        "certifiedTeachersQuota": [entry("90,0")],
        "ratioOfPupilsWithExamWithin3Years": [entry("..", "OMITTED_DUE_TO_BASED_ON_FEW_PUPILS", "2020/21")],
        "averageResultNationalTestsSubjectENG": [entry("13,1", period="VT24")],
    }
    body = {"programMetrics": [programme, {"programCode": None}], "certifiedTeachersQuota": [entry("96,6")]}
    url = ADDRESS.replace("/gr", "/gy")
    first, second, third = planned({"url": url, "json": {"status": "OK", "body": body}})
    assert isinstance(first, Observation)
    assert isinstance(second, Observation)
    assert (first.measure, first.code, first.value) == ("gy-certified-teachers", "12345678", number("96.6"))
    assert (second.measure, second.value.kind) == ("gy-diploma-3y-ek", "suppressed")
    assert isinstance(third, Rejected)
    national = {"programCode": "EK", "gradesPointsForStudents": [entry("14,8", period="2022/23")]}
    url = "https://api.example/v4/statistics/national-values/gy/EK"
    (item,) = planned({"url": url, "json": {"status": "OK", "body": national}})
    assert isinstance(item, Observation)
    assert (item.level, item.measure) == ("riket", "gy-grade-points-ek")


def test_salsa_says_how_far_from_its_model_a_unit_is() -> None:
    unit = {
        "schoolUnitCode": "12345678",
        "salsaAverageGradesIn9thGradeDeviation": {"value": "-20", "valueType": "EXISTS"},
        "salsaRequirementsReachedActual": {"value": "..", "valueType": "EXISTS"},
    }
    body = {"compulsorySchoolUnitSalsaMetricList": [unit, {"schoolUnitCode": "1"}], "timePeriod": "2022/23"}
    first, second, third = planned({"status": "OK", "body": body})
    assert isinstance(first, Observation)
    assert (first.measure, first.period, first.value) == ("gr-y9-salsa-merit", "2022/23", number(-20))
    assert [type(item) for item in (second, third)] == [Rejected, Rejected]


def test_unit_details_say_who_runs_the_unit() -> None:
    (item,) = planned(
        {"body": {"code": "12345678", "name": "Skolan", "organisationRegistryNumber": "212000-0134"}}
    )
    assert item == UnitFact("12345678", "2120000134", "Skolan", 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "tom"),
        (b"\n\n", "tom"),
        (b"PK\x03\x04\x00\x00", "inte en textfil"),
        (b"kommun;skola\n", "inte JSON"),
        ("{}\nåäö".encode("latin-1"), "UTF-8"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:-12], "skadad"),
        (gzip.compress(b"{}\n" * 1000, mtime=0)[:10] + b"\xff" * 100, "rad 1: den packade filen är skadad"),
        (gzip.compress(b"x" * 5_000_000, mtime=0), "orimligt lång"),
    ],
)
def test_another_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SourceFault, match=reason):
        list(READERS["planned-educations"](io.BytesIO(data)))


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "url",
                        "json",
                        "body",
                        "schoolUnit",
                        "certifiedTeachersQuota",
                        "value",
                        "_links",
                        "self",
                        "code",
                        "organisationRegistryNumber",
                        "valueType",
                        "timePeriod",
                        "href",
                        "programMetrics",
                        "programCode",
                        "compulsorySchoolUnitSalsaMetricList",
                        "schoolUnitCode",
                        "salsaAverageCalculated",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_any_json_is_read_or_rejected(anything: object) -> None:
    for item in planned(answer([]), json.dumps(anything)):
        assert isinstance(item, Observation | UnitFact | Rejected)


@settings(max_examples=200)
@given(st.text())
@example("Û\x00\x83")
def test_any_text_is_rejected_or_its_file_refused_with_the_line(anything: str) -> None:
    if "\0" not in anything:
        items = planned(answer([]), anything)
        assert all(isinstance(item, Observation | UnitFact | Rejected) for item in items)
        return
    with pytest.raises(SourceFault) as refused:
        planned(answer([]), anything)
    assert refused.value.line == 2 + anything.split("\0")[0].count("\n")


def test_the_real_statistics_lose_nothing() -> None:
    path = shared_data.shared_file(shared_data.PLANNED)
    with gzip.open(path, "rt") as text:
        bodies = [json.loads(line)["json"]["body"] for line in text]
    entries = [
        entry for body in bodies for series in body.values() if isinstance(series, list) for entry in series
    ]
    with path.open("rb") as stream:
        items = list(READERS["planned-educations"](stream))
    read = [item for item in items if isinstance(item, Observation)]
    assert len(read) == len(items) == len(entries)
    numbers = sum(entry["valueType"] == "EXISTS" for entry in entries)
    kinds = Counter(item.value.kind for item in read)
    assert kinds[ValueKind.NUMBER] + kinds[ValueKind.APPROXIMATE] == numbers
    assert len({(item.code, item.measure, item.period) for item in read}) == len(read)


# skolverket-csv -------------------------------------------------------------------------------------------
def test_a_row_gives_its_measures_with_the_count_they_rest_on() -> None:
    items = export(
        [ROW, ";;;;;;;;;;", "Rapportbeskrivning och definitioner etc.;;;;;;;;;;", ";Observera;;;;;;;;;"]
    )
    assert all(isinstance(item, Observation) for item in items)
    by_key = {item.measure: item for item in items if isinstance(item, Observation)}
    assert set(by_key) == {"gr-y9-pupils", "gr-y9-all-subjects", "gr-y9-vocational", "gr-y9-merit"}
    merit = by_key["gr-y9-merit"]
    assert (merit.value, merit.count, merit.orgnr, merit.period) == (
        number("231.5"),
        120,
        "2120001439",
        "2024/25",
    )
    assert by_key["gr-y9-vocational"].value.kind is ValueKind.NEARLY_ALL
    assert by_key["gr-y9-pupils"].count is None


def test_a_hidden_count_is_no_count() -> None:
    items = export(["Skolan;12345678;Ale;1440;Enskild;AB;5560000001;..;.;..;.."])
    assert {item.count for item in items if isinstance(item, Observation)} == {None}
    assert [item.value.kind for item in items if isinstance(item, Observation)] == [
        "suppressed",
        "missing",
        "suppressed",
        "suppressed",
    ]


def test_columns_may_move_and_stand_under_a_super_header() -> None:
    over = ";;;#Antal elever;#Antal elever" + 2 * ";Genomsnittligt meritvärde (17 ämnen)"
    header = "Skola;Skolenhetskod;Huvudman orgnr;Flickor;Pojkar;Flickor;Pojkar"
    items = export(["Skolan;12345678;212000-1439;60;1 070;240,5;..;"], header, before=over)
    merit = {i.sex: i for i in items if isinstance(i, Observation) and i.measure == "gr-y9-merit"}
    assert merit["girls"].value == number("240.5")
    assert (merit["girls"].count, merit["boys"].count) == (60, 1070)
    assert merit["boys"].value.kind is ValueKind.SUPPRESSED


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW.replace("12345678", "1234567"), "åtta siffror"),
        (ROW.replace("2120001439", "21200014"), "tio siffror"),
        (ROW.replace("75,8", "75.8"), "kan inte läsas"),
        (ROW.replace("75,8", ""), "kan inte läsas"),
        (ROW.replace("Exempelskolan", "Exempel;skolan"), "celler"),
        ("Exempelskolan;12345678", "celler"),
    ],
)
def test_a_bad_row_is_told_with_its_line(row: str, reason: str) -> None:
    items = export([ROW.replace("12345678", "11111111"), row])
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [item.line for item in rejected] == [7]
    assert reason in rejected[0].reason
    assert len(items) == 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ingen rubrikrad"),
        ("Kommun;Kommun-kod\nAle;1440", "ingen rubrikrad"),
        ("Skola;Skolenhetskod;Huvudman orgnr;Meritvärde (17 ämnen)\n", "vilket läsår"),
        ("Valt läsår: 2024/25\nSkola;Skolenhetskod;Huvudman orgnr;\n", "ett mått"),
        ("Valt läsår: 2024/26\nSkola;Skolenhetskod;Meritvärde (17 ämnen)\n", "vilket läsår"),
        ("Valt läsår: 2024/25\nSkola;Skolenhetskod;Huvudman orgnr;Meritvärde (17 ämnen)\n", "inga rader"),
    ],
)
def test_an_export_of_another_kind_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SourceFault, match=reason):
        list(READERS["skolverket-csv"](io.BytesIO(text.encode())))


def test_the_real_export_loses_nothing() -> None:
    path = shared_data.shared_file(shared_data.GRADES)
    rows = [line.split(";") for line in path.read_text("utf-8-sig").splitlines()]
    units = [row for row in rows if len(row) > 10 and row[1].isdigit()]
    with path.open("rb") as stream:
        items = list(READERS["skolverket-csv"](stream))
    assert len(items) == 4 * len(units)
    hidden = sum(cell in {"..", ".", "~100"} for row in units for cell in row[7:11])
    read = [item.value for item in items if isinstance(item, Observation)]
    assert sum(value.is_hidden for value in read) == hidden
    assert len(read) == len(items)
