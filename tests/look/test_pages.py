"""The open pages, sign-in and error pages: one heading, landmarks, nothing inline, both languages."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from dialogues.public.pages import PAGES

OPEN_PAGES = ["start", *(page.name for page in PAGES)]
OTHER = ["report_problem", "report_problem_done"]
SIGN_IN = ["account_login", "account_request_login_code"]

pytestmark = pytest.mark.django_db


def page(client: Client, name: str) -> str:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", [*OPEN_PAGES, *OTHER, *SIGN_IN])
def test_one_heading_landmarks_and_skip_link(client: Client, name: str) -> None:
    shown = page(client, name)
    assert len(re.findall(r"<h1[ >]", shown)) == 1
    assert shown.count("<main ") == 1
    assert '<a class="skip-link" href="#main">' in shown
    assert 'id="main"' in shown
    assert '<html lang="sv">' in shown


@pytest.mark.parametrize("name", [*OPEN_PAGES, *OTHER, *SIGN_IN])
def test_nothing_that_the_content_security_policy_forbids(client: Client, name: str) -> None:
    shown = page(client, name)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", shown)
    assert not re.search(r'(?:src|rel="stylesheet" href)="https?:', shown)


@pytest.mark.parametrize("name", OPEN_PAGES)
def test_open_pages_say_when_they_were_updated(client: Client, name: str) -> None:
    assert "Senast uppdaterad 29\u00a0november\u00a02026" in page(client, name)


def test_language_is_changed_by_post(client: Client) -> None:
    shown = page(client, "start")
    assert re.search(r'<form method="post" action="/sprak/setlang/">', shown)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert '<html lang="en">' in page(client, "start")


def test_contact_is_a_setting(client: Client, settings: settings) -> None:
    settings.CONTACT_PHONE = "060-12 34 56"
    assert 'href="tel:+4660123456"' in page(client, "contact")


def test_missing_page_is_kind_and_hides_nothing_behind_a_login(client: Client) -> None:
    response = client.get("/finns-inte/")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()


@pytest.mark.parametrize(
    "template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"]
)
def test_error_pages_need_neither_request_nor_context(template: str) -> None:
    shown = render_to_string(template)
    assert len(re.findall(r"<h1[ >]", shown)) == 1


def test_letter_frame_has_dark_mode_and_a_plain_twin() -> None:
    context = {"minutes": 5, "contact_phone": "08-465 004 00", "contact_email": "a@b.example"}
    letter = render_to_string("letters/base.html", context)
    plain = render_to_string("letters/base.txt", context)
    assert "prefers-color-scheme: dark" in letter
    for text in ("ungefär 5 minuter", "08-465 004 00", "a@b.example"):
        assert text in letter
        assert text in plain
    assert "<" not in plain
