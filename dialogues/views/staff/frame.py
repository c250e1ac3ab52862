"""What the staff's pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.adminsite import site


def staff_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in the staff site's frame."""
    return TemplateResponse(request, template, {**site.each_context(request), **context}, status=status)


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the signed-in person holds the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(permission)
