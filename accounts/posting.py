"""Addresses that are only posted to, whose answer to what cannot be is a page with links of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def posted_from(page: str) -> Callable[[View], View]:
    """Let a view be posted to from `page` (a URL's name, of the same public_id).

    Whoever comes by GET, through a link on the page that a refused POST showed or another language, is led
    to `page` with the same query.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, public_id, *args, **kwargs)
            query = request.META.get("QUERY_STRING", "")
            return redirect(reverse(page, args=[public_id]) + (f"?{query}" if query else ""))

        return require_http_methods(["GET", "HEAD", "POST"])(guarded)

    return wrap
