"""The addresses of the register's pages in the staff site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from accounts.adminsite import RailEntry, site
from huvudman.views import contacts, events, imports, register


def patterns() -> list[URLPattern | URLResolver]:
    """The pages' URL patterns, each open to staff only."""
    one, contact = "huvudman/<uuid:public_id>/", "huvudman/<uuid:public_id>/kontakt/"
    imported = "registerimport/<uuid:public_id>/"
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("huvudman/", register.huvudman_list, "huvudman_list"),
        (one, register.huvudman_page, "huvudman"),
        (f"{contact}ny/", contacts.contact_new, "contact_new"),
        (f"{contact}<int:pk>/", contacts.contact_change, "contact_change"),
        (f"{contact}<int:pk>/bekrafta/", contacts.contact_confirm, "contact_confirm"),
        (f"{contact}<int:pk>/avsluta/", contacts.contact_end, "contact_end"),
        (f"{one}handelse/<slug:kind>/", events.event_new, "huvudman_event"),
        ("registerimport/", imports.import_list, "register_imports"),
        (imported, imports.import_page, "register_import"),
        (f"{imported}godkann/", imports.import_approve, "register_import_approve"),
        (f"{imported}avbryt/", imports.import_discard, "register_import_discard"),
    ]
    return [path(route, site.admin_view(view), name=name) for route, view, name in pages]


site.add_pages(patterns)
site.add_rail_entry(RailEntry(_("Huvudmän"), "admin:huvudman_list", "huvudman", 40, app="huvudman"))
