"""Personnummer in logs and error reports, and the database's own checks."""

import csv
import logging
import sys

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from accounts.masking import MaskingExceptionReporter, MaskingFormatter, mask_personnummer
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, Kommun, Lan
from tests.huvudman.factories import HuvudmanFactory
from tests.huvudman.shared import shared_file

PERSON = "1901019800"


@pytest.mark.parametrize("text", [PERSON, "190101-9800", "190101+9800", "191901019800", f"a{PERSON}b"])
def test_a_personnummer_is_masked(text):
    assert "9800" not in mask_personnummer(text)


@pytest.mark.parametrize("text", ["5567812069", "74174879", "2120000019", "2026-11-24"])
def test_what_is_none_stays(text):
    assert mask_personnummer(text) == text


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
