"""What every page of the portal has in common: one's own dialogue, never anyone else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.typed import ask_to_sign_in, not_saved, saves_by_itself, written
from dialogues.models import Dialogue
from dialogues.queries import dialogue_for
from dialogues.rules import writes_for_huvudman
from dialogues.views.portal.case import case_of
from dialogues.views.portal.tasks import steps
from huvudman.models import Access, Contact, Huvudman
from huvudman.queries import contacts_of, writers_of

View = Callable[..., HttpResponseBase]


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
    who only read send nothing: their POST is refused whatever the page.
    """

    @wraps(view)
    def page(request: HttpRequest, public_id: uuid.UUID, **rest: Any) -> HttpResponseBase:
        dialogue = dialogue_for(who(request), public_id)
        if request.method == "POST" and not writes_for_huvudman(who(request), dialogue):
            return _refuse(request, dialogue.huvudman)
        return view(request, dialogue, **rest)

    return portal_page(page)


def _refuse(request: HttpRequest, huvudman: Huvudman) -> HttpResponse:
    """Say that who only reads sends nothing, with what was written, should it have changed meanwhile."""
    if saves_by_itself(request):
        return not_saved(request, _("Du kan läsa, men inte skriva."))
    context = {**frame(request, huvudman), "texts": written(request)}
    return render(request, "portal/refused.html", context, status=403)


def who(request: HttpRequest) -> User:
    """The signed-in user of a portal page."""
    assert isinstance(request.user, User)
    return request.user


def contact_of(user: User, huvudman: Huvudman) -> Contact:
    """In what capacity the user represents the huvudman today; the one that writes, if there are several."""
    return contacts_of(user).filter(huvudman=huvudman).order_by("-access", "pk")[0]


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
    """Render a page about a dialogue, with its side list of steps; `here` names the step."""
    case = more.pop("case", None) or case_of(dialogue)
    context = {
        **frame(request, dialogue.huvudman),
        "dialogue": dialogue,
        "case": case,
        "steps": steps(case, here),
    }
    return render(request, f"portal/{template}.html", context | more, status=status)
