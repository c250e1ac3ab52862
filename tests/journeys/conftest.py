"""A whole site for the journeys: web, worker, beat, database, broker, mail, and people in real browsers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser

from tests.dialogues.letters.workers import environment, running_worker
from tests.journeys.people import Person


@contextmanager
def running_beat(log: Path, more: dict[str, str]) -> Iterator[None]:
    """Run Celery beat; what it says goes to a file in the folder `log`."""
    command = [sys.executable, "-m", "celery", "-A", "config", "beat", "--schedule", str(log / "beat")]
    with (log / "beat.log").open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environment() | more,
            cwd=django_settings.BASE_DIR,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def site(transactional_db, live_server, smtp_inbox, settings, tmp_path, monkeypatch) -> Iterator[str]:
    """The address of a site whose worker and beat are running; its mail comes to `smtp_inbox`."""
    settings.DEMO = True
    settings.BASE_URL = live_server.url
    more = {"DEMO": "1", "DEBUG": "1", "BASE_URL": live_server.url}
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    with running_worker(tmp_path), running_beat(tmp_path, more):
        yield live_server.url


@pytest.fixture
def somebody(browser: Browser, browser_context_args: dict, site: str) -> Iterator[Callable[..., Person]]:
    """Gives people a browser of their own: `somebody(width=390)`."""
    contexts = []

    def sit_down(width: int = 1280) -> Person:
        context = browser.new_context(
            **browser_context_args, base_url=site, viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        return Person(context.new_page())

    yield sit_down
    for context in contexts:
        context.close()
