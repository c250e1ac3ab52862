"""Changes in the register are told in words: no codes, no ids, no personnummer."""

import datetime

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from huvudman.import_texts import Names, field_text, value_text
from huvudman.models import ImportKind, ImportState, Koncern, RegisterImport
from tests.accounts.factories import planner
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, orgnr

pytestmark = pytest.mark.django_db
HISTORY_QUERIES = 14
"""Those of the page of a huvudman without units, and one each for the names of kommuner and koncerner."""
PREVIEW_QUERIES = 7
"""Session, user, staff role; the import; the count and the rows of changes; the names of kommuner."""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("skolformer", ["FSK", "GR"], "förskola, grundskola"),
        ("skolformer", "FSK, GR", "förskola, grundskola"),
        ("skolformer", [], "–"),
        ("children", 0, "0"),
        ("main_kommun", "2510", "Jokkmokk"),
        ("kommuner", "2510, 9999", "Jokkmokk, 9999"),
        ("active_to", "2026-11-27", "27 november 2026"),
        ("active_to", datetime.date(2026, 11, 27), "27 november 2026"),
        ("orgnr", "1901019800", "190101-XXXX"),
        ("type", "kommun", "kommun"),
    ],
)
def test_a_value_is_told_in_words(name, value, words):
    KommunFactory(code="2510", name="Jokkmokk")
    assert value_text("huvudman", name, value, Names()).replace("\xa0", " ") == words


def test_an_orgnr_is_a_huvudmans_own_and_a_units_huvudman():
    assert field_text("huvudman", "orgnr") == "organisationsnummer"
    assert field_text("units", "orgnr") == "huvudman"


def test_the_history_of_a_huvudman_is_told_in_words(client):
    huvudman = HuvudmanFactory(skolformer=["FSK"])
    huvudman.koncern, huvudman.skolformer = Koncern.objects.create(name="Skolgruppen"), ["FSK", "GR"]
    huvudman.orgnr = orgnr(900_001)
    huvudman.save()
    client.force_login(planner())
    page = client.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert "koncern – → Skolgruppen" in page
    assert "skolformer förskola → förskola, grundskola" in page
    assert "organisationsnummer 556" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_history_needs_the_same_queries_however_long(
    client, number, django_assert_num_queries: DjangoAssertNumQueries
):
    huvudman = HuvudmanFactory(main_kommun=KommunFactory(code="2510"))
    for n in range(number):
        huvudman.koncern = Koncern.objects.create(name=f"Skolgruppen {n}")
        huvudman.main_kommun = KommunFactory(code=f"252{n}")
        huvudman.save()
    client.force_login(planner())
    with django_assert_num_queries(HISTORY_QUERIES):
        page = client.get(reverse("admin:huvudman", args=[huvudman.public_id])).text
    assert page.count("huvudsaklig kommun Kommun") == number
    assert "koncern – → Skolgruppen 0" in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_preview_needs_the_same_queries_however_many_rows(
    client, number, django_assert_num_queries: DjangoAssertNumQueries
):
    kommuner = [KommunFactory(code=f"251{n}") for n in range(4)]
    row = RegisterImport.objects.create(
        kind=ImportKind.WORKBOOK,
        state=ImportState.PREVIEW,
        file_name="register_2020.xlsx",
        year=2020,
        counts={"huvudman": {"changed": number}},
    )
    for n in range(number):
        fields = [["main_kommun", kommuner[n].code, kommuner[n + 1].code]]
        row.changes.create(table="huvudman", kind="changed", key=orgnr(n), name=f"Eken {n}", fields=fields)
    client.force_login(planner())
    with django_assert_num_queries(PREVIEW_QUERIES):
        page = client.get(reverse("admin:register_import", args=[row.public_id])).text
    assert [f"Kommun 251{n} → Kommun 251{n + 1}" in page for n in range(3)] == [n < number for n in range(3)]
