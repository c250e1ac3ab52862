"""Answering an invitation by a personal link, without signing in. GET shows, POST decides."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.domain.machine import NotPossible
from accounts.typed import written
from dialogues.domain.introductions import needs_seat
from dialogues.domain.invitations import answer_invitation
from dialogues.forms.answering import AnswerByLinkForm, initial_of
from dialogues.links import LASTS, BadLink, EndedLink, has_expired, introduction_path, link_holder, read_token
from dialogues.models import Answer, Channel, Invitation, MeetingKind
from dialogues.queries import current_meeting, open_introductions, sign_in_address
from dialogues.views.closed_answers import why_closed
from huvudman.models import Contact

Page = Callable[[HttpRequest, str, Invitation, Contact | None], HttpResponse]


def behind_link(page: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page behind a personal link; says why when the link is not good, or no longer."""

    @wraps(page)
    def view(request: HttpRequest, token: str) -> HttpResponse:
        try:
            invitation, contact = read_token(token)
        except EndedLink:
            return render(request, "answering/ended.html", {"texts": written(request)}, status=410)
        except BadLink:
            return render(request, "answering/bad_link.html", status=404)
        if has_expired(invitation):
            context = {"days": LASTS.days, "texts": written(request)}
            return render(request, "answering/expired.html", context, status=410)
        return page(request, token, invitation, contact)

    return never_cache(view)


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def answer(request: HttpRequest, token: str, invitation: Invitation, contact: Contact | None) -> HttpResponse:
    """The answer page."""
    form = AnswerByLinkForm(request.POST or None, initial=_initial(invitation, contact))
    why = why_closed(invitation)
    if why:
        context = _context(invitation) | {"why": why, "typed": form.typed()}
        return render(request, "answering/closed.html", context, status=410)
    if form.is_bound and form.is_valid() and form.asks_before_no(invitation.answers.first()):
        return render(request, "answering/offer.html", _context(invitation) | {"form": form})
    if form.is_bound and form.is_valid() and _answered(form, invitation, contact):
        return redirect("answer_done", token)
    context = _context(invitation) | {"form": form, "choices": Answer.choices, "contact": contact}
    return render(request, "answering/answer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@behind_link
def answer_done(
    request: HttpRequest, token: str, invitation: Invitation, contact: Contact | None
) -> HttpResponse:
    """The receipt: what was answered, what happens next, and how to change the answer."""
    context = _context(invitation)
    if context["latest"] is None or not _is_current(invitation):
        return redirect("answer", token)
    context |= {
        "token": token,
        "sign_in_as": sign_in_address(invitation, contact),
        "may_change": why_closed(invitation) is None,
        "introduction": current_meeting(invitation.dialogue, MeetingKind.INTRODUCTION),
        "choose_url": _where_to_choose(invitation, contact),
    }
    return render(request, "answering/done.html", context)


def _where_to_choose(invitation: Invitation, contact: Contact | None) -> str:
    """The path where another introduction is chosen, if there is any with a free seat."""
    dialogue = invitation.dialogue
    there_are = needs_seat(dialogue) and open_introductions(dialogue).exists()
    return introduction_path(dialogue, contact) if there_are else ""


def _is_current(invitation: Invitation) -> bool:
    return invitation.batch_id == invitation.dialogue.batch_id


def _answered(form: AnswerByLinkForm, invitation: Invitation, contact: Contact | None) -> bool:
    data = form.cleaned_data
    try:
        answer_invitation(
            invitation=invitation,
            answer=Answer(data["answer"]),
            reason=data["reason"],
            comment=data["comment"],
            **form.wishes(),
            given_by=data["given_by"],
            channel=Channel.LINK,
            contact=contact,
            actor=link_holder(contact),
            seen=form.seen,
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _context(invitation: Invitation) -> dict[str, object]:
    return {
        "invitation": invitation,
        "huvudman": invitation.dialogue.huvudman,
        "latest": invitation.answers.first(),
        "is_current": _is_current(invitation),
    }


def _initial(invitation: Invitation, contact: Contact | None) -> dict[str, Any]:
    latest = invitation.answers.first()
    name = contact.name if contact else ""
    if latest is None:
        return {"given_by": name}
    return initial_of(latest) | {"given_by": name or latest.given_by}
