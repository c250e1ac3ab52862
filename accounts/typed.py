"""What somebody wrote in a form that can't be taken now: shown again, so that it can be copied."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

SECRET = re.compile(r"password|losenord|code|kod|secret|token", re.IGNORECASE)


def written(request: HttpRequest) -> list[str]:
    """What was written in words (with a space between), in the form's order; never a password or a code.

    Nothing from another site's form: nobody else's words may stand on our pages.
    """
    if not _is_own_form(request):
        return []
    values = (value for name, values in request.POST.lists() if not SECRET.search(name) for value in values)
    return [value for value in values if len(value.split()) > 1]


def ask_to_sign_in(request: HttpRequest, sign_in: str) -> HttpResponse:
    """The sign-in page, then back; whoever wrote something while being signed out is first shown it."""
    if saves_by_itself(request):
        return not_saved(request, _("Du är utloggad."))
    texts = written(request)
    back = _page_of_form(request)
    if not texts:
        return redirect_to_login(back, sign_in)
    query = QueryDict(mutable=True)
    query[REDIRECT_FIELD_NAME] = back
    context = {"texts": texts, "sign_in": f"{resolve_url(sign_in)}?{query.urlencode(safe='/')}"}
    return render(request, "signed_out.html", context, status=403)


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form without a valid token (Django's CSRF_FAILURE_VIEW), with what was written in it."""
    if saves_by_itself(request):
        return not_saved(request, _("Formuläret har legat för länge."))
    return render(request, "403_csrf.html", {"texts": written(request)}, status=403)


def saves_by_itself(request: HttpRequest) -> bool:
    """Whether it is a form's text that saves while one writes: its answer is a line on the page."""
    return request.method == "POST" and "HX-Request" in request.headers


def not_saved(request: HttpRequest, why: str) -> HttpResponse:
    """The line, with status 200, since htmx shows no other."""
    return render(request, "not_saved.html", {"why": why})


def _is_own_form(request: HttpRequest) -> bool:
    own = f"{request.scheme}://{request.get_host()}"
    return request.method == "POST" and request.headers.get("Origin") == own


def _page_of_form(request: HttpRequest) -> str:
    """The address to come back to: of the page with the form, since what takes a form may have no page."""
    page = request.headers.get("Referer", "")
    if request.method != "POST" or not url_has_allowed_host_and_scheme(page, request.get_host()):
        return request.get_full_path()
    parts = urlsplit(page)
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
