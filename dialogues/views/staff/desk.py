"""The staff's front page: Att göra i dag."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dialogues import days
from dialogues.desk import Desk, kinds_for, meetings_of, waiting
from dialogues.views.staff.frame import require, staff_page

PAGE_SIZE = 50


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits for the signed-in person, in due order; `?slag=` shows one kind."""
    require(request, "dialogues.view_desk")
    user = request.user
    mine = Desk.of(user)  # type: ignore[arg-type]
    kinds = kinds_for(user)  # type: ignore[arg-type]
    wanted = request.GET.get("slag", "")
    if wanted and wanted not in {kind.key for kind in kinds}:
        raise Http404
    found = waiting(kinds, mine)
    page = Paginator(found.only(wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    chips = [{"label": _("Allt"), "url": "?", "active": not wanted, "count": len(found.entries)}]
    chips += [
        {"label": kind.label, "url": f"?slag={kind.key}", "active": kind.key == wanted, "count": count}
        for kind in kinds
        if (count := found.counts[kind.key]) or kind.key == wanted
    ]
    context = {
        "title": _("Att göra i dag"),
        "subtitle": capfirst(days.in_words(mine.today)),
        "page": page,
        "todos": found.read(page.object_list),
        "chips": chips,
        "meetings": meetings_of(user),  # type: ignore[arg-type]
        "has_kinds": bool(kinds),
    }
    return staff_page(request, "staff/desk.html", context)
