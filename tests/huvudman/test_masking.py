"""Personnummer in logs and error reports, and the database's own checks."""

import csv
import logging
import sys

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from accounts.masking import MaskingExceptionReporter, MaskingFormatter
from accounts.personnummer import mask_personnummer
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
        "19010,19800",
        "1 901 019",
    ],
)
def test_what_is_none_stays(text):
    assert mask_personnummer(text) == text


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
