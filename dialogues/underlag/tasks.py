"""Work in the background: render ordered underlag, take up what was lost."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.underlag import begin_rendering, fail_underlag
from dialogues.models import Underlag, UnderlagState
from dialogues.underlag.material import gather
from dialogues.underlag.render import render
from dialogues.underlag.shapes import Material

log = logging.getLogger(__name__)

BUDGET = 120.0
"""Seconds after which a task begins on no more underlag: well within a task's time limit."""


@shared_task(name="dialogues.render_underlag")
def render_underlag(ids: list[int]) -> None:
    """Render ordered underlag, their figures read together; one that fails does not stop the others.

    When time runs out before the underlag do, a new task goes on with the rest.
    """
    until = time.monotonic() + BUDGET
    with translation.override("sv"):
        materials = _gathered_together(ids)
        for place, underlag_id in enumerate(ids):
            if time.monotonic() >= until:
                render_underlag.delay(ids[place:])
                return
            underlag = begin_rendering(underlag_id=underlag_id, actor=SYSTEM)
            if underlag:
                _render_or_note(underlag, materials.get((underlag_id, underlag.ordered_at)))


@shared_task(name="dialogues.take_up_lost_underlag")
def take_up_lost_underlag() -> None:
    """Start again what was ordered and never came to an end: the worker was killed or the task lost.

    Each alone, so that one that kills its worker takes no other with it.
    """
    before = timezone.now() - timedelta(seconds=settings.UNDERLAG_RENDER_LIMIT)
    lost = Underlag.objects.filter(
        Q(begun_at__lt=before) | Q(begun_at__isnull=True, ordered_at__lt=before), state=UnderlagState.ORDERED
    )
    for underlag_id in lost.order_by("ordered_at").values_list("pk", flat=True):
        render_underlag.delay([underlag_id])


def _gathered_together(ids: list[int]) -> dict[tuple[int, datetime], Material]:
    """The material of each order; of none where reading them together fails, then each is read by itself."""
    rows = Underlag.objects.filter(pk__in=ids, state=UnderlagState.ORDERED)
    orders = list(rows.select_related("edition", "dialogue").order_by("pk"))
    try:
        materials = gather(orders)
        return {(order.pk, order.ordered_at): materials[order.pk] for order in orders}
    except Exception:
        log.exception("the figures of %s underlag could not be read together", len(ids))
        return {}


def _render_or_note(underlag: Underlag, material: Material | None) -> None:
    try:
        render(underlag, material or gather([underlag])[underlag.pk], actor=SYSTEM)
    except NotPossible as overtaken:
        log.info("underlag %s: %s", underlag.pk, overtaken)
    except SoftTimeLimitExceeded:
        raise  # no fault of the underlag's: it is taken up again when its worker is surely gone
    except Exception as fault:
        log.exception("underlag %s could not be rendered", underlag.pk)
        _note_failure(underlag, fault)


def _note_failure(underlag: Underlag, fault: Exception) -> None:
    reason = _("Ett fel uppstod när underlaget togs fram (%(fault)s).") % {"fault": type(fault).__name__}
    try:
        fail_underlag(underlag=underlag, reason=reason, actor=SYSTEM)
    except NotPossible as overtaken:
        log.info("underlag %s: %s", underlag.pk, overtaken)
