"""Putting in statistics: upload, see what would change, put in or put aside."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import asked
from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from accounts.posting import posted_from
from huvudman.views.pages import needs, staff_page
from quality_system.domain.statistics_imports import (
    PERMISSION,
    Upload,
    approve_statistics,
    discard_statistics,
    has_changes,
    upload_statistics,
    work,
)
from quality_system.forms import LeaveOutForm, StatisticsForm
from quality_system.models import Indicator, Level, ObservedValue, Sex, StatisticsImport
from quality_system.wording import SOURCES

PAGE_SIZE = 50
LISTED = 200
COUNTS = {
    "rows": gettext_lazy("Rader"),
    "new": gettext_lazy("Nya värden"),
    "changed": gettext_lazy("Ändrade"),
    "unchanged": gettext_lazy("Oförändrade"),
    "unknown_units": gettext_lazy("Okända koder"),
    "rejected": gettext_lazy("Gick inte att läsa"),
}


@needs(PERMISSION)
def statistics_imports(request: HttpRequest) -> HttpResponse:
    """Earlier imports, found by search, and the form for new files."""
    form = StatisticsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _upload(request, form)
    words = asked.words(request.GET)
    rows = StatisticsImport.objects.select_related("created_by").prefetch_related("files")
    rows = rows.defer("measures", "corrections", "unknown", "rejected", "problems")
    page = Paginator(_found(rows, words), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"title": _("Lägg in statistik"), "form": form, "page": page, "q": words}
    return staff_page(
        request, "staff/statistics_import_list.html", context, status=422 if form.errors else 200
    )


def _upload(request: HttpRequest, form: StatisticsForm) -> HttpResponse:
    row = upload_statistics(
        actor=person(request.user),  # type: ignore[arg-type]
        source=form.cleaned_data["source"],
        files=[Upload(file.name, file.read()) for file in form.cleaned_data["file"]],
    )
    return redirect("admin:statistics_import", row.public_id)


def _found(rows: QuerySet[StatisticsImport], words: str) -> QuerySet[StatisticsImport]:
    """The imports with the words in a file's name, the person's or the source's; or by a file's sha256."""
    if not words:
        return rows
    sources = [source for source, name in SOURCES.items() if words.casefold() in str(name).casefold()]
    return rows.filter(
        Q(files__name__icontains=words)
        | Q(files__sha256__istartswith=words)
        | Q(created_by__name__icontains=words)
        | Q(created_by__email__icontains=words)
        | Q(source__in=sources)
    ).distinct()


@needs(PERMISSION)
def statistics_import(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One import: how far it has come, what it would change, what could not be read."""
    return _import_page(request, _find(public_id), LeaveOutForm())


@needs(PERMISSION)
@posted_from("admin:statistics_import")
def statistics_import_approve(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the previewed values in."""
    row = _find(public_id)
    form = LeaveOutForm(request.POST)
    if row.rejected and not form.is_valid():
        return _import_page(request, row, form)
    try:
        approve_statistics(row=row, actor=person(request.user), leave_out=bool(row.rejected))  # type: ignore[arg-type]
    except NotPossible as error:
        return _import_page(request, _find(public_id), LeaveOutForm(), refused=str(error))
    return redirect("admin:statistics_import", public_id)


@needs(PERMISSION)
@posted_from("admin:statistics_import")
def statistics_import_discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the files aside."""
    try:
        discard_statistics(row=_find(public_id), actor=person(request.user))  # type: ignore[arg-type]
    except NotPossible as error:
        return _import_page(request, _find(public_id), LeaveOutForm(), refused=str(error))
    tell_done(request, _("Importen är avbruten. Statistiken är som den var."))
    return redirect("admin:statistics_imports")


def _find(public_id: uuid.UUID) -> StatisticsImport:
    return get_object_or_404(
        StatisticsImport.objects.select_related("created_by").prefetch_related("files"), public_id=public_id
    )


def _import_page(
    request: HttpRequest, row: StatisticsImport, form: LeaveOutForm, refused: str = ""
) -> HttpResponse:
    names = _measure_names(row)
    context = {
        "title": ", ".join(file.name for file in row.files.all()),
        "row": row,
        "form": form,
        "refused": refused,
        "progress": work.progress_of(row),
        "has_changes": has_changes(row),
        "counts": [(label, row.counts.get(name, 0)) for name, label in COUNTS.items()],
        "kinds": _kinds(row),
        "measures": [{**measure, "name": names[measure["key"]]} for measure in row.measures[:LISTED]],
        "corrections": [_correction(seen, names) for seen in row.corrections],
        "rejected": row.rejected[:LISTED],
        "unknown": row.unknown[:LISTED],
        "listed": LISTED,
    }
    status = 422 if refused or form.errors else 200
    return staff_page(request, "staff/statistics_import.html", context, status=status)


def _measure_names(row: StatisticsImport) -> dict[str, str]:
    """What the measures are called; the key where no edition has the measure as an indicator."""
    keys = [part["key"] for part in (*row.measures[:LISTED], *row.corrections)]
    named = Indicator.objects.filter(key__in=keys).order_by("edition__valid_from", "pk")
    return {key: key for key in keys} | dict(named.values_list("key", "name"))


def _kinds(row: StatisticsImport) -> list[tuple[str, int]]:
    """How many values there are of each kind, of the kinds that there are."""
    counted = row.counts.get("values", {})
    return [
        (str(label).capitalize(), counted[kind])
        for kind, label in ObservedValue.Kind.choices
        if counted.get(kind)
    ]


def _correction(seen: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return seen | {
        "name": names[seen["key"]],
        "whose": seen["whose"] or str(Level(seen["level"]).label),
        "sex": "" if seen["sex"] == Sex.ALL else str(Sex(seen["sex"]).label),
    }
