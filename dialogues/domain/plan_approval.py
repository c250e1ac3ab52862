"""Approving a drawn plan: it is put in the cycle's batches and frozen; opening it again for swaps."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible, WrongState
from dialogues.domain.draw_log import log
from dialogues.domain.draws import APPROVE, DRAWS, refuse_beside_another
from dialogues.domain.plan_writing import blocks_of, locked_with_draws, refuse_when_begun, write_plan
from dialogues.domain.replan_writing import refuse_when_overtaken, write_changes
from dialogues.domain.swaps import current_places
from dialogues.models import Cycle, Draw, DrawEntry, DrawEvent
from dialogues.models import DrawState as S
from dialogues.models.draw import LAID_ASIDE


def approve_plan(*, draw: Draw, actor: Actor) -> Draw:
    """Approve the plan of a lottery or a replan, by another than who made it so: it is put in the batches and
    frozen.

    Another plan in the cycle gives way to a lottery, as long as all batches are drafts. A replan takes the
    place of its parent and changes only what it moves, as long as none of those batches has left draft.
    Raises NotPossible then, for a trial, and for the one who asked for the draw or made its latest swaps.
    """
    actor.require(APPROVE, draw)

    def check(row: Draw) -> None:
        if not row.is_usable:
            raise NotPossible(_("En provlottning går inte att använda. Lås registret och lotta."))
        if row.state != S.DRAWN:
            raise WrongState(_("Det finns ingen plan att godkänna än."))
        if actor.user is not None and actor.user.pk in makers_of(row):
            raise NotPossible(_("Du har tagit fram planen. En annan planerare behöver godkänna den."))

    def change(row: Draw) -> None:
        row.approved_at, row.approved_by = timezone.now(), actor.user

    def after(row: Draw) -> None:
        if is_new:
            _put_in_batches(row, cycle, actor)
        log(row, DrawEvent.APPROVED, actor=actor)

    with transaction.atomic():
        locked = locked_with_draws(draw)
        cycle, is_new = locked.cycle, not locked.written_at
        if is_new and locked.parent:
            refuse_when_overtaken(locked, cycle)
            _replace(locked.parent, locked, actor)
        elif is_new:
            refuse_when_begun(cycle)
            _put_aside_others(draw, cycle, actor)
        return DRAWS.walk(draw, to=S.APPROVED, actor=actor, check=check, change=change, after=after)


def open_plan(*, draw: Draw, why: str, actor: Actor) -> Draw:
    """Open an approved plan for swaps. Until it is approved again no batch of the cycle can be approved."""

    def check(row: Draw) -> None:
        if row.state != S.APPROVED:
            raise WrongState(_("Bara en godkänd plan kan öppnas för byten."))
        if not row.is_usable:
            raise NotPossible(_("Planen är gjord med ett eget frö och kan inte öppnas. Lotta om i stället."))
        if not why.strip():
            raise NotPossible(_("Skriv varför planen öppnas."))
        refuse_beside_another(row.cycle)

    def change(row: Draw) -> None:
        row.approved_at, row.approved_by = None, None

    def after(row: Draw) -> None:
        log(row, DrawEvent.OPENED, actor=actor, why=why)

    with transaction.atomic():
        cycle = locked_with_draws(draw).cycle
        list(cycle.batches.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        return DRAWS.walk(draw, to=S.DRAWN, actor=actor, check=check, change=change, after=after, why=why)


def makers_of(draw: Draw) -> set[int | None]:
    """Who may not approve a plan: those whose swaps nobody has approved; without such, who asked for it."""
    swaps, last = draw.swaps.all(), last_approval(draw)
    if last:
        swaps = swaps.filter(at__gt=last.at)
    return set(swaps.values_list("by", flat=True)) or {draw.created_by_id}


def last_approval(draw: Draw) -> DrawEntry | None:
    """When the plan was approved last, if it was."""
    return DrawEntry.objects.filter(draw=draw.public_id, event=DrawEvent.APPROVED).order_by("-at").first()


def _put_in_batches(draw: Draw, cycle: Cycle, actor: Actor) -> None:
    draw.cycle = cycle
    if draw.is_replan:
        write_changes(draw, cycle, actor)
    else:
        write_plan(draw, blocks_of(current_places(draw)), actor)
    draw.written_at = timezone.now()
    draw.save(update_fields=["written_at"])


def _put_aside_others(draw: Draw, cycle: Cycle, actor: Actor) -> None:
    """Let the plan that lies in the batches give way; the log tells."""
    in_use = cycle.draws.filter(written_at__isnull=False).exclude(state__in=LAID_ASIDE)
    for other in in_use.exclude(pk=draw.pk):
        DRAWS.walk(other, to=S.DISCARDED, actor=actor, replaced_by=str(draw.public_id))
        log(other, DrawEvent.DISCARDED, actor=actor, why=_("Ersatt av en ny lottning."))


def _replace(parent: Draw, replan: Draw, actor: Actor) -> None:
    """Let the plan in force give way to its replan; raises WrongState when it is not in force any more."""
    DRAWS.walk(parent, to=S.REPLACED, actor=actor, replaced_by=str(replan.public_id))
    log(parent, DrawEvent.REPLACED, actor=actor, why=replan.why)
