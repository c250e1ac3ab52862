"""Planning a cycle: every active huvudman gets its place in a batch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.domain.cycles import lock_dialogues, require_unsent
from dialogues.models import BatchState, Cycle, Dialogue, InvitationBatch
from dialogues.planning import Block, Plan, Unit, plan
from dialogues.planning.units import all_blocks, input_sha256
from huvudman.models import Huvudman

CHUNK = 1000


def plan_cycle(*, cycle: Cycle, actor: Actor) -> Cycle:
    """Draw the cycle: make its batches, and a dialogue for every active huvudman.

    Planned already, it is drawn again as long as every batch is a draft; nothing happens when the register is
    as it was. Raises NotPossible when a batch has left draft, or when there are fewer huvudmän than batches.
    """
    actor.require("dialogues.plan_cycle", cycle)
    with transaction.atomic():
        locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        _refuse_when_begun(locked)
        units = units_to_plan()
        _refuse_when_too_few(locked, units)
        if locked.certificate.get("input_sha256") == input_sha256(units):
            return locked
        _clear(locked)
        drawn = plan(units, years=locked.years, batches=locked.batches_per_year, seed=locked.seed)
        _write(locked, drawn, actor)
    return locked


def active_huvudman() -> QuerySet[Huvudman]:
    """The huvudmän that are active today: those a cycle is for."""
    today = timezone.localdate()
    return Huvudman.objects.filter(
        Q(active_from__isnull=True) | Q(active_from__lte=today),
        Q(active_to__isnull=True) | Q(active_to__gte=today),
    )


def units_to_plan() -> list[Unit]:
    """The active huvudmän as the draw sees them; region is the län of the main kommun ("" when not known)."""
    rows = active_huvudman().select_related("main_kommun__lan").order_by("pk")
    return [_unit(huvudman) for huvudman in rows]


def _unit(huvudman: Huvudman) -> Unit:
    kommun = huvudman.main_kommun
    return Unit(
        id=str(huvudman.public_id),
        region=kommun.lan_id if kommun else "",
        size=huvudman.size_class,
        type="offentlig" if huvudman.is_offentlig else "enskild",
        pupils=(huvudman.children or 0) + (huvudman.pupils or 0),
        office=str(kommun.lan.office_id or "") if kommun else "",
        form=huvudman.legal_form,
    )


def _refuse_when_begun(cycle: Cycle) -> None:
    """Lock the batches, so that none is approved or changed while they are drawn again."""
    batches = list(cycle.batches.select_for_update(no_key=True).order_by("pk"))
    if any(batch.state != BatchState.DRAFT for batch in batches):
        raise NotPossible(_("Cykeln går inte att lotta om: minst en omgång är redan godkänd."))


def _refuse_when_too_few(cycle: Cycle, units: list[Unit]) -> None:
    if len(units) < cycle.years * cycle.batches_per_year:
        raise NotPossible(
            _("Det finns %(count)s verksamma huvudmän i registret, färre än antalet omgångar.")
            % {"count": len(units)}
        )


def _clear(cycle: Cycle) -> None:
    """Take away an earlier draw that nobody has acted upon."""
    lock_dialogues(cycle)
    require_unsent(cycle)
    cycle.dialogues.all().delete()
    cycle.batches.all().delete()


def _write(cycle: Cycle, drawn: Plan, actor: Actor) -> None:
    batches = _make_batches(cycle, actor)
    Dialogue.objects.bulk_create(_dialogues(cycle, drawn, batches), batch_size=CHUNK)
    cycle.certificate = dict(drawn.certificate)
    cycle.planned_at = timezone.now()
    cycle.save(update_fields=["certificate", "planned_at"])
    record(
        actor=actor,
        verb="cycle.planned",
        subject=cycle,
        huvudman=len(drawn.assignment),
        batches=len(batches),
        input_sha256=drawn.certificate["input_sha256"],
    )


def _make_batches(cycle: Cycle, actor: Actor) -> dict[Block, InvitationBatch]:
    blocks = all_blocks(cycle.years, cycle.batches_per_year)
    rows = InvitationBatch.objects.bulk_create(
        InvitationBatch(
            cycle=cycle,
            year=cycle.first_year + block.year - 1,
            number=block.batch,
            prepared_by=actor.user,
        )
        for block in blocks
    )
    return dict(zip(blocks, rows, strict=True))


def _dialogues(cycle: Cycle, drawn: Plan, batches: dict[Block, InvitationBatch]) -> Iterable[Dialogue]:
    keys = {str(public_id): pk for public_id, pk in Huvudman.objects.values_list("public_id", "pk")}
    return [
        Dialogue(cycle=cycle, batch=batches[block], huvudman_id=keys[unit])
        for unit, block in drawn.assignment.items()
    ]
