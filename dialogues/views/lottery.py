"""The lottery for anyone: what was locked, how the plan was drawn, where one landed, how to check it."""

from __future__ import annotations

import json
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from dialogues.cells import CSV_TYPE
from dialogues.check_program import program_zip
from dialogues.domain.swaps import current_places
from dialogues.lottery_report import is_public, lotteries, place_in, report_of, report_pdf
from dialogues.models import Draw, DrawKind
from dialogues.models.draw import USABLE
from dialogues.plan_exports import plan_csv, register_csv, register_json

SHOWN = 50
LONGEST = 60
PROGRAM = "kontrollprogram.zip"


@require_safe
def lottery_list(request: HttpRequest) -> HttpResponse:
    """All lotteries that were ever committed, latest first."""
    return render(request, "public/lotteries.html", {"lotteries": lotteries()[:SHOWN]})


@require_safe
def lottery_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The report of a lottery, and the batch of whoever asks by its pseudonym."""
    draw = find_lottery(public_id)
    asked = request.GET.get("beteckning", "")[:LONGEST]
    place = place_in(draw, asked) if asked and is_public(draw) else ""
    return render(request, "public/lottery.html", report_of(draw) | {"asked": asked, "place": place})


@require_safe
def lottery_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The report as an accessible PDF."""
    draw = find_lottery(public_id)
    response = HttpResponse(report_pdf(draw), content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=f"lottning-{draw.public_id}.pdf")
    response["Content-Disposition"] = disposition or "inline"
    return response


@require_safe
def lottery_file(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """What is needed to check a lottery: the locked text at once, the rest when the plan is approved."""
    draw = _find_with_files(public_id)
    if name == "lasning.json" and (draw.is_lottery or is_public(draw)):
        return as_file(draw.commitment.encode(), "application/json", name)
    if not is_public(draw):
        raise Http404
    match name:
        case "register.json":
            return as_file(register_json(draw), "application/json", name)
        case "register.csv":
            return as_file(register_csv(draw), CSV_TYPE, name)
        case "plan.csv":
            return as_file(plan_csv(draw.assignment), CSV_TYPE, name)
        case "forra-planen.csv" if draw.is_replan:
            return as_file(plan_csv(draw.previous), CSV_TYPE, name)
        case "plan-med-byten.csv":
            return as_file(plan_csv(current_places(draw)), CSV_TYPE, name)
        case "intyg.json" | "intyg-med-byten.json":
            kept = draw.certificate if name == "intyg.json" else draw.counted
            text = json.dumps(kept, ensure_ascii=False, indent=1)
            return as_file(text.encode(), "application/json", name)
    raise Http404


@require_safe
def lottery_program(request: HttpRequest) -> HttpResponse:
    """The program that checks a plan, to be run with Python alone."""
    return as_file(program_zip(), "application/zip", PROGRAM)


def find_lottery(public_id: uuid.UUID) -> Draw:
    """The lottery. Raises Http404, also for trials and draws with a seed of one's own."""
    rows = Draw.objects.filter(kind=DrawKind.LOTTERY).select_related("cycle")
    return get_object_or_404(rows, public_id=public_id)


def _find_with_files(public_id: uuid.UUID) -> Draw:
    """The lottery, or a replan that goes back to one. Raises Http404."""
    rows = Draw.objects.filter(kind__in=USABLE).select_related("cycle")
    draw = get_object_or_404(rows, public_id=public_id)
    if not Draw.objects.filter(pk__in=draw.line, kind=DrawKind.LOTTERY).exists():
        raise Http404
    return draw


def as_file(data: bytes, content_type: str, name: str) -> HttpResponse:
    """Bytes to be saved."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


urlpatterns = [
    path("lottning/", lottery_list, name="lotteries"),
    path(f"lottning/{PROGRAM}", lottery_program, name="lottery_program"),
    path("lottning/<uuid:public_id>/", lottery_page, name="lottery"),
    path("lottning/<uuid:public_id>/rapport.pdf", lottery_pdf, name="lottery_pdf"),
    path("lottning/<uuid:public_id>/fil/<str:name>", lottery_file, name="lottery_file"),
]
