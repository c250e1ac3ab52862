"""What the processes of a running site write down, read from their own logs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from celery import current_app
from django.conf import settings
from django.test import Client
from django.urls import reverse

from huvudman.views import imports
from tests.accounts.factories import leader, planner
from tests.dialogues.letters.workers import environment, running_worker
from tests.house.test_deployment import DOCKERFILE
from tests.polling import until

PERSON = "190101-3412"


@pytest.mark.django_db(transaction=True)
def test_a_worker_masks_what_its_tasks_were_asked(tmp_path: Path) -> None:
    def said() -> str:
        return "".join(path.read_text() for path in tmp_path.glob("*.log"))

    with running_worker(tmp_path):
        assert " ready." in said()
        current_app.send_task("huvudman.preview_register_import", args=[PERSON])
        until(lambda: "Traceback" in said() and "190101-XXXX" in said())
    assert PERSON not in said()


def test_a_worker_masks_what_its_tasks_print() -> None:
    code = f"from config import celery_app as a; a.log.setup(redirect_stdouts=True); print('{PERSON}')"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=os.environ, capture_output=True, text=True
    )
    assert "celery.redirected 190101-XXXX" in said.stderr
    assert PERSON not in said.stdout + said.stderr


@contextmanager
def running_web(log: Path) -> Iterator[str]:
    """Run gunicorn with the log that the image gives it; yields its address."""
    config = re.search(r'CMD \["gunicorn", "(--config)", "(\S+)"', DOCKERFILE)
    assert config
    command = [sys.executable, "-m", "gunicorn", *config.groups(), "config.wsgi", "--bind", "127.0.0.1:0"]
    more = {"DEBUG": "1", "ALLOWED_HOSTS": "127.0.0.1", "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment() | more, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: "Booting worker" in log.read_text())
        yield re.search(r"http://\S+", log.read_text())[0]  # type: ignore[index]
    finally:
        process.terminate()
        process.wait(20)


def ask(address: str, **headers: str) -> None:
    """Open a page, whatever it answers."""
    try:
        urlopen(Request(address, headers=headers), timeout=30).close()
    except HTTPError as answer:
        answer.close()


@pytest.mark.django_db(transaction=True)
def test_the_web_masks_what_was_asked_for(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with running_web(log) as site:
        ask(f"{site}/om/?q={PERSON}", Referer=f"{site}/svar/WzEsMl0:1uXyZ:abc-_DEF/")
        ask(f"{site}/svar/WzEsMl0:1uXyZ:abc-_DEF/")
        ask(f"{site}/svar/WzEsMl0%3A1uXyZ%3Aabc-_DEF/klart/")
        ask(f"{site}/konto/losenord/3-c9abc-DEF/")
        ask(f"{site}/{PERSON}%0Aforged/")
        until(lambda: "forged" in log.read_text())
    said = log.read_text()
    assert '"GET /svar/…/"' in said
    assert '"GET /svar/…/klart/"' in said
    assert '"GET /konto/losenord/…/"' in said
    assert "190101-XXXX" in said
    assert "django.request Not Found: /svar/…/" in said
    for secret in [PERSON, "WzEs", "abc-_DEF", "c9abc", "\nforged"]:
        assert secret not in said


@pytest.mark.parametrize("debug", ["0", "1"])
def test_django_logs_once_and_masked(debug: str) -> None:
    code = f"""
import django, logging
django.setup()
for name in ["django.request", "django.server"]:
    logging.getLogger(name).warning("GET /?q=%s", "{PERSON}", extra={{"server_time": "now"}})
"""
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DEBUG": debug, "BASE_URL": "https://site.example"},
        capture_output=True,
        text=True,
    )
    assert said.stderr.count("190101-XXXX") == 2
    assert PERSON not in said.stdout + said.stderr


@pytest.mark.django_db
def test_a_refused_request_is_one_line_and_a_broken_one_keeps_its_traceback(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("admin:register_imports")
    client.raise_request_exception = False
    client.force_login(leader())
    assert client.get(address).status_code == 403
    client.force_login(planner())
    monkeypatch.setattr(imports, "staff_page", None)
    assert client.get(address).status_code == 500
    written = [row for row in caplog.records if row.name == "django.request"]
    assert [(row.levelname, row.status_code, bool(row.exc_info)) for row in written] == [
        ("WARNING", 403, False),
        ("ERROR", 500, True),
    ]
    assert address in written[0].getMessage()
