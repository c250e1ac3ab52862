"""The statistics in the staff site: pages, permissions, query counts."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import StaffRole
from tests.accounts.factories import UserFactory, staff_user
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import (
    IndicatorFactory,
    ObservedValueFactory,
    riket,
    value_of,
)

pytestmark = pytest.mark.django_db


def page(name: str, kind: str = "changelist", *args: object) -> str:
    return reverse(f"admin:quality_system_{name}_{kind}", args=args)


@pytest.fixture
def statistician(client: Client) -> Client:
    client.force_login(staff_user(StaffRole.STATISTICIAN))
    return client


def test_the_values_open_for_staff_and_for_nobody_else(client: Client) -> None:
    url = page("observedvalue")
    assert client.get(url).status_code in {302, 403, 404}
    client.force_login(UserFactory())
    assert client.get(url).status_code in {302, 403, 404}
    client.force_login(staff_user(StaffRole.REGISTRAR))
    assert client.get(url).status_code == 200


def test_values_are_never_written_here(statistician: Client) -> None:
    value = riket("1")
    assert statistician.get(page("observedvalue", "add")).status_code == 403
    for kind in ("change", "delete"):
        assert statistician.post(page("observedvalue", kind, value.pk), {"number": "5"}).status_code == 403
    assert statistician.get(page("observedvalue", "change", value.pk)).status_code == 200


def test_a_hidden_value_is_told_in_words(statistician: Client) -> None:
    value_of(HuvudmanFactory(), None, kind="suppressed")
    html = statistician.get(page("observedvalue")).content.decode()
    assert "värdet visas inte" in html
    assert "sortable" not in html.split("column-shown")[1].split(">")[0]


def test_values_name_their_source_and_indicator_in_words(statistician: Client) -> None:
    indicator = IndicatorFactory(key="behorighet", name="Behöriga lärare", source="planned-educations")
    value = riket("1", indicator_key=indicator.key, source="planned-educations")
    riket("2", indicator_key=indicator.key, source="salsa")
    for url in (page("observedvalue"), page("observedvalue", "change", value.pk)):
        assert "Skolverket, statistik om skolenheter" in statistician.get(url).content.decode()
    html = statistician.get(f"{page('observedvalue')}?source=salsa").content.decode()
    assert "Behöriga lärare" in html
    assert html.count('<td class="field-shown">') == 1


def test_former_versions_are_shown_when_asked_for(statistician: Client) -> None:
    value_of(HuvudmanFactory(name="Nu AB"))
    value_of(HuvudmanFactory(name="Då AB"), superseded_at="2026-01-01T00:00Z")
    now = statistician.get(page("observedvalue")).content.decode()
    former = statistician.get(page("observedvalue") + "?version=former").content.decode()
    assert "Nu AB" in now
    assert "Då AB" not in now
    assert "Då AB" in former


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_takes_the_same_number_of_queries(
    statistician: Client, many: int, django_assert_num_queries: object
) -> None:
    for _n in range(many):
        unit = SchoolUnitFactory()
        ObservedValueFactory(level="unit", huvudman=unit.huvudman, unit=unit, unit_code=unit.code)
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert statistician.get(page("observedvalue")).status_code == 200
