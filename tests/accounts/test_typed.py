"""Nothing that somebody wrote is lost because a session or a form's token had ended."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from accounts.typed import written
from tests.accounts.factories import planner
from tests.dialogues.factories import dialogue_with_contact
from tests.huvudman.factories import HuvudmanFactory

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
WORDS = "Vi undrar över <stödet>.\nOch över resten."
SHOWN = "Vi undrar över &lt;stödet&gt;.<br>Och över resten."


def send(client: Client, address: str, origin: str = SITE, **typed: str) -> HttpResponse:
    return client.post(address, typed, headers={"origin": origin, "referer": f"{SITE}{address}?steg=2"})


@pytest.fixture
def staff_page() -> str:
    return reverse("admin:contact_new", args=[HuvudmanFactory().public_id])


def test_staff_who_were_signed_out_see_what_they_wrote_and_come_back(client, staff_page):
    shown = send(client, staff_page, note=WORDS, name="Kim", password="hemligt lösenord här", sign="a7b3")
    assert shown.status_code == 403
    assert SHOWN in shown.text
    assert f'href="{reverse("account_login")}?next={staff_page}%3Fsteg%3D2"' in shown.text
    for hidden in ("hemligt", "Kim", "a7b3"):
        assert hidden not in shown.text


def test_a_huvudman_that_was_signed_out_sees_what_it_wrote_and_comes_back(client):
    dialogue, _contact = dialogue_with_contact("time_fixed")
    page = reverse("portal_questions", args=[dialogue.public_id])
    shown = send(client, page, question=WORDS)
    assert shown.status_code == 403
    assert SHOWN in shown.text
    assert f"?next={page}%3Fsteg%3D2" in shown.text


def test_who_wrote_nothing_goes_straight_to_signing_in(client, staff_page):
    sign_in = reverse("account_login")
    assertRedirects(send(client, staff_page, name="Kim"), f"{sign_in}?next={staff_page}%3Fsteg%3D2")
    assertRedirects(client.get(staff_page), f"{sign_in}?next={staff_page}")


@pytest.mark.parametrize("origin", ["https://other.example", "null", ""])
def test_words_from_another_sites_form_are_not_shown(client, staff_page, origin):
    answer = send(client, staff_page, origin=origin, note=WORDS)
    assertRedirects(answer, f"{reverse('account_login')}?next={staff_page}%3Fsteg%3D2")


def test_one_comes_back_to_no_other_site(client, staff_page):
    answer = client.post(staff_page, headers={"origin": SITE, "referer": "https://other.example/lura"})
    assertRedirects(answer, f"{reverse('account_login')}?next={staff_page}")


def test_a_form_without_its_token_shows_what_was_written(staff_page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(planner())
    shown = send(client, staff_page, note=WORDS)
    assert shown.status_code == 403
    assert "Formuläret hade legat för länge" in shown.text
    assert SHOWN in shown.text
    assert SHOWN not in send(client, staff_page, origin="https://other.example", note=WORDS).text


def test_a_text_that_saves_by_itself_says_that_it_is_not_saved(client):
    dialogue, _contact = dialogue_with_contact("time_fixed")
    page = reverse("portal_questions", args=[dialogue.public_id])
    by_itself = {"origin": SITE, "hx-request": "true"}
    for somebody, why in (
        (client, "Du är utloggad."),
        (Client(enforce_csrf_checks=True), "har legat för länge"),
    ):
        line = somebody.post(page, {"question": WORDS}, headers=by_itself)
        assert line.status_code == 200
        assert line.text.startswith("<strong data-refused>Inte sparat.</strong>")
        assert why in line.text


def test_nothing_is_written_by_looking(rf):
    assert written(rf.get("/", {"note": WORDS}, headers={"origin": SITE})) == []
