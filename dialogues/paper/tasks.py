"""Work in the background: the PDF of a post run."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.files import store_file
from dialogues.models import PostRun, RunState
from dialogues.paper.lifecycle import fail_run, finish_run
from dialogues.paper.sheet import print_ready
from dialogues.paper.writing import PDF

log = logging.getLogger(__name__)


@shared_task(name="dialogues.render_post_run")
def render_post_run(run_id: int) -> None:
    """Make and keep the PDF of a run that has been asked for; does nothing when that is done."""
    run = PostRun.objects.filter(pk=run_id, state=RunState.ORDERED).first()
    if run is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        try:
            _render(run)
        except NotPossible as overtaken:
            log.info("post run %s: %s", run.pk, overtaken)
        except SoftTimeLimitExceeded:
            raise  # taken up again when its worker is surely gone
        except Exception as fault:
            log.exception("post run %s could not be rendered", run.pk)
            _note_failure(run, fault)


@shared_task(name="dialogues.take_up_lost_post_runs")
def take_up_lost_post_runs() -> None:
    """Start again what was asked for and never came to an end: the worker was killed or the task lost."""
    before = timezone.now() - timedelta(seconds=settings.POST_RUN_RENDER_LIMIT)
    for run_id in PostRun.objects.filter(state=RunState.ORDERED, ordered_at__lt=before).values_list(
        "pk", flat=True
    ):
        render_post_run.delay(run_id)


def _render(run: PostRun) -> None:
    letters = list(run.letters.select_related("huvudman", "agency", "enclosure").order_by("pk"))
    pdf, sheets = print_ready(run, letters)
    finish_run(run=run, ordered_at=run.ordered_at, pdf=store_file(pdf, PDF), sheets=sheets, actor=SYSTEM)


def _note_failure(run: PostRun, fault: Exception) -> None:
    reason = _("Ett fel uppstod när utskriften togs fram (%(fault)s).") % {"fault": type(fault).__name__}
    try:
        fail_run(run=run, ordered_at=run.ordered_at, reason=reason, actor=SYSTEM)
    except NotPossible as overtaken:
        log.info("post run %s: %s", run.pk, overtaken)
