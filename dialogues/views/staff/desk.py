"""The staff's front page: Att göra i dag."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.templatetags.look import number
from dialogues import days
from dialogues.desk import Desk, DeskFilter, kinds_for, meetings_of, waiting
from dialogues.views.staff.frame import require, staff_page

PAGE_SIZE = 50


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits for the signed-in person, in due order, narrowed by kind, whose and office."""
    require(request, "dialogues.view_desk")
    user = request.user
    mine = Desk.of(user)  # type: ignore[arg-type]
    kinds = kinds_for(user)  # type: ignore[arg-type]
    wanted = DeskFilter.from_query(request.GET)
    if wanted.kind and wanted.kind not in {kind.key for kind in kinds}:
        raise Http404
    found = waiting(kinds, mine)
    page = Paginator(wanted.apply(found.entries), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Att göra i dag"),
        "subtitle": capfirst(days.in_words(mine.today)),
        "page": page,
        "todos": found.read(page.object_list),
        "groups": wanted.chips(found),
        "is_narrowed": wanted != DeskFilter(),
        "meetings": meetings_of(user),  # type: ignore[arg-type]
        "has_kinds": bool(kinds),
        "front_count": len(found.entries),
    }
    return staff_page(request, "staff/desk.html", context)


@require_GET
def desk_count(request: HttpRequest) -> HttpResponse:
    """How many things the front page lists, as the number in the rail."""
    require(request, "dialogues.view_desk")
    user = request.user
    found = waiting(kinds_for(user), Desk.of(user))  # type: ignore[arg-type]
    return HttpResponse(number(len(found.entries)), content_type="text/plain; charset=utf-8")
