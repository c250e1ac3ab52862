"""A plan as files for staff: certificate, Excel, the evaluators' extract."""

from __future__ import annotations

import json
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from dialogues.cells import CSV_TYPE, XLSX_TYPE
from dialogues.models import Cycle
from dialogues.plan_exports import extract_csv, plan_workbook
from dialogues.views.lottery import as_file
from dialogues.views.staff.draws import VIEW, find_draw
from dialogues.views.staff.frame import require

EXTRACT = "dialogues.extract_plan"


@require_GET
def draw_workbook(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The plan as an Excel file."""
    require(request, VIEW)
    draw = find_draw(public_id)
    if not draw.drawn_at:
        raise Http404
    return as_file(plan_workbook(draw), XLSX_TYPE, f"plan-{draw.public_id}.xlsx")


@require_GET
def draw_certificate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The certificate with its swaps, for anyone who wants to check the counts."""
    require(request, VIEW)
    draw = find_draw(public_id)
    if not draw.drawn_at:
        raise Http404
    text = json.dumps(draw.counted, ensure_ascii=False, indent=1)
    return as_file(text.encode(), "application/json", f"intyg-{draw.public_id}.json")


@require_GET
def cycle_extract(request: HttpRequest, pk: int) -> HttpResponse:
    """The extract for evaluators: pseudonyms, strata, year, batch, answer."""
    require(request, EXTRACT)
    cycle = get_object_or_404(Cycle, pk=pk)
    if not cycle.planned_at:
        raise Http404
    return as_file(extract_csv(cycle), CSV_TYPE, f"utvardering-cykel-{cycle.pk}.csv")
