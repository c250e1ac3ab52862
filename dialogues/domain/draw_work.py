"""The work of making a draw, in the background: it can be followed, and put aside meanwhile."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.actors import SYSTEM
from accounts.domain.machine import NotPossible
from dialogues.domain.draw_log import log
from dialogues.domain.draws import DRAWS
from dialogues.domain.engine import method_in_use, plan_draw
from dialogues.domain.plan_writing import as_kept
from dialogues.lottery import canonical, sha256_of
from dialogues.models import Draw, DrawEvent
from dialogues.models import DrawState as S
from huvudman.domain.import_work import alone_at

LOG = logging.getLogger(__name__)
TASK = "dialogues.make_draw"
ONE_WORKER = 7_012
"""The class of the advisory locks that keep a draw to one worker at a time."""
PROGRESS_KEPT = 3600
MOST_TRIES = 3
"""So often may the work on a draw end with its worker before it is given up."""

Progress = Callable[[int, str], None]


def start(draw: Draw) -> None:
    """Ask for the work after commit. Should the broker be away, `take_up_waiting_draws` asks later."""

    def ask() -> None:
        with suppress(RedisError):
            cache.delete(_progress_key(draw))
        ask_for_work(draw)

    transaction.on_commit(ask, robust=True)


def ask_for_work(draw: Draw, **options: Any) -> None:
    """Ask a worker to make a draw. Asked twice, it is made once."""
    current_app.send_task(TASK, args=[draw.pk], retry=False, **options)


def waiting_draws() -> list[Draw]:
    """The draws that wait for a worker, or have one at them."""
    return list(Draw.objects.filter(state=S.QUEUED).only("pk").order_by("pk"))


def work_on(pk: int) -> None:
    """Make a draw that waits, unless another worker is at it. Run again, it does nothing."""
    with alone_at(pk, kind=ONE_WORKER) as alone:
        draw = Draw.objects.filter(pk=pk, state=S.QUEUED).select_related("cycle").first()
        if not alone or draw is None:
            return
        try:
            if _begin(draw):
                make_draw(draw)
        except NotPossible as overtaken:
            LOG.info("draw %s: %s", pk, overtaken)
        except Exception:
            fail_draw(draw, _("Något gick fel hos oss. Försök igen: samma frö ger samma plan."))
            raise


def make_draw(draw: Draw) -> Draw:
    """Draw from the register as it was kept and keep the plan; changes nothing else.

    A draw that cannot be made as it was committed becomes *failed*. Raises NotPossible if it has been thrown
    away meanwhile.
    """
    tell = teller(draw)
    tell(5, _("Läser det låsta registret"))
    wrong = _wrong_with(draw)
    if wrong:
        return fail_draw(draw, wrong)
    tell(15, _("Fördelar huvudmännen på omgångar"))
    drawn = plan_draw(draw)
    tell(85, _("Sparar planen"))
    kept = json.loads(json.dumps({"assignment": as_kept(drawn.assignment), "certificate": drawn.certificate}))

    def change(row: Draw) -> None:
        row.assignment, row.certificate = kept["assignment"], kept["certificate"]
        row.counted, row.drawn_at = row.certificate, timezone.now()

    return DRAWS.walk(
        draw,
        to=S.DRAWN,
        actor=SYSTEM,
        check=_refuse_overtaken,
        change=change,
        after=lambda row: _log(row, DrawEvent.DRAWN),
        seed=draw.seed,
    )


def fail_draw(draw: Draw, problem: str) -> Draw:
    """Say that a draw could not be made, and why."""

    def change(row: Draw) -> None:
        row.problem = problem

    return DRAWS.walk(
        draw,
        to=S.FAILED,
        actor=SYSTEM,
        check=_refuse_overtaken,
        change=change,
        after=lambda row: _log(row, DrawEvent.FAILED, problem),
        problem=problem,
    )


def teller(draw: Draw) -> Progress:
    """A function that tells how far the work on `draw` has come, seen outside its transaction."""
    key = _progress_key(draw)

    def tell(percent: int, step: str) -> None:
        with suppress(RedisError):
            cache.set(key, {"percent": percent, "step": str(step)}, PROGRESS_KEPT)

    return tell


def progress_of(draw: Draw) -> dict[str, Any]:
    """How far the work has come: percent and step."""
    told = None
    with suppress(RedisError):
        told = cache.get(_progress_key(draw))
    waits = _("Väntar på att planeras om") if draw.is_replan else _("Väntar på att lottas")
    return told or {"percent": 0, "step": waits}


def _begin(draw: Draw) -> bool:
    """Count a try before the work, as a worker that is killed cannot do it after; False: given up instead."""
    waiting = Draw.objects.filter(pk=draw.pk, state=S.QUEUED, tries__lt=MOST_TRIES)
    if waiting.update(tries=F("tries") + 1):
        return True
    fail_draw(draw, _("Arbetet avbröts %(n)s gånger utan att bli klart.") % {"n": MOST_TRIES})
    return False


def _wrong_with(draw: Draw) -> str:
    """Why a draw is not made: what it builds on is not what was committed."""
    if sha256_of(canonical(draw.units)) != draw.input_sha256:
        return _("Det sparade registret stämmer inte med sin kontrollsumma.")
    if draw.is_lottery and json.loads(draw.commitment)["method"] != method_in_use():
        return _("Sättet att fördela har ändrats sedan registret låstes. Kasta lottningen och lås på nytt.")
    return ""


def _refuse_overtaken(row: Draw) -> None:
    if row.state != S.QUEUED:
        raise NotPossible(f"no longer queued but {row.state}")


def _log(row: Draw, event: DrawEvent, why: str = "") -> None:
    log(row, event, actor=SYSTEM, why=why)


def _progress_key(draw: Draw) -> str:
    return f"draw-{draw.public_id}"
