"""Work on statistics in the background."""

from __future__ import annotations

from celery import shared_task

from accounts.actors import SYSTEM
from huvudman.models import ImportState
from quality_system.domain.groups import place_newcomers
from quality_system.domain.statistics_imports import apply_statistics, preview_statistics, work


@shared_task(name="quality_system.preview_statistics")
def preview_uploaded_statistics(pk: int) -> None:
    """Read uploaded files. Run again, it does nothing."""
    work.run(pk, ImportState.UPLOADED, preview_statistics)


@shared_task(name="quality_system.apply_statistics")
def apply_approved_statistics(pk: int) -> None:
    """Put approved statistics in. Run again, it does nothing."""
    work.run(pk, ImportState.QUEUED, apply_statistics)


@shared_task(name="quality_system.take_up_waiting_statistics")
def take_up_waiting_statistics() -> None:
    """Ask again for what waits. A worker at it is left alone."""
    work.take_up_waiting()


@shared_task(name="quality_system.place_newcomers")
def place_new_huvudman() -> None:
    """Give those who are new a comparison group. Run again, it does nothing."""
    place_newcomers(actor=SYSTEM)
