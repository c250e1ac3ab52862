"""A hundred invitations by real workers, against a bare smtplib loop over the same bytes.

The SMTP server, the broker, the worker and beat are processes of their own. How long a batch that is due
waits for its first claim is measured from when beat starts, a whole minute before its first round.
"""

from __future__ import annotations

import datetime
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min
from django.test import override_settings
from django.utils import timezone

from accounts.actors import SYSTEM
from bench.baselines.letters import send_plainly
from bench.database import own_database
from bench.marks import Mark, in_turns
from bench.processes import post_office, running
from dialogues.domain.files import read_file
from dialogues.domain.sending import start_due_batches
from dialogues.models import BatchState, InvitationBatch, Letter, LetterState
from tests.dialogues.factories import BatchFactory, DialogueFactory, both_agencies
from tests.dialogues.letters.postmaster import free_port
from tests.dialogues.letters.workers import Broker, broker_at, until
from tests.huvudman.factories import ContactFactory

LETTERS, TIMES = 100, 5
SENDING, WAITING = 5, 65
WORKER = ("celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO")


def run() -> list[Mark]:
    """Measure sending some batches whose letters are written, and one from its due time on."""
    with TemporaryDirectory() as name, own_database():
        folder, port = Path(name), free_port()
        broker = Broker(folder, free_port())
        broker.start()
        try:
            with (
                override_settings(**_settings(folder, broker, port)),
                broker_at(broker.url),
                post_office(folder / "post.log", port),
            ):
                both_agencies()
                return [_sending(folder, port), _from_due(folder)]
        finally:
            broker.stop()


def _settings(folder: Path, broker: Broker, port: int) -> dict[str, object]:
    return {
        "REDIS_URL": broker.url,
        "CACHES": {"default": settings.CACHES["default"] | {"LOCATION": broker.url}},
        "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
    }


def _sending(folder: Path, port: int) -> Mark:
    """Letters that are written already: from the first claim to the last one sent, as the database has it."""
    taken, plainly = [], []
    with running(folder / "worker.log", *WORKER):
        for _round in range(TIMES):
            with transaction.atomic():
                batch = _batch()
                start_due_batches(actor=SYSTEM)
            until(lambda batch=batch: _all_sent(batch), seconds=120)  # type: ignore[misc]
            taken.append(_seconds_of_sending(batch))
            plainly.append(_seconds_of_loop(batch, port))
    return Mark(
        f"{LETTERS} invitations, first claim to last sent",
        statistics.median(taken),
        statistics.median(plainly),
        SENDING,
        against="smtplib loop, same bytes",
    )


def _from_due(folder: Path) -> Mark:
    """The whole way with beat: a batch falls due when beat has just begun to count to its first round."""
    log = folder / "beat.log"
    beat = ("celery", "-A", "config", "beat", "--schedule", str(folder / "beat"), "--loglevel", "INFO")
    batch = _batch()
    InvitationBatch.objects.filter(pk=batch.pk).update(send_at=timezone.now() + datetime.timedelta(hours=1))
    with running(folder / "worker.log", *WORKER), running(log, *beat):
        until(lambda: "beat: Starting" in log.read_text())
        due = timezone.now()
        InvitationBatch.objects.filter(pk=batch.pk).update(send_at=due)
        until(lambda: _all_sent(batch), seconds=180)
    first = Letter.objects.filter(batch=batch).aggregate(at=Min("claimed_at"))["at"]
    return Mark("due to first claim, with beat", (first - due).total_seconds(), None, WAITING)


def _batch() -> InvitationBatch:
    """A batch of huvudmän with one contact each, due now."""
    batch = BatchFactory(state=BatchState.SCHEDULED)
    for _n in range(LETTERS):
        ContactFactory(huvudman=DialogueFactory(batch=batch).huvudman)
    return batch


def _all_sent(batch: InvitationBatch) -> bool:
    return Letter.objects.filter(batch=batch, state=LetterState.SENT).count() == LETTERS


def _seconds_of_sending(batch: InvitationBatch) -> float:
    times = Letter.objects.filter(batch=batch).aggregate(first=Min("claimed_at"), last=Max("sent_at"))
    return (times["last"] - times["first"]).total_seconds()


def _seconds_of_loop(batch: InvitationBatch, port: int) -> float:
    """The median of three loops: each is so short that a busy machine shows in it."""
    rows = Letter.objects.filter(batch=batch).select_related("sent_bytes")
    letters = [read_file(row.sent_bytes) for row in rows if row.sent_bytes]
    [seconds] = in_turns(3, (lambda: None, lambda: send_plainly(port, letters)))
    return seconds
