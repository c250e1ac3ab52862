"""What people write freely holds no personnummer: every form with room for text refuses one, kindly."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

import accounts
import dialogues
import huvudman
import quality_system
from accounts.free_text import NoPersonnummer, refuse_personnummer
from accounts.models import StaffRole
from dialogues.forms.portal import CancelForm
from huvudman.forms import ContactForm
from huvudman.models import HuvudmanEvent, Koncern
from tests.accounts.factories import planner, staff_user
from tests.huvudman.factories import HuvudmanFactory

REFUSED = "Skriv inget personnummer här"
OURS = {"accounts", "huvudman", "quality_system", "dialogues"}
TYPED = "min anteckning 850615-1235"


def our_forms(start: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for package in (accounts, huvudman, quality_system, dialogues):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in (".migrations", ".demo")):
                importlib.import_module(module.name)
    waiting, seen = [start], set()
    while waiting:
        for form in waiting.pop().__subclasses__():
            if form not in seen:
                seen.add(form)
                waiting.append(form)
                if form.__module__.partition(".")[0] in {
                    "accounts",
                    "huvudman",
                    "quality_system",
                    "dialogues",
                }:
                    yield form


def test_every_form_with_room_for_text_refuses_personnummer() -> None:
    open_forms = []
    for form in our_forms():
        fields = getattr(form, "base_fields", {}).values()
        has_room = any(isinstance(field.widget, forms.Textarea) for field in fields)
        if has_room and not issubclass(form, NoPersonnummer):
            open_forms.append(form.__qualname__)
    assert open_forms == []


def test_no_browser_cuts_off_a_long_text() -> None:
    """With maxlength a browser drops the end of what is pasted, and the page says that it was saved."""
    cut = [
        f"{form.__qualname__}.{name}"
        for form in our_forms()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea) and getattr(field, "max_length", None)
    ]
    assert cut == []


@pytest.mark.parametrize("text", [TYPED, "19850615 1235", "8506 151235"])
def test_a_personnummer_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        refuse_personnummer(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TYPED, "850615-XXXX"),
        ("Ring 0701011234, helst före lunch", "070101-XXXX"),
        ("Mötet 261124-1130 eller 261125-1130", "261124-XXXX"),
        ("född 19850615 1235", "19850615-XXXX"),
    ],
)
def test_the_refusal_says_what_it_found_masked(text: str, found: str) -> None:
    with pytest.raises(ValidationError) as refused:
        refuse_personnummer(text)
    swedish = f"Skriv inget personnummer här, och inget som ser ut som ett ({found}). "
    assert refused.value.messages == [swedish + "Skriv telefonnummer med bindestreck: 070-101 12 34."]
    with override("en"), pytest.raises(ValidationError) as refused:
        refuse_personnummer(text)
    assert f"or anything that looks like one ({found})" in refused.value.messages[0]


@pytest.mark.parametrize(
    "text", ["Beslut 2026-11-24, dnr 2026:1234", "Ring 070-101 12 34", "556781-2069", ""]
)
def test_other_numbers_are_taken(text: str) -> None:
    refuse_personnummer(text)


@pytest.mark.django_db
def test_a_note_on_an_event_takes_none(client: Client) -> None:
    client.force_login(planner())
    owner = HuvudmanFactory()
    url = reverse("admin:huvudman_event", args=[owner.public_id, "upphor"])
    for do in ("review", "confirm"):
        answer = client.post(url, {"on": "2026-07-01", "note": TYPED, "do": do})
        assert REFUSED in answer.text
    assert not HuvudmanEvent.objects.exists()


@pytest.mark.django_db
def test_a_contacts_name_takes_none_and_its_telephone_takes_ten_figures() -> None:
    owner = HuvudmanFactory()
    typed = {
        "role": "skolchef",
        "valid_from": "2026-01-01",
        "email": "a@example.test",
        "telephone": "0701011234",
    }
    for name, errors in (("Anna Åberg", set()), ("Anna Åberg 850615-1235", {"name"})):
        form = ContactForm(typed | {"name": name})
        form.instance.huvudman = owner
        assert set(form.errors) == errors


def test_what_a_huvudman_writes_takes_none() -> None:
    form = CancelForm(dict.fromkeys(CancelForm.base_fields, TYPED))
    assert any(REFUSED in str(error) for error in form.errors.values())


@pytest.mark.django_db
def test_the_registers_texts_take_none(client: Client) -> None:
    client.force_login(staff_user(*StaffRole))
    url = reverse("admin:huvudman_koncern_add")
    assert REFUSED in client.post(url, {"name": "Koncernen 850615-1235"}).text
    assert not Koncern.objects.exists()
    assert client.post(url, {"name": "Koncernen 556781-2069"}).status_code == 302
