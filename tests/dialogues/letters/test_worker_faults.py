"""Real workers that are killed, brokers that stop: each letter comes once, or is shown as uncertain."""

import datetime
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from dialogues.letters import queue_letter
from dialogues.letters.lifecycle import sweep
from dialogues.models import DialogueState, Letter, LetterKind
from dialogues.models import LetterState as S
from tests.accounts.factories import AgencyFactory
from tests.dialogues.factories import DialogueFactory
from tests.dialogues.letters import postmaster as office
from tests.dialogues.letters.factories import LetterFactory
from tests.dialogues.letters.postmaster import Postmaster
from tests.dialogues.letters.workers import Broker, broker_at, running_worker, send_task
from tests.polling import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def states() -> list[str]:
    return list(Letter.objects.order_by("due_at", "pk").values_list("state", flat=True))


def asked_again() -> bool:
    """Ask once more, as beat does: Redis may hand a message to a worker that has just been killed."""
    send_task("dialogues.deliver_letters")
    return True


def let_time_pass(settings) -> None:
    """Make every claim older than a worker can be."""
    Letter.objects.filter(claimed_at__isnull=False).update(
        claimed_at=timezone.now() - datetime.timedelta(seconds=settings.LETTER_CLAIM_LIMIT + 1)
    )


@pytest.mark.parametrize(
    ("stage", "deed", "comes"),
    [("data", office.TAKE_AND_HANG, 1), ("data", office.HANG, 0), ("rcpt", office.HANG, 0)],
)
def test_a_worker_killed_in_the_middle_of_sending(
    postmaster: Postmaster, tmp_path: Path, settings, stage: str, deed: str, comes: int
) -> None:
    letters = LetterFactory.create_batch(6)
    postmaster.plan[stage] = ["250 ok", "250 ok", deed]
    with running_worker(tmp_path) as worker:
        send_task("dialogues.deliver_letters")
        assert postmaster.hanging.wait(40)
        worker.kill()
    assert states() == [S.SENT, S.SENT, S.HANDING_OVER, S.CLAIMED, S.CLAIMED, S.CLAIMED]
    assert sweep() == (0, 0)

    let_time_pass(settings)
    with running_worker(tmp_path):
        send_task("dialogues.sweep_letters")
        send_task("dialogues.deliver_letters")
        until(lambda: states().count(S.SENT) == 5)
    assert states() == [S.SENT, S.SENT, S.UNCERTAIN, S.SENT, S.SENT, S.SENT]
    expected = Counter({letter.message_id: 1 for letter in letters})
    expected[letters[2].message_id] = comes
    assert postmaster.times_taken == +expected


def test_a_stopped_broker_stops_nobody_from_writing_and_all_goes_when_it_is_back(
    postmaster: Postmaster, tmp_path: Path, settings
) -> None:
    AgencyFactory()
    broker = Broker(tmp_path, office.free_port())
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": broker.url}}
    broker.start()
    try:
        with running_worker(tmp_path, broker.url), broker_at(broker.url):
            _write("before")
            until(lambda: states() == [S.SENT])
            broker.stop()
            _write("while it is down")
            assert states() == [S.SENT, S.QUEUED]
            broker.start()
            send_task("dialogues.deliver_letters")
            until(lambda: states() == [S.SENT, S.SENT])
            _write("after")
            until(lambda: states() == [S.SENT, S.SENT, S.SENT])
    finally:
        broker.stop()
    assert set(postmaster.times_taken.values()) == {1}
    assert postmaster.times_taken.total() == 3


def test_three_workers_asked_at_once_send_each_letter_once(postmaster: Postmaster, tmp_path: Path) -> None:
    LetterFactory.create_batch(120)
    with (
        running_worker(tmp_path),
        running_worker(tmp_path),
        running_worker(tmp_path),
    ):
        for _n in range(6):
            send_task("dialogues.deliver_letters")
        until(lambda: set(states()) == {S.SENT}, seconds=90)
    assert postmaster.times_taken.total() == 120
    assert set(postmaster.times_taken.values()) == {1}


def test_a_server_that_refuses_connections_and_comes_back(
    postmaster: Postmaster, tmp_path: Path, settings
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, office.free_port()
    LetterFactory.create_batch(2)
    with running_worker(tmp_path):
        send_task("dialogues.deliver_letters")
        until(lambda: states() == [S.RETRY, S.RETRY])
    settings.EMAIL_PORT = port
    Letter.objects.update(due_at=timezone.now())
    with running_worker(tmp_path):
        until(lambda: asked_again() and states() == [S.SENT, S.SENT])
    assert set(postmaster.times_taken.values()) == {1}


def _write(occasion: str) -> None:
    with transaction.atomic():
        queue_letter(
            kind=LetterKind.RECEIPT,
            dialogue=DialogueFactory(state=DialogueState.ACCEPTED),
            recipient="a@skola.example",
            occasion=occasion,
            context={"answer": None},
        )
