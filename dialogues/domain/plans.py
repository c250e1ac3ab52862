"""Planning a cycle: whom it is for, and a draw that is made, used and written in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible
from dialogues.domain.draw_log import log
from dialogues.domain.plan_writing import as_kept, locked_cycle, refuse_when_begun, write_plan
from dialogues.models import Cycle, Draw, DrawEvent, DrawKind, DrawState
from dialogues.models.draw import LAID_ASIDE
from dialogues.planning import FAMILIES, Unit, plan
from dialogues.planning.units import input_sha256, row_of
from huvudman.models import Huvudman


def plan_cycle(*, cycle: Cycle, actor: Actor) -> Cycle:
    """Draw the cycle by its own seed and use the draw at once: for demos and tests.

    It is no honest lottery, since whoever made the cycle chose its seed; the log of draws and the cycle's
    page say so, and no page of the site leads here. Planned already, it is drawn again as long as every batch
    is a draft; nothing happens when the register is as it was. Raises NotPossible when a batch has left
    draft, when a lottery is in use, or when there are fewer huvudmän than batches.
    """
    actor.require("dialogues.plan_cycle", cycle)
    with transaction.atomic():
        locked = locked_cycle(cycle)
        refuse_when_begun(locked)
        units = units_to_plan()
        refuse_when_too_few(len(units), locked.years * locked.batches_per_year)
        if locked.certificate.get("input_sha256") == input_sha256(units):
            return locked
        _put_aside_the_last(locked, actor)
        drawn = plan(units, years=locked.years, batches=locked.batches_per_year, seed=locked.seed)
        draw = _kept_as_used(locked, units, actor, as_kept(drawn.assignment), dict(drawn.certificate))
        write_plan(draw, drawn.assignment, actor)
        log(draw, DrawEvent.DRAWN, actor=actor)
    return locked


def active_huvudman() -> QuerySet[Huvudman]:
    """The huvudmän that are active today: those a cycle is for."""
    today = timezone.localdate()
    return Huvudman.objects.filter(
        Q(active_from__isnull=True) | Q(active_from__lte=today),
        Q(active_to__isnull=True) | Q(active_to__gte=today),
    )


def not_begun() -> QuerySet[Huvudman]:
    """The huvudmän whose activity begins on a later day: neither active nor closed."""
    today = timezone.localdate()
    return Huvudman.objects.filter(Q(active_to__isnull=True) | Q(active_to__gte=today), active_from__gt=today)


def units_to_plan(*, together: bool = False, register: QuerySet[Huvudman] | None = None) -> list[Unit]:
    """The active huvudmän as the draw sees them; region is the län of the main kommun ("" when not known).

    With `together` those that have others in their koncern want to be invited with them. `register` says
    others than the active ones.
    """
    rows = active_huvudman() if register is None else register
    rows = rows.select_related("main_kommun__lan").order_by("pk")
    koncerner = _koncerner_of_several() if together else frozenset()
    return [_unit(huvudman, koncerner) for huvudman in rows]


def _koncerner_of_several() -> frozenset[int]:
    counts = active_huvudman().order_by().exclude(koncern=None).values("koncern").annotate(n=Count("pk"))
    return frozenset(counts.filter(n__gt=1).values_list("koncern", flat=True))


def register_as_it_is(units: Sequence[Unit]) -> dict[str, Any]:
    """What a draw keeps of the register: the units as JSON, their hash and what they are evened by."""
    rows = [row_of(unit) for unit in sorted(units, key=lambda unit: unit.id)]
    return {"units": rows, "input_sha256": input_sha256(units), "families": list(FAMILIES)}


def refuse_when_too_few(huvudman: int, batches: int) -> None:
    """Raise NotPossible when there are fewer huvudmän than batches."""
    if huvudman < batches:
        raise NotPossible(
            _("Det finns %(count)s verksamma huvudmän i registret, färre än antalet omgångar.")
            % {"count": huvudman}
        )


def _unit(huvudman: Huvudman, koncerner: frozenset[int]) -> Unit:
    kommun = huvudman.main_kommun
    return Unit(
        id=str(huvudman.public_id),
        region=kommun.lan_id if kommun else "",
        size=huvudman.size_class,
        type="offentlig" if huvudman.is_offentlig else "enskild",
        pupils=(huvudman.children or 0) + (huvudman.pupils or 0),
        office=str(kommun.lan.office_id or "") if kommun else "",
        form=huvudman.legal_form,
        koncern=str(huvudman.koncern_id) if huvudman.koncern_id in koncerner else "",
    )


def _put_aside_the_last(cycle: Cycle, actor: Actor) -> None:
    used = cycle.draws.defer("units", "assignment").filter(written_at__isnull=False)
    for before in used.exclude(state__in=LAID_ASIDE):
        if before.is_usable:
            raise NotPossible(_("Cykeln är fördelad med en lottning som går att granska."))
        Draw.objects.filter(pk=before.pk).update(state=DrawState.DISCARDED)
        log(before, DrawEvent.DISCARDED, actor=actor)


def _kept_as_used(
    cycle: Cycle, units: Sequence[Unit], actor: Actor, assignment: dict[str, str], certificate: dict[str, Any]
) -> Draw:
    now = timezone.now()
    return Draw.objects.create(
        cycle=cycle,
        kind=DrawKind.DIRECT,
        state=DrawState.APPROVED,
        years=cycle.years,
        batches_per_year=cycle.batches_per_year,
        seed=cycle.seed,
        created_by=actor.user,
        assignment=assignment,
        certificate=certificate,
        counted=certificate,
        drawn_at=now,
        approved_at=now,
        written_at=now,
        **register_as_it_is(units),
    )
