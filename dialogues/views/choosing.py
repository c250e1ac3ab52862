"""The huvudman chooses its introduction, by a personal link or in the portal. GET shows, POST chooses."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.typed import written
from dialogues.domain.introduction_choices import choose_introduction, why_not_choose
from dialogues.forms.choosing import ChooseIntroductionForm
from dialogues.links import BadLink, EndedLink, link_holder, read_introduction_token
from dialogues.models import Channel, Dialogue, MeetingKind, MeetingState
from dialogues.queries import current_meeting
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Choosing by the personal link of a letter about the introduction."""
    try:
        dialogue, contact = read_introduction_token(token)
    except EndedLink:
        return render(request, "answering/ended.html", {"texts": written(request)}, status=410)
    except BadLink:
        return render(request, "answering/bad_link.html", status=404)
    given_by = str(contact) if contact else dialogue.huvudman.name
    form, status = _choose(
        request, dialogue, given_by=given_by, channel=Channel.LINK, actor=link_holder(contact)
    )
    if status == 302:
        return redirect("introduction_chosen", token)
    return render(request, "answering/choose_introduction.html", _context(dialogue, form), status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def chosen(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt: on which meeting the huvudman has a seat."""
    try:
        dialogue, _contact = read_introduction_token(token)
    except BadLink:
        return render(request, "answering/bad_link.html", status=404)
    seat = current_meeting(dialogue, MeetingKind.INTRODUCTION)
    if seat is None or seat.state != MeetingState.FIXED:
        return redirect("choose_introduction", token)
    return render(request, "answering/introduction_chosen.html", {"seat": seat, "token": token})


@own_dialogue
def portal_choose(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Choosing in the portal."""
    user = who(request)
    given_by = str(contact_of(user, dialogue.huvudman))
    form, status = _choose(request, dialogue, given_by=given_by, channel=Channel.PORTAL, actor=person(user))
    if status == 302:
        return redirect("portal_introduction_chosen", dialogue.public_id)
    here: dict[str, Any] = {"here": "introduction", "status": status}
    return show(request, "choose_introduction", dialogue, **here, **_context(dialogue, form))


@own_dialogue
def portal_chosen(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt in the portal."""
    seat = current_meeting(dialogue, MeetingKind.INTRODUCTION)
    if seat is None or seat.state != MeetingState.FIXED:
        return redirect("portal_choose_introduction", dialogue.public_id)
    return show(request, "introduction_chosen", dialogue, here="introduction", seat=seat)


def _choose(
    request: HttpRequest, dialogue: Dialogue, *, given_by: str, channel: Channel, actor: Actor
) -> tuple[ChooseIntroductionForm, int]:
    """The form after the request, and the status of its page: 302 when the seat is the huvudman's."""
    data = request.POST if request.method == "POST" else None
    form = ChooseIntroductionForm(data, dialogue=dialogue, initial={"mote": _named(request)})
    if _has_it_already(form, dialogue):
        return form, 302
    if not form.is_bound:
        return form, 200
    if not form.is_valid():
        return form, 422
    try:
        choose_introduction(
            dialogue=dialogue,
            meeting=form.cleaned_data["mote"],
            given_by=given_by,
            channel=channel,
            actor=actor,
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return form, 409
    return form, 302


def _has_it_already(form: ChooseIntroductionForm, dialogue: Dialogue) -> bool:
    """Whether a button pressed twice asks for the seat that the huvudman has."""
    own = current_meeting(dialogue, MeetingKind.INTRODUCTION)
    is_coming = own is not None and own.state == MeetingState.FIXED
    return is_coming and str(own.public_id) == form.data.get("mote")  # type: ignore[union-attr]


def _named(request: HttpRequest) -> uuid.UUID | None:
    """The meeting that a letter's link names, to open with it chosen."""
    try:
        return uuid.UUID(request.GET.get("mote", ""))
    except ValueError:
        return None


def _context(dialogue: Dialogue, form: ChooseIntroductionForm) -> dict[str, Any]:
    seat = current_meeting(dialogue, MeetingKind.INTRODUCTION)
    is_booked = seat is not None and seat.state == MeetingState.FIXED
    return {
        "form": form,
        "groups": form.groups.exists(),
        "seat": seat if is_booked else None,
        "why": "" if form.is_bound else why_not_choose(dialogue),
    }
