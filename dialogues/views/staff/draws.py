"""A draw's pages: lock or try, follow the work, read how even the plan is, approve, compare."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actors import person
from accounts.asked import words
from accounts.domain.machine import NotPossible
from dialogues.approval_facts import figures_of
from dialogues.domain.draw_work import progress_of
from dialogues.domain.plans import active_huvudman
from dialogues.domain.swaps import SwappedSince, current_places
from dialogues.draw_queries import changed_since, comparable, compared, entries_of, in_use
from dialogues.forms.draw_deeds import DEEDS, DeedForm
from dialogues.forms.draws import CommitForm, NumbersForm, TrialForm
from dialogues.forms.plan_seen import PlanSeenForm
from dialogues.models import Cycle, Draw, Swap
from dialogues.models import DrawState as S
from dialogues.plan_charts import heat_map, pupils_chart
from dialogues.plan_heat import block_name, heat_of, narrowed, pupils_of
from dialogues.plan_intervals import held_too_early, interval_of
from dialogues.plan_queries import breach_rows, evened_by, families_of, family_name, worst_rows
from dialogues.plan_together import names_of_apart, together_of
from dialogues.plan_travel import ASSUMED, alternative, trades_of
from dialogues.replan_queries import diff_of, limits_of, sent_names, told
from dialogues.views.staff.frame import require, staff_page
from huvudman.filters import changed_query
from huvudman.models import Huvudman

PLAN, VIEW = "dialogues.plan_cycle", "dialogues.view_batch"
FAMILY, BY_YEAR, LEVEL, WITH = "fordelning", "ar", "niva", "med"
BREACHES_SHOWN = 200


def cycle_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock the register for a lottery."""
    return _ask_for(request, pk, CommitForm, _("Lås registret för lottning"), _("Lås registret"))


