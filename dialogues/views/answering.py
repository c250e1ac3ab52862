"""Answering an invitation by a personal link, without signing in. GET shows, POST decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.domain.machine import NotPossible
from dialogues.domain.invitations import ANSWERABLE, answer_invitation, is_open
from dialogues.forms.answering import AnswerByLinkForm
from dialogues.links import BadLink, link_holder, read_token
from dialogues.models import Answer, Channel, Invitation
from huvudman.models import Contact


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The answer page behind a personal link; says why when the link is no longer good."""
    try:
        invitation, contact = read_token(token)
    except BadLink:
        return render(request, "answering/bad_link.html", status=404)
    if not (is_open(invitation) and invitation.dialogue.state in ANSWERABLE):
        return render(request, "answering/closed.html", _context(invitation), status=410)
    form = AnswerByLinkForm(request.POST or None, initial=_initial(invitation, contact))
    if form.is_bound and form.is_valid() and _answered(form, invitation, contact):
        messages.success(request, _("Tack, ert svar är mottaget."))
        return redirect("answer", token)
    context = _context(invitation) | {"form": form, "choices": Answer.choices, "contact": contact}
    return render(request, "answering/answer.html", context, status=422 if form.errors else 200)


def _answered(form: AnswerByLinkForm, invitation: Invitation, contact: Contact | None) -> bool:
    data = form.cleaned_data
    try:
        answer_invitation(
            invitation=invitation,
            answer=Answer(data["answer"]),
            reason=data["reason"],
            comment=data["comment"],
            given_by=data["given_by"],
            channel=Channel.LINK,
            contact=contact,
            actor=link_holder(contact),
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
    }


def _initial(invitation: Invitation, contact: Contact | None) -> dict[str, str]:
    latest = invitation.answers.first()
    name = contact.name if contact else ""
    if latest is None:
        return {"given_by": name}
    return {
        "answer": latest.answer,
        "reason": latest.reason,
        "comment": latest.comment,
        "given_by": name or latest.given_by,
    }
