"""A plan made again when reality has changed: asked for from the plan in force. See docs/decisions/0030."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible, WrongState
from dialogues.domain.draw_log import log
from dialogues.domain.draw_work import start
from dialogues.domain.draws import PLAN, refuse_beside_another
from dialogues.domain.engine import method_in_use, rules_of
from dialogues.domain.plan_writing import as_kept, locked_with_draws
from dialogues.domain.plans import register_as_it_is
from dialogues.domain.since_planned import SincePlanned, since_planned
from dialogues.lottery import commitment_of
from dialogues.models import Draw, DrawEvent, DrawKind
from dialogues.models import DrawState as S
from dialogues.planning.engine import check
from dialogues.planning.moves import plan_sha256, tie_to_sent

Capacity = Sequence[tuple[str, int, int, int]]
"""The most that a batch can take from a region: region, year of the cycle, batch, number."""


def ask_replan(
    *,
    draw: Draw,
    why: str,
    actor: Actor,
    capacity: Capacity = (),
    waits: Mapping[str, int] | None = None,
) -> Draw:
    """Ask for the plan in force to be made again from the register and the dialogues as they are now.

    Its seed is the plan's own, so that nobody chooses it. Nothing is written in the batches until another
    planner has approved it. Raises NotPossible when nothing has changed, when no batch is a draft, and when
    what was asked for can't be.
    """
    actor.require(PLAN, draw)
    if not why.strip():
        raise NotPossible(_("Skriv varför planen görs om."))
    with transaction.atomic():
        parent = locked_with_draws(draw)
        if parent.state != S.APPROVED:
            raise WrongState(_("Bara en godkänd plan som ligger i omgångarna kan göras om."))
        refuse_beside_another(parent.cycle)
        since = since_planned(parent, waits)
        replan = _replan_of(parent, since, capacity, waits or {}, why, actor)
        _refuse_impossible(replan, parent, since)
        replan.commitment, replan.commitment_sha256 = commitment_of(_builds_on(replan, parent, since))
        replan.save()
        facts = {"parent": str(parent.public_id), "commitment_sha256": replan.commitment_sha256}
        record(actor=actor, verb="draw.queued", subject=replan, why=why, **facts)
        log(replan, DrawEvent.COMMITTED, actor=actor, why=why)
        start(replan)
    return replan


def _replan_of(
    parent: Draw,
    since: SincePlanned,
    capacity: Capacity,
    waits: Mapping[str, int],
    why: str,
    actor: Actor,
) -> Draw:
    even = {"families": parent.families, "by_year_only": parent.by_year_only}
    return Draw(
        cycle=parent.cycle,
        parent=parent,
        kind=DrawKind.REPLAN,
        state=S.QUEUED,
        years=parent.years,
        batches_per_year=parent.batches_per_year,
        least_years_between=parent.least_years_between,
        seed=parent.seed,
        why=why.strip(),
        created_by=actor.user,
        committed_on=timezone.localdate(),
        sent=[str(block) for block in sorted(since.sent)],
        previous=as_kept(since.previous),
        capacity=[list(row) for row in capacity],
        waits=dict(waits),
        **register_as_it_is(since.units) | even,
    )


def _refuse_impossible(replan: Draw, parent: Draw, since: SincePlanned) -> None:
    if len(since.sent) == replan.years * replan.batches_per_year:
        raise NotPossible(_("Alla omgångar är godkända eller skickade, så ingen kan flyttas."))
    is_asked_alike = (replan.capacity, replan.waits) == (parent.capacity, parent.waits)
    if since.is_nothing and is_asked_alike:
        raise NotPossible(_("Inget har ändrats sedan planen lades, så det finns inget att planera om."))
    rows = tie_to_sent(since.units, since.previous, since.sent)
    try:
        check(rows, replan.years, replan.batches_per_year, rules_of(replan))
    except ValueError as problem:
        raise NotPossible(
            _(
                "Alla får inte plats: ett län har fler huvudmän än omgångarna får ta emot, eller någon "
                "ska vänta längre än cykeln räcker."
            )
        ) from problem


def _builds_on(replan: Draw, parent: Draw, since: SincePlanned) -> dict[str, Any]:
    """All that the replan follows from, as JSON."""
    return {
        "replan": str(replan.public_id),
        "of": str(parent.public_id),
        "cycle": replan.cycle.name,
        "first_year": replan.cycle.first_year,
        "years": replan.years,
        "batches": replan.batches_per_year,
        "families": replan.families,
        "by_year_only": replan.by_year_only,
        "least_years_between": replan.least_years_between,
        "input_sha256": replan.input_sha256,
        "units": len(replan.units),
        "previous_sha256": plan_sha256(since.previous),
        "sent": replan.sent,
        "capacity": replan.capacity,
        "waits": replan.waits,
        "seed": replan.seed,
        "method": method_in_use(),
        "committed_at": replan.created_at.isoformat(),
    }
