"""The page of one batch: its times, the letters' progress, the answers, what is stuck, where each stands."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dialogues.batch_facts import Fact, answers_by, facts_of
from dialogues.batch_filters import BatchChoice
from dialogues.batch_queries import batch_dialogues, gaps, invitation_letters, letters_under_way, tallies
from dialogues.batch_rows import rows_of
from dialogues.batch_stuck import REASONS
from dialogues.domain import batches, new_dates
from dialogues.domain.carrying import NOT_SENT
from dialogues.domain.draws import PLAN
from dialogues.domain.introductions import waiting_for_seat
from dialogues.domain.late_invitations import is_late, why_none_invited_late
from dialogues.models import BatchState, InvitationBatch, Meeting, MeetingKind
from dialogues.views.staff.batch_deeds import offered
from dialogues.views.staff.batches import PAGE_SIZE, VIEW, crumbs, find_batch
from dialogues.views.staff.frame import require, staff_page


@require_GET
def batch_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One batch: its times, whom no e-mail reaches, the letters' progress, the answers, the huvudmän."""
    require(request, VIEW)
    batch = find_batch(public_id)
    tally = tallies([batch])[batch.pk]
    letters = invitation_letters(batch)
    context = {
        "title": str(batch),
        "crumbs": crumbs(),
        "batch": batch,
        "tally": tally,
        "gaps": gaps(batch),
        "not_sent": batch.state in NOT_SENT,
        "letters": letters,
        "letters_under_way": letters_under_way(letters),
        "introductions": _introductions(batch),
        "has_underlag": tally.has_come_to_underlag,
        "wait_for_seat": waiting_for_seat(batch).exists(),
        **_who(request, batch),
        **_what_is_possible(request, batch, tally.size),
    }
    return staff_page(request, "staff/batch.html", context)


def _introductions(batch: InvitationBatch) -> QuerySet[Meeting]:
    """The batch's introductions, first of all first, with how many seats are `taken`."""
    kept = Q(taken_seats__is_current=True) | Q(taken_seats__attended__isnull=False)
    rows = batch.meetings.filter(kind=MeetingKind.INTRODUCTION)
    return rows.annotate(taken=Count("taken_seats", filter=kept)).order_by("starts_at")


def _who(request: HttpRequest, batch: InvitationBatch) -> dict[str, Any]:
    """The list of huvudmän, what it can be narrowed by, what can be done for all in it, and the answers."""
    facts, choice = facts_of(batch), BatchChoice.from_query(request.GET)
    chosen = choice.of(facts)
    found = batch_dialogues(batch).filter(pk__in=[fact.pk for fact in chosen])
    page = Paginator(list(found.values_list("pk", flat=True)), PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "choice": choice,
        "chips": choice.view_chips(facts),
        "groups": choice.groups(facts),
        "page": page,
        "rows": rows_of(batch, {fact.pk: fact for fact in facts}, page.object_list, request.user),  # type: ignore[arg-type]
        "chosen": len(chosen),
        "deeds": offered(request, chosen, choice),
        "stuck": _stuck(facts),
        "answers": [
            (_("Svar efter typ"), _("Typ"), answers_by(facts, "typ")),
            (_("Svar efter storlek"), _("Barn och elever"), answers_by(facts, "storlek")),
            (_("Svar efter region"), _("Regionalt kontor"), answers_by(facts, "region")),
        ],
    }


def _stuck(facts: list[Fact]) -> list[dict[str, Any]]:
    """How many are stuck for each reason; those that hold for nobody are left out."""
    counts = {reason: sum(reason.key in fact.values["fast"] for fact in facts) for reason in REASONS}
    return [{"reason": reason, "count": count} for reason, count in counts.items() if count]


def _what_is_possible(request: HttpRequest, batch: InvitationBatch, size: int) -> dict[str, Any]:
    """Which buttons the signed-in person sees, and why approval may have to wait for another."""
    own = request.user.pk == batch.prepared_by_id
    return {
        "may_prepare": request.user.has_perm(batches.PREPARE),
        "may_approve": request.user.has_perm(batches.APPROVE),
        "may_replace": request.user.has_perm(PLAN) and is_late(batch) and not why_none_invited_late(batch),
        "needs_another": own and size > settings.SECOND_APPROVAL_ABOVE,
        "may_unschedule": batch.state == BatchState.SCHEDULED and not batch.invitations.exists(),
        "may_close": batch.answer_by is not None and batch.answer_by < timezone.localdate(),
        "needs_new_dates": batch.state in new_dates.WAITS and batches.needs_new_dates(batch),
        "limit": settings.SECOND_APPROVAL_ABOVE,
    }
