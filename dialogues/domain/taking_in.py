"""Those who want to take part later, seen from the batch that could take them in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import NotPossible
from dialogues.batch_deeds import to_carry
from dialogues.domain.carrying import NOT_SENT, carry_to_later_batch
from dialogues.domain.many import Outcome, for_each
from dialogues.models import Dialogue, InvitationAnswer, InvitationBatch

TOOK_IN = "batch.took_in"
FITS, NO_WISH, LATER_STILL = range(3)
"""How a wish stands to the batch: it goes out then or after, there is no wish, or it goes out before."""


def who_could_come(batch: InvitationBatch) -> QuerySet[Dialogue]:
    """Those of earlier batches of the cycle that want to take part later and can't change that any more;
    those whom the batch suits first (`suits`). Each has the half-year that it `wished`, or "".
    """
    earlier = Q(batch__year__lt=batch.year) | Q(batch__year=batch.year, batch__number__lt=batch.number)
    answers = InvitationAnswer.objects.filter(
        invitation__dialogue=OuterRef("pk"), invitation__batch=OuterRef("batch")
    )
    wish = Coalesce(Subquery(answers.values("wished_half_year")[:1]), Value(""))
    rows = Dialogue.objects.filter(earlier, to_carry(), cycle=batch.cycle_id).annotate(wished=wish)
    suits = Case(
        When(wished="", then=Value(NO_WISH)),
        When(wished__lte=batch.half_year, then=Value(FITS)),
        default=Value(LATER_STILL),
        output_field=IntegerField(),
    )
    rows = rows.annotate(suits=suits).select_related("huvudman", "batch")
    return rows.order_by("suits", F("huvudman__name"), "pk")


def take_in(*, batch: InvitationBatch, dialogues: Iterable[Dialogue], actor: Actor) -> Outcome:
    """Carry them to the batch, each in a transaction of its own; who can't come is told with the reason.

    Raises PermissionDenied, and NotPossible when the batch has begun to be sent.
    """
    actor.require("dialogues.plan_cycle", batch)
    if batch.state not in NOT_SENT:
        raise NotPossible(_("Omgången har börjat skickas och kan inte ta emot fler."))
    outcome = for_each(dialogues, lambda row: carry_to_later_batch(dialogue=row, batch=batch, actor=actor))
    record(
        actor=actor,
        verb=TOOK_IN,
        subject=batch,
        done=[row.pk for row in outcome.done],
        left_out={str(row.pk): why for row, why in outcome.left_out},
    )
    return outcome
