"""The tasks of the dialogues, by name. Letters and underlag keep theirs in their own rooms."""

from __future__ import annotations

from celery import shared_task

from accounts.actors import SYSTEM
from dialogues.paper.tasks import render_post_run, take_up_lost_post_runs
from dialogues.underlag.tasks import render_underlag, take_up_lost_underlag

__all__ = [
    "ask_for_contact_checks",
    "ask_for_evaluations",
    "clear_what_was_kept_too_long",
    "brief_leaders",
    "make_draw",
    "remind_the_silent",
    "render_underlag",
    "start_due_batches",
    "render_post_run",
    "render_underlag",
    "start_due_batches",
    "take_up_lost_post_runs",
    "take_up_lost_underlag",
    "take_up_waiting_draws",
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


@shared_task(name="dialogues.ask_for_contact_checks")
def ask_for_contact_checks() -> None:
    """Ask huvudmän, once a year, whether their contacts are right. Safe to run twice at once."""
    from dialogues.domain import contact_checks

    contact_checks.ask_all(actor=SYSTEM)


@shared_task(name="dialogues.brief_leaders")
def brief_leaders() -> None:
    """Write to those who lead a dialogue seven days before it. Safe to run twice at once."""
    from dialogues.domain import briefs

    briefs.brief_all()


@shared_task(name="dialogues.remind_the_silent")
def remind_the_silent() -> None:
    """Remind those who have not answered, some days before the last day. Safe to run twice at once."""
    from dialogues.domain import reminders

    reminders.remind_the_silent(actor=SYSTEM)


@shared_task(name="dialogues.clear_what_was_kept_too_long")
def clear_what_was_kept_too_long() -> None:
    """Take away needs and names that a dialogue should not have any more. Safe to run twice at once."""
    from dialogues.domain import clearing

    clearing.clear_what_was_kept_too_long(actor=SYSTEM)


@shared_task(name="dialogues.make_draw", soft_time_limit=25 * 60, time_limit=30 * 60)
def make_draw(pk: int) -> None:
    """Make a draw that waits. Run again, it does nothing."""
    from dialogues.domain import draw_work

    draw_work.work_on(pk)


@shared_task(name="dialogues.take_up_waiting_draws")
def take_up_waiting_draws() -> None:
    """Ask again for draws that wait: the broker was away, or a worker was killed."""
    from dialogues.domain import draw_work

    for draw in draw_work.waiting_draws():
        draw_work.ask_for_work(draw, expires=60)
