"""Changes in the register are told in words: no codes, no ids, no personnummer."""

import datetime

import pytest
from django.urls import reverse

from huvudman.import_texts import field_text, value_text
from huvudman.models import Koncern
from tests.accounts.factories import planner
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, orgnr

pytestmark = pytest.mark.django_db


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
    assert value_text("huvudman", name, value).replace("\xa0", " ") == words


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
