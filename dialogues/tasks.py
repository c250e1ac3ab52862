"""The tasks of the dialogues, by name. Letters and underlag keep theirs in their own rooms."""

from __future__ import annotations

from celery import shared_task

from accounts.actors import SYSTEM
from dialogues.paper.tasks import render_post_run, take_up_lost_post_runs
from dialogues.underlag.tasks import render_underlag, take_up_lost_underlag

__all__ = [
    "ask_for_evaluations",
    "remind_the_silent",
    "render_underlag",
    "start_due_batches",
    "render_post_run",
    "render_underlag",
    "start_due_batches",
    "take_up_lost_post_runs",
    "take_up_lost_underlag",
]


@shared_task(name="dialogues.start_due_batches")
def start_due_batches() -> None:
    """Send the batches whose time has come, and to addresses that have come since a batch was sent.

    Safe to run twice at once, and after a killed worker.
    """
    from dialogues.domain import sending

    sending.start_due_batches(actor=SYSTEM)
    sending.write_to_late_addresses(actor=SYSTEM)


@shared_task(name="dialogues.ask_for_evaluations")
def ask_for_evaluations() -> None:
    """Ask what huvudmän think of the parts that have been held. Safe to run twice at once."""
    from dialogues.domain import evaluations

    evaluations.ask_all(actor=SYSTEM)


@shared_task(name="dialogues.remind_the_silent")
def remind_the_silent() -> None:
    """Remind those who have not answered, some days before the last day. Safe to run twice at once."""
    from dialogues.domain import reminders

    reminders.remind_the_silent(actor=SYSTEM)
