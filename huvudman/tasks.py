"""Work on register files in the background."""

from __future__ import annotations

from celery import shared_task

from huvudman.domain.imports import apply_import, preview_import, work
from huvudman.models import ImportState


@shared_task(name="huvudman.preview_register_import")
def preview_register_import(pk: int) -> None:
    """Read an uploaded file. Run again, it does nothing."""
    work.run(pk, ImportState.UPLOADED, preview_import)


@shared_task(name="huvudman.apply_register_import")
def apply_register_import(pk: int) -> None:
    """Put an approved file into the register. Run again, it does nothing."""
    work.run(pk, ImportState.QUEUED, apply_import)


@shared_task(name="huvudman.take_up_waiting_imports")
def take_up_waiting_imports() -> None:
    """Ask again for what waits. A worker at it is left alone."""
    work.take_up_waiting()
