"""What the register's pages in the staff site have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.adminsite import site

View = Callable[..., HttpResponse]


def staff_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page in the staff site's frame."""
    return TemplateResponse(request, template, {**site.each_context(request), **context}, status=status)


def needs(permission: str) -> Callable[[View], View]:
    """Refuse (403) whoever lacks the permission, before anything is looked up."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return guarded

    return wrap
