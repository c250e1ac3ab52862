"""The staff's list of huvudmän, and the page of one huvudman."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from huvudman.filters import HuvudmanFilter
from huvudman.import_texts import Names
from huvudman.models import Contact, Huvudman, HuvudmanEvent
from huvudman.queries import history_of, huvudman_rows, postal_address_of, recipients_of, unit_rows
from huvudman.views.pages import needs, staff_page

PAGE_SIZE = 50


@needs("huvudman.read_register")
def huvudman_list(request: HttpRequest) -> HttpResponse:
    """All huvudmän, by name as Swedes sort, filtered by search, region, type, size and skolform."""
    wanted = HuvudmanFilter.from_query(request.GET)
    page = Paginator(wanted.apply(huvudman_rows()), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Huvudmän"),
        "page": page,
        "filter": wanted,
        "chip_rows": wanted.chips(request.GET),
        "may_import": request.user.has_perm("huvudman.import_register"),
    }
    return staff_page(request, "staff/huvudman_list.html", context)


def _contacts(huvudman: Huvudman) -> list[Contact]:
    """All who have represented the huvudman, those who do first."""
    rows = huvudman.contacts.select_related("invited_by").order_by("role", "name", "pk")
    return sorted(
        rows, key=lambda contact: bool(contact.valid_to and contact.valid_to < timezone.localdate())
    )


@needs("huvudman.read_register")
def huvudman_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One huvudman: facts, contacts, units, events, history."""
    rows = Huvudman.objects.select_related("main_kommun__lan__office", "koncern")
    huvudman = get_object_or_404(rows, public_id=public_id)
    events = HuvudmanEvent.objects.filter(Q(before=huvudman) | Q(after=huvudman))
    context = {
        "title": huvudman.name,
        "huvudman": huvudman,
        "kommuner": huvudman.kommuner.select_related("lan"),
        "contacts": _contacts(huvudman),
        "today": timezone.localdate(),
        "recipients": recipients_of(huvudman),
        "postal_address": postal_address_of(huvudman),
        "units": Paginator(unit_rows(huvudman), PAGE_SIZE).get_page(request.GET.get("page")),
        "events": events.select_related("before", "after"),
        "history": history_of(huvudman),
        "names": Names(),
        "may_change": request.user.has_perm("huvudman.change_register"),
    }
    return staff_page(request, "staff/huvudman.html", context)
