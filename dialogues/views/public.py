"""The open pages: what the dialogues are, whom to ask, and what we promise."""

from datetime import date

from django.urls import URLPattern, path
from django.views.generic import TemplateView


def page(route: str, name: str, updated: date) -> URLPattern:
    """An open page with the day its text last changed."""
    template = f"public/{name}.html"
    view = TemplateView.as_view(template_name=template, extra_context={"updated": updated, "here": name})
    return path(route, view, name=name)


urlpatterns = [
    page("", "start", date(2026, 11, 24)),
    page("om/", "about", date(2026, 11, 24)),
    page("kontakt/", "contact", date(2026, 11, 24)),
    page("tillganglighet/", "accessibility", date(2026, 11, 24)),
    page("personuppgifter/", "personal_data", date(2026, 11, 24)),
]
