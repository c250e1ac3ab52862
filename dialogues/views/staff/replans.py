"""Planning again: what has changed since the plan was laid, and whom the new plan moves."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import asked
from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.cells import CSV_TYPE, XLSX_TYPE
from dialogues.domain.since_planned import since_planned
from dialogues.forms.replans import MORE, Asked
from dialogues.models import Draw
from dialogues.models import DrawState as S
from dialogues.plan_exports import changes_csv, changes_workbook
from dialogues.plan_queries import breach_rows
from dialogues.replan_queries import DiffKind, changed_lists, diff_of, evenness, told
from dialogues.views.lottery import as_file
from dialogues.views.staff.draws import BREACHES_SHOWN, PLAN, VIEW, crumb_of, crumbs_of, find_draw
from dialogues.views.staff.frame import PAGE_SIZE, require, staff_page
from huvudman.filters import changed_query

KIND = "slag"


def draw_replan(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Read what has changed, say why and what counts, and ask for the plan to be made again."""
    require(request, PLAN)
    draw = find_draw(public_id)
    if draw.state != S.APPROVED:
        return redirect("admin:draw", public_id)
    since = since_planned(draw)
    wanted = Asked(draw, since, request.POST if request.method == "POST" else None)
    if MORE not in request.POST and wanted.is_valid:
        try:
            replan = wanted.perform(person(request.user))  # type: ignore[arg-type]
            return redirect("admin:draw", replan.public_id)
        except NotPossible as reason:
            wanted.form.add_error(None, str(reason))
    has_errors = any(form.errors for form in wanted.all_forms)
    context = {
        "title": _("Planera om"),
        "crumbs": [*crumbs_of(draw.cycle), crumb_of(draw)],
        "draw": draw,
        "since": since,
        "changed": changed_lists(since, draw),
        "asked": wanted,
        "more": MORE,
        "has_more": MORE in request.POST,
    }
    return staff_page(request, "staff/draw_replan.html", context, status=422 if has_errors else 200)


@require_GET
def draw_changes(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Everyone that a replan changes: from where to where."""
    require(request, VIEW)
    draw = _find_made(public_id)
    rows = diff_of(draw)
    q, kind = asked.words(request.GET), asked.choice(request.GET, KIND, DiffKind.values)
    shown = [row for row in rows if kind in ("", row.kind) and _matches(row.name, row.id, q)]
    context = {
        "title": _("Vad omplaneringen ändrar"),
        "crumbs": [*crumbs_of(draw.cycle), crumb_of(draw)],
        "draw": draw,
        "told": told(rows),
        "moved_bound": draw.certificate["moved_bound"],
        "q": q,
        "kind": kind,
        "chips": _chips(request, rows, kind),
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "evenness": evenness(draw),
        "breaches": breach_rows(draw.counted, draw.cycle.first_year)[:BREACHES_SHOWN],
    }
    return staff_page(request, "staff/draw_changes.html", context)


@require_GET
def draw_changes_file(request: HttpRequest, public_id: uuid.UUID, kind: str) -> HttpResponse:
    """The same as a file, Excel or CSV."""
    require(request, VIEW)
    draw = _find_made(public_id)
    name = f"andringar-{draw.public_id}.{kind}"
    if kind not in ("xlsx", "csv"):
        raise Http404
    if kind == "xlsx":
        return as_file(changes_workbook(draw), XLSX_TYPE, name)
    return as_file(changes_csv(draw), CSV_TYPE, name)


def _find_made(public_id: uuid.UUID) -> Draw:
    """A replan that has been made. Raises Http404."""
    draw = find_draw(public_id)
    if not draw.is_replan or not draw.drawn_at:
        raise Http404
    return draw


def _matches(name: str, unit: str, q: str) -> bool:
    return q.casefold() in name.casefold() or q.lower() == unit


def _chips(request: HttpRequest, rows: list[Any], chosen: str) -> list[dict[str, Any]]:
    kinds = [("", _("Alla")), *((kind.value, str(kind.label).capitalize()) for kind in DiffKind)]
    return [
        {
            "label": label,
            "url": changed_query(request.GET, KIND, value),
            "active": value == chosen,
            "count": sum(value in ("", row.kind) for row in rows),
        }
        for value, label in kinds
    ]
