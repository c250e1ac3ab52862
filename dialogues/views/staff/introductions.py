"""Introduction meetings: set up for a batch, see who has a seat, note who came."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.forms.introductions import AttendanceForm, IntroductionForm
from dialogues.models import InvitationBatch, Meeting, MeetingKind, MeetingState
from dialogues.timeline import when
from dialogues.views.staff.frame import staff_page


def introduction_new(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set up an introduction meeting for a batch."""
    batch = get_object_or_404(InvitationBatch, public_id=public_id)
    _require_right(request)
    form = IntroductionForm(request.POST or None, batch=batch)
    if form.is_bound and form.is_valid():
        try:
            meeting = form.perform(person(request.user))  # type: ignore[arg-type]
        except NotPossible as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Mötet är bokat. De som väntade har fått plats och ett brev."))
            return redirect("admin:introduction", meeting.public_id)
    context = {"title": _("Nytt introduktionsmöte"), "form": form, "batch": batch}
    return staff_page(request, "staff/introduction_new.html", context)


def introduction_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An introduction meeting: when, who has a seat, and who came."""
    meeting = get_object_or_404(
        Meeting.objects.select_related("batch"), public_id=public_id, kind=MeetingKind.INTRODUCTION
    )
    form = AttendanceForm(request.POST or None, meeting=meeting)
    if request.method == "POST":
        _require_right(request)
        form = AttendanceForm(request.POST, meeting=meeting)
        if form.is_valid() and _held(request, form):
            messages.success(request, _("Mötet är hållet. Nu kan analysunderlagen tas fram."))
            return redirect("admin:introduction", public_id)
    seats = meeting.taken_seats.filter(is_current=True).select_related("dialogue__huvudman")
    context = {
        "title": f"{_('Introduktionsmöte')} {when(meeting)}",
        "meeting": meeting,
        "seats": seats.order_by("dialogue__huvudman__name"),
        "staff": meeting.staff.filter(is_booked=True).select_related("user", "agency"),
        "form": form if meeting.state == MeetingState.FIXED else None,
    }
    return staff_page(request, "staff/introduction.html", context)


def _require_right(request: HttpRequest) -> None:
    if not request.user.has_perm("dialogues.run_introduction"):
        raise PermissionDenied


def _held(request: HttpRequest, form: AttendanceForm) -> bool:
    try:
        form.perform(person(request.user))  # type: ignore[arg-type]
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True
