"""Personnummer in logs and error reports, and the database's own checks."""

import csv
import datetime
import logging
import sys

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accounts.masking import MaskingExceptionReporter, MaskingFormatter
from accounts.personnummer import first_personnummer, mask_personnummer
from huvudman.domain.places import load_places
from huvudman.import_texts import reason_text
from huvudman.models import Huvudman, Kommun, Lan
from huvudman.register import cells
from huvudman.register.problems import CellError
from tests.huvudman.factories import HuvudmanFactory
from tests.huvudman.shared import shared_file

PERSON = "1901019800"


BETWEEN = ["", "-", "+", " ", ".", "/", "_", "  ", " - ", "\u00a0", "\u202f-", "\u00ad", "\u2212"]
BETWEEN += ["--", " -- ", ":", "-:"]
BETWEEN += ["\u2010", "\u2011", "\u2012", "\u2013", " \u2013 ", "\u2014", "\u2015"]


@pytest.mark.parametrize("sign", BETWEEN)
@pytest.mark.parametrize("day", ["190101", "19190101", "190161"])
def test_a_personnummer_is_masked_however_it_is_written(sign, day):
    assert mask_personnummer(f"a{day}{sign}9800b") == f"a{day}-XXXXb"


@pytest.mark.parametrize(
    ("typed", "shown"), [("1901 019800", "1901 01-XXXX"), ("19 01 01 9800", "19 01 01-XXXX")]
)
def test_a_personnummer_is_masked_with_spaces_in_the_day_too(typed, shown):
    assert mask_personnummer(typed) == shown


@pytest.mark.parametrize(
    "text",
    [
        "12 345 101 512 345",
        "2 190 101 980",
        "5567812069",
        "74174879",
        "2120000019",
        "2026-11-24",
        "2026-11-24 15:30",
        "070-190 10 19",
        "08-190 101 00",
    ]
    + [
        "0739901019",
        "556781-2069",
        "190101, 9800",
        "190101\n9800",
        "190101: 98000",
        "2026-01-15 – 2026-03-01",
        "2025-12-31–2026-06-30",
        "2026-01-15 - 2027",
        "2026-11-24 1400 kr",
        "2026/11/24/1530",
        "+46 70 101 12 34",
        "556781 - 2069",
        "1 212 242 384 kr",
        "19010,19800",
        "1 901 019",
    ],
)
def test_what_is_none_stays(text):
    assert mask_personnummer(text) == text


SEPARATED = ["12-12-24-2384", "12.12.24-2384", "12/12/24 - 2384", "2012-12-24-2384", "12 - 12 - 24 - 2384"]
SEPARATED += ["121224  -  2384", "12\u201112\u201124\u20112384", "12-12-24 2384", "20121224\ufe632384"]
SEPARATED += ["\uff11\uff12\uff11\uff12\uff12\uff14\uff0d\uff12\uff13\uff18\uff14", "1212\u200b24\u2060-2384"]


@pytest.mark.parametrize("typed", SEPARATED)
def test_a_personnummer_is_found_with_signs_that_are_odd_there(typed):
    assert first_personnummer(f"Elev {typed}.").endswith("-XXXX")
    assert mask_personnummer(f"Elev {typed}.").endswith("-XXXX.")


DASHES = st.sampled_from(
    ["-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\ufe58", "\ufe63", "\uff0d"]
)
SPACES = st.sampled_from(["", " ", "\u00a0", "\u2009", "  "])
FIGURES = st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"])


@given(
    born=st.dates(datetime.date(1900, 1, 1), datetime.date(2026, 12, 31)),
    number=st.integers(0, 9999),
    dashes=st.tuples(DASHES, DASHES, DASHES),
    spaces=st.tuples(SPACES, SPACES),
    as_date=st.booleans(),
    figures=FIGURES,
)
def test_no_dash_space_or_figure_hides_a_personnummer(born, number, dashes, spaces, as_date, figures):
    day = f"{born:%y}{dashes[0]}{born:%m}{dashes[1]}{born:%d}" if as_date else f"{born:%y%m%d}"
    typed = f"{day}{spaces[0]}{dashes[2]}{spaces[1]}{number:04}".translate(
        str.maketrans("0123456789", figures)
    )
    assert first_personnummer(f"Eleven {typed} har det svårt.")
    assert mask_personnummer(f"a {typed} b").endswith("-XXXX b")


