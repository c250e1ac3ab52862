"""Work on register files in the background."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from accounts.domain.machine import NotPossible
from huvudman.domain.imports import (
    WORK,
    alone_at,
    apply_import,
    ask_for_work,
    begin_work,
    fail_import,
    preview_import,
)
from huvudman.models import ImportState, RegisterImport

log = logging.getLogger(__name__)

ROUND = 60
"""Seconds between beat's rounds; what a round asked for and nobody took up is asked for by the next."""


@shared_task(name="huvudman.preview_register_import")
def preview_register_import(pk: int) -> None:
    """Read an uploaded file. Run again, it does nothing."""
    _work(pk, ImportState.UPLOADED, preview_import)


@shared_task(name="huvudman.apply_register_import")
def apply_register_import(pk: int) -> None:
    """Put an approved file into the register. Run again, it does nothing."""
    _work(pk, ImportState.QUEUED, apply_import)


@shared_task(name="huvudman.take_up_waiting_imports")
def take_up_waiting_imports() -> None:
    """Ask again for what waits: the broker was away, or a worker was killed. A worker at it is left alone."""
    for row in RegisterImport.objects.filter(state__in=list(WORK)).only("state").order_by("pk"):
        ask_for_work(row, expires=ROUND)


def _work(pk: int, state: str, verb: Callable[[RegisterImport], RegisterImport]) -> None:
    with alone_at(pk) as alone:
        if not alone:
            return
        row = RegisterImport.objects.get(pk=pk)
        if row.state != state:
            return
        try:
            if begin_work(row):
                verb(row)
        except NotPossible as overtaken:
            log.info("register import %s: %s", pk, overtaken)
        except Exception:
            fail_import(row)
            raise
