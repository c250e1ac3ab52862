"""The underlag of a batch on one page: how far each has come, which to read first, on whose figures."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import person
from dialogues.batch_facts import facts_of
from dialogues.batch_filters import BatchChoice
from dialogues.batch_underlag import counts, states_in, underlag_rows
from dialogues.domain.freezes import FREEZE, FrozenSince, freeze_figures_anew
from dialogues.models import InvitationBatch, UnderlagState
from dialogues.views.staff.batch_deeds import offered
from dialogues.views.staff.batches import VIEW, crumb_of, crumbs, find_batch
from dialogues.views.staff.frame import require, staff_page, turn_back
from quality_system.queries import newer_values
from quality_system.wording import source_name

DEEDS = ("bestall-underlag", "underlag-pa-nytt", "skicka-underlag")


@require_GET
def batch_underlag(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """All underlag of a batch, first those that somebody should look at and why."""
    require(request, VIEW)
    batch = find_batch(public_id)
    rows = underlag_rows(batch)
    deeds = offered(request, facts_of(batch), BatchChoice())
    to_read = [row for row in rows if row.is_to_read]
    context = {
        "title": _("Analysunderlag"),
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "rows": to_read if request.GET.get("visa") == "las-forst" else rows,
        "counts": counts(rows),
        "issued": sum(row.state == UnderlagState.ISSUED for row in rows),
        "size": len(rows),
        "being_made": sum(row.state == UnderlagState.ORDERED for row in rows),
        "chips": _chips(request, len(rows), len(to_read)),
        "deeds": [deed for deed in deeds if deed["name"] in DEEDS],
        "is_newer": bool(batch.figures_as_of and newer_values(batch.figures_as_of)),
        "may_freeze": batch.figures_as_of and request.user.has_perm(FREEZE),
    }
    return staff_page(request, "staff/batch_underlag.html", context)


def batch_figures(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask, and then let the batch's underlag rest on the figures that stand now."""
    require(request, FREEZE)
    batch = find_batch(public_id)
    if request.method == "POST":
        return _freeze(request, batch)
    if batch.figures_as_of is None:
        why = _("Omgångens siffror väljs när det första underlaget tas fram.")
        return turn_back(request, why, "admin:batch_underlag", public_id)
    return _ask(request, batch)


def _freeze(request: HttpRequest, batch: InvitationBatch) -> HttpResponse:
    try:
        freeze_figures_anew(batch=batch, actor=person(request.user), seen=_seen(request))  # type: ignore[arg-type]
    except FrozenSince:
        messages.warning(request, _("Någon annan har bytt omgångens siffror sedan du öppnade sidan."))
    else:
        done = _("Omgången har dagens siffror. De underlag som redan är framtagna är oförändrade.")
        messages.success(request, done)
    return redirect("admin:batch_underlag", batch.public_id)


def _seen(request: HttpRequest) -> datetime.datetime | None:
    try:
        return parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None


def _ask(request: HttpRequest, batch: InvitationBatch) -> HttpResponse:
    assert batch.figures_as_of is not None  # noqa: S101  (the caller has looked)
    states = states_in(batch)
    page = reverse("admin:batch_underlag", args=[batch.public_id])
    context = {
        "crumbs": [*crumbs(), crumb_of(batch), {"label": _("Analysunderlag"), "url": page}],
        "batch": batch,
        "newer": [(source_name(new.source), new) for new in newer_values(batch.figures_as_of)],
        "issued": states[UnderlagState.ISSUED],
        "made": states[UnderlagState.RENDERED] + states[UnderlagState.CONFIRMED],
        "hidden": [{"name": "seen", "value": batch.figures_as_of.isoformat()}],
        "back_url": page,
    }
    return staff_page(request, "staff/batch_figures.html", context)


def _chips(request: HttpRequest, size: int, to_read: int) -> list[dict[str, object]]:
    first = request.GET.get("visa") == "las-forst"
    return [
        {"label": _("Alla"), "url": request.path, "active": not first, "count": size},
        {"label": _("Läs först"), "url": "?visa=las-forst", "active": first, "count": to_read},
    ]
