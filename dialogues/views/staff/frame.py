"""What the staff's pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.adminsite import site
from huvudman.models import Huvudman
from huvudman.queries import postal_address_of, recipients_of

PAGE_SIZE = 50


def staff_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in the staff site's frame."""
    return TemplateResponse(request, template, {**site.each_context(request), **context}, status=status)


def tell_written(request: HttpRequest, huvudman: Huvudman, done: str | Promise) -> None:
    """Say what was done and written to the huvudman; when no e-mail reaches it, say that a letter goes on
    paper, or that none does.
    """
    if recipients_of(huvudman):
        messages.success(request, str(done))
    elif postal_address_of(huvudman):
        text = _("Sparat. Huvudmannen har ingen e-postadress, så brevet väntar på utskrift.")
        messages.success(request, text)
    else:
        no_letter = _(
            "Sparat. Huvudmannen har varken e-post eller postadress, så den får inget brev. Ring i stället."
        )
        messages.warning(request, no_letter)


def turn_back(request: HttpRequest, why: str, page: str, *args: object) -> HttpResponse:
    """Lead from a page that is not there now to one that is, which says why."""
    messages.warning(request, why)
    return redirect(page, *args)


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the signed-in person holds the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(permission)


class KeysFirst(Paginator):
    """Finds the keys of a page before its rows, so that the rows before a late page cost no joins."""

    object_list: QuerySet[Any]

    def page(self, number: int | str) -> Page[Any]:
        """The page. Raises InvalidPage."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list.values("pk")[first : first + self.per_page]
        return Page(self.object_list.filter(pk__in=keys), number, self)


def page_of(rows: QuerySet[Any], number: str | None) -> Page[Any]:
    """The page of a long list that was asked for, or the nearest there is."""
    return KeysFirst(rows, PAGE_SIZE).get_page(number)
