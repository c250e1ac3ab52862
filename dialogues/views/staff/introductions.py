"""Introduction meetings: set up for a batch, change, cancel, see who has a seat, note who came."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible
from dialogues.consequences import of_cancelling_introduction, of_changing_introduction
from dialogues.domain.attendance import attendance_version, last_noted, noted_seats
from dialogues.domain.introductions import cancel_introduction, taken_seats
from dialogues.domain.order import KEPT
from dialogues.forms.introductions import (
    AttendanceChangeForm,
    AttendanceForm,
    IntroductionChangeForm,
    IntroductionForm,
)
from dialogues.models import (
    InvitationBatch,
    Meeting,
    MeetingKind,
    MeetingState,
    Seat,
    Underlag,
    UnderlagState,
)
from dialogues.timeline import when
from dialogues.views.staff import in_numbers
from dialogues.views.staff.frame import require, staff_page, turn_back

RUN = "dialogues.run_introduction"
MeetingForms = AttendanceForm | IntroductionChangeForm | IntroductionForm


def introduction_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set up an introduction meeting for a batch."""
    require(request, RUN)
    batch = get_object_or_404(InvitationBatch, public_id=public_id)
    form = IntroductionForm(request.POST if request.method == "POST" else None, batch=batch)
    if form.is_valid():
        meeting = _perform(request, form)
        if meeting:
            messages.success(request, in_numbers.set_up(meeting))
            return redirect("admin:introduction", meeting.public_id)
    context = {
        "title": _("Nytt introduktionsmöte"),
        "crumbs": _crumbs(batch),
        "form": form,
        "batch": batch,
    }
    return staff_page(request, "staff/introduction_new.html", context, status=_status(form))


def _made(seats: QuerySet[Seat]) -> dict[str, object]:
    """How many underlag of those in the seats are ordered, made or wait, and whose could not be made."""
    underlag = Underlag.objects.filter(dialogue__seats__in=seats).order_by("dialogue__huvudman__name", "pk")
    rows = list(underlag.values("state", name=F("dialogue__huvudman__name"), at=F("dialogue__public_id")))
    failed = [row for row in rows if row["state"] == UnderlagState.FAILED]
    waiting = sum(row["state"] == UnderlagState.ORDERED for row in rows)
    made = len(rows) - waiting - len(failed)
    return {"ordered": len(rows), "made": made, "waiting": waiting, "failed": failed}


def introduction_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An introduction meeting: when, who has a seat, and who came."""
    meeting = _find(public_id)
    form = AttendanceForm(request.POST if request.method == "POST" else None, meeting=meeting)
    if request.method == "POST":
        require(request, RUN)
        try:
            if form.is_valid() and (held := _perform(request, form)):
                messages.success(request, in_numbers.held(held))
                return redirect("admin:introduction", public_id)
        except Conflict as others:
            return _others_came(request, public_id, others)
    seats = meeting.taken_seats.filter(KEPT)
    context = {
        "title": f"{_('Introduktionsmöte')} {when(meeting)}",
        "crumbs": _crumbs(_batch_of(meeting)),
        "meeting": meeting,
        "seats": seats.select_related("dialogue__huvudman").order_by("dialogue__huvudman__name"),
        "staff": meeting.staff.filter(is_booked=True).select_related("user", "agency"),
        "answer": form,
        "form": form if meeting.state == MeetingState.FIXED else None,
        "made": _made(seats) if meeting.state == MeetingState.HELD else None,
        "may_run": meeting.state == MeetingState.FIXED and request.user.has_perm(RUN),
        "may_correct": meeting.state == MeetingState.HELD and request.user.has_perm(RUN),
    }
    return staff_page(request, "staff/introduction.html", context, status=_status(form))


def introduction_attendance(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct who came to an introduction that is held."""
    require(request, RUN)
    meeting = _find(public_id)
    if request.method != "POST" and meeting.state != MeetingState.HELD:
        why = _("Det går inte att ändra vilka som deltog: mötet är %(state)s.")
        state = meeting.get_state_display()
        return turn_back(request, why % {"state": state}, "admin:introduction", public_id)
    form = AttendanceChangeForm(request.POST if request.method == "POST" else None, meeting=meeting)
    try:
        if form.is_valid() and _perform(request, form):
            messages.success(request, _("Ändringen är sparad. Analysunderlagen berörs inte."))
            return redirect("admin:introduction", public_id)
    except Conflict as others:
        return _others_came(request, public_id, others)
    return _correct(request, form, status=_status(form))


