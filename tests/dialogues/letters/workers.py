"""Real Celery workers and brokers in processes of their own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from celery import current_app
from django.conf import settings
from django.db import connection
from kombu import pools
from redis import Redis
from redis.exceptions import ConnectionError as NoRedis

from tests.polling import until


def database_url() -> str:
    """The address of the tests' database, for other processes."""
    at = connection.settings_dict
    who = quote(at["USER"]) + (f":{quote(at['PASSWORD'])}" if at["PASSWORD"] else "")
    if at["HOST"].startswith("/"):
        return f"postgres://{who}@/{at['NAME']}?host={at['HOST']}"
    return f"postgres://{who}@{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}/{at['NAME']}"


def environment(redis_url: str | None = None) -> dict[str, str]:
    """What another process needs to work beside the test: database, broker, files, post office."""
    return os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url or settings.REDIS_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "EMAIL_TIMEOUT": str(int(settings.EMAIL_TIMEOUT) or 1),
        "SECRET_KEY": settings.SECRET_KEY,
    }


class Worker:
    """A Celery worker with one child, started again when it ends by itself (as production does)."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def kill(self) -> None:
        """Kill it and its child as a power cut would: signal 9, no goodbye."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


@contextmanager
def running_worker(log: Path, redis_url: str | None = None) -> Iterator[Worker]:
    """Run a worker, ready for tasks; what it says goes to a file in the folder `log`."""
    name = f"letters-{uuid.uuid4().hex[:8]}"
    celery = f"{sys.executable} -m celery -A config worker -c 1 -n {name}@%h"
    said = log / f"{name}.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", f"while true; do {celery}; done"],
            env=environment(redis_url) | {"LOG_LEVEL": "INFO"},  # or it does not say that it is ready
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    worker = Worker(process)
    try:
        until(lambda: " ready." in said.read_text(), seconds=60)
        yield worker
    finally:
        worker.kill()


class Broker:
    """A Redis of its own that can be stopped and started again on the same port."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        until(self._answers)

    def stop(self) -> None:
        """Stop as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(Redis.from_url(self.url).ping())
        except NoRedis:
            return False


def send_task(name: str) -> None:
    """Ask for a task as beat does."""
    current_app.send_task(name)


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """Let this process talk to another broker for a while."""
    before = current_app.conf.broker_url
    _use_broker(url)
    try:
        yield
    finally:
        _use_broker(before)


def _use_broker(url: str) -> None:
    current_app.conf.broker_url = current_app.conf.broker_write_url = current_app.conf.broker_read_url = url
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None
