"""One of the huvudman's questions to the agencies: its page has the answer, or why there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from dialogues.closed_steps import why_closed
from dialogues.domain.own_questions import (
    IN_WRITING,
    OPEN_FOR_ASKING,
    PERMISSIONS,
    answer_own_question,
    leave_own_question,
    own_questions_of,
)
from dialogues.forms.own_questions import LeaveForm, OwnAnswerForm
from dialogues.forms.plain import PlainForm
from dialogues.forms.steps import version_in
from dialogues.models import AnsweredHow, Dialogue, OwnQuestion, OwnQuestionState
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.frame import staff_page, tell_written, turn_back


def dialogue_own_question(request: HttpRequest, public_id: UUID, question: UUID) -> HttpResponse:
    """Show a question with the two forms; posted, answer it or leave it, and go back to the dialogue."""
    actor, permission = person(request.user), PERMISSIONS[OwnQuestionState.ANSWERED]  # type: ignore[arg-type]
    actor.require(permission)
    dialogue = find_dialogue(public_id)
    actor.require(permission, dialogue)
    row = get_object_or_404(own_questions_of(dialogue), public_id=question)
    if request.method == "POST":
        return _posted(request, dialogue, row)
    if not _may_be_settled(dialogue, row):
        return turn_back(request, _why_not(dialogue), "admin:dialogue", public_id)
    return _show(request, dialogue, row, *_forms(dialogue, row))


def _posted(request: HttpRequest, dialogue: Dialogue, question: OwnQuestion) -> HttpResponse:
    leaves = request.POST.get("deed") == "leave"
    answer, leave = _forms(dialogue, question)
    form: PlainForm
    if leaves:
        form = leave = LeaveForm(request.POST)
    else:
        form = answer = OwnAnswerForm(request.POST, dialogue=dialogue)
    status = 422
    if form.is_valid():
        try:
            _settle(request, question, form.cleaned_data, leaves=leaves)
            return _done(request, dialogue, form.cleaned_data)
        except NotPossible as reason:
            form.add_error(None, str(reason))
            status = 409 if isinstance(reason, Conflict) else 422
    question = own_questions_of(dialogue).get(pk=question.pk)
    return _show(request, dialogue, question, answer, leave, errors_in=form, status=status)


def _settle(request: HttpRequest, question: OwnQuestion, data: dict[str, Any], *, leaves: bool) -> None:
    by: dict[str, Any] = {"seen": version_in(request.POST), "actor": person(request.user)}  # type: ignore[arg-type]
    if leaves:
        leave_own_question(question=question, reason=data["reason"], **by)
    else:
        answer_own_question(question=question, answer=data["answer"], how=AnsweredHow(data["how"]), **by)


def _done(request: HttpRequest, dialogue: Dialogue, data: dict[str, Any]) -> HttpResponse:
    if "reason" in data:
        tell_written(request, dialogue.huvudman, _("Frågan är avslutad. Huvudmannen får skälet i ett brev."))
    elif data["how"] in IN_WRITING:
        tell_written(request, dialogue.huvudman, _("Svaret är sparat. Huvudmannen får det i ett brev."))
    else:
        messages.success(request, _("Svaret är sparat. Huvudmannen läser det i portalen."))
    return redirect("admin:dialogue", dialogue.public_id)


def _forms(dialogue: Dialogue, question: OwnQuestion) -> tuple[OwnAnswerForm, LeaveForm]:
    answered = {"answer": question.answer, "how": question.how}
    return OwnAnswerForm(dialogue=dialogue, initial=answered), LeaveForm()


def _may_be_settled(dialogue: Dialogue, question: OwnQuestion) -> bool:
    return (
        not dialogue.is_paused
        and dialogue.state in OPEN_FOR_ASKING
        and question.state != OwnQuestionState.WITHDRAWN
    )


def _why_not(dialogue: Dialogue) -> str:
    is_open = not dialogue.is_paused and dialogue.state in OPEN_FOR_ASKING
    return _("Huvudmannen har tagit tillbaka frågan.") if is_open else why_closed(dialogue)


def _show(
    request: HttpRequest,
    dialogue: Dialogue,
    question: OwnQuestion,
    answer: OwnAnswerForm,
    leave: LeaveForm,
    *,
    errors_in: PlainForm | None = None,
    status: int = 200,
) -> HttpResponse:
    return staff_page(
        request,
        "staff/own_question.html",
        {
            "title": _("Huvudmannens fråga till oss"),
            "dialogue": dialogue,
            "question": question,
            "answer_form": answer,
            "leave_form": leave,
            "form": errors_in,
            "may_be_settled": _may_be_settled(dialogue, question),
        },
        status=status,
    )
