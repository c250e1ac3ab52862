"""What the settings are when nothing is given but what must be: as in production, not as these tests run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from csp.constants import NONE, SELF
from django.conf import settings

from tests.house.test_deployment import settings_read

GIVEN = {
    "SECRET_KEY": "x7" * 40,
    "DATABASE_URL": "postgres://site@localhost/site",
    "REDIS_URL": "redis://localhost",
    "BASE_URL": "https://site.example",
}
READ = """
import django, json
django.setup()
from django.conf import settings
from config import celery_app
read = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
read["celery"] = {name: celery_app.conf[name] for name in celery_app.conf}
print(json.dumps(read, default=str))
"""


def run(**given: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in settings_read()}
    command = [sys.executable, "-c", READ]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment | given, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    """The settings, and Celery's own as `celery`."""
    return json.loads(run(**GIVEN).stdout)


@pytest.mark.parametrize("name", GIVEN)
def test_what_has_no_safe_default_must_be_given(name: str) -> None:
    less = run(**{key: value for key, value in GIVEN.items() if key != name})
    assert less.returncode
    assert f"Set the {name} environment variable" in less.stderr


def test_development_needs_no_address() -> None:
    more = {key: value for key, value in GIVEN.items() if key != "BASE_URL"} | {"DEBUG": "1"}
    assert json.loads(run(**more).stdout)["BASE_URL"] == "http://localhost:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", False),
        ("DEMO", False),
        ("ALLOWED_HOSTS", []),
        ("SECURE_SSL_REDIRECT", True),
        ("SECURE_HSTS_SECONDS", 31_536_000),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", True),
        ("SECURE_HSTS_PRELOAD", True),
        ("SECURE_PROXY_SSL_HEADER", None),
        ("SECURE_CONTENT_TYPE_NOSNIFF", True),
        ("SECURE_REFERRER_POLICY", "same-origin"),
        ("SESSION_COOKIE_SECURE", True),
        ("SESSION_COOKIE_HTTPONLY", True),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("CSRF_COOKIE_SECURE", True),
        ("X_FRAME_OPTIONS", "DENY"),
    ],
)
def test_it_is_secure(production: dict[str, Any], name: str, value: object) -> None:
    assert production[name] == value


def test_pages_load_nothing_from_elsewhere(production: dict[str, Any]) -> None:
    assert "csp.middleware.CSPMiddleware" in production["MIDDLEWARE"]
    directives = production["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == directives["form-action"] == [SELF]
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == [NONE]
    sources = {source for values in directives.values() for source in values}
    assert sources <= {SELF, NONE, "data:"}, "neither inline scripts nor other sites"


def test_a_task_is_kept_until_it_is_done_and_taken_one_at_a_time(production: dict[str, Any]) -> None:
    celery = production["celery"]
    assert celery["task_acks_late"] is celery["task_reject_on_worker_lost"] is True
    assert celery["worker_prefetch_multiplier"] == 1
    assert 0 < celery["task_soft_time_limit"] < celery["task_time_limit"]
    assert celery["task_time_limit"] < celery["broker_transport_options"]["visibility_timeout"]
    assert celery["timezone"] == "Europe/Stockholm"
