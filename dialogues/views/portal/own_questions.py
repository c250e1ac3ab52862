"""The huvudman's own questions to the agencies: asked one a page, and all of them with their answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import NotPossible
from dialogues.domain.own_questions import (
    OPEN_FOR_ASKING,
    ask_agencies,
    change_own_question,
    open_questions,
    own_questions_of,
    withdraw_own_question,
)
from dialogues.forms.own_questions import OwnQuestionForm
from dialogues.forms.plain import PlainForm
from dialogues.forms.steps import version_in
from dialogues.models import Channel, Dialogue, OwnQuestion, OwnQuestionState
from dialogues.rules import may_write_own_space
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

LIST = "portal_own_questions"


@own_dialogue
def portal_own_questions(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """All the questions, with their answers or why there is none."""
    return show(
        request,
        "own_questions",
        dialogue,
        here="own_questions",
        own_questions=own_questions_of(dialogue),
        is_open=dialogue.state in OPEN_FOR_ASKING,
    )


@own_dialogue
def portal_own_question_new(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Ask a question: POST sends it."""
    form = OwnQuestionForm(request.POST if request.method == "POST" else None)
    if not may_write_own_space(who(request), dialogue.huvudman):
        return redirect(LIST, dialogue.public_id)
    if form.is_valid():
        there = set(open_questions(dialogue))
        try:
            question = ask_agencies(
                dialogue=dialogue,
                text=form.cleaned_data["text"],
                channel=Channel.PORTAL,
                asked_by=_name(request, dialogue),
                actor=person(who(request)),
            )
        except NotPossible as reason:
            form.add_error(None, str(reason))
        else:
            sent = _("Frågan är skickad. Ni får ett kvitto med e-post.")
            before = _("Den frågan har ni redan skickat. Den står en gång och väntar på svar.")
            messages.success(request, before if question in there else sent)
            return redirect(LIST, dialogue.public_id)
    elif request.method != "POST" and dialogue.state not in OPEN_FOR_ASKING:
        return redirect(LIST, dialogue.public_id)
    status = 422 if form.errors else 200
    return show(request, "own_question", dialogue, here="own_questions", form=form, status=status)


@own_dialogue
def portal_own_question(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """Change a question that waits for its answer: POST sends the new words."""
    row = _own(dialogue, question)
    form = OwnQuestionForm(request.POST if request.method == "POST" else None, initial={"text": row.text})
    if form.is_valid():
        try:
            change_own_question(
                question=row,
                text=form.cleaned_data["text"],
                asked_by=_name(request, dialogue),
                seen=version_in(request.POST),
                actor=person(who(request)),
            )
        except NotPossible as reason:
            form.add_error(None, str(reason))
            row = _own(dialogue, question)
        else:
            messages.success(request, _("Ändringen är skickad. Ni får ett kvitto med e-post."))
            return redirect(LIST, dialogue.public_id)
    elif request.method != "POST" and not _waits(row):
        return redirect(LIST, dialogue.public_id)
    status = 422 if form.errors else 200
    shown = {"form": form, "question": row, "stands": bool(form.non_field_errors())}
    return show(request, "own_question", dialogue, here="own_questions", status=status, **shown)


@own_dialogue
def portal_own_question_withdraw(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """Take a question back: the page asks, POST does it."""
    row = _own(dialogue, question)
    form = PlainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            withdraw_own_question(
                question=row,
                asked_by=_name(request, dialogue),
                seen=version_in(request.POST),
                actor=person(who(request)),
            )
        except NotPossible as reason:
            form.add_error(None, str(reason))
            row = _own(dialogue, question)
        else:
            messages.success(request, _("Frågan är tillbakatagen."))
            return redirect(LIST, dialogue.public_id)
    elif not _waits(row):
        return redirect(LIST, dialogue.public_id)
    shown = {"form": form, "question": row}
    status = 409 if form.errors else 200
    return show(request, "own_question_withdraw", dialogue, here="own_questions", status=status, **shown)


def _own(dialogue: Dialogue, question: UUID) -> OwnQuestion:
    return get_object_or_404(own_questions_of(dialogue), public_id=question)


def _waits(question: OwnQuestion) -> bool:
    return question.state == OwnQuestionState.OPEN and question.dialogue.state in OPEN_FOR_ASKING


def _name(request: HttpRequest, dialogue: Dialogue) -> str:
    return str(contact_of(who(request), dialogue.huvudman))
