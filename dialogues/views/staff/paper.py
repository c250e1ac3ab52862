"""Brev på papper: what waits to be printed, one letter, and the post runs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from accounts.posting import posted_from
from dialogues.domain.files import read_file
from dialogues.forms.paper import PostedForm, WithdrawForm
from dialogues.models import PaperLetter, PaperState, PostRun, RunState
from dialogues.paper import lifecycle
from dialogues.paper.queries import is_held, kinds_of, neighbours, run_rows, told_of, waiting_rows
from dialogues.views.staff.frame import page_of, require, staff_page

VIEW, HANDLE = "dialogues.view_letters", "dialogues.handle_letters"
RUNS_SHOWN = 20


@require_GET
def paper_list(request: HttpRequest) -> HttpResponse:
    """What waits to be printed, by kind and one by one, and the latest runs."""
    require(request, VIEW)
    true, untrue = lifecycle.printable_by_truth()
    page = page_of(waiting_rows(), request.GET.get("page"))
    context = {
        "title": _("Brev på papper"),
        "crumbs": _crumbs()[:1],
        "page": page,
        "rows": [(letter, is_held(letter)) for letter in page.object_list],
        "kinds": kinds_of(true),
        "printable": len(true),
        "outdated": len(untrue),
        "runs": run_rows()[:RUNS_SHOWN],
        "may_handle": request.user.has_perm(HANDLE),
    }
    return staff_page(request, "staff/paper_list.html", context)


@require_POST
def run_new(request: HttpRequest) -> HttpResponse:
    """Take all that can be printed into a new run."""
    require(request, HANDLE)
    run = lifecycle.make_run(actor=person(request.user))  # type: ignore[arg-type]
    if run is None:
        messages.info(request, _("Inga brev väntar på utskrift just nu."))
        return redirect("admin:paper_list")
    n = run.letters.count()
    done = ngettext("Utskriften gjordes med %(n)s brev.", "Utskriften gjordes med %(n)s brev.", n) % {"n": n}
    tell_done(request, done, undo=reverse("admin:post_run_deed", args=[run.public_id, "los-upp"]))
    return redirect("admin:post_run", run.public_id)


@require_GET
def paper_letter(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One letter as it is printed, its state, and what can be done with it."""
    require(request, VIEW)
    return _show_letter(request, _letter(public_id), WithdrawForm())


