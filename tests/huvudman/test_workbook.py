"""The parser of the official register: what it reads, what it refuses and where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huvudman.register.problems import Problem, Reason, RegisterFileError
from huvudman.register.rows import Offer, Register
from huvudman.register.workbook import read_workbook
from tests.huvudman.books import (
    AB_ORGNR,
    KOMMUN_ORGNR,
    as_xlsx,
    book,
    column,
    huvudman_line,
    put,
    refusal,
    spoiled,
)
from tests.huvudman.factories import orgnr
from tests.huvudman.shared import real_register


def rejected_of(content: bytes) -> list[tuple[str, Reason, str, int, str]]:
    rows = read_workbook(content, kommuner={"0114"}).rejected
    return [(r.table, r.problem.reason, r.problem.sheet, r.problem.row, r.problem.column) for r in rows]


def test_reads_huvudman_and_units():
    register = read_workbook(as_xlsx(book()))
    assert register.rejected == register.remarks == []
    kommun = register.huvudman[KOMMUN_ORGNR]
    assert (kommun.name, kommun.type, kommun.legal_form) == ("Upplands Väsby kommun", "kommun", "kommun")
    assert kommun.skolformer == ("FKLASS", "FTH", "GR", "GY", "GRAN", "VUX")
    company = register.huvudman[AB_ORGNR]
    assert (company.name, company.type, company.legal_form, company.email) == (
        "Exempel AB",
        "enskild",
        "ab",
        "",
    )
    assert len(register.units) == 5


def test_reads_pupils_per_year_group_and_programme():
    units = read_workbook(as_xlsx(book())).units
    years = {str(n): 20 for n in range(1, 7)}
    assert units["74174879"].offers == {
        "FKLASS": Offer(("F",), 18, {"F": 18}),
        "GR": Offer(tuple(years), 120, years),
    }
    assert units["20855811"].offers == {"GY": Offer(("NA",), 75, {"NA": 70})}
    assert units["77624936"].offers["GRAN"].pupils is None, "the sheet has no numbers, so none is known"
    assert units["31313773"].offers == {"VUX": Offer(("KOMVUX", "SFI"), None, {})}


def test_a_unit_with_nothing_but_zeros_has_not_reported():
    unit = read_workbook(as_xlsx(book())).units["80509560"]
    assert unit.offers["GR"].pupils is None
    assert unit.pupils is None
    assert unit.orientation == "waldorf"


def test_columns_are_found_wherever_they_stand():
    def turn(sheets):
        sheets["Huvudmän"] = [row[::-1] for row in sheets["Huvudmän"]]
        sheets["Huvudmän"].insert(0, ["Skolenhetsregistret"])
        sheets["Grundskola"] = [[None, *row[::-1]] for row in sheets["Grundskola"]]

    plain, turned = read_workbook(as_xlsx(book())), read_workbook(spoiled(turn))
    assert turned.units["74174879"].offers["GR"].counts == plain.units["74174879"].offers["GR"].counts
    assert turned.huvudman.keys() == plain.huvudman.keys()


def test_numbers_that_a_spreadsheet_made_of_codes_are_codes_again():
    def numbers(sheets):
        put(sheets, "Grundskola", 2, "KOMMUN", 114)
        put(sheets, "Grundskola", 2, "ORGANISATIONSNR", int(KOMMUN_ORGNR))
        put(sheets, "Grundskola", 2, "SKOLENHETSKOD", 74174879)

    unit = read_workbook(spoiled(numbers)).units["74174879"]
    assert (unit.kommun, unit.orgnr) == ("0114", KOMMUN_ORGNR)


@pytest.mark.parametrize("sheet", list(book()))
def test_a_missing_sheet_is_an_error(sheet):
    assert refusal(spoiled(lambda sheets: sheets.pop(sheet))) == [(Reason.MISSING_SHEET, sheet, 0, "")]


@pytest.mark.parametrize(
    ("sheet", "head"),
    [
        ("Huvudmän", "ORGANISATIONSNR"),
        ("Huvudmän", "JURIDISK FORM"),
        ("Huvudmän", "FRITIDSHEM"),
        ("Grundskola", "SKOLENHETSKOD"),
        ("Grundskola", "EPOST"),
        ("Grundskola", "ÅR5"),
        ("Grundskola", "ELEVER ÅR5"),
        ("Grundsärskola", "ÅR1"),
        ("Specialskola", "ÅR10"),
        ("Komm. vuxenutb.", "KOMMUN"),
    ],
)
def test_a_renamed_column_is_an_error_that_names_it(sheet, head):
    def rename(sheets):
        put(sheets, sheet, 1, head, "NÅGOT ANNAT")

    assert refusal(spoiled(rename)) == [(Reason.MISSING_COLUMN, sheet, 1, head)]


def test_a_renamed_programme_is_an_error():
    content = spoiled(lambda s: put(s, "Gymnasieskola", 1, "BYGG- O ANL. PROGRAMMET", "X"))
    assert refusal(content) == [(Reason.MISSING_COLUMN, "Gymnasieskola", 1, "BYGG")]


def test_every_problem_of_the_file_is_told_at_once():
    def two(sheets):
        del sheets["Sameskola"]
        put(sheets, "Grundskola", 1, "NAMN", "X")

    assert len(refusal(spoiled(two))) == 2


def test_a_column_twice_is_an_error():
    content = spoiled(lambda s: put(s, "Huvudmän", 1, "TELENR", "NAMN"))
    assert (Reason.REPEATED_COLUMN, "Huvudmän", 1, "NAMN") in refusal(content)


@pytest.mark.parametrize("sheet", ["Huvudmän", "Grundskola", "Gymnasieskola"])
def test_an_empty_sheet_is_an_error(sheet):
    def empty(sheets):
        del sheets[sheet][1:]

    assert (Reason.EMPTY_SHEET, sheet, 0, "") in refusal(spoiled(empty))


def test_a_sheet_without_its_header_is_an_error():
    def headless(sheets):
        del sheets["Grundskola"][0]

    assert refusal(spoiled(headless)) == [(Reason.MISSING_HEADER, "Grundskola", 0, "")]


@pytest.mark.parametrize(
    ("head", "value", "reason"),
    [
        ("ORGANISATIONSNR", "2120000018", Reason.BAD_ORGNR),
        ("ORGANISATIONSNR", "", Reason.BAD_ORGNR),
        ("ORGANISATIONSNR", "0000000000", Reason.BAD_ORGNR),
        ("HUVUDMANNATYP", "Privat", Reason.UNKNOWN_TYPE),
        ("JURIDISK FORM", "", Reason.UNKNOWN_LEGAL_FORM),
        ("NAMN", " ", Reason.NO_NAME),
        ("NAMN", "x" * 201, Reason.TOO_LONG),
        ("FRITIDSHEM", "X", Reason.BAD_FLAG),
    ],
)
def test_a_bad_huvudman_is_left_out_with_its_place(head, value, reason):
    content = spoiled(lambda s: put(s, "Huvudmän", 3, head, value))
    assert ("huvudman", reason, "Huvudmän", 3, head) in rejected_of(content)
    assert AB_ORGNR not in read_workbook(content).huvudman


@pytest.mark.parametrize(
    ("head", "value", "reason"),
    [
        ("ORGANISATIONSNR", "2120000018", Reason.BAD_ORGNR),
        ("ORGANISATIONSNR", orgnr(77), Reason.UNKNOWN_HUVUDMAN),
        ("SKOLENHETSKOD", "123", Reason.BAD_CODE),
        ("KOMMUN", "14", Reason.BAD_KOMMUN),
        ("KOMMUN", "9999", Reason.UNKNOWN_KOMMUN),
        ("NAMN", None, Reason.NO_NAME),
        ("ÅR3", "kanske", Reason.BAD_FLAG),
        ("ELEVER ÅR3", "många", Reason.BAD_NUMBER),
        ("ELEVER ÅR3", -1.0, Reason.BAD_NUMBER),
        ("ELEVER ÅR3", 2.5, Reason.BAD_NUMBER),
        ("ELEVER ÅR3", True, Reason.BAD_NUMBER),
        ("ELEVER ÅR3", "..", Reason.BAD_NUMBER),
    ],
)
def test_a_bad_unit_is_left_out_with_its_place(head, value, reason):
    content = spoiled(lambda s: put(s, "Grundskola", 2, head, value))
    assert rejected_of(content) == [("units", reason, "Grundskola", 2, head)]
    assert "74174879" not in read_workbook(content, kommuner={"0114"}).units


def test_a_unit_with_one_unreadable_row_is_left_out_whole():
    content = spoiled(lambda s: put(s, "Komm. vuxenutb. i sv. f. inv.", 2, "KOMMUN", "x"))
    # The second sheet adds only an offer, so its kommun is not read: spoil what is read of every row.
    assert rejected_of(content) == []
    content = spoiled(lambda s: put(s, "Komm. vuxenutb. i sv. f. inv.", 2, "ORGANISATIONSNR", "1"))
    register = read_workbook(content)
    assert "31313773" not in register.units
    assert "31313773" in register.mentioned_units, "so it is not closed either"


def test_rows_with_one_number_are_all_rejected():
    def twice(sheets):
        sheets["Huvudmän"].append(sheets["Huvudmän"][2])
        sheets["Grundskola"].append(sheets["Grundskola"][1])

    register = read_workbook(spoiled(twice))
    places = [(r.table, r.problem.reason, r.problem.row, r.problem.detail, r.key) for r in register.rejected]
    assert places[:4] == [
        ("huvudman", Reason.DUPLICATE, 3, "4", ""),
        ("huvudman", Reason.DUPLICATE, 4, "3", ""),
        ("units", Reason.DUPLICATE, 2, "4", ""),
        ("units", Reason.UNKNOWN_HUVUDMAN, 3, AB_ORGNR, "80509560"),
    ]
    assert list(register.huvudman) == [KOMMUN_ORGNR]
    assert "74174879" not in register.units
    assert {"74174879", "80509560"} <= register.mentioned_units


def test_a_repeated_code_is_left_out_of_every_sheet():
    def spoil(sheets):
        put(sheets, "Grundsärskola", 2, "SKOLENHETSKOD", "74174879")
        sheets["Grundskola"].append(sheets["Grundskola"][1])

    assert "74174879" not in read_workbook(spoiled(spoil)).units, "half a unit would change what stands"


def test_a_unit_with_two_huvudman_is_rejected():
    content = spoiled(lambda s: put(s, "Komm. vuxenutb. i sv. f. inv.", 2, "ORGANISATIONSNR", AB_ORGNR))
    sheet = "Komm. vuxenutb. i sv. f. inv."
    assert rejected_of(content) == [("units", Reason.OTHER_HUVUDMAN, sheet, 2, "ORGANISATIONSNR")]


def test_a_shifted_row_is_mended_with_a_remark():
    def shift(sheets):
        row = sheets["Gymnasieskola"][1]
        at = column(sheets, "Gymnasieskola", "BARN- O FRITIDSPROGRAMMET")
        sheets["Gymnasieskola"][1] = [*row[:at], "Andersson", *row[at:-1]]

    register = read_workbook(spoiled(shift))
    assert register.rejected == []
    remark = register.remarks[0]
    assert (remark.reason, remark.sheet, remark.row) == (Reason.REALIGNED, "Gymnasieskola", 2)
    assert register.units["20855811"].offers == {"GY": Offer(("NA",), 75, {"NA": 70})}


def test_a_row_shifted_before_its_address_is_not_mended():
    def shift(sheets):
        row = sheets["Gymnasieskola"][1]
        at = column(sheets, "Gymnasieskola", "ADRESS")
        sheets["Gymnasieskola"][1] = [*row[:at], "c/o", *row[at:-1]]

    assert [r[1] for r in rejected_of(spoiled(shift))] == [Reason.BAD_FLAG]


def test_an_unusable_address_is_left_empty_with_a_remark():
    register = read_workbook(spoiled(lambda s: put(s, "Huvudmän", 3, "EPOST", "ring oss")))
    assert register.huvudman[AB_ORGNR].email == ""
    assert [(p.reason, p.row) for p in register.remarks] == [(Reason.EMAIL_LEFT_OUT, 3)]


def test_footnotes_and_empty_rows_are_no_rows():
    def notes(sheets):
        sheets["Grundskola"] += [[None], ["Källa: Skolverket"], ["", "", "", "", "", "", "", "", 2.0]]
        sheets["Huvudmän"] += [[None], ["Källa: Skolverket"], ["", "", "", "", "2020-10-15"]]

    register = read_workbook(spoiled(notes))
    assert register.rejected == []
    assert len(register.units) == 5


@pytest.mark.parametrize(
    ("head", "value", "reason", "about"),
    [
        ("ORGANISATIONSNR", AB_ORGNR, Reason.UNKNOWN_LEGAL_FORM, AB_ORGNR),
        ("ORGANISATIONSNR", int(AB_ORGNR), Reason.UNKNOWN_LEGAL_FORM, AB_ORGNR),
        ("ORGANISATIONSNR", "2120000018", Reason.BAD_ORGNR, ""),
        ("NAMN", AB_ORGNR, Reason.BAD_ORGNR, ""),
    ],
)
def test_a_lone_number_of_a_huvudman_is_a_row_that_lacks_the_rest(head, value, reason, about):
    def alone(sheets):
        sheets["Huvudmän"][2] = [value if name == head else "" for name in sheets["Huvudmän"][0]]

    register = read_workbook(spoiled(alone))
    told = next(row for row in register.rejected if row.table == "huvudman")
    assert (told.problem.sheet, told.problem.row) == ("Huvudmän", 3)
    assert (told.problem.reason, told.key) == (reason, about)
    assert AB_ORGNR in register.mentioned_huvudman or register.may_miss_any("huvudman")


@pytest.mark.parametrize(
    ("head", "value", "reason", "about"),
    [
        ("SKOLENHETSKOD", "80509560", Reason.BAD_ORGNR, "80509560"),
        ("ORGANISATIONSNR", AB_ORGNR, Reason.BAD_CODE, ""),
        ("NAMN", "80509560", Reason.BAD_CODE, ""),
    ],
)
def test_a_lone_number_of_a_unit_is_a_row_that_lacks_the_rest(head, value, reason, about):
    def alone(sheets):
        sheets["Grundskola"][2] = [value if name == head else "" for name in sheets["Grundskola"][0]]

    (told,) = read_workbook(spoiled(alone)).rejected
    assert (told.table, told.problem.reason, told.problem.row, told.key) == ("units", reason, 3, about)


def test_an_unknown_sheet_is_told_of():
    register = read_workbook(spoiled(lambda s: s.update(Information=[["hej"]])))
    assert [(p.reason, p.sheet) for p in register.remarks] == [(Reason.UNKNOWN_SHEET, "Information")]


def test_a_kommunalforbund_stands_among_kommunal():
    number = "2220000760"
    line = huvudman_line(number, "LAPPLANDS KOMMUNALFÖRBUND", "Kommunal", "Kommunalförbund")
    register = read_workbook(spoiled(lambda s: s["Huvudmän"].append(line)))
    assert register.huvudman[number].type == "kommunalforbund"
    assert register.huvudman[number].name == "Lapplands kommunalförbund"


cell = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30),
    st.datetimes(),
)


def read_or_refused(content: bytes) -> tuple[Register | None, list[Problem]]:
    """The register that was read, or why the file was refused."""
    try:
        return read_workbook(content), []
    except RegisterFileError as error:
        return None, error.problems


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["Huvudmän", "Grundskola", "Gymnasieskola"]), st.data())
def test_any_cell_is_read_or_its_row_told_of(sheet, data):
    sheets = book()
    head = data.draw(st.sampled_from([h for h in sheets[sheet][0] if h]))
    put(sheets, sheet, 2, head, data.draw(cell))
    register, problems = read_or_refused(as_xlsx(sheets))
    if register is None:
        assert [(p.reason, p.sheet) for p in problems] == [(Reason.EMPTY_SHEET, sheet)]
        return
    rows = {(r.problem.sheet, r.problem.row) for r in register.rejected}
    if not rows:
        assert len(register.huvudman) == 2
        assert len(register.units) == 5
    elif sheet != "Huvudmän":
        assert rows == {(sheet, 2)}


def test_the_real_register_is_read_whole():
    register = read_workbook(real_register().read_bytes())
    assert (len(register.huvudman), len(register.units)) == (1132, 7484)
    assert register.rejected == []
    kinds = [row.type for row in register.huvudman.values()]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {"enskild": 821, "kommun": 290, "kommunalforbund": 11, "region": 8, "stat": 2}
    assert sum(not row.email for row in register.huvudman.values()) == 541
    pupils: dict[str, int] = {}
    for unit in register.units.values():
        pupils[unit.orgnr] = pupils.get(unit.orgnr, 0) + (unit.pupils or 0)
    assert max(pupils.values()) == 93_907
