"""A huvudman's contact signs in by a code in the mail."""

import datetime
import re
import time

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, StaffRole, User
from huvudman.models import Contact
from tests.accounts.factories import staff_user
from tests.huvudman.factories import ContactFactory, HuvudmanFactory

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "/konto/logga-in/"
CONFIRM = "/konto/logga-in/kod/"


def code_in_mail(smtp_inbox, number: int = 1) -> str:
    """The code in the latest of `number` mails, waited for at most ten seconds."""
    deadline = time.monotonic() + 10
    while len(smtp_inbox.messages) < number and time.monotonic() < deadline:
        time.sleep(0.02)
    body = smtp_inbox.messages[number - 1].get_body(("plain",)).get_content()
    return re.search(r"\b\d{4}-\d{4}\b", body).group()


def ask(client: Client, email: str) -> HttpResponse:
    return client.post(ASK, {"email": email})


def sign_in(client: Client, smtp_inbox, email: str) -> HttpResponse:
    ask(client, email)
    return client.post(CONFIRM, {"code": code_in_mail(smtp_inbox)})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def contact(**fields: object) -> Contact:
    return ContactFactory(user=None, email="skolchef@kommunen.example", **fields)


def test_a_contact_signs_in_by_the_code_and_the_session_key_changes(client, smtp_inbox):
    person = contact()
    ask(client, "Skolchef@Kommunen.example")
    before = client.session.session_key
    answer = client.post(CONFIRM, {"code": code_in_mail(smtp_inbox)})
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert signed_in(client)
    assert client.session.session_key != before
    person.refresh_from_db()
    assert person.user.email == "skolchef@kommunen.example"
    assert not person.user.has_usable_password()


def test_the_code_goes_straight_to_smtp_and_not_through_the_outbox(client, smtp_inbox):
    from dialogues.models import Letter

    contact()
    ask(client, "skolchef@kommunen.example")
    code_in_mail(smtp_inbox)
    (message,) = smtp_inbox.messages
    assert message["To"] == "skolchef@kommunen.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert not Letter.objects.exists()


def page_without_tokens(answer: HttpResponse, email: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return text.replace(email, "ADRESS")


def everything_seen(client: Client, email: str) -> list[object]:
    """All that a person sees who asks for a code, and gives a wrong one three times."""
    first = ask(client, email)
    page = client.get(CONFIRM)
    wrong = [client.post(CONFIRM, {"code": "0000-0000"}) for _ in range(3)]
    resent = client.post(CONFIRM, {"action": "resend"})
    answers = [first, page, *wrong, resent]
    return [
        (a.status_code, a.headers.get("Location"), sorted(a.cookies), page_without_tokens(a, email))
        for a in answers
    ]


def test_known_and_unknown_addresses_get_the_same_answers(smtp_inbox):
    contact()
    ContactFactory(
        user=None, email="slutat@kommunen.example", valid_to=timezone.localdate() - datetime.timedelta(days=1)
    )
    staff = staff_user(StaffRole.PLANNER)
    known = everything_seen(Client(), "skolchef@kommunen.example")
    for email in ("ingen@kommunen.example", "slutat@kommunen.example", staff.email):
        assert everything_seen(Client(), email) == known


def test_no_mail_goes_to_unknown_expired_closed_or_staff_addresses(client, smtp_inbox):
    ContactFactory(
        user=None, email="slutat@kommunen.example", valid_to=timezone.localdate() - datetime.timedelta(days=1)
    )
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    ContactFactory(user=None, email="kommer@kommunen.example", valid_from=tomorrow)
    closed = ContactFactory()
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    staff = staff_user(StaffRole.PLANNER)
    unwanted = [
        "okand@x.example",
        "slutat@kommunen.example",
        "kommer@kommunen.example",
        closed.email,
        staff.email,
    ]
    for email in unwanted:
        ask(Client(), email)
    contact()
    ask(client, "skolchef@kommunen.example")
    code_in_mail(smtp_inbox)
    assert [m["To"] for m in smtp_inbox.messages] == ["skolchef@kommunen.example"]


def test_staff_cannot_sign_in_by_code_even_as_a_contact(client, smtp_inbox):
    staff = staff_user(StaffRole.PLANNER)
    ContactFactory(user=None, email=staff.email)
    ask(client, staff.email)
    client.post(CONFIRM, {"code": "1234-5678"})
    assert not signed_in(client)
    assert not smtp_inbox.messages


def test_the_code_is_short_lived(client, smtp_inbox):
    contact()
    ask(client, "skolchef@kommunen.example")
    code = code_in_mail(smtp_inbox)
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=601)):
        answer = client.post(CONFIRM, {"code": code})
        assert answer["Location"] == ASK
        assert not signed_in(client)


