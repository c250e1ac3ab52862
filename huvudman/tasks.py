"""Work on register files in the background."""

from __future__ import annotations

from celery import shared_task

from huvudman.domain.imports import apply_import, fail_import, preview_import
from huvudman.models import RegisterImport


@shared_task(name="huvudman.preview_register_import")
def preview_register_import(pk: int) -> None:
    """Read an uploaded file. Run again, it does nothing."""
    row = RegisterImport.objects.get(pk=pk)
    try:
        preview_import(row)
    except Exception:
        fail_import(row)
        raise


@shared_task(name="huvudman.apply_register_import")
def apply_register_import(pk: int) -> None:
    """Put an approved file into the register. Run again, it does nothing."""
    row = RegisterImport.objects.get(pk=pk)
    try:
        apply_import(row)
    except Exception:
        fail_import(row)
        raise
