"""The addresses of the dialogues' pages in the staff site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from accounts.adminsite import RailEntry, site
from dialogues.views.staff import dialogues, introductions, steps


def patterns() -> list[URLPattern | URLResolver]:
    """The pages' URL patterns, each open to staff only."""
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        ("dialoger/", dialogues.dialogue_list, "dialogue_list"),
        ("dialoger/<uuid:public_id>/", dialogues.dialogue_page, "dialogue"),
        ("dialoger/<uuid:public_id>/<slug:name>/", steps.dialogue_step, "dialogue_step"),
        ("omgangar/<uuid:public_id>/introduktion/", introductions.introduction_new, "introduction_new"),
        ("introduktion/<uuid:public_id>/", introductions.introduction_page, "introduction"),
    ]
    return [path(route, site.admin_view(view), name=name) for route, view, name in pages]


site.add_pages(patterns)
site.add_rail_entry(RailEntry(_("Dialoger"), "admin:dialogue_list", "dialogue", 10))
