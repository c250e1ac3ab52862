"""Work in the background: render ordered underlag, take up what was lost."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.underlag import CHUNK, begin_rendering, fail_underlag
from dialogues.models import Underlag, UnderlagState
from dialogues.underlag.render import render

log = logging.getLogger(__name__)


@shared_task(name="dialogues.render_underlag")
def render_underlag(ids: list[int]) -> None:
    """Render ordered underlag, one after the other; one that fails is noted and does not stop the others."""
    with translation.override("sv"):
        for underlag_id in ids:
            underlag = begin_rendering(underlag_id=underlag_id, actor=SYSTEM)
            if underlag:
                _render_or_note(underlag)


@shared_task(name="dialogues.take_up_lost_underlag")
def take_up_lost_underlag() -> None:
    """Start again what was ordered and never came to an end: the worker was killed or the task lost."""
    before = timezone.now() - timedelta(seconds=settings.UNDERLAG_RENDER_LIMIT)
    lost = Underlag.objects.filter(
        Q(begun_at__lt=before) | Q(begun_at__isnull=True, ordered_at__lt=before), state=UnderlagState.ORDERED
    )
    ids = list(lost.order_by("ordered_at").values_list("pk", flat=True))
    for at in range(0, len(ids), CHUNK):
        render_underlag.delay(ids[at : at + CHUNK])


def _render_or_note(underlag: Underlag) -> None:
    try:
        render(underlag, actor=SYSTEM)
    except NotPossible as overtaken:
        log.info("underlag %s: %s", underlag.pk, overtaken)
    except Exception as fault:
        log.exception("underlag %s could not be rendered", underlag.pk)
        _note_failure(underlag, fault)


def _note_failure(underlag: Underlag, fault: Exception) -> None:
    reason = _("Ett fel uppstod när underlaget togs fram (%(fault)s).") % {"fault": type(fault).__name__}
    try:
        fail_underlag(underlag=underlag, reason=reason, actor=SYSTEM)
    except NotPossible as overtaken:
        log.info("underlag %s: %s", underlag.pk, overtaken)
