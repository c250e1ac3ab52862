"""Öppna sidor: the texts that anyone can read, with preview, and the problems that visitors report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import person
from accounts.asked import only_key
from accounts.domain.machine import NotPossible
from dialogues.domain.accessibility_reports import HANDLE
from dialogues.domain.page_texts import EDIT, drop_page_text, publish_page_text
from dialogues.forms.open_pages import OutcomeForm, PageTextForm, SeenForm
from dialogues.models import AccessibilityReport, PageText, PageTextState
from dialogues.public.pages import BY_NAME, PAGES, OpenPage
from dialogues.public.reading import as_text, shown_text, texts_by_page
from dialogues.public.shipped import Text, shipped_text
from dialogues.views.public import more_of, text_context
from dialogues.views.staff.frame import page_of, require, staff_page

LANGUAGES = dict(settings.LANGUAGES)
SHOWN_VERSIONS = 20
DEEDS: dict[str, tuple[Callable[..., object], str]] = {
    "publicera": (publish_page_text, gettext_noop("Texten på sidan %(page)s är publicerad.")),
    "kasta": (drop_page_text, gettext_noop("Utkastet till sidan %(page)s är borttaget.")),
}


class Line(NamedTuple):
    """A page in one language, as the list shows it."""

    page: OpenPage
    language: str
    language_name: str
    shown: PageText | None
    draft: PageText | None
    text: Text
    is_behind: bool


@require_safe
def page_list(request: HttpRequest) -> HttpResponse:
    """All open pages in each language: when they changed, and whether a draft waits."""
    require(request, EDIT)
    context = {
        "title": _("Öppna sidor"),
        "lines": _lines(),
        "new_reports": AccessibilityReport.objects.filter(handled_at=None).count(),
    }
    return staff_page(request, "staff/open_pages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def page_edit(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """Write a page's text. A draft is seen by staff only until it is published."""
    require(request, EDIT)
    page, draft = _page(name, language), _draft(name, language)
    context: dict[str, Any] = {}
    if request.method == "POST":
        form = PageTextForm(request.POST)
        if form.is_valid():
            try:
                form.perform(name, language, person(request.user))  # type: ignore[arg-type]
                return redirect("admin:open_page_preview", name, language)
            except NotPossible as error:
                draft = _draft(name, language)
                context = {"conflict": str(error), "other": _latest(name, language)}
                form = form.made_from(draft)
    else:
        form = PageTextForm.showing(_start_from(request, name, language, draft), draft)
    context |= _edit_context(page, language, draft, form)
    return staff_page(request, "staff/open_page.html", context, status=_status(form, context))


