"""What every test stands on: its own Redis, its own files, a real SMTP server, Debian's Chromium."""

import os
import shutil
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from tests.accounts.sign_in import HouseClient

# Playwright's loop runs in the tests' own thread, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session", autouse=True)
def own_redis(worker_id: str) -> Iterator[redis.Redis]:
    """A Redis database of this xdist worker's own, for cache and queue; emptied before and after."""
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    parts = urlsplit(django_settings.REDIS_URL)
    url = urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}"))
    django_settings.REDIS_URL = django_settings.CELERY_BROKER_URL = url
    django_settings.CACHES["default"]["LOCATION"] = url
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
        yield connection
        connection.flushdb()


@pytest.fixture(scope="session", autouse=True)
def own_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stored files go to a folder that pytest throws away."""
    folder = tmp_path_factory.mktemp("media")
    django_settings.MEDIA_ROOT = str(folder)
    return folder


class Inbox:
    """Keeps what the SMTP server was handed, byte for byte, in the order it came."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 Message accepted for delivery"

    @property
    def messages(self) -> list[EmailMessage]:
        """The letters, parsed."""
        return [
            message_from_bytes(envelope.original_content or b"", policy=policy.default)
            for envelope in self.envelopes
        ]


@pytest.fixture
def smtp_inbox(settings: Settings) -> Iterator[Inbox]:
    """A real SMTP server on a free port that Django's mail goes to; yields its inbox."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield inbox
    controller.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Debian's Chromium, which does not look for the world outside."""
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """A Swedish reader in Sweden."""
    return {**browser_context_args, "locale": "sv-SE", "timezone_id": "Europe/Stockholm"}


@pytest.fixture
def client() -> HouseClient:
    """Django's test client; `force_login` signs staff in with password and time-based code on record."""
    return HouseClient()
