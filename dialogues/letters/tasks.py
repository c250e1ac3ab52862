"""Delivery in the background. Beat asks every minute; any number of workers may run at once."""

from __future__ import annotations

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from dialogues.letters import delivery, lifecycle


@shared_task(name="dialogues.deliver_letters")
def deliver_letters() -> None:
    """Deliver the letters that are due. If they are many, another worker helps, or goes on after this one."""
    delivery.deliver_due(ask_for_help=_ask_another)


def _ask_another() -> None:
    with contextlib.suppress(OperationalError):  # without a broker this worker does what it can alone
        deliver_letters.apply_async(retry=False)


@shared_task(name="dialogues.sweep_letters")
def sweep_letters() -> None:
    """Look after letters whose worker has died."""
    lifecycle.sweep()
