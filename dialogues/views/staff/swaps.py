"""A swap: find two huvudmän in a plan, see at once what it costs, and let them change places."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.swaps import Cost, cost_of_swap, current_places
from dialogues.draw_queries import SHOWN, found_in, free_partners, marks_of
from dialogues.forms.swaps import SwapForm
from dialogues.models import Draw, DrawKind
from dialogues.models import DrawState as S
from dialogues.plan_heat import block_name
from dialogues.plan_queries import families_of, family_name
from dialogues.views.staff.draws import PLAN, crumb_of, crumbs_of, find_draw, tell_why_not
from dialogues.views.staff.frame import require, staff_page
from huvudman.models import Huvudman

SIDES = (("first", "q1"), ("second", "q2"))
LONGEST = 100


def draw_swap(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose two, see the cost, give the reason, swap."""
    require(request, PLAN)
    draw = find_draw(public_id)
    if draw.kind == DrawKind.DIRECT or not draw.drawn_at:
        raise Http404
    if draw.state != S.DRAWN and request.method != "POST":
        return redirect("admin:draw", public_id)
    form = SwapForm(request.POST if request.method == "POST" else None, draw=draw)
    if form.is_bound and form.is_valid():
        try:
            form.perform(person(request.user))  # type: ignore[arg-type]
        except NotPossible as reason:
            draw = tell_why_not(form, reason, lambda: find_draw(public_id)) or draw
        else:
            messages.success(request, _("De två har bytt plats. Bytet står i intyget och i rapporten."))
            return redirect("admin:draw", public_id)
    return _page(request, draw, form)


def _page(request: HttpRequest, draw: Draw, form: SwapForm) -> HttpResponse:
    places = current_places(draw)
    asked = request.POST if request.method == "POST" else request.GET
    sides = [_side(draw, places, asked.get(name, ""), request.GET.get(q, "")) for name, q in SIDES]
    first, second = (side["chosen"] for side in sides)
    context: dict[str, Any] = {
        "title": _("Låt två huvudmän byta plats"),
        "crumbs": [*crumbs_of(draw.cycle), crumb_of(draw)],
        "draw": draw,
        "sides": [
            side | {"name": n, "q_name": q, "again": _without(asked, n), "more": len(side["found"]) == SHOWN}
            for side, (n, q) in zip(sides, SIDES, strict=True)
        ],
        "form": form,
    }
    if first and not second:
        context["suggested"] = _named(draw, places, free_partners(draw, places, str(first.public_id)))
    context["next"] = _next(sides, has_suggested=bool(context.get("suggested")))
    if first and second:
        context |= _priced(draw, str(first.public_id), str(second.public_id), form)
    return staff_page(request, "staff/draw_swap.html", context, status=422 if form.errors else 200)


def _next(sides: Sequence[Mapping[str, Any]], *, has_suggested: bool) -> str:
    """What the button leads to: the cost when both can be chosen, the choice of one, or a search."""
    first, second = (bool(side["chosen"] or side["found"]) for side in sides)
    if first and (second or has_suggested):
        return _("Visa vad bytet kostar")
    return _("Fortsätt") if first or second else _("Sök huvudman")


def _side(draw: Draw, places: Mapping[str, str], chosen: str, q: str) -> dict[str, Any]:
    """One of the two: the chosen huvudman, or those that were searched for."""
    q = q.strip()[:LONGEST]
    if chosen in places:
        huvudman = Huvudman.objects.filter(public_id=chosen).select_related("main_kommun").first()
        if huvudman:
            return {"chosen": huvudman, "block": _block(draw, places[chosen]), "q": "", "found": []}
    found = found_in(draw, places, q) if q else []
    return {"chosen": None, "block": "", "q": q, "found": _named(draw, places, found)}


def _without(asked: QueryDict, name: str) -> str:
    """The address of the page with one of the two still to choose."""
    return "?" + urlencode({n: asked[n] for n, _q in SIDES if n in asked and n != name})


def _named(draw: Draw, places: Mapping[str, str], rows: list[Huvudman]) -> list[tuple[Huvudman, str, str]]:
    blocks = [_block(draw, places[str(row.public_id)]) for row in rows]
    return list(zip(rows, blocks, marks_of(rows), strict=True))


def _block(draw: Draw, block: str) -> str:
    return block_name(block, draw.cycle.first_year)


def _in_order(draw: Draw, cost: Cost) -> list[dict[str, Any]]:
    by_name = {row["family"]: row | {"name": family_name(row["family"])} for row in cost.families}
    return [by_name[family] for family in families_of(draw.counted)]


def _priced(draw: Draw, first: str, second: str, form: SwapForm) -> dict[str, Any]:
    try:
        cost: Cost = cost_of_swap(draw, first, second)
    except NotPossible as reason:
        return {"refused": str(reason)}
    if not form.is_bound:
        form.initial.update(first=first, second=second)
    return {
        "cost": cost,
        "families": _in_order(draw, cost),
        "pupils": [row | {"name": _block(draw, row["block"])} for row in cost.pupils],
    }
