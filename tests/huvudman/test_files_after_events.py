"""A file that does not know of an event: what people have recorded here is not undone by it."""

import datetime

import pytest

from accounts.actors import SYSTEM
from huvudman.domain.applying import apply_register
from huvudman.domain.comparison import Comparison, read_file
from huvudman.domain.events import close_huvudman, merge_huvudman, reopen_huvudman, split_huvudman
from huvudman.domain.places import load_places
from huvudman.import_texts import problem_text
from huvudman.models import Huvudman, SchoolUnit
from tests.huvudman.books import AB_ORGNR, KOMMUN_ORGNR, as_xlsx, book, huvudman_line, unit_start
from tests.huvudman.factories import orgnr

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 7, 1)
LAST = datetime.date(2026, 6, 30)
HEAD = "orgnr;namn;typ;juridisk form;kommunkod;barn\n"


@pytest.fixture(autouse=True)
def registered():
    load_places()
    applied(as_xlsx(book()))


def applied(content: bytes, kind: str = "workbook") -> Comparison:
    return apply_register(read_file(content, kind=kind), kind=kind, year=2020)


def huvudman(number: str) -> Huvudman:
    return Huvudman.objects.get(orgnr=number)


def told(comparison: Comparison) -> str:
    return " ".join(problem_text(problem) for problem in comparison.register.remarks)


def test_a_merger_stands_and_units_follow_it():
    merge_huvudman(parts=[huvudman(AB_ORGNR)], into=huvudman(KOMMUN_ORGNR), on=DAY, actor=SYSTEM)
    pupils = huvudman(KOMMUN_ORGNR).pupils
    comparison = applied(as_xlsx(book()))
    assert huvudman(AB_ORGNR).active_to == LAST
    assert SchoolUnit.objects.get(code="80509560").huvudman.orgnr == KOMMUN_ORGNR
    assert "Exempel AB → Upplands Väsby kommun, 2026-07-01. Filens rad lämnas." in told(comparison)
    assert huvudman(KOMMUN_ORGNR).pupils == pupils
    assert not comparison.anything, "and the merger counted as the import does"


def test_a_new_unit_of_one_that_went_up_in_another_is_the_others_through_later_mergers_too():
    sheets = book()
    sheets["Huvudmän"].append(huvudman_line(orgnr(3), "Tredje AB"))
    applied(as_xlsx(sheets))
    merge_huvudman(parts=[huvudman(AB_ORGNR)], into=huvudman(orgnr(3)), on=DAY, actor=SYSTEM)
    merge_huvudman(parts=[huvudman(orgnr(3))], into=huvudman(KOMMUN_ORGNR), on=DAY, actor=SYSTEM)
    line = list(sheets["Grundskola"][2])
    line[: len(unit_start("", "", ""))] = unit_start(AB_ORGNR, "11112222", "Ny skola")
    sheets["Grundskola"].append(line)
    applied(as_xlsx(sheets))
    assert SchoolUnit.objects.get(code="11112222").huvudman.orgnr == KOMMUN_ORGNR


@pytest.mark.parametrize("kind", ["split", "closed"])
def test_another_ending_stands_and_units_stay_where_they_were_moved(kind):
    closed, other = huvudman(AB_ORGNR), huvudman(KOMMUN_ORGNR)
    if kind == "split":
        split_huvudman(huvudman=closed, into=[other], on=DAY, actor=SYSTEM)
    else:
        close_huvudman(huvudman=closed, on=DAY, actor=SYSTEM)
    SchoolUnit.objects.filter(code="80509560").update(huvudman=other)
    comparison = applied(as_xlsx(book()))
    assert huvudman(AB_ORGNR).active_to == LAST
    assert SchoolUnit.objects.get(code="80509560").huvudman == other
    assert "Exempel AB, 2026-07-01. Filens rad lämnas." in told(comparison)


def test_a_huvudman_that_a_file_closed_is_opened_by_the_next():
    sheets = book()
    del sheets["Huvudmän"][2], sheets["Grundskola"][2]
    applied(as_xlsx(sheets))
    assert huvudman(AB_ORGNR).active_to
    applied(as_xlsx(book()))
    assert huvudman(AB_ORGNR).active_to is None


@pytest.mark.parametrize("kind", ["merger", "closed"])
def test_a_huvudman_that_was_opened_again_is_open_after_a_file_and_has_its_units(kind):
    wrongly_closed = huvudman(AB_ORGNR)
    if kind == "merger":
        merge_huvudman(parts=[wrongly_closed], into=huvudman(KOMMUN_ORGNR), on=DAY, actor=SYSTEM)
    else:
        close_huvudman(huvudman=wrongly_closed, on=DAY, actor=SYSTEM)
    reopen_huvudman(huvudman=wrongly_closed, on=DAY, actor=SYSTEM)
    comparison = applied(as_xlsx(book()))
    assert huvudman(AB_ORGNR).active_to is None
    assert SchoolUnit.objects.get(code="80509560").huvudman.orgnr == AB_ORGNR
    assert not told(comparison)


def test_an_event_that_was_mended_holds_nobody_closed_whom_a_file_closes_on_that_day():
    company = huvudman(AB_ORGNR)
    close_huvudman(huvudman=company, on=DAY, actor=SYSTEM)
    reopen_huvudman(huvudman=company, on=DAY, actor=SYSTEM)
    Huvudman.objects.filter(pk=company.pk).update(active_to=LAST)
    applied(as_xlsx(book()))
    assert huvudman(AB_ORGNR).active_to is None


def test_children_of_one_that_went_up_in_another_are_counted_there():
    rows = [f"{orgnr(n)};Förskolan {n};enskild;Aktiebolag;0114;{n}\n" for n in (51, 52)]
    content = (HEAD + "".join(rows)).encode()
    applied(content, "preschool")
    merge_huvudman(parts=[huvudman(orgnr(51))], into=huvudman(orgnr(52)), on=DAY, actor=SYSTEM)
    assert not applied(content, "preschool").anything
    assert (huvudman(orgnr(51)).active_to, huvudman(orgnr(52)).children) == (LAST, 103)
