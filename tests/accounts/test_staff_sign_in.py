"""Staff sign in by password and time-based code, and nobody else comes in to their site."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.domain.staff import add_staff, change_staff, reset_totp, set_may_sign_in
from accounts.models import Agency, AuditEntry, StaffMember, StaffRole, User
from tests.accounts.factories import AgencyFactory, staff_user
from tests.accounts.sign_in import PASSWORD, SECRET, totp_code
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)

DESK = "/personal/"
PAGE = "/konto/logga-in/personal/"
CODE = "/konto/logga-in/personal/kod/"
NEW_APP = "/konto/logga-in/personal/ny-app/"


@pytest.fixture
def planner(settings) -> User:
    settings.DEMO = True
    return add_staff(
        email="planerare@skolverket.example",
        name="Petra Planerare",
        agency=AgencyFactory(),
        roles=[StaffRole.PLANNER],
        password=PASSWORD,
        totp_secret=SECRET,
    ).user


def give_password(client: Client, user: User, password: str = PASSWORD):
    return client.post(PAGE, {"login": user.email, "password": password})


def enters(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def test_password_and_code_open_the_desk(client, planner):
    assert give_password(client, planner)["Location"] == CODE
    assert not enters(client)
    before = client.session.session_key
    assert client.post(CODE, {"code": totp_code()}).status_code == 302
    assert enters(client)
    assert client.session.session_key != before


def test_the_desk_sends_to_the_sign_in_page_and_back(client, planner):
    answer = client.get("/personal/?q=1")
    assert answer["Location"] == f"{PAGE}?next=/personal/%3Fq%3D1"
    client.post(answer["Location"], {"login": planner.email, "password": PASSWORD})
    assert client.post(CODE, {"code": totp_code()})["Location"] == "/personal/?q=1"
    assert Client().get("/personal/login/")["Location"].startswith(PAGE)


def test_a_wrong_password_or_code_opens_nothing(client, planner):
    assert give_password(client, planner, "fel lösenord som är långt").status_code == 200
    give_password(client, planner)
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert not enters(client)


def test_the_same_code_works_once(client, planner):
    code = totp_code()
    give_password(client, planner)
    client.post(CODE, {"code": code})
    other = Client()
    give_password(other, planner)
    other.post(CODE, {"code": code})
    assert enters(client)
    assert not enters(other)


def test_wrong_passwords_are_rate_limited_and_say_the_same_for_unknown_people(planner):
    for machine, email in enumerate([planner.email, "ingen@skolverket.example"]):
        client = Client(REMOTE_ADDR=f"192.0.2.{machine}")
        pages = [
            client.post(PAGE, {"login": email, "password": "fel lösenord som är långt"}).content.decode()
            for _ in range(6)
        ]
        assert all("stämmer inte" in page for page in pages[:5])
        assert "för många gånger" in pages[5]


def test_wrong_codes_are_rate_limited_for_the_person_wherever_they_are_tried(planner):
    tries = []
    for machine in range(6):
        client = Client(REMOTE_ADDR=f"192.0.2.{machine}")
        assert give_password(client, planner)["Location"] == CODE
        tries.append(client.post(CODE, {"code": "000000"}).content.decode())
    assert all("Koden stämmer inte" in page for page in tries[:5])
    assert "för många gånger" in tries[5]
    assert "för många gånger" in client.post(CODE, {"code": totp_code()}).content.decode()
    assert not enters(client)


def test_a_right_code_forgets_the_wrong_ones(client, planner):
    for code in ["000000"] * 4 + [totp_code()]:
        give_password(client, planner)
        client.post(CODE, {"code": code})
    assert enters(client)
    other = Client(REMOTE_ADDR="192.0.2.1")
    give_password(other, planner)
    assert "Koden stämmer inte" in other.post(CODE, {"code": "000000"}).content.decode()


def test_wrong_codes_from_a_new_app_are_rate_limited(client):
    user = staff_user(StaffRole.LEADER)
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    client.get(NEW_APP)
    pages = [client.post(NEW_APP, {"code": "000000"}).content.decode() for _ in range(6)]
    assert all("Koden stämmer inte" in page for page in pages[:5])
    assert "för många gånger" in pages[5]


def test_a_password_alone_leads_to_setting_up_an_app_first(client):
    user = staff_user(StaffRole.LEADER)
    user.set_password(PASSWORD)
    user.save()
    give_password(client, user)
    answer = client.get(DESK)
    assert answer["Location"] == f"{NEW_APP}?next=/personal/"
    page = client.get(answer["Location"]).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 200
    assert not enters(client)
    assert client.post(answer["Location"], {"code": totp_code(secret)})["Location"] == DESK
    assert enters(client)
    assert secret not in str(Authenticator.objects.get(user=user).data)


def test_an_app_that_is_set_up_cannot_be_replaced_by_password_alone(client, planner):
    give_password(client, planner)
    assert client.get(NEW_APP).status_code == 302
    assert Authenticator.objects.filter(user=planner).count() == 1
    client.post(CODE, {"code": totp_code()})
    assert client.get(NEW_APP)["Location"] == reverse("home")


@pytest.mark.parametrize("records", [[], ["password"], ["mfa"], ["code"], ["code", "mfa"]])
def test_a_session_without_both_on_record_does_not_enter(planner, records):
    client = Client()
    client.force_login(planner, "django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = [
        {"method": m, "at": time.time(), "type": "totp"} for m in records
    ]
    session["account_authentication_methods_user"] = str(planner.pk)
    session.save()
    assert not enters(client)


def test_another_persons_records_do_not_count(planner):
    from tests.accounts.sign_in import record_strong_sign_in

    client = Client()
    client.force_login(staff_user(StaffRole.PLANNER), "django.contrib.auth.backends.ModelBackend")
    record_strong_sign_in(client, planner)
    assert not enters(client)


def test_a_contact_gets_404_from_the_desk_and_cannot_use_the_password_page(client):
    contact = ContactFactory()
    contact.user.set_password(PASSWORD)
    contact.user.save()
    assert give_password(client, contact.user).status_code == 200
    assert "_auth_user_id" not in client.session
    client.force_login(contact.user)
    assert client.get(DESK).status_code == 404
    assert client.get("/personal/login/").status_code == 404
    assert client.get(NEW_APP).status_code == 404


def test_staff_without_a_role_or_closed_do_not_enter(client):
    user = staff_user()
    client.force_login(user)
    assert client.get(DESK, follow=True).status_code == 403
    planner = staff_user(StaffRole.PLANNER)
    client.force_login(planner)
    assert enters(client)
    User.objects.filter(pk=planner.pk).update(is_active=False)
    assert not enters(client)


def test_a_forgotten_password_is_replaced_by_a_link_but_not_the_app(client, planner, smtp_inbox):
    done = client.post(reverse("account_reset_password"), {"email": planner.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "ingen@skolverket.example"})
    assert (done.status_code, done["Location"]) == (unknown.status_code, unknown["Location"])
    deadline = time.monotonic() + 10
    while not smtp_inbox.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    (message,) = smtp_inbox.messages
    link = re.search(r"https?://testserver(\S+)", message.get_content()).group(1)
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": "kort", "password2": "kort"}).status_code == 200
    new = "ett annat långt lösenord"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert give_password(client, planner, new)["Location"] == CODE
    assert not enters(client)
    assert "gäller inte" in Client().get(link).content.decode()


def test_a_contact_gets_no_password_link(client, smtp_inbox, planner):
    client.post(reverse("account_reset_password"), {"email": ContactFactory().email})
    client.post(reverse("account_reset_password"), {"email": planner.email})
    deadline = time.monotonic() + 10
    while not smtp_inbox.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [m["To"] for m in smtp_inbox.messages] == [planner.email]


def test_a_fixed_secret_is_for_the_demo_alone(settings):
    settings.DEMO = False
    with pytest.raises(ValueError, match="demo"):
        add_staff(
            email="x@skolverket.example", name="X", agency=AgencyFactory(), roles=[], totp_secret=SECRET
        )
    assert not User.objects.exists()


def administrator() -> User:
    return staff_user(StaffRole.ADMINISTRATOR)


def test_only_administrators_look_after_staff():
    planner, member = staff_user(StaffRole.PLANNER), StaffMember.objects.get(user=administrator())
    actor = person(planner)
    with pytest.raises(PermissionDenied):
        add_staff(email="y@x.example", name="Y", agency=Agency.objects.get(), roles=[], actor=actor)
    with pytest.raises(PermissionDenied):
        change_staff(member=member, name="Z", roles=[], is_active=True, actor=actor)
    with pytest.raises(PermissionDenied):
        reset_totp(user=member.user, actor=actor)
    with pytest.raises(PermissionDenied):
        set_may_sign_in(user=member.user, allowed=False, actor=actor)
    assert not AuditEntry.objects.exists()


def test_changing_staff_is_written_in_the_log_and_keeps_an_administrator():
    admin = administrator()
    member = StaffMember.objects.get(user=admin)
    with pytest.raises(NotPossible):
        change_staff(member=member, name="A", roles=[StaffRole.LEADER], is_active=True, actor=person(admin))
    with pytest.raises(NotPossible):
        set_may_sign_in(user=admin, allowed=False, actor=person(admin))
    member.refresh_from_db()
    assert member.roles == [StaffRole.ADMINISTRATOR]
    assert User.objects.get(pk=admin.pk).is_active
    assert not AuditEntry.objects.exists()
    roles = [StaffRole.ADMINISTRATOR, StaffRole.PLANNER]
    change_staff(member=member, name="A", roles=roles, is_active=True, actor=person(admin))
    member.refresh_from_db()
    assert member.roles == ["planner", "administrator"]
    assert AuditEntry.objects.get().verb == "staff.changed"


def test_two_people_cannot_have_one_address():
    AgencyFactory()
    taken = ContactFactory().email
    with pytest.raises(NotPossible):
        add_staff(email=taken.upper(), name="Y", agency=Agency.objects.get(), roles=[])


def test_losing_the_telephone(client, planner):
    reset_totp(user=planner, actor=person(administrator()))
    give_password(client, planner)
    assert client.get(DESK)["Location"].startswith(NEW_APP)
