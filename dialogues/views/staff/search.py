"""The search field at the top of every staff page: huvudmän with their dialogues, and their contacts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts import asked
from dialogues.queries import found_contacts, found_huvudman
from dialogues.views.staff.frame import require, staff_page
from huvudman.search import LIKE

SHORTEST = 2
SHOWN = 20


def search(request: HttpRequest) -> HttpResponse:
    """What `q` finds: huvudmän by name (in spite of slips), number or unit code; contacts by name or address.

    A personnummer comes here masked, as everywhere, and finds nothing.
    """
    require(request, "dialogues.view_dialogue")
    require(request, "huvudman.read_register")
    q = asked.words(request.GET)
    wanted = len(q) >= SHORTEST
    huvudman = found_huvudman(q, SHOWN) if wanted else []
    context = {
        "title": _("Sök"),
        "global_query": q,
        "wanted": wanted,
        "huvudman": huvudman,
        "only_like": all(getattr(row, "hit", 0) >= LIKE for row in huvudman),
        "contacts": found_contacts(q, SHOWN) if wanted else [],
        "shown": SHOWN,
    }
    return staff_page(request, "staff/search.html", context)