def test_the_code_works_once(client, smtp_inbox):
    contact()
    ask(client, "skolchef@kommunen.example")
    code = code_in_mail(smtp_inbox)
    client.post(CONFIRM, {"code": code})
    client.post(reverse("account_logout"))
    again = client.post(CONFIRM, {"code": code})
    assert again["Location"] == ASK
    assert not signed_in(client)


def test_three_wrong_codes_end_the_try(client, smtp_inbox):
    contact()
    ask(client, "skolchef@kommunen.example")
    code = code_in_mail(smtp_inbox)
    for _ in range(3):
        client.post(CONFIRM, {"code": "0000-0000"})
    client.post(CONFIRM, {"code": code})
    assert not signed_in(client)


def test_asking_for_codes_is_rate_limited_per_address_known_or_not(client):
    for email in ("skolchef@kommunen.example", "ingen@kommunen.example"):
        answers = [ask(Client(), email) for _ in range(4)]
        assert [a.status_code for a in answers] == [302, 302, 302, 200]
        assert "för många gånger" in answers[-1].content.decode()


def test_asking_for_codes_is_rate_limited_per_machine():
    statuses = [ask(Client(), f"person{n}@x.example").status_code for n in range(21)]
    assert statuses == [302] * 20 + [200]


def test_a_mail_server_that_hangs_does_not_delay_the_answer(client, settings):
    import socket

    contact()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 3
        began = time.monotonic()
        assert ask(client, "skolchef@kommunen.example").status_code == 302
        assert time.monotonic() - began < 2


def test_one_can_go_back_and_correct_the_address(client):
    ask(client, "skolhcef@kommunen.example")
    assert client.get(ASK).status_code == 200
    assert ask(client, "skolchef@kommunen.example").status_code == 302


def test_one_sign_in_serves_several_huvudman(client, smtp_inbox):
    first, second = contact(), contact(huvudman=HuvudmanFactory())
    sign_in(client, smtp_inbox, "skolchef@kommunen.example")
    user = User.objects.get(email="skolchef@kommunen.example")
    assert set(user.contacts.all()) == {first, second}
    assert AuditEntry.objects.filter(verb="contact.linked").count() == 2


def test_a_session_ends_the_day_after_the_contact_expires(client, smtp_inbox):
    today = timezone.localdate()
    contact(valid_to=today)
    noon = timezone.make_aware(datetime.datetime.combine(today, datetime.time(23, 30)))
    with time_machine.travel(noon, tick=True):
        sign_in(client, smtp_inbox, "skolchef@kommunen.example")
        client.get(reverse("about"))
        assert signed_in(client)
    with time_machine.travel(noon + datetime.timedelta(minutes=31), tick=True):
        answer = client.get(reverse("about"))
        assert (answer.status_code, answer["Location"]) == (302, ASK)
        assert not signed_in(client)


@pytest.mark.parametrize(
    "change",
    [{"email": "annan@kommunen.example"}, {"user": None}, {"valid_to": datetime.date(2025, 6, 1)}],
    ids=["another address", "unlinked", "ended"],
)
def test_a_session_ends_at_once_when_the_contact_changes(client, change):
    person = ContactFactory()
    client.force_login(person.user)
    client.get(reverse("about"))
    assert signed_in(client)
    Contact.objects.filter(pk=person.pk).update(**change)
    client.get(reverse("about"))
    assert not signed_in(client)


def test_signing_out_takes_a_post(client):
    client.force_login(ContactFactory().user)
    client.get(reverse("account_logout"))
    assert signed_in(client)
    assert client.post(reverse("account_logout"))["Location"] == reverse("start")
    assert not signed_in(client)


def test_a_foreign_address_to_go_on_to_is_ignored(client, smtp_inbox):
    contact()
    client.post(f"{ASK}?next=https://ond.example/", {"email": "skolchef@kommunen.example"})
    answer = client.post(f"{CONFIRM}?next=https://ond.example/", {"code": code_in_mail(smtp_inbox)})
    assert answer["Location"] == reverse("home")
