"""Planering: the cycles, how each was drawn, and how even it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.batch_queries import batch_rows, tallies
from dialogues.domain.plans import active_huvudman, plan_cycle
from dialogues.forms.planning import CycleForm
from dialogues.models import BatchState, Cycle
from dialogues.plan_queries import FAMILY_NAMES, count_matrix, cycle_rows, pupils_row, worst_rows
from dialogues.views.staff.frame import require, staff_page

PLAN = "dialogues.plan_cycle"


@require_GET
def cycle_list(request: HttpRequest) -> HttpResponse:
    """All cycles, latest first."""
    require(request, "dialogues.view_batch")
    context = {"title": _("Planering"), "cycles": cycle_rows(), "may_plan": request.user.has_perm(PLAN)}
    return staff_page(request, "staff/cycle_list.html", context)


def cycle_new(request: HttpRequest) -> HttpResponse:
    """Start a cycle."""
    require(request, PLAN)
    form = CycleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        cycle = form.perform(person(request.user))  # type: ignore[arg-type]
        messages.success(request, _("Cykeln är skapad. Lotta fördelningen när registret är klart."))
        return redirect("admin:cycle", cycle.pk)
    context = {
        "title": _("Ny cykel"),
        "crumbs": _crumbs(),
        "form": form,
        "active": active_huvudman().count(),
    }
    return staff_page(request, "staff/cycle_new.html", context, status=422 if form.is_bound else 200)


@require_GET
def cycle_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One cycle: what was drawn, the counts in every batch, and the largest deviations."""
    require(request, "dialogues.view_batch")
    cycle = get_object_or_404(Cycle.objects.select_related("created_by"), pk=pk)
    batches = list(batch_rows().filter(cycle=cycle))
    context = {
        "title": cycle.name,
        "crumbs": _crumbs(),
        "cycle": cycle,
        "batches": _with_tallies(batches),
        "active": active_huvudman().count(),
        "may_plan": request.user.has_perm(PLAN) and all(b.state == BatchState.DRAFT for b in batches),
    }
    if cycle.planned_at:
        context |= _certificate(request, cycle)
    return staff_page(request, "staff/cycle.html", context)


@require_POST
def cycle_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the cycle, or draw it again."""
    require(request, PLAN)
    cycle = get_object_or_404(Cycle, pk=pk)
    try:
        drawn = plan_cycle(cycle=cycle, actor=person(request.user))  # type: ignore[arg-type]
    except NotPossible as reason:
        messages.error(request, str(reason))
    else:
        same = drawn.planned_at == cycle.planned_at
        done = (
            _("Registret är oförändrat, så fördelningen är som förut.") if same else _("Cykeln är fördelad.")
        )
        messages.success(request, done)
    return redirect("admin:cycle", pk)


@require_GET
def cycle_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate as a file, for anyone who wants to check the counts."""
    require(request, "dialogues.view_batch")
    cycle = get_object_or_404(Cycle, pk=pk)
    if not cycle.planned_at:
        raise Http404
    response = JsonResponse(cycle.certificate, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="intyg-cykel-{cycle.pk}.json"'
    return response


def _certificate(request: HttpRequest, cycle: Cycle) -> dict[str, Any]:
    family = request.GET.get("fordelning", "region")
    if family not in FAMILY_NAMES:
        raise Http404
    chips = [
        {"label": name, "url": f"?fordelning={key}", "active": key == family}
        for key, name in FAMILY_NAMES.items()
        if key != "all"
    ]
    return {
        "family": FAMILY_NAMES[family],
        "chips": chips,
        "matrix": count_matrix(cycle, family),
        "pupils": pupils_row(cycle),
        "worst": worst_rows(cycle),
    }


def _with_tallies(batches: list[Any]) -> list[dict[str, Any]]:
    found = tallies(batches)
    return [{"batch": batch, "tally": found[batch.pk]} for batch in batches]


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Planering"), "url": reverse("admin:cycle_list")}]