@given(
    first=st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 1, 1)),
    last=st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 1, 1)),
    sign=st.sampled_from([" - ", " – ", "–", "--", " till ", "/", ", "]),
    after=st.sampled_from(["", " kl. 13.15", " 1530", " 1 400 kr", " 2400 kronor"]),
)
def test_days_and_periods_are_left_alone(first, last, sign, after):
    for words in (f"{first}{sign}{last}", f"{first}{after}", f"{first:%y-%m-%d}{sign}{last:%y-%m-%d}"):
        assert mask_personnummer(words) == words


@given(st.integers(1, 9_999_999), st.sampled_from(["070-{:03} {:02} {:02}", "08-{:03} {:03} {:02}"]))
def test_telephone_numbers_with_a_dash_are_left_alone(number, form):
    words = form.format(number % 1000, number // 1000 % 100, number // 100_000)
    assert mask_personnummer(words) == words


@pytest.mark.parametrize("sign", ["", "-", " ", " - ", "\u00a0", "\u00ad", "\u2011", "\u2013", "\u2212"])
def test_an_orgnr_is_read_with_any_dash_or_space(sign):
    assert cells.orgnr(f"190101{sign}9800") == PERSON


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("5", "5"),
        ("9801", "-XXXX"),
        ("1901019801", "190101-XXXX"),
        ("190101\u20139801", "190101-XXXX"),
        ("190101*9801", "190101-XXXX"),
        ("190101 - 9801 x", "190101-XXXX"),
        ("101019801", "10101-XXXX"),
        (101019801, "010101-XXXX"),
        ("Exempel AB", "Exempel AB"),
    ],
)
def test_a_wrong_orgnr_is_told_only_by_its_beginning(written, told):
    with pytest.raises(CellError) as error:
        cells.orgnr(written)
    assert "9801" not in error.value.detail
    assert f"”{told}”" in reason_text(error.value.at("", 1))


def failure() -> tuple:
    try:
        raise ValueError(f"fel för {PERSON}")
    except ValueError:
        return sys.exc_info()


def test_a_log_line_and_its_traceback_are_masked():
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "orgnr %s", (PERSON,), failure())
    line = MaskingFormatter("%(message)s").format(record)
    assert "190101-XXXX" in line
    assert "9800" not in line


def test_an_error_report_is_masked():
    request = RequestFactory().get("/svar/WzEsMl0:1uXyZ:abc-_DEF/", {"q": PERSON})
    reporter = MaskingExceptionReporter(request, *failure())
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "190101-XXXX" in report
        assert PERSON not in report
        assert "/svar/…/" in report
        assert "WzEsMl0" not in report


@pytest.mark.django_db
@pytest.mark.parametrize("orgnr", ["5567812068", "0000000000", "55678", "55678120AB"])
def test_the_database_refuses_a_bad_orgnr(orgnr):
    with pytest.raises(IntegrityError), transaction.atomic():
        HuvudmanFactory(orgnr=orgnr)


@pytest.mark.django_db
def test_history_is_written_for_bulk_changes_too():
    HuvudmanFactory.create_batch(2, pupils=1)
    history = Huvudman._meta.apps.get_model("huvudman", "HuvudmanHistory")
    before = history.objects.count()
    Huvudman.objects.update(pupils=7)
    assert history.objects.count() == before + 2


@pytest.mark.django_db
def test_places_are_the_official_ones_however_often_they_are_loaded():
    assert load_places() == load_places() == 290
    assert (Kommun.objects.count(), Lan.objects.count()) == (290, 21)
    with shared_file("register/kommuner_290.csv").open(encoding="utf-8-sig") as file:
        official = {(r["kommunkod"], r["kommun"], r["lanskod"]) for r in csv.DictReader(file, delimiter=";")}
    assert set(Kommun.objects.values_list("code", "name", "lan_id")) == official
