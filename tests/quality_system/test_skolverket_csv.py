"""Skolverket's CSV exports of every kind, as they are and as other years' files may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality_system.sources import READERS, Item, Observation, Rejected, SourceFault
from quality_system.sources.measure_keys import LONGEST_KEY, key_of
from quality_system.values import number
from tests.quality_system import shared_data
from tests.quality_system.source_samples import NamedBytes
from tests.quality_system.test_pxweb import observed

FOLDER = "statistics/skolverket_csv"

TITLE = "Grundskola - Behörighet till gymnasieskolan, fr.o.m. 2011"
HEADER = (
    "Kommun;Kommun-kod;Län;Läns-kod;Typ av huvudman;Kön;Antal elever;"
    "Andel (%) elever behöriga till yrkesprog."
)
ROWS = (
    "Ale;1440;Västra Götalands län;14;Samtliga;Samtliga;1 434;81,6",
    "Ale;1440;Västra Götalands län;14;Kommunal;Flickor;202;83,2",
    "Ale;1440;Västra Götalands län;14;Enskild;Pojkar;..;~100",
)


def read(*lines: str, name: str = "a.csv") -> list[Item]:
    return list(READERS["skolverket-csv"](NamedBytes("\n".join(lines).encode("utf-8-sig"), name)))


def export(
    *rows: str, header: str = HEADER, title: str = TITLE, chosen: str = "Valt läsår: 2024/25"
) -> list[Item]:
    return read("Statistik från Skolverket, https://www.skolverket.se", "", title, chosen, "", header, *rows)


def told(items: list[Item]) -> set[tuple]:
    return {
        (i.level, i.code, i.measure, i.period, i.value, i.sex, i.organizers, i.count) for i in observed(items)
    }


# Row types and columns ------------------------------------------------------------------------------------
def test_a_row_says_whose_units_and_which_sex() -> None:
    items = observed(export(*ROWS))
    shares = [item for item in items if item.measure == "gr-y9-vocational"]
    assert [(item.level, item.code, item.organizers, item.sex, item.count) for item in shares] == [
        ("kommun", "1440", "all", "all", 1434),
        ("kommun", "1440", "kommunala", "girls", 202),
        ("kommun", "1440", "enskilda", "boys", None),
    ]
    assert [item.value.kind.value for item in shares] == ["number", "number", "nearly_all"]


@pytest.mark.parametrize(
    ("text", "organizers"),
    [("Statlig", "statliga"), ("Region", "regionala"), ("Internationella skolor", "internationella")],
)
def test_every_row_type_is_known(text: str, organizers: str) -> None:
    items = observed(export(ROWS[0].replace("Samtliga", text, 1)))
    assert {item.organizers for item in items} == {organizers}


def test_rows_of_län_and_riket_stand_among_kommuner() -> None:
    rows = ("Hela riket;;;;Samtliga;Samtliga;9;80,0", ";;Kronobergs län;07;Samtliga;Samtliga;8;81,0")
    assert {(i.level, i.code) for i in observed(export(*rows))} == {("riket", ""), ("lan", "07")}


def test_costs_of_kommunala_are_the_huvudmans_own() -> None:
    header = "Kommun;Kommunkod;Län;Läns-kod;Typ av huvudman;Totalt;Totalt per elev"
    rows = ("Ale;1440;V;14;Kommunal;526708;137 600", "Jämtlands Gymnasieförbund;;;;Kommunal;500000;-45 200")
    items = export(*rows, header=header, title="Gymnasieskola - Kostnader per kommun", chosen="Valt år: 2024")
    costs = {i.code: i for i in observed(items) if i.measure == "gy-cost-per-pupil"}
    assert {item.level for item in costs.values()} == {"huvudman"}
    assert costs["1440"].value == number(137600)
    assert costs["Jämtlands Gymnasieförbund"].value == number(-45200)


def test_a_super_header_tells_columns_of_one_name_apart() -> None:
    title = "Gymnasieskola - Personalstatistik med lärarlegitimation och behörighet"
    over = ";;#Heltidstjänster;#Heltidstjänster;#Tjänstgörande lärare"
    head = "Kommun;Kommunkod;Totalt antal;Andel med lärarlegitimation och behörighet;Totalt antal"
    items = read(
        title, "Valt läsår: 2023/24", "Valt uttag: 2024-02-22", "", over, head, "Ale;1440;263,7;75,9;302"
    )
    keys = [item.measure for item in observed(items)]
    assert keys[1] == "gy-certified-teachers"
    assert len(set(keys)) == 3
    assert {item.source_version for item in observed(items)} == {"2024-02-22"}


def test_a_column_of_words_divides_the_rows() -> None:
    title = "Grundskola - Resultat nationella prov årskurs 9"
    over = ";;;Antal elever med provbetyg A-F;;Genomsnittlig betygspoäng;Genomsnittlig betygspoäng"
    head = "Kommun;Kommun-kod;Ämne;Totalt;Annat;Flickor;Pojkar"
    rows = ("Ale;1440;Engelska;5;1;15,6;15,8", "Ale;1440;Svenska som andraspråk;6;1;..;.")
    items = observed(read(title, "Valt läsår: 2022/23", over, head, *rows))
    by = {(item.measure, item.sex): item for item in items}
    assert by["gr-y9-test-eng", "girls"].value == number("15.6")
    assert by["gr-y9-test-sva", "boys"].value.kind == "missing"
    assert by["gr-y9-test-eng", "boys"].count is None


def test_a_share_of_girls_is_a_measure_of_all() -> None:
    head = "Kommun;Kommun-kod;Andel (%) flickor, årskurs 1-9;Meritvärde, pojkar"
    items = observed(export("Ale;1440;47,8;230", header=head))
    assert [item.sex for item in items] == ["all", "boys"]


def test_some_pupils_left_out_are_not_the_indicator() -> None:
    title = "Grundskola - Slutbetyg årskurs 9, exklusive nyinvandrade elever"
    head = "Skola;Skol-enhetskod;Huvudman orgnr;Antal elever;Genomsnittligt meritvärde (17 ämnen)"
    row = "Skolan;12345678;2120001439;20;231,5"
    plain, other = (observed(export(row, header=head, title=t)) for t in (title.split(",")[0], title))
    assert [item.measure for item in plain] == ["gr-y9-pupils", "gr-y9-merit"]
    assert not {item.measure for item in plain} & {item.measure for item in other}


def test_other_files_of_units_huvudmän_and_riket_are_read() -> None:
    cases = {
        "Skola;Skolenhetskod;Andel behöriga": ("Skolan;12345678;50,0", "unit", "12345678"),
        "Huvudman;Huvudmans orgnr;Andel behöriga": ("Ale kommun;212000-1439;50,0", "huvudman", "2120001439"),
        "Län;Länskod;Andel behöriga": ("Kronobergs län;07;50,0", "lan", "07"),
        "Typ av huvudman;Kön;Andel behöriga": ("Kommunal;Kvinnor;50,0", "riket", ""),
    }
    for header, (row, level, code) in cases.items():
        (item,) = observed(export(row, header=header))
        assert (item.level, item.code, item.value) == (level, code, number(50))


def test_a_period_may_stand_on_each_row() -> None:
    items = observed(read("Kommun;Kommunkod;Läsår;Andel", "Ale;1440;2022/2023;50,0", "Ale;1440;2023/24;51,0"))
    assert [item.period for item in items] == ["2022/23", "2023/24"]


def test_long_names_give_different_keys_of_a_length_that_fits() -> None:
    names = [f"Andel (%) elever som har {'mycket ' * 20} {i}" for i in range(5)]
    keys = {key_of("gr", "Betyg", name) for name in names}
    assert len(keys) == 5
    assert {len(key) <= LONGEST_KEY for key in keys} == {True}


# Variants of a file ---------------------------------------------------------------------------------------
@settings(max_examples=150, deadline=None)
@given(
    codes=st.sampled_from(["Kommun-kod", "Kommunkod", "Kommun kod", "KOMMUNKOD"]),
    before=st.lists(
        st.sampled_from(["", ";;;;", "Endast kommunal huvudman", "En längre text; med semikolon."])
    ),
    after=st.lists(st.sampled_from(["", ";;;;;;;", "Fotnot: se rapporten.", ";fortsättning;;;;;;", " "])),
    trail=st.sampled_from(["", ";", ";;;"]),
    super_header=st.sampled_from(["", ";;;;;;Uppgifter;Uppgifter", ";;;;;;#Alla;#Alla"]),
    space=st.sampled_from([" ", "\u00a0", "\u202f", ""]),
    end=st.sampled_from(["\n", "\r\n"]),
    chosen=st.sampled_from(
        ["Valt läsår: 2024/25", "Valt läsår: 2024/2025", "Valda läsår: 2024/25", "valt läsår:2024/25"]
    ),
)
def test_the_same_figures_however_the_file_is_dressed(
    codes: str,
    before: list[str],
    after: list[str],
    trail: str,
    super_header: str,
    space: str,
    end: str,
    chosen: str,
) -> None:
    header = HEADER.replace("Kommun-kod", codes)
    dressed = [row.replace("1 434", f"1{space}434") for row in ROWS]
    lines = [
        TITLE,
        chosen + trail,
        *before,
        super_header,
        *(line + trail for line in (header, *dressed)),
        *after,
    ]
    items = list(READERS["skolverket-csv"](NamedBytes(end.join(lines).encode("utf-8-sig"))))

    def figures(items: list[Item]) -> set[tuple]:
        return {
            (code, period, value, sex, whose) for _l, code, _m, period, value, sex, whose, _c in told(items)
        }

    assert figures(items) == figures(export(*ROWS))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ale;144;V;14;Samtliga;Samtliga;434;81,6", "fyra siffror"),
        ("Ale;;V;;Samtliga;Samtliga;434;81,6", "vilken kommun"),
        ("Ale;1440;V;14;Privat;Samtliga;434;81,6", "typen av huvudman"),
        ("Ale;1440;V;14;Samtliga;Okänt;434;81,6", "könet"),
        ("Ale;1440;V;14;Samtliga;Samtliga;434;81.6", "kan inte läsas"),
        ("Ale;1440;V;14;Samtliga;Samtliga;434;", "tom"),
        ("Ale;1440;V;14;Samtliga;Samtliga;434", "celler"),
        ("Ale;1440;V;14;Samtliga;Samtliga;434;81,6;5", "celler"),
    ],
)
def test_a_bad_row_is_rejected_whole_with_its_line(row: str, reason: str) -> None:
    items = export(*ROWS[:2], row, ROWS[2])
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert [(item.line, reason in item.reason) for item in rejected] == [(9, True)]
    assert len(items) == 7


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["", "Kommun", "1440", "81,6", '"', "Kommunal", "Flickor", "x"]))))
def test_any_rows_are_read_or_rejected(rows: list[list[str]]) -> None:
    try:
        items = export(*(";".join(row) for row in rows))
    except SourceFault:
        return
    assert all(isinstance(item, Observation | Rejected) for item in items)


# The real files -------------------------------------------------------------------------------------------
def real_files() -> Iterator[Path]:
    yield from sorted(shared_data.shared_file(FOLDER).glob("*.csv"))


def test_every_real_export_is_read_without_loss() -> None:
    for path in real_files():
        with path.open("rb") as stream:
            items = observed(list(READERS["skolverket-csv"](stream)))
        cells = [row.split(";") for row in path.read_text("utf-8-sig").splitlines()]
        signs = Counter(cell for row in cells if len(row) > 6 for cell in row if cell in {"..", ".", "~100"})
        kinds = Counter(item.value.kind.value for item in items)
        assert [kinds["suppressed"], kinds["missing"], kinds["nearly_all"]] == [
            signs[".."], signs["."], signs["~100"]
        ], path.name  # fmt: skip
        places = {(i.level, i.code, i.organizers, i.measure, i.sex, i.period) for i in items}
        assert len(places) == len(items), path.name
