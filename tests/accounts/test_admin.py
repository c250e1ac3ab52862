"""People, agencies and the log in the staff site: who may what, what is done, query counts."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.actors import person
from accounts.domain.audit import record
from accounts.domain.staff import add_staff
from accounts.models import Agency, AuditEntry, StaffMember, StaffRole, User
from tests.accounts.factories import AgencyFactory, StaffFactory, UserFactory, planner, staff_user
from tests.accounts.sign_in import PASSWORD, SECRET

pytestmark = pytest.mark.django_db

SEES = {
    "user": {StaffRole.ADMINISTRATOR},
    "staffmember": {StaffRole.ADMINISTRATOR},
    "agency": {StaffRole.ADMINISTRATOR},
    "auditentry": {StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR},
}
NEW = {
    "name": "Lena Ledare",
    "email": "Lena.Ledare@skolverket.example",
    "roles": ["leader", "planner"],
    "title": "undervisningsråd",
    "telephone": "08-1",
}


def page(name: str, kind: str = "changelist", *args: object) -> str:
    return reverse(f"admin:accounts_{name}_{kind}", args=args)


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(staff_user(StaffRole.ADMINISTRATOR))
    return client


def me() -> User:
    return User.objects.get(staff__roles=[StaffRole.ADMINISTRATOR])


def act(client: Client, name: str, action: str, *rows: User | StaffMember) -> str:
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(page(name), data, follow=True).content.decode()


@pytest.mark.parametrize("role", StaffRole)
@pytest.mark.parametrize("name", SEES)
def test_each_role_opens_what_it_may(client: Client, name: str, role: StaffRole) -> None:
    user = staff_user(role)
    rows = {
        "user": user,
        "staffmember": user.staff,
        "agency": user.staff.agency,
        "auditentry": record(actor=person(user), verb="test.done", subject=user),
    }
    client.force_login(user)
    status = 200 if role in SEES[name] else 403
    assert client.get(page(name)).status_code == status
    assert client.get(page(name, "change", rows[name].pk)).status_code == status


@pytest.mark.parametrize("role", StaffRole)
def test_settings_are_shown_to_those_who_have_any(client: Client, role: StaffRole) -> None:
    client.force_login(staff_user(role))
    may = role in {StaffRole.ADMINISTRATOR, StaffRole.REGISTRAR, StaffRole.PLANNER}
    answer = client.get(reverse("admin:settings"))
    assert answer.status_code == (200 if may else 403)
    rail = client.get(reverse("admin:index")).content.decode()
    assert (reverse("admin:settings") in rail) is may
    if may:
        shown = {name for name in SEES if f'href="{page(name)}"' in answer.content.decode()}
        assert shown == {name for name, roles in SEES.items() if role in roles}


@pytest.mark.parametrize("role", [r for r in StaffRole if r != StaffRole.ADMINISTRATOR])
def test_others_change_nobody(client: Client, role: StaffRole) -> None:
    member = StaffFactory()
    client.force_login(staff_user(role))
    assert client.get(page("staffmember", "add")).status_code == 403
    assert client.post(page("staffmember", "add"), NEW | {"agency": member.agency_id}).status_code == 403
    answer = client.post(page("staffmember", "change", member.pk), {"name": "X", "roles": ["planner"]})
    assert answer.status_code == 403
    assert client.post(page("agency", "change", member.agency_id), {"name": "X"}).status_code == 403
    for name, row in (("staffmember", member), ("user", member.user)):
        data = {"action": "stop_sign_in", "_selected_action": [row.pk]}
        assert client.post(page(name), data).status_code == 403
    assert User.objects.get(pk=member.user_id).is_active
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["user", "staffmember", "agency", "auditentry"])
def test_nothing_is_taken_away_or_made_up(administrator: Client, name: str) -> None:
    user = me()
    entry = record(actor=person(user), verb="test.done", subject=user)
    row = {"user": user, "staffmember": user.staff, "agency": user.staff.agency, "auditentry": entry}[name]
    assert administrator.post(page(name, "delete", row.pk), {"post": "yes"}).status_code == 403
    may_add = name == "staffmember"
    assert administrator.get(page(name, "add")).status_code == (200 if may_add else 403)
    if name in {"user", "auditentry"}:
        assert administrator.post(page(name, "change", row.pk), {"name": "X", "verb": "X"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_new_member_gets_a_link_to_choose_a_password(administrator: Client, smtp_inbox) -> None:
    data = NEW | {"agency": Agency.objects.get().pk}
    assert administrator.post(page("staffmember", "add"), data).status_code == 302
    user = User.objects.get(email="lena.ledare@skolverket.example")
    assert (user.name, user.is_staff, user.has_usable_password()) == ("Lena Ledare", True, False)
    assert (user.staff.roles, user.staff.title) == (["planner", "leader"], "undervisningsråd")
    assert AuditEntry.objects.get().verb == "staff.added"
    deadline = time.monotonic() + 10
    while not smtp_inbox.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    (message,) = smtp_inbox.messages
    link = re.search(r"https?://testserver(\S+)", message.get_content()).group(1)
    stranger = Client()
    chosen = stranger.post(stranger.get(link)["Location"], {"password1": PASSWORD, "password2": PASSWORD})
    assert chosen.status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_taken_address_is_told_and_nothing_typed_is_lost(administrator: Client) -> None:
    UserFactory(email=NEW["email"].lower())
    data = NEW | {"agency": Agency.objects.get().pk}
    html = administrator.post(page("staffmember", "add"), data).content.decode()
    assert "Det finns redan en användare med den adressen." in html
    assert "undervisningsråd" in html
    assert StaffMember.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_what_is_missing_is_said_in_our_words(administrator: Client) -> None:
    html = administrator.post(page("staffmember", "add"), {}).content.decode()
    for words in ("Skriv personens namn.", "Skriv personens e-postadress.", "Välj minst en roll."):
        assert words in html


def test_a_member_is_changed_by_the_verb(administrator: Client) -> None:
    member = StaffFactory()
    url = page("staffmember", "change", member.pk)
    assert member.user.name in administrator.get(url).content.decode()
    data = {"name": "Nytt Namn", "roles": ["statistician"], "title": "utredare", "email": "annan@x.example"}
    assert administrator.post(url, data).status_code == 302
    member = StaffMember.objects.select_related("user").get(pk=member.pk)
    assert (member.roles, member.title, member.user.name) == (["statistician"], "utredare", "Nytt Namn")
    assert not member.user.is_active
    assert member.user.email != "annan@x.example"
    assert AuditEntry.objects.get().verb == "staff.changed"


def test_the_last_administrator_stays(administrator: Client) -> None:
    user = me()
    data = {"name": "Kvar", "roles": ["planner"], "is_active": "on"}
    answer = administrator.post(page("staffmember", "change", user.staff.pk), data).content.decode()
    assert "Det måste finnas minst en administratör." in answer
    other = StaffFactory()
    html = act(administrator, "staffmember", "stop_sign_in", other, user.staff)
    assert "Det måste finnas minst en administratör." in html
    assert User.objects.filter(is_active=True).count() == 2
    assert me().name != "Kvar"
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["user", "staffmember"])
def test_sign_in_is_stopped_and_allowed(administrator: Client, name: str) -> None:
    user = planner()
    row = user if name == "user" else user.staff
    theirs = type(administrator)()
    theirs.force_login(user)
    assert theirs.get(reverse("admin:index")).status_code == 200
    assert user.name in act(administrator, name, "stop_sign_in", row)
    assert theirs.get(reverse("admin:index")).status_code == 302
    act(administrator, name, "allow_sign_in", row)
    user.refresh_from_db()
    assert user.is_active
    assert [e.verb for e in AuditEntry.objects.order_by("pk")] == ["user.closed", "user.opened"]


def test_a_lost_app_is_taken_away(administrator: Client, settings) -> None:
    settings.DEMO = True
    agency = Agency.objects.get()
    member = add_staff(
        email="p@x.example", name="P", agency=agency, roles=[StaffRole.PLANNER], totp_secret=SECRET
    )
    act(administrator, "staffmember", "reset_app", member)
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.latest("pk").verb == "staff.totp_reset"


def test_lists_are_searched_and_filtered(administrator: Client) -> None:
    spsm = AgencyFactory(code="spsm")
    StaffFactory(user__name="Åsa Ek", agency=spsm, roles=["leader"])
    StaffFactory(user__name="Bo Al", roles=["registrar"])
    url = page("staffmember")
    for query, found, hidden in (
        ("?q=åsa", "Åsa Ek", "Bo Al"),
        (f"?agency__id__exact={spsm.pk}", "Åsa Ek", "Bo Al"),
        ("?role=registrar", "Bo Al", "Åsa Ek"),
    ):
        html = administrator.get(url + query).content.decode()
        assert found in html, query
        assert hidden not in html, query


def test_an_agency_is_changed_but_keeps_its_code(administrator: Client) -> None:
    agency = Agency.objects.get()
    data = {"code": "x", "name": "Skolverket", "sender": "Skolverket <a@b.example>", "telephone": "08-2"}
    assert administrator.post(page("agency", "change", agency.pk), data).status_code == 302
    agency.refresh_from_db()
    assert (agency.code, agency.telephone) == ("skolverket", "08-2")


def test_the_log_masks_personnummer(administrator: Client) -> None:
    user = UserFactory(name="811228-9874")
    entry = record(actor=person(me()), verb="test.done", subject=user, orgnr="8112289874")
    html = administrator.get(page("auditentry", "change", entry.pk)).content.decode()
    assert "9874" not in html
    assert "811228-XXXX" in html


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("user", 5), ("staffmember", 6), ("agency", 6), ("auditentry", 6)]
)
def test_lists_take_the_same_number_of_queries(
    administrator: Client, name: str, queries: int, many: int, django_assert_num_queries
) -> None:
    admin = person(me())
    for number in range(many):
        StaffFactory(agency=AgencyFactory(code=f"agency{number}"))
        record(actor=admin, verb="test.done", subject=UserFactory())
    with django_assert_num_queries(queries):
        assert administrator.get(page(name)).status_code == 200