def cycle_try(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a trial."""
    return _ask_for(request, pk, TrialForm, _("Provlotta"), _("Provlotta"))


@require_GET
def draw_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One draw: what was locked, how far it has come, how even it is, and what can be done."""
    require(request, VIEW)
    draw = find_draw(public_id)
    may_plan = request.user.has_perm(PLAN)
    context = {
        "title": str(draw),
        "crumbs": crumbs_of(draw.cycle),
        "draw": draw,
        "families": evened_by(draw),
        "working": draw.state == S.QUEUED,
        "progress": progress_of(draw) if draw.state == S.QUEUED else None,
        "deeds": (deeds := _offered(request, draw)),
        "offered": {deed["name"] for deed in deeds},
        "may_swap": may_plan and draw.state == S.DRAWN and draw.is_usable,
        "may_replan": may_plan and draw.state == S.APPROVED,
        "entries": entries_of(draw),
    }
    if draw.least_years_between:
        context |= interval_of(draw) | {"held_too_early": held_too_early(draw)}
    context |= together_of(draw, names_of_apart(draw))
    if draw.is_replan:
        context |= _replan(draw)
    if draw.state == S.REPLACED:
        context["in_force"] = in_use(draw.cycle)
    if not draw.written_at and draw.state != S.DISCARDED and not draw.is_replan:
        context["come"], context["gone"] = changed_since(draw)
    if draw.drawn_at:
        context |= _plan(request, draw)
    return staff_page(request, "staff/draw.html", context)


def tell_why_not(form: PlanSeenForm, reason: NotPossible, now: Callable[[], Draw | None]) -> Draw | None:
    """Say on the form why nothing was done. Answers the plan to show `now`, where another had been read."""
    form.add_error(None, str(reason))
    draw = now() if isinstance(reason, SwappedSince) else None
    if draw:
        form.show(draw)
    return draw


def draw_deed(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Ask what is needed to do something with a draw, and do it. Not now possible, it leads to the draw."""
    if name not in DEEDS:
        raise Http404
    kind = DEEDS[name]
    require(request, kind.permission)
    draw = find_draw(public_id)
    form, words = kind(request.POST if request.method == "POST" else None, draw=draw), kind.words(draw)
    if request.method != "POST" and draw.state not in kind.states:
        return redirect("admin:draw", public_id)
    if form.is_bound and form.is_valid():
        try:
            form.perform(person(request.user))  # type: ignore[arg-type]
        except NotPossible as reason:
            draw = tell_why_not(form, reason, lambda: find_draw(public_id)) or draw
        else:
            messages.success(request, str(words["done"]))
            return redirect("admin:draw", public_id)
    context = {
        "title": words["title"],
        "crumbs": [*crumbs_of(draw.cycle), crumb_of(draw)],
        "draw": draw,
        "form": form,
        "words": words,
        "figures": figures_of(draw) if kind.shows_figures and draw.drawn_at else (),
    }
    return staff_page(request, "staff/draw_deed.html", context, status=422 if form.errors else 200)


@require_GET
def draw_compare(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Two draws of a cycle side by side."""
    require(request, VIEW)
    draw = find_draw(public_id)
    if not draw.drawn_at:
        raise Http404
    others = comparable(draw)
    other = next((row for row in others if str(row.public_id) == request.GET.get(WITH, "")), None)
    context = {
        "title": _("Jämför två planer"),
        "crumbs": [*crumbs_of(draw.cycle), crumb_of(draw)],
        "draw": draw,
        "others": others,
        "other": other,
    }
    if other:
        context |= compared(draw, other) | _heats(request, draw, other) | _travel(draw, other)
    return staff_page(request, "staff/draw_compare.html", context)


def find_draw(public_id: uuid.UUID) -> Draw:
    """The draw with its cycle. Raises Http404."""
    rows = Draw.objects.select_related(
        "cycle", "parent__cycle", "created_by", "typed_by", "confirmed_by", "approved_by"
    )
    return get_object_or_404(rows, public_id=public_id)


def crumbs_of(cycle: Cycle) -> list[dict[str, str]]:
    """The way to a cycle's page."""
    return [
        {"label": _("Planering"), "url": reverse("admin:cycle_list")},
        {"label": cycle.name, "url": reverse("admin:cycle", args=[cycle.pk])},
    ]


def crumb_of(draw: Draw) -> dict[str, str]:
    """The way to a draw's page."""
    return {"label": str(draw), "url": reverse("admin:draw", args=[draw.public_id])}


def _ask_for(request: HttpRequest, pk: int, kind: type[NumbersForm], title: str, button: str) -> HttpResponse:
    require(request, PLAN)
    cycle = get_object_or_404(Cycle, pk=pk)
    form = kind(request.POST if request.method == "POST" else None, cycle=cycle)
    if form.is_bound and form.is_valid():
        try:
            draw = form.perform(person(request.user))  # type: ignore[arg-type]
            return redirect("admin:draw", draw.public_id)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    context = {
        "title": title,
        "crumbs": crumbs_of(cycle),
        "cycle": cycle,
        "form": form,
        "button": button,
        "is_lottery": kind is CommitForm,
        "active": active_huvudman().count(),
    }
    return staff_page(request, "staff/draw_new.html", context, status=422 if form.errors else 200)


def _offered(request: HttpRequest, draw: Draw) -> list[dict[str, Any]]:
    """What the signed-in person may do with the draw now: name, words, and whether it is the way forward."""
    return [
        {
            "name": name,
            "label": kind.words(draw)["button" if name == "godkann" else "title"],
            "forward": kind.forward,
        }
        for name, kind in DEEDS.items()
        if draw.state in kind.states
        and request.user.has_perm(kind.permission)
        and _fits(kind, draw)
        and kind.is_for(request.user.pk, draw)
    ]


def _fits(kind: type[DeedForm], draw: Draw) -> bool:
    if kind is DEEDS["kasta"]:
        return draw.written_at is None
    return draw.is_usable or kind is DEEDS["igen"]


def _replan(draw: Draw) -> dict[str, Any]:
    """What a replan builds on beside the register, and what it changes when it has been made."""
    facts: dict[str, Any] = {"sent": sent_names(draw), "limits": limits_of(draw)}
    if draw.drawn_at:
        facts["told"] = told(diff_of(draw))
        facts["moved_bound"] = draw.certificate["moved_bound"]
    return facts


def _plan(request: HttpRequest, draw: Draw) -> dict[str, Any]:
    """How even the plan is, as pictures and tables."""
    places = current_places(draw)
    pupils, others = pupils_of(draw, places), comparable(draw)
    return {
        **_heats(request, draw),
        **_travel(draw, alternative(draw, others)),
        "pupils": pupils,
        "pupils_svg": pupils_chart(pupils, "pupils"),
        "giants": [(g, block_name(g.block, draw.cycle.first_year)) for g in pupils.giants],
        "worst": worst_rows(draw.counted),
        "by_chips": _by_chips(request),
        "swaps": _swaps(draw),
        "others": others,
        "breaches": breach_rows(draw.counted, draw.cycle.first_year, draw.certificate)[:BREACHES_SHOWN],
        "bound": draw.counted.get("pupils_variation_bound"),
    }


def _travel(*drawn: Draw | None) -> dict[str, Any]:
    """The journeys of one plan, or of two side by side."""
    return {"trades": trades_of(filter(None, drawn)), "assumed": ASSUMED}


def _heats(request: HttpRequest, *drawn: Draw) -> dict[str, Any]:
    """The deviations of the chosen family in one plan, or in two side by side."""
    families = [
        f for f in families_of(drawn[0].counted) if all(f in draw.counted["counts"] for draw in drawn)
    ]
    family, q = _chosen(request, families), words(request.GET, LEVEL)
    by_year = request.GET.get(BY_YEAR) == "1"
    heats = [heat_of(draw.counted, family, draw.cycle.first_year, by_year=by_year) for draw in drawn]
    return {
        "heats": [
            {"draw": draw, "heat": heat, "heat_svg": heat_map(heat, f"heat-{draw.pk}")}
            for draw, heat in zip(drawn, narrowed(heats, q), strict=True)
        ],
        "chips": _family_chips(request, families, family),
        "level_q": q,
        "kept": {name: request.GET[name] for name in (FAMILY, BY_YEAR, WITH) if name in request.GET},
    }


def _chosen(request: HttpRequest, families: Sequence[str]) -> str:
    family = request.GET.get(FAMILY, "region" if "region" in families else families[0])
    if family not in families:
        raise Http404
    return family


def _family_chips(request: HttpRequest, families: Sequence[str], chosen: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    query.pop(LEVEL, None)
    return [
        {
            "label": family_name(family),
            "url": f"{changed_query(query, FAMILY, family)}#avvikelser",
            "active": family == chosen,
        }
        for family in families
    ]


def _by_chips(request: HttpRequest) -> list[dict[str, Any]]:
    chosen = request.GET.get(BY_YEAR, "")
    return [
        {
            "label": label,
            "url": f"{changed_query(request.GET, BY_YEAR, value)}#avvikelser",
            "active": (chosen == "1") == (value == "1"),
        }
        for value, label in (("", _("Omgång för omgång")), ("1", _("År för år")))
    ]


def _swaps(draw: Draw) -> list[tuple[Swap, str, str, str, str]]:
    """The swaps with names, and the blocks as people read them."""
    rows = list(draw.swaps.all())
    ids = {unit for row in rows for unit in (row.first, row.second)}
    names = dict(Huvudman.objects.filter(public_id__in=ids).values_list("public_id", "name"))
    first = draw.cycle.first_year
    return [
        (
            row,
            names.get(row.first, str(row.first)),
            names.get(row.second, str(row.second)),
            block_name(row.first_block, first),
            block_name(row.second_block, first),
        )
        for row in rows
    ]
