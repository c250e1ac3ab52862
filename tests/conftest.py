"""What every test stands on: its own Redis, its own files, a real SMTP server, Debian's Chromium."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as django_settings
from django.core.management import CommandError
from django.db import IntegrityError, OperationalError, connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings

from accounts import mail as sign_in_mail
from tests.accounts.sign_in import HouseClient
from tests.polling import until

# Playwright's loop runs in the tests' own thread, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A machine that is busy is slow: no example is wrong for that.
hypothesis_settings.register_profile("house", deadline=None)
hypothesis_settings.load_profile("house")


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
    """Holds what the SMTP server was handed, byte for byte, in the order it came."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    @property
    def messages(self) -> list[EmailMessage]:
        """The letters, parsed."""
        return [
            message_from_bytes(envelope.original_content or b"", policy=policy.default)
            for envelope in self.envelopes
        ]


class Receiver:
    """Puts what comes into an inbox.

    Apart from it, since the server reads every attribute of what receives for it, at each connection: it
    would parse all letters that had come.
    """

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.inbox.envelopes.append(envelope)
        return "250 Message accepted for delivery"


@pytest.fixture
def smtp_inbox(settings: Settings) -> Iterator[Inbox]:
    """A real SMTP server on a free port that Django's mail goes to; yields its inbox."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Receiver(inbox), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield inbox
    _let_sign_in_mail_go()  # or a server that is gone would keep its senders waiting, into the next tests
    controller.stop()


def _let_sign_in_mail_go() -> None:
    """Wait until every hand that sends sign-in mail is free."""
    hands = sign_in_mail._hands
    all_free = threading.Barrier(hands._max_workers + 1)
    for _hand in range(hands._max_workers):
        hands.submit(all_free.wait, 30)
    all_free.wait(30)


@pytest.fixture(scope="session", autouse=True)
def tables_emptied_in_peace() -> Iterator[None]:
    """Tables are emptied once nobody is in the middle of something.

    A page may still ask for something when its test is over; such a question and the emptying, which wants
    every table at once, could each hold what the other waits for. One that begins just as the tables are to
    be emptied can still do so: PostgreSQL then lets one of the two go, and the emptying is tried again. It is
    also tried again when such a question has written a kind of content that Django writes anew afterwards.
    """
    empty = TransactionTestCase._fixture_teardown

    def when_at_rest(case: TransactionTestCase) -> None:
        until(lambda: _nobody_is_at_work() and _emptied(case, empty))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", when_at_rest)
        yield


def _emptied(case: TransactionTestCase, empty: Callable[[TransactionTestCase], None]) -> bool:
    """Empty the tables; False when somebody held what the emptying waited for, or wrote in between."""
    try:
        empty(case)
    except IntegrityError:
        return False
    except CommandError as error:
        if not isinstance(error.__cause__, OperationalError):
            raise
        return False
    return True


def _nobody_is_at_work() -> bool:
    """Whether no other session in this database has a transaction going."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start IS NOT NULL"
        )
        return cursor.fetchone()[0] == 0


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
