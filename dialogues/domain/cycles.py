"""Cycles: starting one, giving it another name, and taking away one that nobody has been invited by."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.models import BatchState, Cycle, Dialogue, DialogueState, Meeting
from dialogues.models.draw import USABLE
from huvudman.models import Huvudman

PLAN = "dialogues.plan_cycle"
FREE = frozenset({BatchState.DRAFT, BatchState.APPROVED})
"""States of batches that nothing has been sent from, nor will be of itself."""


def create_cycle(
    *,
    name: str,
    first_year: int,
    years: int,
    batches_per_year: int,
    actor: Actor,
    seed: str = "",
    beside_others: bool = False,
) -> Cycle:
    """Start a cycle; without a seed one is drawn. Planning it is the next step.

    Raises NotPossible when its years are also another cycle's, unless that is meant (`beside_others`).
    """
    actor.require(PLAN)
    with transaction.atomic():
        if not beside_others and overlapping(first_year, years).exists():
            raise NotPossible(_("Åren överlappar en annan cykels."))
        cycle = Cycle.objects.create(
            name=name,
            first_year=first_year,
            years=years,
            batches_per_year=batches_per_year,
            seed=seed or secrets.token_hex(8),
            created_by=actor.user,
        )
        record(actor=actor, verb="cycle.created", subject=cycle, seed=cycle.seed)
    return cycle


def rename_cycle(*, cycle: Cycle, name: str, actor: Actor) -> Cycle:
    """Give a cycle that nobody has been invited by another name. The same name does nothing."""
    actor.require(PLAN, cycle)
    with transaction.atomic():
        locked = _locked(cycle)
        if locked.name == name:
            return locked
        require_unsent(locked)
        was, locked.name = locked.name, name
        locked.save(update_fields=["name"])
        record(actor=actor, verb="cycle.renamed", subject=locked, was=was, name=name)
    return locked


def delete_cycle(*, cycle: Cycle, actor: Actor) -> None:
    """Take away a cycle that nobody has been invited by, with its batches and planned dialogues."""
    actor.require(PLAN, cycle)
    with transaction.atomic():
        locked = _locked(cycle)
        lock_dialogues(locked)
        require_unsent(locked)
        _refuse_with_lottery(locked)
        counts = {"batches": locked.batches.count(), "dialogues": locked.dialogues.count()}
        record(actor=actor, verb="cycle.deleted", subject=locked, name=locked.name, **counts)
        locked.dialogues.all().delete()
        locked.batches.all().delete()
        locked.draws.all().delete()
        locked.delete()


def is_unsent(cycle: Cycle) -> bool:
    """Tell whether nobody has been invited by the cycle, and no batch is about to go out by itself."""
    return not why_begun(cycle)


def why_begun(cycle: Cycle) -> str:
    """Why the plan of a cycle can't be taken away or made from the start, in words; nothing when it can.

    A dialogue that was cancelled before anybody was told, since its huvudman has closed, stands in no way.
    """
    not_free = cycle.batches.exclude(state__in=FREE).exists()
    gone = cycle.dialogues.exclude(state=DialogueState.PLANNED).exclude(pk__in=_left_out(cycle))
    told = cycle.dialogues.filter(invitations__isnull=False).exists()
    if told or not_free or Meeting.objects.filter(batch__cycle=cycle).exists():
        return _("Cykeln är i gång: en omgång är schemalagd eller skickad, eller ett möte är bokat i den.")
    first = gone.select_related("huvudman").first()
    if first is None:
        return ""
    if first.state != DialogueState.CANCELLED:
        return _("Cykeln är i gång: en huvudman har svarat.")
    return _(
        "%(huvudman)s är avbokad i cykeln men har inte upphört. Det ska stå kvar, och en ny plan "
        "skulle ge den en plats igen."
    ) % {"huvudman": first}


def _left_out(cycle: Cycle) -> QuerySet[Dialogue]:
    """Dialogues that were cancelled as their huvudman had closed, with nothing that has to be kept."""
    return cycle.dialogues.filter(
        state=DialogueState.CANCELLED,
        huvudman__active_to__lt=timezone.localdate(),
        invitations=None,
        letters=None,
        conflict_declarations=None,
    )


def overlapping(first_year: int, years: int) -> QuerySet[Cycle]:
    """The cycles that share a year with these, earliest first."""
    rows = Cycle.objects.annotate(end=F("first_year") + F("years"))
    return rows.filter(first_year__lt=first_year + years, end__gt=first_year).order_by("first_year", "pk")


def with_place_in(cycles: QuerySet[Cycle], first_year: int, years: int) -> QuerySet[Huvudman]:
    """The huvudmän that have a dialogue in these years in one of the cycles."""
    within = range(first_year, first_year + years)
    return Huvudman.objects.filter(
        dialogues__cycle__in=cycles.values("pk"), dialogues__batch__year__in=within
    ).distinct()


def has_lottery(cycle: Cycle) -> bool:
    """Tell whether a lottery was ever committed for the cycle, or a draw of it has swaps: then it is kept."""
    return cycle.draws.filter(Q(kind__in=USABLE) | Q(swaps__isnull=False)).exists()


def _refuse_with_lottery(cycle: Cycle) -> None:
    if has_lottery(cycle):
        raise NotPossible(_("Cykeln har en lottning som ska gå att granska, så den finns kvar."))


def _locked(cycle: Cycle) -> Cycle:
    """The cycle and its batches, locked: no batch is approved, scheduled or sent meanwhile."""
    locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    list(locked.batches.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return locked


def lock_dialogues(cycle: Cycle) -> None:
    """Lock the dialogues of a cycle whose batches are locked, before they are taken away.

    Who cancels one of them has its lock, and then wants to point at its batch from a letter.
    """
    list(cycle.dialogues.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def require_unsent(cycle: Cycle) -> None:
    """Raise NotPossible when somebody has been invited by the cycle, or soon will be."""
    if why := why_begun(cycle):
        raise NotPossible(why)
