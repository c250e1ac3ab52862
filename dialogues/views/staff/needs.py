"""What the huvudman needs at the dialogue, told by phone: noted by those who meet it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from dialogues.closed_steps import why_closed
from dialogues.domain.needs import OPEN_FOR_NEEDS, needs_of, tell_needs
from dialogues.forms.needs import NeedsToldForm, in_fields
from dialogues.forms.steps import answer_in
from dialogues.models import Channel, Dialogue, MeetingKind
from dialogues.needs_words import in_words
from dialogues.queries import current_meeting
from dialogues.rules import meets_huvudman
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.frame import staff_page, turn_back


@never_cache
def dialogue_needs(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form with what has been told; POST keeps what was told now."""
    dialogue = find_dialogue(public_id)
    if not meets_huvudman(request.user, dialogue):  # type: ignore[arg-type]
        raise PermissionDenied("dialogues.needs")
    actor = person(request.user)  # type: ignore[arg-type]
    if request.method != "POST" and (dialogue.is_paused or dialogue.state not in OPEN_FOR_NEEDS):
        return turn_back(request, why_closed(dialogue), "admin:dialogue", public_id)
    meeting = current_meeting(dialogue, MeetingKind.DIALOGUE)
    initial = in_fields(needs_of(dialogue, actor))
    form = NeedsToldForm(request.POST or None, initial=initial, meeting=meeting)
    if form.is_valid() and _told(request, dialogue, form, actor):
        messages.success(request, _("Det som behövs är sparat."))
        return redirect("admin:dialogue", dialogue.public_id)
    return _show(request, dialogue, form, actor)


def _told(request: HttpRequest, dialogue: Dialogue, form: NeedsToldForm, actor: Actor) -> bool:
    try:
        tell_needs(
            dialogue=dialogue,
            needs=form.needs(),
            seen=answer_in(request.POST),
            given_by=form.cleaned_data["told_by"],
            channel=Channel(form.cleaned_data["channel"]),
            actor=actor,
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _show(request: HttpRequest, dialogue: Dialogue, form: NeedsToldForm, actor: Actor) -> HttpResponse:
    needs = needs_of(dialogue, actor)
    shown = {
        "title": _("Vad behöver huvudmannen på mötet?"),
        "dialogue": dialogue,
        "form": form,
        "needs": needs,
        "lines": in_words(needs),
        "stands": bool(needs and form.non_field_errors()),
    }
    return staff_page(request, "staff/needs.html", shown, status=422 if form.errors else 200)