def _others_came(request: HttpRequest, public_id: uuid.UUID, others: Conflict) -> HttpResponse:
    """What somebody else has noted, beside what was ticked here."""
    meeting = _find(public_id)
    version = attendance_version(meeting)
    form = AttendanceChangeForm(request.POST, meeting=meeting)
    form.add_error(None, str(others))
    form.seen = version
    return _correct(request, form, status=409)


def _correct(request: HttpRequest, form: AttendanceChangeForm, *, status: int) -> HttpResponse:
    meeting = form.meeting
    context = {
        "title": _("Ändra vilka som deltog"),
        "crumbs": [*_crumbs(_batch_of(meeting)), _crumb_of(meeting)],
        "meeting": meeting,
        "form": form,
        "noted": last_noted(meeting),
        "seats": noted_seats(meeting) if status == 409 else [],
    }
    return staff_page(request, "staff/introduction_attendance.html", context, status=status)


def introduction_change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change time, link, seats or people of a coming introduction."""
    require(request, RUN)
    meeting = _find(public_id)
    if request.method != "POST" and meeting.state != MeetingState.FIXED:
        return _too_late(request, meeting)
    form = IntroductionChangeForm(request.POST if request.method == "POST" else None, meeting=meeting)
    before = in_numbers.seated(meeting) if form.is_valid() else []
    if form.is_valid() and (changed := _perform(request, form)):
        messages.success(request, in_numbers.changed(meeting, before, changed))
        return redirect("admin:introduction", public_id)
    context = {
        "title": _("Ändra introduktionsmötet"),
        "crumbs": [*_crumbs(_batch_of(meeting)), _crumb_of(meeting)],
        "form": form,
        "meeting": meeting,
        "consequences": of_changing_introduction(meeting),
    }
    return staff_page(request, "staff/introduction_change.html", context, status=_status(form))


def introduction_cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask before an introduction is cancelled; that cannot be undone."""
    require(request, RUN)
    meeting = _find(public_id)
    if request.method != "POST" and meeting.state != MeetingState.FIXED:
        return _too_late(request, meeting)
    if request.method == "POST":
        before = in_numbers.seated(meeting)
        try:
            cancel_introduction(meeting=meeting, actor=_actor(request))
        except NotPossible as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, in_numbers.cancelled(meeting, before))
        return redirect("admin:introduction", public_id)
    context = {
        "crumbs": [*_crumbs(_batch_of(meeting)), _crumb_of(meeting)],
        "meeting": meeting,
        "facts": [
            {"label": _("Möte"), "value": when(meeting)},
            {"label": _("Huvudmän med plats"), "value": str(taken_seats(meeting))},
        ],
        "consequences": of_cancelling_introduction(meeting),
    }
    return staff_page(request, "staff/introduction_cancel.html", context)


def _find(public_id: uuid.UUID) -> Meeting:
    rows = Meeting.objects.select_related("batch")
    return get_object_or_404(rows, public_id=public_id, kind=MeetingKind.INTRODUCTION)


def _too_late(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    why = _("Det går inte att ändra mötet nu: det är %(state)s.") % {"state": meeting.get_state_display()}
    return turn_back(request, why, "admin:introduction", meeting.public_id)


def _batch_of(meeting: Meeting) -> InvitationBatch:
    assert meeting.batch is not None  # noqa: S101  (the database holds it for introductions)
    return meeting.batch


def _crumbs(batch: InvitationBatch) -> list[dict[str, str]]:
    return [
        {"label": _("Omgångar"), "url": reverse("admin:batch_list")},
        {"label": str(batch), "url": reverse("admin:batch", args=[batch.public_id])},
    ]


def _crumb_of(meeting: Meeting) -> dict[str, str]:
    return {"label": when(meeting), "url": reverse("admin:introduction", args=[meeting.public_id])}


def _actor(request: HttpRequest) -> Actor:
    return person(request.user)  # type: ignore[arg-type]


def _perform(request: HttpRequest, form: MeetingForms) -> Meeting | None:
    """Call the form's verb; a refusal becomes the form's error. Raises Conflict."""
    try:
        return form.perform(_actor(request))
    except Conflict:
        raise
    except NotPossible as reason:
        form.add_error(None, str(reason))
    return None


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
