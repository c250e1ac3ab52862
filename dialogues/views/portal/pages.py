"""What every page of the portal has in common: one's own dialogue, never anyone else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.typed import ask_to_sign_in
from dialogues.models import Dialogue
from dialogues.queries import dialogue_for
from dialogues.views.portal.case import case_of
from dialogues.views.portal.tasks import steps
from huvudman.models import Contact, Huvudman
from huvudman.queries import represented_by, valid_contacts

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
    """A page about one of the user's own dialogues, named in the address. Others' are not found."""

    @wraps(view)
    def page(request: HttpRequest, public_id: uuid.UUID, **rest: Any) -> HttpResponseBase:
        return view(request, dialogue_for(who(request), public_id), **rest)

    return portal_page(page)


def who(request: HttpRequest) -> User:
    """The signed-in user of a portal page."""
    assert isinstance(request.user, User)
    return request.user


def contact_of(user: User, huvudman: Huvudman) -> Contact:
    """In what capacity the user represents the huvudman today."""
    return valid_contacts().filter(user=user, huvudman=huvudman).order_by("pk")[0]


def show(
    request: HttpRequest, template: str, dialogue: Dialogue, *, here: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """Render a page about a dialogue, with its side list of steps; `here` names the step."""
    case = more.pop("case", None) or case_of(dialogue)
    context = {
        "dialogue": dialogue,
        "huvudman": dialogue.huvudman,
        "case": case,
        "steps": steps(case, here),
        "several": represented_by(who(request)).count() > 1,
    }
    return render(request, f"portal/{template}.html", context | more, status=status)
