"""Somebody instead of one that can't take part now: they change places in the plan, with a reason."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.batches import refuse_outgrown_approval
from dialogues.domain.carrying import MOVED, NOT_SENT
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.draws import PLAN
from dialogues.domain.engine import replacements_of, units_of
from dialogues.domain.late_invitations import LEAVE_A_PLACE, invite_late, is_late, why_none_invited_late
from dialogues.domain.plan_writing import block_from, blocks_of, locked_cycle
from dialogues.domain.plans import active_huvudman
from dialogues.domain.swaps import NO_VERSION, Cost, cost_of_swap, current_places, require_as_seen, write_swap
from dialogues.models import Cycle, Dialogue, DialogueState, Draw, DrawKind, DrawState, InvitationBatch, Swap
from dialogues.planning import Block
from dialogues.planning.replacement import Replacement

OFFERED = 10
REPLACED = "dialogue.replaced"
"""The audit verb of one that somebody was invited instead of; its entry tells who."""


@dataclass(frozen=True)
class Offer:
    """One that could come instead: its dialogue, in what it is alike, and how much less even it gets."""

    dialogue: Dialogue
    alike: tuple[str, ...]
    outside: int


def why_nobody_can_come(dialogue: Dialogue) -> str:
    """Why nobody can take the place of this one, in words; nothing when somebody can."""
    why = _why_it_leaves_no_place(dialogue)
    if why:
        return why
    draw = plan_in_use(dialogue.cycle)
    if draw is None:
        return _no_plan()
    return _why_not_by_plan(dialogue, draw)


def _why_it_leaves_no_place(dialogue: Dialogue) -> str:
    if not is_late(dialogue.batch):
        if dialogue.state == DialogueState.CANCELLED and not dialogue.invitations.exists():
            return ""
        return _("Bara den som har avbokats innan den bjöds in lämnar en plats som någon annan kan få.")
    if dialogue.state not in LEAVE_A_PLACE:
        return _(
            "Bara den som har tackat nej, vill delta senare eller har avbokats lämnar en plats som någon "
            "annan kan få."
        )
    return why_none_invited_late(dialogue.batch)


def _why_not_by_plan(dialogue: Dialogue, draw: Draw) -> str:
    """Nobody comes to a place that a replan found fixed, nor twice to the same."""
    place = current_places(draw).get(str(dialogue.huvudman.public_id))
    if place is None:
        return _("Huvudmannen finns inte i planen.")
    if place in draw.sent:
        return _(
            "Planen har gjorts om sedan omgången låstes, så platserna i den ligger fast och ingen kan komma "
            "i stället. De andra bjuds in i sina egna omgångar."
        )
    if is_late(dialogue.batch) and block_from(place) != _block_of(dialogue):
        return _("Huvudmannens plats i planen är i en annan omgång: någon annan kan redan ha fått den här.")
    return ""


def plan_in_use(cycle: Cycle) -> Draw | None:
    """The approved plan of a lottery that lies in the cycle's batches."""
    used = cycle.draws.filter(written_at__isnull=False, state=DrawState.APPROVED)
    return used.exclude(kind=DrawKind.DIRECT).first()


def batch_in_plan(dialogue: Dialogue) -> InvitationBatch | None:
    """The batch of the huvudman's place in the plan, with its swaps; None without one."""
    draw = plan_in_use(dialogue.cycle)
    place = current_places(draw).get(str(dialogue.huvudman.public_id)) if draw else None
    if place is None:
        return None
    block, first = block_from(place), dialogue.cycle.first_year
    return dialogue.cycle.batches.filter(year=first + block.year - 1, number=block.batch).first()


def offers_for(dialogue: Dialogue, draw: Draw) -> list[Offer]:
    """The few who could come instead, the best first: planned in a later batch that has not been sent."""
    places, units = current_places(draw), units_of(draw)
    gone = next((unit for unit in units if unit.id == str(dialogue.huvudman.public_id)), None)
    if gone is None or gone.id not in places:
        return []
    later = _later_blocks(dialogue)
    could = {str(row.huvudman.public_id): row for row in _could_come(dialogue)}
    rows = replacements_of(draw, gone, units, blocks_of(places), open_blocks=later)
    best = [row for row in rows if row.id in could and _stands(could[row.id], row)]
    return [Offer(could[row.id], row.alike, row.outside) for row in best[:OFFERED]]


def cost_of(dialogue: Dialogue, instead: Dialogue, draw: Draw) -> Cost:
    """What it costs in evenness that the two change places. Raises NotPossible when they can't."""
    ids = [str(each.huvudman.public_id) for each in (dialogue, instead)]
    return cost_of_swap(draw, ids[0], ids[1])


