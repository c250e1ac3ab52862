"""The addresses of the statistician's pages in the staff site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path

from accounts.adminsite import site
from quality_system.views import imports


def patterns() -> list[URLPattern | URLResolver]:
    """The pages' URL patterns, each open to staff only."""
    one = "statistik/<uuid:public_id>/"
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("statistik/", imports.statistics_imports, "statistics_imports"),
        (one, imports.statistics_import, "statistics_import"),
        (f"{one}lagg-in/", imports.statistics_import_approve, "statistics_import_approve"),
        (f"{one}avbryt/", imports.statistics_import_discard, "statistics_import_discard"),
    ]
    return [path(route, site.admin_view(view), name=name) for route, view, name in pages]


site.add_pages(patterns)
