"""The staff's front page: Att göra i dag."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.templatetags.look import number
from dialogues import days
from dialogues.desk import Desk, DeskFilter, Waiting, kinds_for, meetings_of, waiting
from dialogues.desk.choices import Saved, saved_choices, usual_choice
from dialogues.views.staff.frame import require, staff_page

PAGE_SIZE = 50


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits for the signed-in person, in due order, narrowed by kind, whose and office.

    Asked for nothing in particular, it goes to the person's usual choice.
    """
    require(request, "dialogues.view_desk")
    user = request.user
    kinds = kinds_for(user)  # type: ignore[arg-type]
    saved = saved_choices(user, kinds)  # type: ignore[arg-type]
    usual = usual_choice(saved)
    if usual and not request.GET:
        return redirect(f"{request.path}?{usual.query}")
    wanted = DeskFilter.from_query(request.GET)
    found = waiting(kinds, Desk.of(user))  # type: ignore[arg-type]
    page = Paginator(wanted.listed(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Att göra i dag"),
        "subtitle": capfirst(days.in_words(found.desk.today)),
        "page": page,
        "todos": found.read(page.object_list),
        "groups": wanted.chips(found),
        "saved": [_chip(row, wanted, found) for row in saved],
        "wanted": wanted,
        "is_narrowed": wanted != DeskFilter(),
        "meetings": meetings_of(user),  # type: ignore[arg-type]
        "has_kinds": bool(kinds),
        "is_others_kind": bool(wanted.kind) and wanted.kind not in {kind.key for kind in kinds},
        "front_count": len((usual or DeskFilter()).listed(found)),
    }
    return staff_page(request, "staff/desk.html", context)


@require_GET
def desk_count(request: HttpRequest) -> HttpResponse:
    """How many things the front page lists at first, as the number in the rail."""
    require(request, "dialogues.view_desk")
    user = request.user
    kinds = kinds_for(user)  # type: ignore[arg-type]
    usual = usual_choice(saved_choices(user, kinds)) or DeskFilter()  # type: ignore[arg-type]
    found = waiting(kinds, Desk.of(user))  # type: ignore[arg-type]
    return HttpResponse(number(len(usual.listed(found))), content_type="text/plain; charset=utf-8")


def _chip(saved: Saved, wanted: DeskFilter, found: Waiting) -> dict[str, Any]:
    choice = saved.choice
    count = len(choice.listed(found))
    return {"label": saved.name, "url": f"?{choice.query}", "active": choice == wanted, "count": count}
