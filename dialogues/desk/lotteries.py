"""Lotteries that wait for a planner: for their value, its confirmation, or a plan's approval."""

from __future__ import annotations

import datetime

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues.desk.todo import Desk, Todo
from dialogues.domain.plan_approval import made_by
from dialogues.draw_queries import HEAVY
from dialogues.models import Draw
from dialogues.models import DrawState as S
from dialogues.models.draw import USABLE

APPROVE_IN = datetime.timedelta(days=7)
"""How long after it was drawn that a plan should be approved."""


def to_see_to(desk: Desk) -> QuerySet[Draw]:
    """Lotteries whose value is out, or whose value or plan waits for another than the one who made it."""
    waits = (
        Q(state=S.COMMITTED, value_on__lte=desk.today)
        | Q(state=S.TYPED) & ~Q(typed_by=desk.user)
        | Q(state=S.FAILED)
        | Q(state=S.DRAWN) & ~made_by(desk.user.pk)
    )
    drawn = TruncDate("drawn_at", tzinfo=timezone.get_default_timezone())
    approve_by = Cast(ExpressionWrapper(drawn + Value(APPROVE_IN), DateTimeField()), DateField())
    due = Case(When(state=S.DRAWN, then=Coalesce(approve_by, F("value_on"))), default=F("value_on"))
    rows = Draw.objects.filter(waits, kind__in=USABLE).select_related("cycle").defer(*HEAVY)
    return rows.annotate(due=due)


def show_to_see_to(draw: Draw, _desk: Desk) -> Todo:
    """What a lottery waits for, in words."""
    words = {
        S.COMMITTED: (_("Skriv in värdet till lottningen"), _("Registret är låst och värdet är offentligt.")),
        S.TYPED: (_("Bekräfta värdet till lottningen"), _("Läs värdet hos källan. Sedan lottas planen.")),
        S.FAILED: (_("Se över lottningen"), _("Planen gick inte att lotta.")),
        S.DRAWN: (_("Läs och godkänn planen"), _("Planen är lottad och väntar på en annan planerare.")),
    }
    title, why = _approval_words(draw) or words[S(draw.state)]
    return Todo(title, f"{draw.cycle}. {why}", _("Planerare"), reverse("admin:draw", args=[draw.public_id]))


def _approval_words(draw: Draw) -> tuple[str, str] | None:
    """What is to be approved where it is not a plan just drawn."""
    if draw.is_open_again:
        return (
            _("Godkänn planen igen"),
            _("Den är öppen för byten, och tills den är godkänd kan ingen omgång godkännas."),
        )
    if draw.is_replan and draw.state == S.DRAWN:
        return _("Läs och godkänn omplaneringen"), _("Den är klar och väntar på en annan planerare.")
    return None