@posted_from("admin:paper_letter")
def paper_deed(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Withdraw a letter, with a reason, or put it back."""
    require(request, HANDLE)
    letter = _letter(public_id)
    if name == "aterkalla":
        return _withdraw(request, letter)
    if name != "lagg-tillbaka":
        raise Http404
    return _do(
        request,
        lambda: lifecycle.put_back(letter=letter, actor=person(request.user)),  # type: ignore[arg-type]
        _("Brevet väntar på utskrift igen."),
        redirect("admin:paper_letter", public_id),
    )


@require_GET
def run_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One run: its PDF, its letters, and what can be done with it."""
    require(request, VIEW)
    return _show_run(request, _run(public_id), PostedForm())


@require_GET
def run_pdf(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The PDF to print. It has the huvudmän's answer codes in it, so only who prints it may open it."""
    require(request, HANDLE)
    run = _run(public_id)
    if run.pdf is None:
        raise Http404
    response = HttpResponse(read_file(run.pdf), content_type=run.pdf.media_type)
    disposition = content_disposition_header(as_attachment=False, filename=f"utskrift-{run.pk}.pdf")
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, no-store"
    return response


@posted_from("admin:post_run")
def run_deed(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Mark a run as posted, undo it, or ask for its PDF again."""
    require(request, HANDLE)
    run, actor = _run(public_id), person(request.user)  # type: ignore[arg-type]
    if name == "postad":
        return _post(request, run)
    back = redirect("admin:post_run", public_id)
    if name == "los-upp":
        undone = _("Utskriften är upplöst. Breven väntar på utskrift igen.")
        return _do(request, lambda: lifecycle.undo_run(run=run, actor=actor), undone, back)
    if name == "igen":
        again = _("Utskriften tas fram igen.")
        return _do(request, lambda: lifecycle.render_again(run=run, actor=actor), again, back)
    raise Http404


def _withdraw(request: HttpRequest, letter: PaperLetter) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if form.is_valid():
        actor, reason = person(request.user), form.cleaned_data["reason"]  # type: ignore[arg-type]
        try:
            lifecycle.take_out(letter=letter, reason=reason, actor=actor)
        except NotPossible as why:
            form.add_error(None, str(why))
        else:
            undo = reverse("admin:paper_deed", args=[letter.public_id, "lagg-tillbaka"])
            tell_done(request, _("Brevet är återkallat och skrivs inte ut."), undo=undo)
            return redirect("admin:paper_letter", letter.public_id)
    return _show_letter(request, _letter(letter.public_id), form, status=422)


def _post(request: HttpRequest, run: PostRun) -> HttpResponse:
    form = PostedForm(request.POST)
    if form.is_valid():
        try:
            lifecycle.mark_as_posted(run=run, on=form.cleaned_data["on"], actor=person(request.user))  # type: ignore[arg-type]
        except NotPossible as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Alla brev i utskriften är markerade som postade."))
            return redirect("admin:post_run", run.public_id)
    return _show_run(request, _run(run.public_id), form, status=422)


def _do(request: HttpRequest, deed: Callable[[], object], done: str, back: HttpResponse) -> HttpResponse:
    try:
        deed()
    except NotPossible as why:
        messages.error(request, str(why))
    else:
        messages.success(request, done)
    return back


def _show_letter(
    request: HttpRequest, letter: PaperLetter, form: WithdrawForm, *, status: int = 200
) -> HttpResponse:
    before, after = neighbours(letter)
    may_handle = request.user.has_perm(HANDLE)
    context = {
        "title": letter.title,
        "crumbs": _crumbs(),
        "letter": letter,
        "before": before,
        "after": after,
        "told": told_of(letter),
        "may_withdraw": may_handle and letter.state in (PaperState.WAITING, PaperState.IN_RUN),
        "may_put_back": may_handle and letter.state == PaperState.WITHDRAWN,
        "form": form,
    }
    return staff_page(request, "staff/paper_letter.html", context, status=status)


def _show_run(request: HttpRequest, run: PostRun, form: PostedForm, *, status: int = 200) -> HttpResponse:
    may_handle = request.user.has_perm(HANDLE)
    letters = run.letters.select_related("huvudman", "dialogue", "batch").defer("text").order_by("pk")
    context: dict[str, Any] = {
        "title": str(run),
        "crumbs": _crumbs(),
        "run": run,
        "page": page_of(letters, request.GET.get("page")),
        "size": letters.count(),
        "told": told_of(run),
        "may_print": may_handle and run.pdf_id is not None,
        "may_post": may_handle and run.state == RunState.READY,
        "may_undo": may_handle and run.state in lifecycle.NOT_POSTED,
        "may_try_again": may_handle and run.state == RunState.FAILED,
        "form": form,
    }
    return staff_page(request, "staff/post_run.html", context, status=status)


def _letter(public_id: uuid.UUID) -> PaperLetter:
    rows = PaperLetter.objects.select_related("huvudman", "dialogue__batch", "batch", "run", "enclosure")
    return get_object_or_404(rows, public_id=public_id)


def _run(public_id: uuid.UUID) -> PostRun:
    return get_object_or_404(PostRun.objects.select_related("pdf", "made_by"), public_id=public_id)


def _crumbs() -> list[dict[str, str]]:
    return [
        {"label": _("Utskick"), "url": reverse("admin:letter_list")},
        {"label": _("Brev på papper"), "url": reverse("admin:paper_list")},
    ]
