"""What an address may filter a register by: what the list has filters for, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.db.models import Field, Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.adminsite import site
from accounts.models import StaffRole
from huvudman.models import Huvudman
from tests.accounts.factories import AgencyFactory, UserFactory, staff_user
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, LanFactory, SchoolUnitFactory
from tests.quality_system.factories import ObservedValueFactory

pytestmark = pytest.mark.django_db

LOOKUPS = ["", "__exact", "__iexact", "__startswith", "__contains", "__regex", "__in", "__gt", "__gte"]
LOOKUPS += ["__lt", "__range", "__isnull", "__year"]
REGISTERS = [pytest.param(model, own, id=model.__name__) for model, own in site._registry.items()]
PERSON = "5702119974"


@pytest.fixture
def everybody(client: Client) -> Client:
    """Somebody with every role."""
    client.force_login(staff_user(*StaffRole))
    return client


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def fields(model: type[Model]) -> list[str]:
    """The model's own fields and those of every row one relation away, also backwards."""
    found = ["pk"]
    for field in model._meta.get_fields():
        found.append(field.name)
        if field.is_relation and field.related_model:
            found += [f"{field.name}__{far.name}" for far in field.related_model._meta.get_fields()]
    return found


def shown_filters(own: ModelAdmin[Any], request: HttpRequest) -> Iterator[str]:
    """What the filters that the list shows ask for, as Django makes them."""
    for shown in own.get_changelist_instance(request).filter_specs:
        yield from (str(name) for name in shown.expected_parameters())


@pytest.fixture
def request_of_everybody() -> HttpRequest:
    """A question by somebody with every role, with enough rows for every filter to be shown."""
    for n in ("1", "2"):
        KommunFactory(code=f"{n}0{n}0", lan=LanFactory(code=f"{n}0"))
    AgencyFactory(code="spsm")
    request = RequestFactory().get("/")
    request.user = staff_user(*StaffRole)
    return request


@pytest.mark.parametrize(("model", "own"), REGISTERS)
def test_a_list_filters_by_what_it_shows_filters_for_only(
    model: type[Model], own: ModelAdmin[Any], request_of_everybody: HttpRequest
) -> None:
    asked = {f"{name}{lookup}" for name in fields(model) for lookup in LOOKUPS}
    allowed = {name for name in asked if own.lookup_allowed(name, "1", request_of_everybody)}
    shown = set(shown_filters(own, request_of_everybody))
    assert allowed <= shown
    assert all(own.lookup_allowed(name, "1", request_of_everybody) for name in shown)


@pytest.mark.parametrize(("model", "own"), REGISTERS)
def test_a_refused_filter_says_nothing_of_what_was_asked(
    model: type[Model], own: ModelAdmin[Any], everybody: Client
) -> None:
    asked = [field.name for field in model._meta.get_fields() if isinstance(field, Field)]
    for name in asked:
        answer = everybody.get(list_of(model), {f"{name}__startswith": "570211997"})
        assert answer.status_code == 400, name
        assert "570211997" not in answer.text


@pytest.mark.parametrize("how", ["", "__startswith", "__regex", "__in", "__gte", "__exact"])
@pytest.mark.parametrize("role", StaffRole)
def test_no_role_finds_a_sole_trader_by_its_number(client: Client, role: StaffRole, how: str) -> None:
    huvudman = HuvudmanFactory(orgnr=PERSON, name="Almens förskola")
    SchoolUnitFactory(huvudman=huvudman, name="Almen i Eskilstuna")
    ObservedValueFactory(huvudman=huvudman)
    client.force_login(staff_user(role))
    for path, field in (
        ("huvudman_huvudman", "orgnr"),
        ("huvudman_schoolunit", "huvudman__orgnr"),
        ("huvudman_kommun", "huvudman__orgnr"),
        ("huvudman_koncern", "huvudman__orgnr"),
        ("quality_system_observedvalue", "huvudman__orgnr"),
    ):
        answer = client.get(reverse(f"admin:{path}_changelist"), {f"{field}{how}": PERSON}, follow=True)
        assert answer.status_code in (400, 403)
        assert "Almen" not in answer.text
        assert "9974" not in answer.text


@pytest.mark.parametrize("field", ["password", "staff__user__password", "last_login"])
def test_nobody_reads_a_password_by_filtering(everybody: Client, field: str) -> None:
    UserFactory(name="Olle Okänd")
    answer = everybody.get(reverse("admin:accounts_user_changelist"), {f"{field}__startswith": "pbkdf2"})
    assert answer.status_code == 400
    answer = everybody.get(reverse("admin:accounts_staffmember_changelist"), {f"user__{field}__gt": "a"})
    assert answer.status_code == 400


@pytest.mark.parametrize("page", ["huvudman_huvudman_changelist", "huvudman_huvudman_change"])
def test_a_huvudman_is_pointed_at_by_its_key_only(everybody: Client, page: str) -> None:
    HuvudmanFactory(orgnr=PERSON, name="Almens förskola")
    asked = [PERSON] if page.endswith("_change") else []
    answer = everybody.get(reverse(f"admin:{page}", args=asked), {"_to_field": "orgnr"})
    assert answer.status_code == 400
    assert "Almen" not in answer.text


def test_autocomplete_does_not_tell_huvudmen_apart_by_their_numbers(everybody: Client) -> None:
    HuvudmanFactory(orgnr=PERSON, name="Almens förskola")
    asked = {"app_label": "huvudman", "model_name": "schoolunit", "field_name": "huvudman"}
    answer = everybody.get(reverse("admin:autocomplete"), asked | {"term": "570211"})
    assert "Almen" not in answer.text


def test_the_shown_filters_still_filter(everybody: Client) -> None:
    UserFactory(name="Stina Stoppad", is_active=False)
    UserFactory(name="Ada Aktiv")
    people = reverse("admin:accounts_user_changelist")
    shown = everybody.get(people, {"is_active__exact": "0"}).text
    assert "Stina Stoppad" in shown
    assert "Ada Aktiv" not in shown
    HuvudmanFactory(name="Enskilda skolan")
    assert "Enskilda skolan" in everybody.get(list_of(Huvudman), {"type__exact": "enskild"}).text
