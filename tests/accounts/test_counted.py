"""Signing in while attempts can't be counted: a kind page, and nobody comes in."""

import socket
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.accounts.factories import planner
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _no_cache(settings: Settings) -> Iterator[None]:
    """The cache at a port where nobody listens."""
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{nobody_listens.getsockname()[1]}/0"
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": address}}
        yield


@pytest.mark.usefixtures("_no_cache")
def test_no_code_is_sent_and_the_page_says_to_try_again(client: Client, smtp_inbox) -> None:
    contact = ContactFactory()
    for email in (contact.email, "okand@exempel.se"):
        answer = client.post("/konto/logga-in/", {"email": email})
        assert answer.status_code == 503
        assert "Försök igen om en stund" in answer.text
        assert answer["Retry-After"] == "60"
    assert smtp_inbox.messages == []
    assert client.get("/konto/logga-in/").status_code == 200


@pytest.mark.usefixtures("_no_cache")
@pytest.mark.parametrize("page", ["/konto/logga-in/personal/", "/konto/losenord/"])
def test_staff_are_not_let_in_uncounted(client: Client, smtp_inbox, page: str) -> None:
    user = planner()
    user.set_password("lösenordsfras 123")
    user.save()
    typed = {"login": user.email, "password": "lösenordsfras 123", "email": user.email}
    answer = client.post(page, typed)
    assert answer.status_code == 503
    assert "_auth_user_id" not in client.session
    assert smtp_inbox.messages == []
