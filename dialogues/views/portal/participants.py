"""Who comes to the dialogue: named by the huvudman, and invited from its own mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.correspondence import calendar_file
from dialogues.domain.participants import drop_participant, participants_of, save_participant
from dialogues.forms.needs import ParticipantForm
from dialogues.invitation_words import invitation_text
from dialogues.models import BEFORE_DIALOGUE, Dialogue, MeetingState, Participant
from dialogues.views.portal.case import Case, case_of
from dialogues.views.portal.pages import own_dialogue, show, who

LIST = "portal_participants"


@own_dialogue
def portal_participants(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Those who come, and a form to add one: POST adds."""
    form = ParticipantForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _saved(request, dialogue, None, form):
        messages.success(request, _("%(name)s står på listan.") % {"name": form.cleaned_data["name"]})
        return redirect(LIST, dialogue.public_id)
    case = case_of(dialogue)
    shown = {"form": form, "is_open": dialogue.state in BEFORE_DIALOGUE, "may_invite": _may_invite(case)}
    return _show(request, "participants", dialogue, case, form, **shown)


@own_dialogue
def portal_participant(request: HttpRequest, dialogue: Dialogue, participant: UUID) -> HttpResponse:
    """Change somebody on the list. Of one who is gone meanwhile, what was typed stands in the form."""
    row = _rows(request, dialogue).filter(public_id=participant).first()
    if row is None and request.method != "POST":
        raise Http404
    initial = {"name": row.name, "role": row.role, "email": row.email} if row else {}
    form = ParticipantForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _saved(request, dialogue, participant, form):
        messages.success(request, _("Ändringen är sparad."))
        return redirect(LIST, dialogue.public_id)
    if request.method != "POST" and dialogue.state not in BEFORE_DIALOGUE:
        return redirect(LIST, dialogue.public_id)
    return _show(request, "participant", dialogue, case_of(dialogue), form, form=form, participant=row)


@own_dialogue
def portal_participant_drop(request: HttpRequest, dialogue: Dialogue, participant: UUID) -> HttpResponse:
    """Take somebody off the list: POST does it."""
    if request.method == "POST":
        try:
            drop_participant(dialogue=dialogue, participant=participant, actor=person(who(request)))
            messages.success(request, _("Namnet är borttaget."))
        except NotPossible as reason:
            messages.error(request, str(reason))
    return redirect(LIST, dialogue.public_id)


@own_dialogue
def portal_invite(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """A text to send from one's own mail to those who come, and the calendar file."""
    case = case_of(dialogue)
    if not _may_invite(case) or case.meeting is None:
        return redirect(LIST, dialogue.public_id)
    subject, body = invitation_text(dialogue, case.meeting)
    people = list(_rows(request, dialogue))
    to = ",".join(quote(row.email, safe="@") for row in people if row.email)
    mailto = f"mailto:{to}?subject={quote(subject)}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"
    words: dict[str, Any] = {"subject": subject, "body": body, "mailto": mailto, "people": people}
    return show(request, "invite", dialogue, here="participants", case=case, **words)


@own_dialogue
def portal_calendar(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The dialogue as a calendar file to pass on. It names nobody who comes."""
    case = case_of(dialogue)
    if not _may_invite(case) or case.meeting is None:
        return redirect(LIST, dialogue.public_id)
    file = calendar_file(case.meeting, dialogue, method="PUBLISH")
    assert isinstance(file.data, bytes)
    answer = HttpResponse(file.data, content_type=file.media_type)
    answer["Content-Disposition"] = 'attachment; filename="kvalitetsdialog.ics"'
    return answer


def _may_invite(case: Case) -> bool:
    """Whether there is a fixed time to invite to, still to come."""
    meeting = case.meeting
    return meeting is not None and meeting.state == MeetingState.FIXED and not meeting.is_over


def _rows(request: HttpRequest, dialogue: Dialogue) -> QuerySet[Participant]:
    return participants_of(dialogue, person(who(request)))


def _saved(request: HttpRequest, dialogue: Dialogue, participant: UUID | None, form: ParticipantForm) -> bool:
    try:
        save_participant(
            dialogue=dialogue, participant=participant, **form.cleaned_data, actor=person(who(request))
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _show(
    request: HttpRequest,
    template: str,
    dialogue: Dialogue,
    case: Case,
    form_shown: ParticipantForm,
    **more: object,
) -> HttpResponse:
    status = 422 if form_shown.errors else 200
    more["people"] = _rows(request, dialogue)
    return show(request, template, dialogue, here="participants", case=case, status=status, **more)
