"""What the huvudman needs at the dialogue: asked once, changed until it is held."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.needs import OPEN_FOR_NEEDS, needs_of, tell_needs
from dialogues.forms.needs import NeedsForm, in_fields
from dialogues.forms.steps import answer_in
from dialogues.models import Channel, Dialogue, MeetingNeeds
from dialogues.needs_words import in_words
from dialogues.views.portal.case import case_of
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who


@own_dialogue
def portal_needs(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The form with what has been told; POST keeps it."""
    case, told = case_of(dialogue), _told(request, dialogue)
    if request.method == "POST":
        form = NeedsForm(request.POST, meeting=case.meeting)
    else:
        form = NeedsForm(initial=in_fields(told), meeting=case.meeting)
    if form.is_valid():
        try:
            _tell(request, dialogue, form)
        except NotPossible as reason:
            form.add_error(None, str(reason))
            told = _told(request, dialogue)
        else:
            messages.success(request, _("Tack, det är sparat. De som leder dialogen ser det."))
            return redirect("portal_needs", dialogue.public_id)
    return show(
        request,
        "needs",
        dialogue,
        here="needs",
        case=case,
        status=422 if form.errors else 200,
        form=form,
        told=told,
        told_in_words=in_words(told),
        stands=bool(told and form.non_field_errors()),
        is_open=dialogue.state in OPEN_FOR_NEEDS,
    )


def _told(request: HttpRequest, dialogue: Dialogue) -> MeetingNeeds | None:
    return needs_of(dialogue, person(who(request)))


def _tell(request: HttpRequest, dialogue: Dialogue, form: NeedsForm) -> None:
    tell_needs(
        dialogue=dialogue,
        needs=form.needs(),
        seen=answer_in(request.POST),
        given_by=str(contact_of(who(request), dialogue.huvudman)),
        channel=Channel.PORTAL,
        actor=person(who(request)),
    )
