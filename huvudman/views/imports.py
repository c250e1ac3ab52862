"""Importing register files: upload, see what would change, approve or put aside."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from accounts.personnummer import mask_personnummer
from accounts.posting import posted_from
from huvudman.domain.comparison import older_text
from huvudman.domain.imports import (
    approve_import,
    discard_import,
    has_changes,
    has_read,
    upload_register,
    work,
)
from huvudman.filters import changed_query
from huvudman.forms import ApproveForm, UploadForm
from huvudman.import_texts import Names
from huvudman.models import ChangeKind, ChangeTable, RegisterImport
from huvudman.views.pages import needs, staff_page

PAGE_SIZE = 50
LISTED = 200
IMPORT = "huvudman.import_register"


@needs(IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """Earlier imports, and the form for a new file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _upload(request, form)
    rows = RegisterImport.objects.select_related("created_by").defer("problems", "rejected", "remarks")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"title": _("Importera registret"), "form": form, "page": page}
    return staff_page(request, "staff/register_import_list.html", context)


def _upload(request: HttpRequest, form: UploadForm) -> HttpResponse:
    file = form.cleaned_data["file"]
    row = upload_register(
        actor=person(request.user),  # type: ignore[arg-type]
        kind=form.cleaned_data["kind"],
        file_name=file.name,
        content=file.read(),
        year=form.cleaned_data["year"],
    )
    return redirect("admin:register_import", row.public_id)


@needs(IMPORT)
def import_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One import: how far it has come, what it would change, what could not be read."""
    return _import_page(request, find_import(public_id), ApproveForm())


@needs(IMPORT)
@posted_from("admin:register_import")
def import_approve(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the previewed changes into the register."""
    row = find_import(public_id)
    form = ApproveForm(request.POST)
    if row.rejected and not form.is_valid():
        return _import_page(request, row, form)
    try:
        approve_import(row=row, actor=person(request.user), leave_out=bool(row.rejected))  # type: ignore[arg-type]
    except NotPossible as error:
        return _import_page(request, find_import(public_id), ApproveForm(), refused=str(error))
    return redirect("admin:register_import", public_id)


@needs(IMPORT)
@posted_from("admin:register_import")
def import_discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put the file aside."""
    try:
        discard_import(row=find_import(public_id), actor=person(request.user))  # type: ignore[arg-type]
    except NotPossible as error:
        return _import_page(request, find_import(public_id), ApproveForm(), refused=str(error))
    tell_done(request, _("Importen är avbruten. Registret är som det var."))
    return redirect("admin:register_imports")


def find_import(public_id: uuid.UUID) -> RegisterImport:
    """The import. Raises Http404."""
    return get_object_or_404(RegisterImport.objects.select_related("created_by"), public_id=public_id)


def _import_page(
    request: HttpRequest, row: RegisterImport, form: ApproveForm, refused: str = ""
) -> HttpResponse:
    tabs = _tabs(row, request.GET)
    chosen = next((tab for tab in tabs if tab["active"]), None)
    context = {
        "title": mask_personnummer(row.file_name),
        "row": row,
        "form": form,
        "refused": refused,
        "progress": work.progress_of(row),
        "counts": _counts(row),
        "has_changes": has_changes(row),
        "has_read": has_read(row),
        "older": older_text(newer=row.newer, year=row.year) if row.newer else "",
        "held": sum(row.held.values()),
        "rejected": row.rejected[:LISTED],
        "remarks": row.remarks[:LISTED],
        "listed": LISTED,
        "tabs": tabs,
        "changes": _changes(row, chosen, request.GET.get("page")) if chosen else None,
        "table": chosen["table"] if chosen else "",
        "names": Names(),
    }
    status = 422 if refused or form.errors else 200
    return staff_page(request, "staff/register_import.html", context, status=status)


def _counts(row: RegisterImport) -> list[dict[str, Any]]:
    kinds = ("new", "changed", "closed", "unchanged", "rejected")
    return [
        {"label": str(label).capitalize(), "numbers": [row.counts.get(table, {}).get(k, 0) for k in kinds]}
        for table, label in ChangeTable.choices
    ]


def _tabs(row: RegisterImport, query: QueryDict) -> list[dict[str, Any]]:
    """A chip for each kind of change that there is; the first is chosen unless the address says another."""
    wanted = query.get("kind", "")
    tabs = [
        {
            "label": f"{str(table.label).capitalize()}, {kind.label}",
            "count": count_of(row, table, kind),
            "url": changed_query(query, "kind", f"{table}-{kind}"),
            "name": f"{table}-{kind}",
            "table": str(table),
            "kind": str(kind),
        }
        for table in ChangeTable
        for kind in ChangeKind
    ]
    tabs = [tab for tab in tabs if tab["count"]]
    names = [tab["name"] for tab in tabs]
    active = wanted if wanted in names else next(iter(names), "")
    return [tab | {"active": tab["name"] == active} for tab in tabs]


def count_of(row: RegisterImport, table: str, kind: str) -> int:
    """How many rows of a table the import adds, changes, closes or keeps."""
    found: int = row.held.get(table, 0) if kind == ChangeKind.KEPT else row.counts.get(table, {}).get(kind, 0)
    return found


def _changes(row: RegisterImport, tab: dict[str, Any], number: str | None) -> Any:
    rows = row.changes.filter(table=tab["table"], kind=tab["kind"])
    return Paginator(rows, PAGE_SIZE).get_page(number)
