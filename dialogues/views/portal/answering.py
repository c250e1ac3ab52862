"""Answering the invitation, and leaving the dialogue, as a signed-in contact."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.consequences import of_leaving
from dialogues.domain.dialogues import CANCELLABLE
from dialogues.domain.introductions import needs_seat
from dialogues.domain.invitations import answer_invitation
from dialogues.domain.meetings import cancel_dialogue
from dialogues.forms.answering import initial_of
from dialogues.forms.portal import AnswerForm, CancelForm
from dialogues.models import Answer, Channel, Dialogue, Invitation, Sent
from dialogues.queries import open_introductions
from dialogues.rules import may_write_own_space
from dialogues.views.closed_answers import why_closed
from dialogues.views.portal.case import Case, case_of
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who


@own_dialogue
def portal_answer(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Yes, later or no; changeable until the answer date."""
    case = case_of(dialogue)
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=_initial(case))
    if not case.may_answer:
        return _closed(request, case, form)
    if form.is_valid() and form.asks_before_no(case.answer):
        return show(request, "answer_offer", dialogue, here="answer", case=case, form=form)
    if form.is_valid() and _answered(form, request, case):
        return redirect("portal_answer_done", dialogue.public_id)
    status = 422 if form.errors else 200
    case = case_of(dialogue) if form.errors else case  # with the answer that it may have been refused for
    return show(request, "answer", dialogue, here="answer", case=case, form=form, status=status)


@own_dialogue
def portal_answer_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: what was answered, and what happens next."""
    case = case_of(dialogue)
    if case.answer is None:
        return redirect("portal_answer", dialogue.public_id)
    there_are = needs_seat(dialogue) and open_introductions(dialogue).exists()
    choose_url = reverse("portal_choose_introduction", args=[dialogue.public_id]) if there_are else ""
    return show(request, "answer_done", dialogue, here="answer", case=case, choose_url=choose_url)


@own_dialogue
def portal_cancel(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Leaving the dialogue: always possible, without blame. Of one that ended meanwhile the reason that was
    typed stands in the form.
    """
    may_leave = dialogue.state in CANCELLABLE and may_write_own_space(who(request), dialogue.huvudman)
    if not may_leave and request.method != "POST":
        return redirect("portal_huvudman", dialogue.huvudman.public_id)
    case = case_of(dialogue)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = person(who(request))
        try:
            cancel_dialogue(dialogue=dialogue, reason=form.cleaned_data["reason"], actor=actor)
            return _left(dialogue)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    shown: dict[str, Any] = {"form": form, "case": case, "is_over": not may_leave}
    shown["consequences"] = of_leaving(case.meetings.values()) if may_leave else []
    return show(request, "cancel", dialogue, status=422 if form.errors else 200, **shown)


def _left(dialogue: Dialogue) -> HttpResponse:
    """On to the receipt; there is none of a dialogue that we cancelled."""
    receipt = dialogue.receipts.filter(kind=Sent.CANCELLED).first()
    if receipt is None:
        return redirect("portal_huvudman", dialogue.huvudman.public_id)
    return redirect("portal_receipt", dialogue.public_id, receipt.public_id)


def _closed(request: HttpRequest, case: Case, form: AnswerForm) -> HttpResponse:
    """Why there is no answering now, and what was filled in, should the page have been opened in time."""
    typed, why = form.typed(), why_closed(case.invitation) if case.invitation else None
    status = 410 if form.is_bound else 200
    here: dict[str, Any] = {"here": "answer", "case": case, "status": status}
    return show(request, "answer_closed", case.dialogue, typed=typed, why=why, **here)


def _answered(form: AnswerForm, request: HttpRequest, case: Case) -> bool:
    assert isinstance(case.invitation, Invitation)
    data, contact = form.cleaned_data, contact_of(who(request), case.dialogue.huvudman)
    try:
        answer_invitation(
            invitation=case.invitation,
            answer=Answer(data["answer"]),
            reason=data["reason"],
            comment=data["comment"],
            **form.wishes(),
            given_by=str(contact),
            channel=Channel.PORTAL,
            contact=contact,
            actor=person(who(request)),
            seen=form.seen,
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _initial(case: Case) -> dict[str, Any]:
    return initial_of(case.answer) if case.answer else {}
