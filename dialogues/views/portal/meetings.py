"""The meetings: the introduction, the time for the dialogue, the feedback."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.correspondence import booked
from dialogues.domain.meetings import accept_time, wish_other_time
from dialogues.forms.portal import OtherTimeForm
from dialogues.models import Channel, Dialogue, DialogueRecord, Meeting, MeetingKind, MeetingState
from dialogues.timeline import when
from dialogues.views.portal.case import case_of, seat_of
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

Facts = list[dict[str, object]]
SETTLED = (MeetingState.FIXED, MeetingState.OTHER_WISHED)


@own_dialogue
def portal_introduction(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """When the introduction is and how to get there."""
    seat = seat_of(dialogue, MeetingKind.INTRODUCTION)
    meeting = seat.meeting if seat else None
    return show(
        request,
        "introduction",
        dialogue,
        here="introduction",
        seat=seat,
        meeting=meeting,
        facts=facts_of(meeting) if meeting else [],
    )


@own_dialogue
def portal_time(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The proposed time: POST accepts it."""
    case = case_of(dialogue)
    meeting = case.meeting if case.underlag else None
    form = forms.Form(request.POST if request.method == "POST" else None)
    if meeting and request.method == "POST" and _done(form, lambda: _accept(request, dialogue, meeting)):
        return redirect("portal_time_done", dialogue.public_id)
    more = {"meeting": meeting, "facts": facts_of(meeting) if meeting else [], "form": form}
    status = 409 if form.errors else 200
    return show(request, "time", dialogue, here="time", case=case, status=status, **more)


@own_dialogue
def portal_other_time(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Wishing another time, in one's own words."""
    case = case_of(dialogue)
    meeting = case.meeting if case.underlag else None
    if meeting is None or meeting.state not in (MeetingState.PROPOSED, MeetingState.FIXED):
        return redirect("portal_time", dialogue.public_id)
    form = OtherTimeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _done(form, lambda: _wish(request, dialogue, meeting, form.cleaned_data["wish"])):
        return redirect("portal_time_done", dialogue.public_id)
    more = {"facts": facts_of(meeting), "form": form}
    status = 422 if form.errors else 200
    return show(request, "other_time", dialogue, here="time", case=case, status=status, **more)


@own_dialogue
def portal_time_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: the time is fixed, or the wish is noted."""
    case = case_of(dialogue)
    if case.meeting is None or case.meeting.state not in SETTLED:
        return redirect("portal_time", dialogue.public_id)
    facts = facts_of(case.meeting)
    return show(request, "time_done", dialogue, here="time", case=case, meeting=case.meeting, facts=facts)


@own_dialogue
def portal_feedback(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """When the feedback meeting is, and what was noted from dialogue and feedback."""
    case = case_of(dialogue)
    meeting = case.feedback
    return show(
        request,
        "feedback",
        dialogue,
        here="feedback",
        case=case,
        meeting=meeting,
        facts=facts_of(meeting) if meeting else [],
        record=DialogueRecord.objects.filter(dialogue=dialogue).first(),
    )


def facts_of(meeting: Meeting) -> Facts:
    """When, how, where and with whom, as the facts component shows it."""
    rows: Facts = [
        {"label": _("När"), "value": when(meeting)},
        {"label": _("Hur"), "value": meeting.get_form_display().capitalize()},
    ]
    if meeting.place:
        rows.append({"label": _("Plats"), "value": meeting.place})
    if meeting.link:
        rows.append({"label": _("Möteslänk"), "value": _("Öppna mötet"), "url": meeting.link})
    people = [f"{row.user} ({row.agency})" for row in booked(meeting)]
    if people:
        rows.append({"label": _("Från myndigheterna"), "value": ", ".join(people)})
    return rows


def _accept(request: HttpRequest, dialogue: Dialogue, meeting: Meeting) -> None:
    given_by = str(contact_of(who(request), dialogue.huvudman))
    accept_time(meeting=meeting, given_by=given_by, channel=Channel.PORTAL, actor=person(who(request)))


def _wish(request: HttpRequest, dialogue: Dialogue, meeting: Meeting, wish: str) -> None:
    given_by = str(contact_of(who(request), dialogue.huvudman))
    actor = person(who(request))
    wish_other_time(meeting=meeting, wish=wish, given_by=given_by, channel=Channel.PORTAL, actor=actor)


def _done(form: forms.Form, verb: Callable[[], None]) -> bool:
    """Call the verb; a refusal becomes the form's error."""
    form.full_clean()
    try:
        verb()
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True
