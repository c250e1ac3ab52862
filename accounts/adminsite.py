"""The staff's site. It lives here; other packages register their rail entries, pages and front page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rules import staff_roles

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class RailEntry:
    """A line in the left rail. `roles` empty means every member of staff; `app` is the app whose registers
    lie under the entry, or the first part of other addresses that do.
    """

    label: str | Promise
    url_name: str
    icon: str
    order: int
    roles: frozenset[str] = frozenset()
    app: str = ""

    def lies_over(self, path: str) -> int:
        """How closely the entry leads to the page at `path`: 0 for not at all."""
        front, own = reverse("admin:index"), reverse(self.url_name)
        registers = f"{front}{self.app}/" if self.app else own
        near = [url for url in (own, registers) if path == url or (url != front and path.startswith(url))]
        return max(map(len, near), default=0)


class StaffSite(AdminSite):
    """One site for staff: pages and registers under one roof, open to people with a staff role."""

    site_header = site_title = _("Kvalitetsdialoger")
    index_title = _("Att göra i dag")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._rail: list[RailEntry] = []
        self._pages: list[Callable[[], list[URLPattern | URLResolver]]] = []
        self._front: View | None = None
        self._front_count = ""

    def add_rail_entry(self, entry: RailEntry) -> None:
        """Show `entry` in the left rail."""
        self._rail.append(entry)

    def add_pages(self, patterns: Callable[[], list[URLPattern | URLResolver]]) -> None:
        """Serve URL patterns under the site, each view wrapped by `page`."""
        self._pages.append(patterns)

    def set_front_page(self, view: View, *, count: str = "") -> None:
        """Use `view(request)` as the site's front page; the address named `count` answers as text how much
        waits there.
        """
        self._front = view
        self._front_count = count

    def has_permission(self, request: HttpRequest) -> bool:
        """Only active people with a role at an agency."""
        return bool(request.user.is_authenticated and staff_roles(request.user))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff sign in by password and time-based code, on the pages for that."""
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(wanted, reverse("account_login"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_logout")

    def index(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self._front:
            return self._front(request)
        return super().index(request, extra_context)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [pattern for patterns in self._pages for pattern in patterns()]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page's frame needs: not Django's list of registers, which asks and counts far more."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "rail": self.rail_for(request),
        }

    def rail_for(self, request: HttpRequest) -> list[dict[str, object]]:
        """The rail as the signed-in person sees it: label, url, icon, active; where its number comes from."""
        if not self.has_permission(request):
            return []
        roles = staff_roles(request.user)  # type: ignore[arg-type]
        seen = sorted((e for e in self._rail if not e.roles or e.roles & roles), key=lambda e: e.order)
        best = max(seen, key=lambda e: e.lies_over(request.path), default=None)
        return [
            {
                "label": entry.label,
                "url": reverse(entry.url_name),
                "icon": entry.icon,
                "active": entry is best and bool(entry.lies_over(request.path)),
                "count_from": self._count_of(entry),
            }
            for entry in seen
        ]

    def _count_of(self, entry: RailEntry) -> str:
        is_front = entry.url_name == "admin:index" and self._front_count
        return reverse(self._front_count) if is_front else ""


site = StaffSite()
site.add_rail_entry(RailEntry(_("Att göra i dag"), "admin:index", "tasks", 0))
