"""Writing a plan: its batches and a planned dialogue for each huvudman in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.cycles import lock_dialogues, require_unsent
from dialogues.models import BatchState, Cycle, Dialogue, Draw, InvitationBatch
from dialogues.planning import Block
from dialogues.planning.units import all_blocks
from huvudman.models import Huvudman

CHUNK = 1000


def locked_cycle(cycle: Cycle) -> Cycle:
    """The cycle as it stands, locked: it comes before its draws, batches and dialogues."""
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)


def locked_with_draws(draw: Draw) -> Draw:
    """The draw as it stands, with its cycle; the cycle and all its draws are locked, in this order."""
    cycle = locked_cycle(Cycle(pk=draw.cycle_id))
    list(cycle.draws.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    row = Draw.objects.get(pk=draw.pk)
    row.cycle = cycle
    return row


def refuse_when_begun(cycle: Cycle) -> None:
    """Lock the batches, so that none is approved or changed while they are drawn again.

    Raises NotPossible when one has left draft.
    """
    batches = list(cycle.batches.select_for_update(no_key=True).order_by("pk"))
    if any(batch.state != BatchState.DRAFT for batch in batches):
        raise NotPossible(_("Cykeln går inte att lotta om: minst en omgång är redan godkänd."))


def write_plan(draw: Draw, assignment: Mapping[str, Block], actor: Actor) -> None:
    """Replace the cycle's plan by the draw's. The cycle is locked and its batches are drafts."""
    cycle = draw.cycle
    lock_dialogues(cycle)
    require_unsent(cycle)
    cycle.dialogues.all().delete()
    cycle.batches.all().delete()
    cycle.years, cycle.batches_per_year = draw.years, draw.batches_per_year
    batches = _make_batches(draw)
    dialogues = _dialogues(cycle, assignment, batches)
    Dialogue.objects.bulk_create(dialogues, batch_size=CHUNK)
    cycle.seed, cycle.certificate, cycle.planned_at = draw.seed, dict(draw.counted), timezone.now()
    cycle.save(update_fields=["years", "batches_per_year", "seed", "certificate", "planned_at"])
    record(
        actor=actor,
        verb="cycle.planned",
        subject=cycle,
        draw=str(draw.public_id),
        huvudman=len(dialogues),
        batches=len(batches),
        input_sha256=draw.input_sha256,
    )


def _make_batches(draw: Draw) -> dict[Block, InvitationBatch]:
    """The batches, prepared by who asked for the draw: who approves a large one is somebody else."""
    cycle = draw.cycle
    blocks = all_blocks(draw.years, draw.batches_per_year)
    rows = InvitationBatch.objects.bulk_create(
        InvitationBatch(
            cycle=cycle,
            year=cycle.first_year + block.year - 1,
            number=block.batch,
            prepared_by=draw.created_by,
        )
        for block in blocks
    )
    return dict(zip(blocks, rows, strict=True))


def _dialogues(
    cycle: Cycle, assignment: Mapping[str, Block], batches: Mapping[Block, InvitationBatch]
) -> list[Dialogue]:
    keys = {str(public_id): pk for public_id, pk in Huvudman.objects.values_list("public_id", "pk")}
    return [
        Dialogue(cycle=cycle, batch=batches[block], huvudman_id=keys[unit])
        for unit, block in assignment.items()
    ]


def blocks_of(assignment: Mapping[str, str]) -> dict[str, Block]:
    """A kept assignment ({id: "1:2"}) with its blocks."""
    return {unit: block_from(text) for unit, text in assignment.items()}


def blocks_from(texts: Iterable[str]) -> list[Block]:
    """The blocks that texts such as `1:2` name."""
    return [block_from(text) for text in texts]


def block_from(text: str) -> Block:
    """The block that a text such as `1:2` names."""
    year, batch = text.split(":")
    return Block(int(year), int(batch))


def as_kept(assignment: Mapping[str, Block]) -> dict[str, str]:
    """An assignment as JSON."""
    return {unit: str(block) for unit, block in assignment.items()}
