"""Which of allauth's pages exist, and that settings are safe in production."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch, reverse

from tests.huvudman.factories import ContactFactory

UNSAFE = {"DEBUG", "DEMO", "HTTPS", "DJANGO_ALLOW_ASYNC_UNSAFE"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_email",
        "account_change_password",
        "account_set_password",
        "account_reauthenticate",
        "account_inactive",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "mfa_index",
    ],
)
def test_pages_that_are_not_needed_do_not_exist(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["konto/", "konto/signup/", "konto/email/", "konto/3rdparty/", "accounts/login/"]
)
def test_their_usual_addresses_are_404(client, path):
    assert client.get(f"/{path}").status_code == 404
    client.force_login(ContactFactory().user)
    assert client.get(f"/{path}").status_code == 404


def test_deployment_check_is_clean():
    environment = {k: v for k, v in os.environ.items() if k not in UNSAFE}
    environment |= {"SECRET_KEY": "x7" * 40 + "åäö!", "ALLOWED_HOSTS": "kvalitetsdialoger.example"}
    environment |= {"BASE_URL": "https://kvalitetsdialoger.example"}
    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize("password", ["kort", "password1234", "petra.planerare"])
def test_weak_passwords_are_refused(password):
    from accounts.models import User

    user = User(email="petra.planerare@skolverket.example", name="Petra Planerare")
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_every_page_carries_a_strict_content_security_policy(client, db):
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_pages_are_not_framed_and_cookies_are_out_of_reach_of_scripts(client, db):
    client.force_login(ContactFactory().user)
    answer = client.get(reverse("about"))
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