@require_safe
def page_preview(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """The draft as everyone will see it, with the button that publishes it."""
    require(request, EDIT)
    page, draft = _page(name, language), _draft(name, language)
    if draft is None:
        return redirect("admin:open_page", name, language)
    with translation.override(language):
        context = text_context(page, as_text(draft)) | more_of(page) | {"draft": draft, "preview": language}
        return render(request, "public/preview.html", context)


@require_safe
def page_version(request: HttpRequest, name: str, language: str, version: int) -> HttpResponse:
    """A former version, as it was shown."""
    require(request, EDIT)
    page = _page(name, language)
    row = get_object_or_404(PageText, page=name, language=language, version=version)
    with translation.override(language):
        context = text_context(page, as_text(row)) | {"former": row, "more": "", "preview": language}
        return render(request, "public/preview.html", context)


@require_POST
def page_act(request: HttpRequest, name: str, language: str, deed: str) -> HttpResponse:
    """Publish a draft, or throw it away."""
    require(request, EDIT)
    page, draft = _page(name, language), _draft(name, language)
    if deed not in DEEDS:
        raise Http404
    if draft is None:
        messages.info(request, _("Det finns inget utkast längre."))
        return redirect("admin:open_page", name, language)
    verb, done = DEEDS[deed]
    try:
        verb(draft=draft, seen=_seen(request), actor=person(request.user))  # type: ignore[arg-type]
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("admin:open_page_preview", name, language)
    messages.success(request, _(done) % {"page": page.label})
    return redirect("admin:open_pages")


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """What visitors have reported, new ones first."""
    require(request, HANDLE)
    rows = AccessibilityReport.objects.order_by("-state", "-received_at", "-pk")
    page = page_of(rows, request.GET.get("page"))
    context = {"title": _("Anmälda tillgänglighetsproblem"), "crumbs": _crumbs(), "page": page}
    return staff_page(request, "staff/reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One report, and where it is noted what was done."""
    require(request, HANDLE)
    report = get_object_or_404(AccessibilityReport, pk=pk)
    form = OutcomeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            form.perform(report, person(request.user))  # type: ignore[arg-type]
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Antecknat. Adressen att svara till är borttagen."))
            return redirect("admin:accessibility_reports")
    crumbs = [*_crumbs(), {"label": _("Anmälda problem"), "url": reverse("admin:accessibility_reports")}]
    context = {"title": _("Anmält problem"), "crumbs": crumbs, "report": report, "form": form}
    return staff_page(request, "staff/report.html", context, status=422 if form.errors else 200)


def _seen(request: HttpRequest) -> UUID:
    """Which save of the draft the page showed; none that there is when that was not told."""
    form = SeenForm(request.POST)
    return form.cleaned_data["seen"] if form.is_valid() else UUID(int=0)


def _page(name: str, language: str) -> OpenPage:
    """Raises Http404 for a page or language that there is none of."""
    if name not in BY_NAME or language not in LANGUAGES:
        raise Http404
    return BY_NAME[name]


def _draft(name: str, language: str) -> PageText | None:
    rows = PageText.objects.select_related("saved_by")
    return rows.filter(page=name, language=language, state=PageTextState.DRAFT).first()


def _latest(name: str, language: str) -> PageText | None:
    return PageText.objects.filter(page=name, language=language).select_related("saved_by").first()


def _start_from(request: HttpRequest, name: str, language: str, draft: PageText | None) -> Text:
    """The text that a new form begins with: a former version if one is asked for, else what is latest."""
    asked = only_key(request.GET.get("version", ""))
    former = asked and PageText.objects.filter(page=name, language=language, version=asked).first()
    if former:
        return as_text(former)
    return as_text(draft) if draft else shown_text(name, language)


def _edit_context(
    page: OpenPage, language: str, draft: PageText | None, form: PageTextForm
) -> dict[str, Any]:
    former = PageText.objects.filter(page=page.name, language=language).exclude(state=PageTextState.DRAFT)
    return {
        "title": _("%(page)s, %(language)s") % {"page": page.label, "language": LANGUAGES[language].lower()},
        "crumbs": _crumbs(),
        "page": page,
        "language": language,
        "draft": draft,
        "form": form.in_language(language),
        "former": former.select_related("published_by")[:SHOWN_VERSIONS],
    }


def _status(form: PageTextForm, context: dict[str, Any]) -> int:
    if "conflict" in context:
        return 409
    return 422 if form.is_bound else 200


def _lines() -> list[Line]:
    kept = texts_by_page()
    return [_line(page, language, kept) for page in PAGES for language in LANGUAGES]


def _line(page: OpenPage, language: str, kept: Mapping[tuple[str, str], dict[str, PageText]]) -> Line:
    texts = {key: _shown(page.name, key, kept) for key in LANGUAGES}
    states = kept.get((page.name, language), {})
    return Line(
        page=page,
        language=language,
        language_name=str(LANGUAGES[language]),
        shown=states.get(PageTextState.PUBLISHED),
        draft=states.get(PageTextState.DRAFT),
        text=texts[language],
        is_behind=texts[language].updated < max(text.updated for text in texts.values()),
    )


def _shown(name: str, language: str, kept: Mapping[tuple[str, str], dict[str, PageText]]) -> Text:
    row = kept.get((name, language), {}).get(PageTextState.PUBLISHED)
    return as_text(row) if row else shipped_text(name, language)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("Öppna sidor"), "url": reverse("admin:open_pages")}]
