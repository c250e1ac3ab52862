"""Every register's pages of one row, for every role: they open or say no, and never break."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from accounts.adminsite import site
from accounts.domain.audit import record
from accounts.models import Agency, AuditEntry, StaffMember, StaffRole, User
from dialogues.models import Voice, Webinar
from huvudman.models import Huvudman, Kommun, Koncern, Lan, RegionalOffice, SchoolUnit
from quality_system.models import ObservedValue
from tests.accounts.factories import AgencyFactory, StaffFactory, UserFactory, staff_user
from tests.accounts.sign_in import HouseClient
from tests.huvudman.factories import HuvudmanFactory, KommunFactory, LanFactory, SchoolUnitFactory
from tests.quality_system.factories import ObservedValueFactory

pytestmark = pytest.mark.django_db


def office() -> RegionalOffice:
    """An office that looks after a län."""
    found = RegionalOffice.objects.create(name="Kontoret i Umeå")
    LanFactory(code="24", name="Västerbottens län", office=found)
    return found


def entry() -> AuditEntry:
    user = UserFactory()
    return record(actor=person(user), verb="test.done", subject=user)


ROWS: dict[type[Model], Callable[[], Model]] = {
    RegionalOffice: office,
    Lan: LanFactory,
    Kommun: KommunFactory,
    Koncern: lambda: Koncern.objects.create(name="Koncernen"),
    Huvudman: HuvudmanFactory,
    SchoolUnit: SchoolUnitFactory,
    ObservedValue: lambda: ObservedValueFactory(huvudman=HuvudmanFactory()),
    Agency: AgencyFactory,
    StaffMember: StaffFactory,
    User: UserFactory,
    AuditEntry: entry,
    Voice: lambda: Voice.objects.create(quote="Bra", name="Kim Ek", role="skolchef"),
    Webinar: lambda: Webinar.objects.create(title="Om dialogerna", starts_at=timezone.now()),
}


def test_every_register_is_known_here() -> None:
    assert set(site._registry) == set(ROWS)


def page(row: Model, kind: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{kind}", args=[row.pk])


@pytest.mark.parametrize("model", [pytest.param(model, id=model.__name__) for model in ROWS])
def test_a_rows_pages_open_or_say_no(model: type[Model]) -> None:
    row = ROWS[model]()
    opened = set()
    for role in StaffRole:
        client = HouseClient(raise_request_exception=False)
        client.force_login(staff_user(role))
        for kind in ("change", "history", "delete"):
            status = client.get(page(row, kind)).status_code
            assert status in (200, 403), (role, kind)
            opened |= {kind} if status == 200 else set()
    assert "change" in opened


def test_those_who_only_look_read_which_lan_an_office_has(client: Client) -> None:
    row = office()
    client.force_login(staff_user(StaffRole.LEADER))
    assert "Västerbottens län" in client.get(page(row, "change")).text


def test_those_who_keep_the_register_choose_an_offices_lan(client: Client) -> None:
    row, other = office(), LanFactory(code="25", name="Norrbottens län")
    may = next(role for role in StaffRole if staff_user(role).has_perm("huvudman.change_register"))
    client.force_login(staff_user(may))
    shown = client.get(page(row, "change")).context["adminform"].form
    assert [lan.code for lan in shown["lan"].initial] == ["24"]
    client.post(page(row, "change"), {"name": row.name, "lan": [other.pk]})
    assert list(row.lan.values_list("code", flat=True)) == ["25"]
