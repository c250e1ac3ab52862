"""Delivery in the background. Beat asks every minute; any number of workers may run at once."""

from __future__ import annotations

from celery import shared_task

from dialogues.letters import delivery, lifecycle


@shared_task(name="dialogues.deliver_letters")
def deliver_letters() -> None:
    """Deliver the letters that are due; when time ran out before the letters did, go on in a new task."""
    if delivery.deliver_due():
        deliver_letters.apply_async(retry=False)


@shared_task(name="dialogues.sweep_letters")
def sweep_letters() -> None:
    """Look after letters whose worker has died."""
    lifecycle.sweep()
