"""Omgångar: the list, the page of one batch, and the buttons on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.flash import tell_done
from dialogues import days
from dialogues.batch_filters import BatchFilter
from dialogues.batch_queries import (
    batch_dialogues,
    batch_rows,
    contact_gaps,
    not_invited,
    postable,
    tallies,
)
from dialogues.domain import batches
from dialogues.forms.planning import NewDatesForm, ScheduleForm
from dialogues.models import BatchState, DialogueState, InvitationBatch
from dialogues.views.staff.frame import require, staff_page

PAGE_SIZE = 50
VIEW = "dialogues.view_batch"


@dataclass(frozen=True)
class Button:
    """A step in a batch's life that one button takes: verb, permission, what was done, and the way back."""

    verb: Callable[..., InvitationBatch]
    permission: str
    done: str | Promise
    undo: str = ""


BUTTONS = {
    "godkann": Button(
        batches.approve_batch, batches.APPROVE, gettext_lazy("Omgången är godkänd."), undo="aterta"
    ),
    "aterta": Button(batches.withdraw_approval, batches.PREPARE, gettext_lazy("Godkännandet är återtaget.")),
    "avbryt-schemat": Button(
        batches.unschedule_batch, batches.APPROVE, gettext_lazy("Omgången är inte längre schemalagd.")
    ),
    "stoppa": Button(batches.stop_batch, batches.PREPARE, gettext_lazy("Utskicket är stoppat.")),
    "ateruppta": Button(
        batches.resume_batch, batches.PREPARE, gettext_lazy("Utskicket fortsätter inom en minut.")
    ),
    "avsluta": Button(batches.close_batch, batches.PREPARE, gettext_lazy("Omgången är avslutad.")),
}


@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    """All batches, filtered by cycle and state."""
    require(request, VIEW)
    wanted = BatchFilter.from_query(request.GET)
    page = Paginator(wanted.apply(batch_rows()), PAGE_SIZE).get_page(request.GET.get("page"))
    found = tallies(page.object_list)
    context = {
        "title": _("Omgångar"),
        "page": page,
        "rows": [(batch, found[batch.pk]) for batch in page.object_list],
        "filter": wanted,
        "chips": wanted.chips(request.GET),
    }
    return staff_page(request, "staff/batch_list.html", context)


def batch_schedule(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set when the invitations go out and the last day to answer."""
    return _dates_page(request, public_id, ScheduleForm, _("Schemalägg %(batch)s"), undo="avbryt-schemat")


def batch_new_dates(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Choose other dates for a batch that is scheduled or stopped."""
    return _dates_page(request, public_id, NewDatesForm, _("Välj nya datum för %(batch)s"))


def _dates_page(
    request: HttpRequest, public_id: uuid.UUID, form_class: type[ScheduleForm], title: str, undo: str = ""
) -> HttpResponse:
    require(request, batches.PREPARE)
    batch = find_batch(public_id)
    form = form_class(request.POST if request.method == "POST" else None, batch=batch)
    if form.is_bound and form.is_valid() and _scheduled(request, form, undo):
        return redirect("admin:batch", public_id)
    context = {
        "title": title % {"batch": str(batch).lower()},
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "form": form,
        "size": batch.dialogues.filter(state=DialogueState.PLANNED).count(),
        "invited": batch.invitations.count(),
        "gaps": contact_gaps(batch).filter(postable()).count(),
        "only_by_phone": contact_gaps(batch).exclude(postable()).count(),
        "weeks": days.coming_weeks(),
    }
    return staff_page(request, "staff/batch_schedule.html", context, status=422 if form.is_bound else 200)


def batch_close(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask before a batch is closed; that cannot be undone."""
    require(request, batches.PREPARE)
    batch = find_batch(public_id)
    if request.method == "POST":
        return _press(request, batch, "avsluta")
    if batch.state != BatchState.SENT:
        return tell_not_now(request, batch)
    context = {
        "crumbs": [*crumbs(), crumb_of(batch)],
        "batch": batch,
        "silent": tallies([batch])[batch.pk].silent,
        "not_invited": batch_dialogues(batch).filter(not_invited()),
    }
    return staff_page(request, "staff/batch_close.html", context)


def tell_not_now(request: HttpRequest, batch: InvitationBatch) -> HttpResponse:
    """Lead who comes by an old page to the batch, with how it stands."""
    text = _("Det går inte nu: %(subject)s är i läget ”%(state)s”.")
    messages.error(request, text % {"subject": batch, "state": batch.get_state_display()})
    return redirect("admin:batch", batch.public_id)


@require_POST
def batch_button(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Take one step in the batch's life."""
    if name not in BUTTONS:
        raise Http404
    require(request, BUTTONS[name].permission)
    return _press(request, find_batch(public_id), name)


def _press(request: HttpRequest, batch: InvitationBatch, name: str) -> HttpResponse:
    button = BUTTONS[name]
    back = redirect("admin:batch", batch.public_id)
    try:
        button.verb(batch=batch, actor=person(request.user))  # type: ignore[arg-type]
    except NotPossible as reason:
        messages.error(request, str(reason))
        return back
    except InvitationBatch.DoesNotExist as drawn_again:
        raise Http404 from drawn_again
    undo = reverse("admin:batch_button", args=[batch.public_id, button.undo]) if button.undo else ""
    tell_done(request, str(button.done), undo=undo)
    return back


def _scheduled(request: HttpRequest, form: ScheduleForm, undo: str) -> bool:
    try:
        batch = form.perform(person(request.user))  # type: ignore[arg-type]
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    sent, answer_by = form.cleaned_data["day"], form.cleaned_data["answer_by"]
    text = _("Omgången är schemalagd till %(sent)s. Svar senast %(answer)s.")
    undo = reverse("admin:batch_button", args=[batch.public_id, undo]) if undo else ""
    tell_done(request, text % {"sent": days.in_words(sent), "answer": days.in_words(answer_by)}, undo=undo)
    for day in (sent, answer_by):
        for remark in days.remarks(day):
            messages.warning(request, f"{capfirst(days.in_words(day))}: {remark}.")
    return True


def find_batch(public_id: uuid.UUID) -> InvitationBatch:
    """The batch with its cycle and people. Raises Http404."""
    rows = InvitationBatch.objects.select_related("cycle", "prepared_by", "approved_by")
    return get_object_or_404(rows, public_id=public_id)


def crumbs() -> list[dict[str, str]]:
    """The way to a batch's page."""
    return [{"label": _("Omgångar"), "url": reverse("admin:batch_list")}]


def crumb_of(batch: InvitationBatch) -> dict[str, str]:
    """The way from a page about a batch to the batch's own."""
    return {"label": str(batch), "url": reverse("admin:batch", args=[batch.public_id])}
