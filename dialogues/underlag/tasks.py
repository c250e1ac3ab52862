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
from dialogues.domain.underlag import begin_rendering, fail_underlag
from dialogues.models import Underlag, UnderlagState
from dialogues.underlag.material import gather
from dialogues.underlag.render import render
from dialogues.underlag.shapes import Material

log = logging.getLogger(__name__)


@shared_task(name="dialogues.render_underlag")
def render_underlag(ids: list[int]) -> None:
    """Render ordered underlag, their figures read together; one that fails does not stop the others."""
    with translation.override("sv"):
        orders = (begin_rendering(underlag_id=underlag_id, actor=SYSTEM) for underlag_id in ids)
        begun = [underlag for underlag in orders if underlag]
        materials = _gathered_together(begun)
        for underlag in begun:
            _render_or_note(underlag, materials.get(underlag.pk))


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


def _gathered_together(begun: list[Underlag]) -> dict[int, Material]:
    """The material of all; of none where reading them together fails, then each is read by itself."""
    try:
        return gather(begun)
    except Exception:
        log.exception("the figures of %s underlag could not be read together", len(begun))
        return {}


def _render_or_note(underlag: Underlag, material: Material | None) -> None:
    try:
        render(underlag, material or gather([underlag])[underlag.pk], actor=SYSTEM)
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
