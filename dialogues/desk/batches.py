"""Batches that wait: for approval, for a time, for somebody to see why they stand still, for their end."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least, TruncMonth
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import day, moment
from dialogues.batch_queries import to_ring
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.models import BatchState, Dialogue, DialogueState, InvitationBatch, MeetingKind, Seat

RING_WITHIN = 7
"""Days after the invitations went out that those whom no e-mail reaches should have been rung."""
CLOSE_WITHIN = 14
"""Days after the last day to answer that a batch should be closed."""
SEAT_WITHIN = 14
"""Days after its yes that a huvudman should have a seat, should that be later than the last day to answer."""
APPROVE_AHEAD = 60
"""Days before the first day of its month that a draft should be approved."""
GONE_OUT = (BatchState.SENDING, BatchState.STOPPED, BatchState.SENT, BatchState.CLOSED)
STALLED_AFTER = datetime.timedelta(minutes=10)

PLANNED_MONTH = Func(
    F("year"),
    Least(Value(12), Cast(1 + (F("number") - 1) * 12 / F("cycle__batches_per_year"), IntegerField())),
    Value(1),
    function="make_date",
    output_field=DateField(),
)
"""The first day of the month that the plan has for a batch: a year's batches spread over it."""

PLACE = (F("year") - F("cycle__first_year")) * F("cycle__batches_per_year") + F("number")
"""A batch's place among all of its cycle, the first being 1."""


def to_approve(desk: Desk) -> QuerySet[InvitationBatch]:
    """Drafts whose time is near, except those that somebody else than the user must approve."""
    rows = _batches(BatchState.DRAFT).annotate(due=_in_turn(), size=_how_many())
    own = Q(prepared_by=desk.user, size__gt=settings.SECOND_APPROVAL_ABOVE)
    return rows.filter(due__lte=desk.days_ahead(APPROVE_AHEAD).date(), size__gt=0).exclude(own)


def to_schedule(_desk: Desk) -> QuerySet[InvitationBatch]:
    """Approved batches without a time."""
    return _batches(BatchState.APPROVED).annotate(due=_in_turn())


def stalled(desk: Desk) -> QuerySet[InvitationBatch]:
    """Batches that should be on their way and are not: stopped, or sending for longer than it takes."""
    since = desk.now - STALLED_AFTER
    rows = _batches(BatchState.SENDING, BatchState.STOPPED, BatchState.SCHEDULED)
    return rows.filter(send_at__lt=since).annotate(
        due=day_of("send_at"), left=_how_many(DialogueState.PLANNED)
    )


def to_close(desk: Desk) -> QuerySet[InvitationBatch]:
    """Sent batches whose time to answer has passed."""
    rows = _batches(BatchState.SENT).filter(answer_by__lt=desk.today)
    due = ExpressionWrapper(F("answer_by") + CLOSE_WITHIN, DateField())
    return rows.annotate(due=due, silent=_how_many(DialogueState.INVITED))


def to_call(_desk: Desk) -> QuerySet[InvitationBatch]:
    """Batches that have gone out, with huvudmän that no invitation reached and that have not answered: also
    closed ones, since by phone it is never too late.
    """
    silent = Dialogue.objects.filter(to_ring(), batch=OuterRef("pk"), paused_at=None)
    rows = _batches(*GONE_OUT).filter(Exists(silent))
    return rows.annotate(due=day_of("send_at", plus=RING_WITHIN), silent=_count(silent))


def waiting_for_introduction(_desk: Desk) -> QuerySet[InvitationBatch]:
    """Batches with huvudmän that said yes and have no seat in an introduction."""
    seats = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.INTRODUCTION, is_current=True)
    without = Dialogue.objects.filter(~Exists(seats), batch=OuterRef("pk"), state=DialogueState.ACCEPTED)
    without = without.filter(paused_at=None)
    first = Subquery(without.order_by("state_since").values("state_since")[:1])
    rows = InvitationBatch.objects.filter(Exists(without)).select_related("cycle").annotate(first_yes=first)
    due = Greatest("answer_by", day_of("first_yes", plus=SEAT_WITHIN))
    return rows.annotate(due=due, without_seat=_count(without))


def show_to_approve(batch: InvitationBatch, _desk: Desk) -> Todo:
    """A draft in words."""
    why = _("Tänkt till %(month)s. Antal huvudmän: %(size)s.")
    return _todo(_("Godkänn %(batch)s"), why, batch, month=_month(batch), size=batch.size)  # type: ignore[attr-defined]


def show_to_schedule(batch: InvitationBatch, _desk: Desk) -> Todo:
    """An approved batch in words."""
    why = _("Godkänd och tänkt till %(month)s, men ingen tid är vald för utskicket.")
    return _todo(_("Schemalägg %(batch)s"), why, batch, "admin:batch_schedule", month=_month(batch))


