"""The staff site's front page: what to do today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dialogues.desk import due_for, meetings_of
from dialogues.views.staff.frame import staff_page


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the person who is signed in, and the meetings ahead."""
    user = request.user
    context = {"title": _("Att göra i dag"), "work": due_for(user), "meetings": meetings_of(user)}  # type: ignore[arg-type]
    return staff_page(request, "staff/desk.html", context)
