"""The addresses of the quality system's and the statistics' pages in the staff site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path

from accounts.adminsite import site
from quality_system.views import edition_parts, editions, imports


def patterns() -> list[URLPattern | URLResolver]:
    """The pages' URL patterns, each open to staff only."""
    one = "statistik/<uuid:public_id>/"
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("statistik/", imports.statistics_imports, "statistics_imports"),
        (one, imports.statistics_import, "statistics_import"),
        (f"{one}lagg-in/", imports.statistics_import_approve, "statistics_import_approve"),
        (f"{one}avbryt/", imports.statistics_import_discard, "statistics_import_discard"),
    ]
    pages += _edition_pages()
    return [path(route, site.admin_view(view), name=name) for route, view, name in pages]


def _edition_pages() -> list[tuple[str, Callable[..., HttpResponse], str]]:
    one = "kvalitetssystem/<int:pk>/"
    part = f"{one}<str:kind>/<int:part_pk>/"
    return [
        ("kvalitetssystem/", editions.editions, "editions"),
        (one, editions.edition, "edition"),
        (f"{one}andra/", edition_parts.edition_change, "edition_change"),
        (f"{one}kopiera/", editions.edition_copy, "edition_copy"),
        (f"{one}kasta/", editions.edition_drop, "edition_drop"),
        (f"{one}jamfor/", editions.edition_compare, "edition_compare"),
        (f"{one}borja-galla/", editions.edition_publish, "edition_publish"),
        (f"{one}indikator/<int:part_pk>/sista-dag/", edition_parts.indicator_last_day, "indicator_last_day"),
        (f"{one}<str:kind>/ny/", edition_parts.edition_part_new, "edition_part_new"),
        (part, edition_parts.edition_part, "edition_part"),
        (f"{part}flytta/<str:way>/", edition_parts.edition_part_move, "edition_part_move"),
        (f"{part}ta-bort/", edition_parts.edition_part_remove, "edition_part_remove"),
    ]


site.add_pages(patterns)
