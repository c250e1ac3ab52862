"""Other processes that a measurement runs beside itself: they end when it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.shared import ROOT
from tests.dialogues.letters.workers import environment, until


@contextmanager
def running(log: Path, *module: str) -> Iterator[None]:
    """Run `python -m module…` on the measurement's database, broker and post office; `log` gets its words."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=environment() | {"LOG_LEVEL": "INFO"},  # as in production, and waited for
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def post_office(log: Path, port: int) -> Iterator[None]:
    """An SMTP server that takes every letter and throws it away."""
    with running(log, "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"):
        until(lambda: _answers(port))
        yield


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
