"""Approving a drawn plan: it is put in the cycle's batches and frozen; opening it again for swaps."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible, WrongState
from dialogues.domain.draw_log import log
from dialogues.domain.draws import APPROVE, DRAWS, PLAN, refuse_beside_another
from dialogues.domain.plan_writing import blocks_of, locked_with_draws, refuse_when_begun, write_plan
from dialogues.domain.replan_writing import refuse_when_overtaken, write_changes
from dialogues.domain.swaps import current_places, require_as_seen
from dialogues.models import Cycle, Draw, DrawEntry, DrawEvent, Swap
from dialogues.models import DrawState as S
from dialogues.models.draw import LAID_ASIDE


def approve_plan(*, draw: Draw, actor: Actor, seen: int | None = None) -> Draw:
    """Approve the plan of a lottery or a replan, by another than who made it so: it is put in the batches and
    frozen.

    Another plan in the cycle gives way to a lottery, as long as all batches are drafts. A replan takes the
    place of its parent and changes only what it moves, as long as none of those batches has left draft.
    `seen` is the version of the plan that was read: raises SwappedSince when it is another by now.
    Raises NotPossible then, for a trial, and for the one who asked for the draw or made its latest swaps.
    """
    actor.require(APPROVE, draw)

    def check(row: Draw) -> None:
        if not row.is_usable:
            raise NotPossible(_("En provlottning går inte att använda. Lås registret och lotta."))
        if row.state != S.DRAWN:
            raise WrongState(_("Det finns ingen plan att godkänna än."))
        if actor.user is not None and has_made(actor.user.pk, row):
            raise NotPossible(_("Du har tagit fram planen. En annan planerare behöver godkänna den."))
        require_as_seen(row, seen)

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


def close_plan(*, draw: Draw, actor: Actor) -> Draw:
    """Take back that a plan was opened by mistake: it is approved and frozen as it was, by who approved it.

    Raises NotPossible when two have changed places since: then another planner approves it.
    """
    actor.require(PLAN, draw)

    def check(row: Draw) -> None:
        if not row.is_open_again:
            raise WrongState(_("Planen är inte öppnad för byten."))
        if not is_as_opened(row):
            raise NotPossible(
                _("Två har bytt plats sedan planen öppnades. En annan planerare behöver godkänna den.")
            )

    def change(row: Draw) -> None:
        approval = _last(row, DrawEvent.APPROVED)
        row.approved_at, row.approved_by = approval.at, approval.actor

    def after(row: Draw) -> None:
        log(row, DrawEvent.CLOSED, actor=actor)

    with transaction.atomic():
        locked_with_draws(draw)
        return DRAWS.walk(
            draw, to=S.APPROVED, actor=actor, check=check, change=change, after=after, opening_undone=True
        )


def is_as_opened(draw: Draw) -> bool:
    """Tell whether a plan is open for swaps, and nobody has changed places in it since."""
    return draw.is_open_again and not draw.swaps.filter(at__gt=_last(draw, DrawEvent.OPENED).at).exists()


def made_by(user: int | None) -> Q:
    """The draws whose plan this person has made so, and may not approve: with swaps that nobody has approved
    it is those who made them; without such, who asked for the draw.
    """
    approved = DrawEntry.objects.filter(
        draw=OuterRef("draw__public_id"), event=DrawEvent.APPROVED, at__gte=OuterRef("at")
    )
    new = Swap.objects.filter(~Exists(approved), draw=OuterRef("pk"))
    return Q(Exists(new.filter(by=user))) | Q(~Exists(new), created_by=user)


def has_made(user: int | None, draw: Draw) -> bool:
    """Tell whether this person may not approve the plan, as the one who has made it so."""
    return Draw.objects.filter(made_by(user), pk=draw.pk).exists()


def _last(draw: Draw, event: DrawEvent) -> DrawEntry:
    return DrawEntry.objects.filter(draw=draw.public_id, event=event).latest("at")


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
