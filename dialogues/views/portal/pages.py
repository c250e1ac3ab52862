"""What every page of the portal has in common: one's own dialogue, never anyone else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.typed import ask_to_sign_in, not_saved, saves_by_itself, written
from dialogues.models import Dialogue
from dialogues.queries import dialogue_for
from dialogues.rules import may_write_own_space, writes_for_huvudman
from dialogues.standstill import standstill
from dialogues.turns import Side
from dialogues.views.portal.case import case_of
from dialogues.views.portal.tasks import steps
from huvudman.models import Access, Huvudman
from huvudman.queries import contact_of as contact_of
from huvudman.queries import contacts_of, represented_by, writers_of

View = Callable[..., HttpResponseBase]

OPEN_WHILE_PAUSED = frozenset({"portal_cancel", "portal_evaluation"})
"""Pages where the huvudman decides something also during a pause: leaving is always possible, and what it
thinks of a part that has been is asked apart from all else.
"""


def portal_page(view: View) -> View:
    """A page for signed-in people, never kept by browsers or proxies."""
    return never_cache(signed_in(require_http_methods(["GET", "HEAD", "POST"])(view)))


def signed_in(view: View) -> View:
    """A page that asks whoever is not signed in to do so first, and then comes back."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponseBase:
        if request.user.is_anonymous:
            return ask_to_sign_in(request, settings.LOGIN_URL)
        return view(request, *args, **rest)

    return page


def own_dialogue(view: View) -> View:
    """A page about one of the user's own dialogues, named in the address. Others' are not found, and those
    who only read send nothing: their POST is refused whatever the page, as everyone's is during a pause.
    """

    @wraps(view)
    def page(request: HttpRequest, public_id: uuid.UUID, **rest: Any) -> HttpResponseBase:
        dialogue = dialogue_for(who(request), public_id)
        if request.method == "POST" and not writes_for_huvudman(who(request), dialogue):
            return _refuse(request, dialogue.huvudman)
        if request.method == "POST" and dialogue.is_paused and not _is_open_while_paused(request):
            return _rests(request, dialogue)
        return view(request, dialogue, **rest)

    return portal_page(page)


def own_huvudman(view: View) -> View:
    """A page about a huvudman that the user represents, named in the address, dialogue or none; the same
    doors as `own_dialogue`.
    """

    @wraps(view)
    def page(request: HttpRequest, huvudman_id: uuid.UUID, **rest: Any) -> HttpResponseBase:
        huvudman = get_object_or_404(represented_by(who(request)), public_id=huvudman_id)
        if request.method == "POST" and not may_write_own_space(who(request), huvudman):
            return _refuse(request, huvudman)
        return view(request, huvudman, **rest)

    return portal_page(page)


def _refuse(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """Say that who only reads sends nothing, with what was written, should it have changed meanwhile."""
    if saves_by_itself(request):
        return not_saved(request, _("Du kan läsa, men inte skriva."))
    context = {**frame(request, huvudman), "texts": written(request)}
    return render(request, "portal/refused.html", context, status=403)


def _is_open_while_paused(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name in OPEN_WHILE_PAUSED


def _rests(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Say that the dialogue is paused, with what was written, should it have been paused meanwhile."""
    if saves_by_itself(request):
        return not_saved(request, _("Dialogen är pausad."))
    return show(request, "rests", dialogue, texts=written(request), status=409)


def who(request: HttpRequest) -> User:
    """The signed-in user of a portal page."""
    assert isinstance(request.user, User)
    return request.user


def frame(request: HttpRequest, huvudman: Huvudman) -> dict[str, Any]:
    """What stands around every page about a huvudman: which one it is, those one can switch to, and whether
    one may send; `writers` are those who may, for who only reads.
    """
    contacts = list(contacts_of(who(request)).select_related("huvudman").order_by("huvudman__name", "pk"))
    mine = {contact.huvudman_id: contact.huvudman for contact in contacts}
    may_write = any(c.access == Access.WRITE for c in contacts if c.huvudman_id == huvudman.pk)
    return {
        "huvudman": huvudman,
        "switch": list(mine.values()) if len(mine) > 1 else [],
        "may_write": may_write,
        "writers": [] if may_write else [c.name or c.email for c in writers_of(huvudman)],
    }


def show(
    request: HttpRequest, template: str, dialogue: Dialogue, *, here: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """Render a page about a dialogue, with its side list of steps; `here` names the step. A paused one is
    only read, but may be left.
    """
    case = more.pop("case", None) or case_of(dialogue)
    around = more.pop("around", None) or frame(request, dialogue.huvudman)
    context = {
        **around,
        "may_write": around["may_write"] and not dialogue.is_paused,
        "may_leave": around["may_write"],
        "standstill": standstill(dialogue, Side.HUVUDMAN),
        "dialogue": dialogue,
        "case": case,
        "steps": steps(case, here),
    }
    return render(request, f"portal/{template}.html", context | more, status=status)
