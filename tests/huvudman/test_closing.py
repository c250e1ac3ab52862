"""Who closes when a file has rows that cannot be read: nobody whom such a row could be about."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actors import SYSTEM
from huvudman.domain.applying import apply_register
from huvudman.domain.comparison import Comparison, read_file
from huvudman.domain.imports import apply_import, approve_import, preview_import, upload_register
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, ImportState, SchoolUnit
from tests.accounts.factories import planner
from tests.huvudman.books import AB_ORGNR, KOMMUN_ORGNR, Book, as_xlsx, huvudman_line, put
from tests.huvudman.books import book as two_huvudman
from tests.huvudman.factories import orgnr
from tests.huvudman.shared import real_register

pytestmark = pytest.mark.django_db

SWAPPED = KOMMUN_ORGNR[:8] + KOMMUN_ORGNR[9] + KOMMUN_ORGNR[8]
OTHER = orgnr(3)
PRESCHOOLS = "orgnr;namn;typ;juridisk form;kommunkod;barn\n"


@pytest.fixture(autouse=True)
def registered(settings, tmp_path):
    """The register has what the right book says."""
    settings.MEDIA_ROOT = tmp_path / "media"
    load_places()
    applied(book())


def book() -> Book:
    """The right book, with a huvudman more that has no units."""
    sheets = two_huvudman()
    sheets["Huvudmän"].append(huvudman_line(OTHER, "Tredje AB"))
    return sheets


def applied(sheets: Book) -> Comparison:
    register = read_file(as_xlsx(sheets), kind="workbook")
    return apply_register(register, kind="workbook", year=2020, leave_out=True)


def closed() -> tuple[set[str], set[str]]:
    """Numbers of huvudmän and codes of units that have a last day."""
    return (
        set(Huvudman.objects.filter(active_to__isnull=False).values_list("orgnr", flat=True)),
        set(SchoolUnit.objects.filter(active_to__isnull=False).values_list("code", flat=True)),
    )


def rows() -> tuple[list[dict], list[dict]]:
    """Huvudmän and units, every field."""
    return list(Huvudman.objects.order_by("pk").values()), list(SchoolUnit.objects.order_by("pk").values())


def without_the_company(sheets: Book) -> Book:
    """The book after the company and its only unit were taken out."""
    del sheets["Huvudmän"][2], sheets["Grundskola"][2]
    return sheets


def test_who_is_in_no_row_closes():
    applied(without_the_company(book()))
    assert closed() == ({AB_ORGNR}, {"80509560"})


def test_a_mistyped_orgnr_closes_no_huvudman_at_all():
    sheets = without_the_company(book())
    put(sheets, "Huvudmän", 2, "ORGANISATIONSNR", SWAPPED)
    comparison = applied(sheets)
    assert closed() == (set(), {"80509560"}), "the units' rows are good: the one that is missing is gone"
    assert list(comparison.huvudman.kept) == sorted([KOMMUN_ORGNR, AB_ORGNR])
    assert comparison.held() == {"huvudman": 2, "units": 4}


def test_another_orgnr_in_place_of_the_right_one_does_not_close_it_while_its_units_are_in_the_file():
    sheets = book()
    put(sheets, "Huvudmän", 2, "ORGANISATIONSNR", orgnr(77))
    assert set(applied(sheets).huvudman.kept) == {KOMMUN_ORGNR}
    assert closed() == (set(), set())


@pytest.mark.parametrize("spoil", ["", "8O509560", "74174879"])
def test_a_units_code_that_cannot_be_trusted_closes_no_unit_and_so_no_huvudman(spoil):
    sheets = book()
    del sheets["Huvudmän"][2]
    put(sheets, "Grundskola", 3, "SKOLENHETSKOD", spoil)
    put(sheets, "Grundskola", 3, "ORGANISATIONSNR", "oläsligt")
    del sheets["Grundsärskola"][1]
    comparison = applied(sheets)
    assert closed() == (set(), set())
    assert set(comparison.units.kept) - {"74174879"} == {"80509560", "77624936"}
    assert set(comparison.huvudman.kept) == {AB_ORGNR}, "it still has its unit"


def test_a_repeated_orgnr_may_be_another_ones():
    sheets = book()
    put(sheets, "Huvudmän", 3, "ORGANISATIONSNR", KOMMUN_ORGNR)
    applied(sheets)
    assert closed() == (set(), set())


def test_rows_with_one_number_leave_everybody_they_may_be_about_as_it_was():
    before = rows()
    for above in (True, False):
        sheets = book()
        put(sheets, "Huvudmän", 3, "ORGANISATIONSNR", KOMMUN_ORGNR)
        put(sheets, "Huvudmän", 3, "EPOST", "annan@example.test")
        if above:
            sheets["Huvudmän"][1:3] = reversed(sheets["Huvudmän"][1:3])
        comparison = applied(sheets)
        assert not comparison.anything
        assert comparison.counts()["huvudman"]["rejected"] == 2
        after = (
            list(Huvudman.objects.order_by("pk").values()),
            list(SchoolUnit.objects.order_by("pk").values()),
        )
        assert after == before


def test_units_with_one_code_stay_as_they_were():
    before = rows()
    sheets = book()
    put(sheets, "Grundskola", 3, "SKOLENHETSKOD", "74174879")
    sheets["Grundskola"][1:3] = reversed(sheets["Grundskola"][1:3])
    assert not applied(sheets).anything
    assert rows() == before


def test_a_row_whose_number_is_right_holds_only_its_own():
    sheets = without_the_company(book())
    put(sheets, "Huvudmän", 2, "NAMN", "")
    comparison = applied(sheets)
    assert closed() == ({AB_ORGNR}, {"80509560"})
    assert set(comparison.huvudman.kept) == {KOMMUN_ORGNR}


def test_a_row_with_nothing_but_its_number_holds_its_own():
    sheets = without_the_company(book())
    sheets["Huvudmän"][2] = [OTHER, *[""] * 18]
    assert set(applied(sheets).huvudman.kept) == {OTHER}
    assert closed() == ({AB_ORGNR}, {"80509560"})


def test_a_mistyped_orgnr_in_a_list_of_preschools_closes_none_of_them():
    lines = [f"{orgnr(n)};Förskolan {n};enskild;Aktiebolag;0114;12\n" for n in (51, 52)]

    def listed(*rows: str) -> Comparison:
        register = read_file((PRESCHOOLS + "".join(rows)).encode(), kind="preschool")
        return apply_register(register, kind="preschool", year=2020, leave_out=True)

    listed(*lines)
    wrong = lines[1].replace(orgnr(52), "5560000520")
    assert set(listed(wrong).huvudman.kept) == {orgnr(51), orgnr(52)}
    assert closed() == (set(), set())
    listed(lines[1])
    assert closed() == ({orgnr(51)}, set())


def test_the_command_says_who_stays_and_why(tmp_path):
    sheets = book()
    put(sheets, "Huvudmän", 2, "ORGANISATIONSNR", SWAPPED)
    path = tmp_path / "register_2020.xlsx"
    path.write_bytes(as_xlsx(sheets))
    out = io.StringIO()
    call_command("import_register", str(path), stdout=out, stderr=io.StringIO())
    told = f"Upplands Väsby kommun: stängs inte, eftersom {1 + 5} rader inte kunde läsas"
    assert told in out.getvalue()


def test_the_preview_and_the_result_say_who_stays_and_why(client):
    client.force_login(planner())
    sheets = without_the_company(book())
    put(sheets, "Huvudmän", 2, "ORGANISATIONSNR", SWAPPED)
    put(sheets, "Huvudmän", 3, "NAMN", "Tredje Skolan AB")
    row = upload_register(actor=SYSTEM, kind="workbook", file_name="r_2020.xlsx", content=as_xlsx(sheets))
    row = preview_import(row)
    answer = client.get(reverse("admin:register_import", args=[row.public_id]), {"kind": "huvudman-kept"})
    assert {change.key for change in answer.context["changes"]} == {AB_ORGNR, KOMMUN_ORGNR}
    told = "men stängs inte, eftersom 6 rader inte kunde läsas."
    assert told in answer.content.decode()
    approve_import(row=row, actor=SYSTEM, leave_out=True)
    row.refresh_from_db()
    assert apply_import(row).state == ImportState.APPLIED
    assert told in client.get(reverse("admin:register_import", args=[row.public_id])).content.decode()
    assert closed() == (set(), {"80509560"})


def test_one_wrong_figure_in_the_real_register_closes_nobody():
    content = real_register().read_bytes()
    register = read_file(content, kind="workbook")
    apply_register(register, kind="workbook", year=2020)
    again = read_file(content, kind="workbook")
    name = "Vallentuna kommun"
    number = next(row.orgnr for row in again.huvudman.values() if row.name == name)
    before = closed()
    sheets = _mistyped(content, number)
    comparison = apply_register(
        read_file(sheets, kind="workbook"), kind="workbook", year=2020, leave_out=True
    )
    assert closed() == before
    assert [row.name for row in comparison.huvudman.kept.values()] == [name]


def _mistyped(content: bytes, number: str) -> bytes:
    """The workbook with one figure of one huvudman's own number changed, in the sheet of huvudmän only."""
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(content))
    for row in workbook["Huvudmän"].iter_rows():
        for cell in row:
            if str(cell.value) == number:
                cell.value = number[:-1] + str((int(number[-1]) + 1) % 10)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
