"""The open pages: what the dialogues are, whom to ask, and what we promise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from accounts.counted import counted
from dialogues.forms.open_pages import ReportForm
from dialogues.models import Voice, Webinar
from dialogues.public.markup import to_html
from dialogues.public.pages import GUIDE, PAGES, OpenPage
from dialogues.public.reading import shown_text
from dialogues.public.shipped import Text
from dialogues.public.system import system_in_force

START_UPDATED = date(2026, 11, 29)


def text_context(page: OpenPage, text: Text) -> dict[str, Any]:
    """What the template of an open page needs, but for what follows the text."""
    return {
        "page": page,
        "here": page.name,
        "guide": GUIDE,
        "text": text,
        "body": to_html(text.body),
        "updated": text.updated,
        "more": f"public/more/{page.name}.html" if page.more else "",
    }


def more_of(page: OpenPage) -> dict[str, Any]:
    """What follows the text of some pages."""
    return MORE[page.name]() if page.name in MORE else {}


def open_page(page: OpenPage) -> URLPattern:
    """The address of an open page."""

    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        text = shown_text(page.name, language())
        return render(request, "public/page.html", text_context(page, text) | more_of(page))

    return path(page.route, view, name=page.name)


@counted
def report(request: HttpRequest) -> HttpResponse:
    """Where a visitor tells that something on a page does not work for them."""
    form = ReportForm(
        request.POST or None, request=request, initial={"place": request.GET.get("sida", "")[:200]}
    )
    if form.is_bound and form.is_valid():
        form.perform()
        return redirect("report_problem_done")
    return render(request, "public/report.html", {"form": form}, status=422 if form.errors else 200)


def language() -> str:
    """The language that the visitor reads."""
    return (get_language() or "sv")[:2]


def _voices() -> dict[str, Any]:
    return {"voices": Voice.objects.filter(is_shown=True, language=language())}


def _webinars() -> dict[str, Any]:
    rows, now = list(Webinar.objects.all()), timezone.now()
    coming = [row for row in rows if row.ends_at > now]
    return {"coming": coming[::-1], "recorded": [row for row in rows if row not in coming and row.recording]}


MORE: dict[str, Callable[[], dict[str, Any]]] = {
    "voices": _voices,
    "webinar": _webinars,
    "system": system_in_force,
}

urlpatterns = [
    path(
        "",
        TemplateView.as_view(
            template_name="public/start.html",
            extra_context={"updated": START_UPDATED, "here": "start", "guide": GUIDE},
        ),
        name="start",
    ),
    *map(open_page, PAGES),
    path("tillganglighet/anmal/", report, name="report_problem"),
    path(
        "tillganglighet/anmal/klart/",
        TemplateView.as_view(template_name="public/report_done.html"),
        name="report_problem_done",
    ),
]