def show_stalled(batch: InvitationBatch, desk: Desk) -> Todo:
    """A stopped or stalled batch in words."""
    if batch.answer_by and batch.answer_by <= desk.today:
        return _show_without_time_to_answer(batch)
    whys = {
        BatchState.STOPPED: _("Utskicket är stoppat. Inte inbjudna än: %(left)s."),
        BatchState.SENDING: _("Utskicket står still. Inte inbjudna än: %(left)s."),
        BatchState.SCHEDULED: _("Utskicket skulle ha börjat %(at)s."),
    }
    why = whys[BatchState(batch.state)]
    return _todo(_("Se över utskicket av %(batch)s"), why, batch, left=batch.left, at=moment(batch.send_at))  # type: ignore[attr-defined]


def _show_without_time_to_answer(batch: InvitationBatch) -> Todo:
    facts = {"left": batch.left, "day": day(batch.answer_by)}  # type: ignore[attr-defined]
    if batch.state == BatchState.SENDING:
        why = _("Svarsdatumet %(day)s har kommit. Inte inbjudna än: %(left)s. Stoppa och välj nya datum.")
        return _todo(_("Se över utskicket av %(batch)s"), why, batch, **facts)
    why = _("Svarsdatumet %(day)s har kommit. Inte inbjudna än: %(left)s.")
    return _todo(_("Välj nya datum för %(batch)s"), why, batch, "admin:batch_new_dates", **facts)


def show_to_close(batch: InvitationBatch, _desk: Desk) -> Todo:
    """A batch whose answers are in, in words."""
    why = _("Svarstiden gick ut %(answer_by)s. Har inte svarat: %(silent)s.")
    return _todo(_("Avsluta %(batch)s"), why, batch, answer_by=day(batch.answer_by), silent=batch.silent)  # type: ignore[attr-defined]


def show_to_call(batch: InvitationBatch, desk: Desk) -> Todo:
    """The calls about the invitations of a batch, in words."""
    why = _("Saknar e-post och har inte svarat: %(silent)s. Svar senast %(day)s.")
    if batch.answer_by and batch.answer_by < desk.today:
        why = _(
            "Saknar e-post och har inte svarat: %(silent)s. Svarsdatumet %(day)s har varit, men de kan svara."
        )
    facts = {"silent": batch.silent, "day": day(batch.answer_by)}  # type: ignore[attr-defined]
    address = f"{reverse('admin:batch', args=[batch.public_id])}?visa=ring#huvudman"
    what = _("Ring om inbjudan i %(batch)s") % {"batch": str(batch).lower()}
    return Todo(what, why % facts, _("Planerare och dialogledare"), address)


def show_introduction(batch: InvitationBatch, _desk: Desk) -> Todo:
    """A batch that needs an introduction, in words."""
    number: int = batch.without_seat  # type: ignore[attr-defined]
    why = ngettext(
        "%(n)s huvudman har tackat ja och väntar på plats.",
        "%(n)s huvudmän har tackat ja och väntar på plats.",
        number,
    )
    what, whose = _("Boka introduktionsmöte för %(batch)s"), _("Planerare och dialogledare")
    return _todo(what, why, batch, "admin:introduction_new", whose=whose, n=number)


def _todo(
    what: str,
    why: str,
    batch: InvitationBatch,
    url: str = "admin:batch",
    *,
    whose: str = "",
    **facts: object,
) -> Todo:
    name = str(batch).lower()
    address = reverse(url, args=[batch.public_id])
    return Todo(what % {"batch": name}, why % facts, whose or _("Planerare"), address)


def _batches(*states: BatchState) -> QuerySet[InvitationBatch]:
    return InvitationBatch.objects.filter(state__in=states).select_related("cycle")


def _in_turn() -> Greatest:
    """The first day of the month in which a batch without a time is thought to go out.

    That is the month of the plan; or a later one when the cycle was drawn, or the batches before were sent,
    so late that there would be less time between them than between a year's batches.
    """
    timed = InvitationBatch.objects.filter(cycle=OuterRef("cycle"), send_at__isnull=False)
    latest = timed.order_by("-year", "-number").annotate(place=PLACE)
    year = Value(datetime.timedelta(days=365))
    since = Coalesce(Subquery(latest.values("send_at")[:1]), F("cycle__planned_at"))
    steps = PLACE - Coalesce(Subquery(latest.values("place")[:1]), 0)
    in_turn = ExpressionWrapper(since + steps * year / F("cycle__batches_per_year"), DateTimeField())
    month = Cast(TruncMonth(in_turn), DateField())
    return Greatest(PLANNED_MONTH, month)


def _how_many(*states: DialogueState) -> Coalesce:
    rows = Dialogue.objects.filter(batch=OuterRef("pk"))
    return _count(rows.filter(state__in=states) if states else rows)


def _count(rows: QuerySet[Dialogue]) -> Coalesce:
    counted = rows.order_by().values("batch").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _month(batch: InvitationBatch) -> str:
    return date_format(batch.due, "F Y")  # type: ignore[attr-defined]
