"""Writing a replan: of the cycle's dialogues only those change that the plan moves, brings or leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.carrying import MOVED, may_answer_until, still_may_change, tell_carried
from dialogues.domain.dialogues import move
from dialogues.domain.plan_writing import CHUNK, blocks_of
from dialogues.domain.sending import leave_out_closed
from dialogues.domain.swaps import current_places
from dialogues.models import BatchState, Cycle, Dialogue, DialogueState, Draw, InvitationBatch
from dialogues.planning import Block
from dialogues.planning.replan import Change, changes
from huvudman.models import Huvudman

if TYPE_CHECKING:
    Batches = Mapping[Block, InvitationBatch]

PLAN = "dialogues.plan_cycle"


def refuse_when_overtaken(draw: Draw, cycle: Cycle) -> None:
    """Lock the batches. Raises NotPossible when one that the replan changes has left draft since, and when
    somebody has changed places in the plan that it changes.
    """
    if draw.parent and draw.parent.swaps.filter(at__gt=draw.created_at).exists():
        raise NotPossible(
            _("Några har bytt plats sedan omplaneringen gjordes. Kasta den och planera om igen.")
        )
    for block, batch in _locked_batches(cycle).items():
        if batch.state != BatchState.DRAFT and str(block) not in draw.sent:
            raise NotPossible(
                _("%(batch)s har godkänts sedan omplaneringen gjordes. Kasta den och planera om igen.")
                % {"batch": batch}
            )


def write_changes(draw: Draw, cycle: Cycle, actor: Actor) -> None:
    """Let the cycle's dialogues follow a replan. The cycle is locked, and so are its batches.

    Raises NotPossible when a huvudman that the replan changes is elsewhere since, and PermissionDenied for
    who has a conflict of interest in its dialogue.
    """
    batches = _locked_batches(cycle)
    diff = changes(blocks_of(draw.previous), blocks_of(current_places(draw)))
    dialogues = _locked_dialogues(cycle, diff)
    for change in diff:
        if change.id in dialogues:
            _change_one(dialogues[change.id], change, batches, actor)
    new = [each for each in diff if each.id not in dialogues]
    _bring(cycle, new, batches)
    cycle.certificate = dict(draw.counted)
    cycle.save(update_fields=["certificate"])
    record(
        actor=actor,
        verb="cycle.replanned",
        subject=cycle,
        draw=str(draw.public_id),
        changed=len(diff),
        new=len(new),
    )


def _locked_batches(cycle: Cycle) -> dict[Block, InvitationBatch]:
    rows = cycle.batches.select_for_update(no_key=True).order_by("pk")
    return {Block(row.year - cycle.first_year + 1, row.number): row for row in rows}


def _locked_dialogues(cycle: Cycle, diff: list[Change]) -> dict[str, Dialogue]:
    rows = Dialogue.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = rows.filter(cycle=cycle, huvudman__public_id__in=[change.id for change in diff])
    rows = rows.select_related("huvudman", "batch", "cycle").prefetch_related("conflict_declarations")
    return {str(row.huvudman.public_id): row for row in rows}


def _change_one(dialogue: Dialogue, change: Change, batches: Batches, actor: Actor) -> None:
    actor.require(PLAN, dialogue)
    if change.before is None and change.after is not None:
        _carry(dialogue, batches[change.after], actor)
        return
    if dialogue.state != DialogueState.PLANNED or dialogue.batch != batches.get(change.before):  # type: ignore[arg-type]
        raise NotPossible(_elsewhere(dialogue))
    if change.after is None:
        leave_out_closed(dialogue, actor)
    else:
        _move(dialogue, batches[change.after], actor)


def _carry(dialogue: Dialogue, batch: InvitationBatch, actor: Actor) -> None:
    """One that answered that it wants to take part later gets its batch, and is told when."""

    def check(row: Dialogue) -> None:
        last = may_answer_until(row)
        if last:
            raise NotPossible(still_may_change(last))

    def change(row: Dialogue) -> None:
        row.batch = batch

    if dialogue.state != DialogueState.POSTPONED:
        raise NotPossible(_elsewhere(dialogue))
    carried = move(
        dialogue, to=DialogueState.PLANNED, actor=actor, check=check, change=change, batch=str(batch)
    )
    tell_carried(carried)


def _move(dialogue: Dialogue, batch: InvitationBatch, actor: Actor) -> None:
    was, dialogue.batch = dialogue.batch, batch
    dialogue.save(update_fields=["batch"])
    record(actor=actor, verb=MOVED, subject=dialogue, was=str(was), batch=str(batch))


def _bring(cycle: Cycle, new: list[Change], batches: Batches) -> None:
    keys = dict(
        Huvudman.objects.filter(public_id__in=[each.id for each in new]).values_list("public_id", "pk")
    )
    by_id = {str(public_id): pk for public_id, pk in keys.items()}
    rows = [
        Dialogue(cycle=cycle, batch=batches[each.after], huvudman_id=by_id[each.id])
        for each in new
        if each.after is not None
    ]
    Dialogue.objects.bulk_create(rows, batch_size=CHUNK)


def _elsewhere(dialogue: Dialogue) -> str:
    return _(
        "%(huvudman)s har flyttats eller svarat sedan omplaneringen gjordes. Kasta den och planera om igen."
    ) % {"huvudman": dialogue}
