"""Doors that no address can go around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.adminsite import site
from accounts.entrance import may_be_signed_in
from accounts.personnummer import mask_address
from accounts.strength import has_totp, is_strong, used_password
from accounts.typed import ask_to_sign_in

Answer = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """Swedish, unless the visitor has chosen English here: what the browser asks for is no choice."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class PlainAddressMiddleware:
    """Answers 400 to an address or a cookie with the character NUL, which the database does not take."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked_for = [request.path_info, *request.COOKIES.values()]
        for name, values in request.GET.lists():
            asked_for += [name, *values]
        if any("\x00" in text for text in asked_for):
            raise BadRequest("NUL in the address or in a cookie")
        return self.get_response(request)


class MaskedQueryMiddleware:
    """Moves whoever asks for a personnummer in an address on to the same page with it masked.

    It finds nothing anywhere, and would else stay in the address, the browser's history and the links between
    a list's pages.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        query = _masked(request.GET)
        if query == request.GET:
            return self.get_response(request)
        return HttpResponseRedirect(f"?{query.urlencode()}")


def _masked(query: QueryDict) -> QueryDict:
    """The query with every personnummer masked; what has none stays as it was written."""
    found = query.copy()
    for name, values in query.lists():
        written = [" ".join(value.split()) for value in values]
        masked = [mask_address(value) for value in written]
        if masked != written:
            found.setlist(name, masked)
    return found


class EntranceMiddleware:
    """Ends the session of whoever has no reason to be signed in any more."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and not may_be_signed_in(request.user):
            logout(request)
            messages.info(
                request, _("Du är utloggad, eftersom du inte längre står som kontakt för någon huvudman.")
            )
            return redirect("account_request_login_code")
        return self.get_response(request)


class StaffDoorMiddleware:
    """Lets only staff with password and time-based code in to the staff's site, whatever the view."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Answer those who may not go on; None lets the view answer."""
        match = request.resolver_match
        if match is None or site.name not in match.namespaces:
            return None
        return refuse(request)


def refuse(request: HttpRequest) -> HttpResponse | None:
    """Where to go instead of the staff's site, or None for those who may enter. Raises Http404."""
    sign_in = resolve_url("account_login")
    if request.user.is_anonymous:
        return ask_to_sign_in(request, sign_in)
    if not request.user.is_staff:
        raise Http404
    if is_strong(request):
        return None
    if used_password(request) and not has_totp(request):
        return redirect_to_login(request.get_full_path(), resolve_url("mfa_activate_totp"))
    logout(request)
    return redirect_to_login(request.get_full_path(), sign_in)