def replace_gone(
    *,
    dialogue: Dialogue,
    instead: Dialogue,
    reason: str,
    actor: Actor,
    answer_by: datetime.date | None = None,
    plan: str = "",
    seen: int | None = None,
) -> Swap:
    """Give the place of one that can't take part now to another: they change places in the plan.

    The certificate and the public report tell of it as of any swap. In a batch that has not been sent nobody
    is written to. In one that has, the one that comes is invited at once, to answer by `answer_by`, the day
    that the planner was shown (None: nobody is to be written to); the other stays, as what it answered counts
    there and it may change its answer. `plan` is the id of the plan whose cost was read, and `seen` its
    version: raises SwappedSince when it is another by now. Raises NotPossible when the batch is stopped,
    closed or would outgrow its approval, when too few days are left, when one of the two has moved or
    answered, or may not have that year.
    """
    actor.require(PLAN, dialogue)
    actor.require(PLAN, instead)
    if not reason.strip():
        raise NotPossible(_("Skriv varför de två byter plats."))
    with transaction.atomic():
        cycle = locked_cycle(dialogue.cycle)
        draw = _locked_plan(cycle)
        require_as_seen(draw, seen if plan in ("", str(draw.public_id)) else NO_VERSION)
        batches = _locked_batches(cycle, {dialogue.batch_id, instead.batch_id})
        gone, comes = _locked_dialogues(dialogue, instead, batches)
        cost = cost_of(gone, comes, draw)
        _refuse_moved_since(gone, comes, cost)
        ids = (str(gone.huvudman.public_id), str(comes.huvudman.public_id))
        swap = write_swap(draw, *ids, reason, cost, actor)
        if is_late(gone.batch):
            invite_late(dialogue=comes, batch=gone.batch, answer_by=answer_by, actor=actor)
            record(actor=actor, verb=REPLACED, subject=gone, by=str(comes), reason=swap.reason)
        else:
            _refuse_begun_since(answer_by)
            _change_batches(gone, comes, batches, actor)
        cycle.certificate = draw.counted
        cycle.save(update_fields=["certificate"])
    return swap


def _could_come(dialogue: Dialogue) -> QuerySet[Dialogue]:
    rows = Dialogue.objects.filter(
        cycle=dialogue.cycle_id,
        huvudman__in=active_huvudman(),
        state=DialogueState.PLANNED,
        batch__state__in=NOT_SENT,
        invitations=None,
        paused_at=None,
    )
    return rows.select_related("huvudman", "batch", "cycle")


def _later_blocks(dialogue: Dialogue) -> set[Block]:
    first, here = dialogue.cycle.first_year, (dialogue.batch.year, dialogue.batch.number)
    rows = dialogue.cycle.batches.filter(state__in=NOT_SENT).values_list("year", "number")
    return {Block(year - first + 1, number) for year, number in rows if (year, number) > here}


def _stands(dialogue: Dialogue, row: Replacement) -> bool:
    """Whether a dialogue is still in the batch that the plan says."""
    return _block_of(dialogue) == row.block


def _block_of(dialogue: Dialogue) -> Block:
    return Block(dialogue.batch.year - dialogue.cycle.first_year + 1, dialogue.batch.number)


def _locked_plan(cycle: Cycle) -> Draw:
    list(cycle.draws.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    draw = plan_in_use(cycle)
    if draw is None:
        raise NotPossible(
            _("Cykeln har ingen godkänd plan från en lottning. Är planen öppen görs bytet där.")
        )
    return draw


def _locked_batches(cycle: Cycle, pks: Collection[int]) -> dict[int, InvitationBatch]:
    rows = cycle.batches.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    return {row.pk: row for row in rows}


def _locked_dialogues(
    gone: Dialogue, comes: Dialogue, batches: Mapping[int, InvitationBatch]
) -> tuple[Dialogue, Dialogue]:
    """The two as they stand. Raises NotPossible when one has left its batch, or may not be moved."""
    in_order = sorted((gone, comes), key=lambda row: row.pk)
    found = {row.pk: DIALOGUES.locked_as_it_stands(row) for row in in_order}
    one, other = found[gone.pk], found[comes.pk]
    if (one.batch_id, other.batch_id) != (gone.batch_id, comes.batch_id):
        raise NotPossible(moved_words())
    for row in (one, other):
        row.batch = batches[row.batch_id]
    if why := why_nobody_can_come(one):
        raise NotPossible(why)
    is_free = other.state == DialogueState.PLANNED and not other.invitations.exists()
    if other.batch.state not in NOT_SENT or not is_free:
        raise NotPossible(moved_words())
    return one, other


def _refuse_begun_since(answer_by: datetime.date | None) -> None:
    """The planner was shown that a letter goes out now, and then it has to."""
    if answer_by is not None:
        raise NotPossible(_("Omgången har ändrats sedan sidan öppnades. Läs igenom och bekräfta igen."))


def _refuse_moved_since(gone: Dialogue, comes: Dialogue, cost: Cost) -> None:
    """The plan and the batches have to say the same of both."""
    for dialogue, block in zip((gone, comes), map(block_from, cost.blocks), strict=True):
        if _block_of(dialogue) != block:
            raise NotPossible(moved_words())


def _change_batches(
    gone: Dialogue, comes: Dialogue, batches: dict[int, InvitationBatch], actor: Actor
) -> None:
    gone.batch_id, comes.batch_id = comes.batch_id, gone.batch_id
    for row in (gone, comes):
        row.batch = batches[row.batch_id]
        row.save(update_fields=["batch"])
    for row, was in ((gone, comes.batch), (comes, gone.batch)):
        record(actor=actor, verb=MOVED, subject=row, was=str(was), batch=str(row.batch))
    for batch in batches.values():
        refuse_outgrown_approval(batch)


def _no_plan() -> str:
    return _("Cykeln har ingen godkänd plan från en lottning. Är planen öppen görs bytet där.")


def moved_words() -> str:
    """What to say when one of the two is no longer where the page showed it."""
    return _("En av de två har flyttats eller svarat sedan sidan öppnades. Välj igen.")
