"""Planering: the cycles, how each was drawn, and how even it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.templatetags.look import number
from dialogues.batch_queries import batch_rows, tallies
from dialogues.domain.cycles import delete_cycle, has_lottery, is_unsent, why_begun
from dialogues.domain.draw_log import tally_for
from dialogues.domain.plans import active_huvudman
from dialogues.draw_queries import in_use, light_draws
from dialogues.forms.planning import CycleForm, RenameCycleForm
from dialogues.models import BatchState, Cycle, InvitationBatch
from dialogues.plan_queries import count_matrix, cycle_rows, families_of, family_name, worst_rows, years_of
from dialogues.views.staff.frame import page_of, require, staff_page
from huvudman.filters import changed_query

PLAN = "dialogues.plan_cycle"
DRAWS_SHOWN = 20


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
        messages.success(
            request, _("Cykeln är skapad. Lås registret när det är klart, så kan lottningen göras.")
        )
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
    """One cycle: its draws, the counts in every year or batch, and the largest deviations."""
    require(request, "dialogues.view_batch")
    cycle = get_object_or_404(Cycle.objects.select_related("created_by"), pk=pk)
    may_plan = request.user.has_perm(PLAN)
    all_drafts = not cycle.batches.exclude(state=BatchState.DRAFT).exists()
    context = {
        "title": cycle.name,
        "crumbs": _crumbs(),
        "cycle": cycle,
        "active": active_huvudman().count(),
        "may_plan": may_plan and all_drafts,
        "begun": (begun := why_begun(cycle) if may_plan else ""),
        "may_change": may_plan and not begun,
        "may_delete": not has_lottery(cycle),
        "draws": (shown := list(light_draws(cycle)[:DRAWS_SHOWN])),
        "under_way": next((draw for draw in shown if draw.is_under_way), None),
        "draw_in_use": in_use(cycle),
        "tally": tally_for(cycle),
    }
    if cycle.planned_at:
        page = page_of(batch_rows().filter(cycle=cycle), request.GET.get("page"))
        context |= _certificate(request, cycle) | {"page": page, "batches": _with_tallies(page.object_list)}
    return staff_page(request, "staff/cycle.html", context)


def cycle_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a cycle that nobody has been invited by another name."""
    require(request, PLAN)
    cycle = _unsent(pk)
    form = RenameCycleForm(request.POST if request.method == "POST" else None, instance=cycle)
    if form.is_bound and form.is_valid():
        try:
            form.perform(person(request.user))  # type: ignore[arg-type]
            messages.success(request, _("Cykeln har fått sitt nya namn."))
            return redirect("admin:cycle", pk)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    context = {"title": _("Byt namn på cykeln"), "crumbs": _crumbs(), "cycle": cycle, "form": form}
    return staff_page(request, "staff/cycle_rename.html", context, status=422 if form.errors else 200)


def cycle_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and then take away a cycle that nobody has been invited by."""
    require(request, PLAN)
    cycle = _unsent(pk)
    if request.method == "POST":
        try:
            delete_cycle(cycle=cycle, actor=person(request.user))  # type: ignore[arg-type]
        except NotPossible as reason:
            messages.error(request, str(reason))
            return redirect("admin:cycle", pk)
        messages.success(request, _("Cykeln ”%(cycle)s” är borttagen.") % {"cycle": cycle})
        return redirect("admin:cycle_list")
    context = {
        "crumbs": _crumbs(),
        "cycle": cycle,
        "facts": [
            {"label": _("Omgångar"), "value": number(cycle.batches.count())},
            {"label": _("Planerade dialoger"), "value": number(cycle.dialogues.count())},
        ],
    }
    return staff_page(request, "staff/cycle_delete.html", context)


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
    first = next((each for each, _name in _families(cycle)), "all")
    family, asked_year = request.GET.get("fordelning", first), request.GET.get("ar", "")
    years = {str(year): year for year in years_of(cycle)}
    if family not in cycle.certificate["counts"] or (asked_year and asked_year not in years):
        raise Http404
    year = years.get(asked_year)
    return {
        "family": family_name(family),
        "year": year,
        "chips": _chips(request, "fordelning", family, _families(cycle)),
        "year_chips": _chips(
            request, "ar", asked_year, [("", _("Hela cykeln")), *((str(y), str(y)) for y in years.values())]
        ),
        "matrix": count_matrix(cycle, family, year),
        "worst": worst_rows(cycle.certificate),
    }


def _families(cycle: Cycle) -> list[tuple[str, str]]:
    return [(each, family_name(each)) for each in families_of(cycle.certificate) if each != "all"]


def _chips(
    request: HttpRequest, name: str, chosen: str, choices: Sequence[tuple[str, str | Promise]]
) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"{changed_query(request.GET, name, value)}#antal",
            "active": value == chosen,
        }
        for value, label in choices
    ]


def _unsent(pk: int) -> Cycle:
    """The cycle; not found when somebody has been invited by it. Raises Http404."""
    cycle = get_object_or_404(Cycle, pk=pk)
    if not is_unsent(cycle):
        raise Http404
    return cycle


def _with_tallies(batches: Iterable[InvitationBatch]) -> list[dict[str, Any]]:
    batches = list(batches)
    found = tallies(batches)
    return [{"batch": batch, "tally": found[batch.pk]} for batch in batches]


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Planering"), "url": reverse("admin:cycle_list")}]
