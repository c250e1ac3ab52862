"""Replans in every state, brought there by the verbs."""

from __future__ import annotations

import datetime

from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from dialogues.domain import draw_work
from dialogues.domain.dialogues import move
from dialogues.domain.plan_approval import approve_plan
from dialogues.domain.plan_writing import block_from
from dialogues.domain.replans import Capacity, ask_replan
from dialogues.models import BatchState, Dialogue, DialogueState, Draw, InvitationBatch
from dialogues.models import DrawState as S
from huvudman.models import Huvudman
from tests.dialogues.factories import InvitationFactory
from tests.dialogues.plans.draws import approved, somebody
from tests.huvudman.factories import ContactFactory, HuvudmanFactory


def closed(unit: str) -> None:
    """Let a huvudman have closed yesterday."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Huvudman.objects.filter(public_id=unit).update(active_to=yesterday)


def reality_changes(draw: Draw) -> tuple[str, str]:
    """One huvudman of the plan closes and another comes; answers their ids."""
    gone = min(draw.assignment)
    kommun = Huvudman.objects.get(public_id=gone).main_kommun
    come = HuvudmanFactory(main_kommun=kommun, pupils=120)
    closed(gone)
    return gone, str(come.public_id)


def asked(
    draw: Draw | None = None,
    actor: Actor | None = None,
    *,
    capacity: Capacity = (),
    waits: dict[str, int] | None = None,
) -> Draw:
    """A replan that waits for a worker; without a plan, of one since which a huvudman closed and one came."""
    if draw is None:
        draw = approved()
        reality_changes(draw)
    return ask_replan(
        draw=draw, why="Registret har ändrats", actor=actor or somebody(), capacity=capacity, waits=waits
    )


def replanned(draw: Draw | None = None, **facts: object) -> Draw:
    """A replan that has been made and waits for another planner."""
    replan = asked(draw, **facts)  # type: ignore[arg-type]
    draw_work.work_on(replan.pk)
    replan.refresh_from_db()
    assert replan.state == S.DRAWN, replan.problem
    return replan


def in_force(draw: Draw | None = None, **facts: object) -> Draw:
    """A replan that has been approved."""
    return approve_plan(draw=replanned(draw, **facts), actor=somebody())


def batch_at(draw: Draw, place: str) -> InvitationBatch:
    """The batch at a place such as `1:2`."""
    block = block_from(place)
    return draw.cycle.batches.get(year=draw.cycle.first_year + block.year - 1, number=block.batch)


def leaves_draft(batch: InvitationBatch, state: BatchState = BatchState.APPROVED) -> None:
    """Let a batch have left draft, with the times that its state needs."""
    sent = timezone.now() - datetime.timedelta(days=60)
    times = {"send_at": sent, "answer_by": timezone.localdate(sent) + datetime.timedelta(days=14)}
    InvitationBatch.objects.filter(pk=batch.pk).update(state=state, **times)


def places_of(draw: Draw) -> dict[str, str]:
    """Where the cycle's dialogues are that have not been cancelled."""
    rows = Dialogue.objects.filter(cycle=draw.cycle).exclude(state="cancelled")
    return {
        str(row.huvudman.public_id): f"{row.batch.year - draw.cycle.first_year + 1}:{row.batch.number}"
        for row in rows.select_related("huvudman", "batch")
    }


def dialogue_of(draw: Draw, unit: str) -> Dialogue:
    return Dialogue.objects.get(cycle=draw.cycle, huvudman__public_id=unit)


def wants_later(draw: Draw, unit: str) -> Dialogue:
    """Its batch was sent long ago, and it answered that it wants to take part later."""
    dialogue = dialogue_of(draw, unit)
    leaves_draft(dialogue.batch, BatchState.SENT)
    dialogue.refresh_from_db()
    InvitationFactory(dialogue=dialogue, batch=dialogue.batch, answer_by=dialogue.batch.answer_by)
    ContactFactory(huvudman=dialogue.huvudman)
    move(dialogue, to=DialogueState.INVITED, actor=SYSTEM)
    return move(dialogue, to=DialogueState.POSTPONED, actor=SYSTEM)
