"""One page for every step that staff take in a dialogue."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.actors import person
from accounts.domain.machine import Conflict, NotPossible
from dialogues.closed_steps import why_closed
from dialogues.forms.steps import StepForm
from dialogues.models import Dialogue
from dialogues.steps import STEPS, Step
from dialogues.timeline import current_meetings
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.frame import staff_page, tell_written, turn_back


def dialogue_step(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Show a step's form; posted, take the step and go back to the dialogue. So does who comes to one that
    is closed now, and reads why.
    """
    dialogue = find_dialogue(public_id)
    step = _step(request, dialogue, name)
    if request.method != "POST" and not step.is_open(dialogue, current_meetings(dialogue)):
        return turn_back(request, why_closed(dialogue, name), "admin:dialogue", public_id)
    form = step.form(request.POST if request.method == "POST" else None, dialogue=dialogue)
    form.open_for(request.user)  # type: ignore[arg-type]
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            form.perform(person(request.user))  # type: ignore[arg-type]
            return _done(request, dialogue, form)
        except Conflict as reason:
            form, status = form.instead(), 409
            form.add_error(None, str(reason))
        except NotPossible as reason:
            form.add_error(None, str(reason))
    context = {"title": form.title, "form": form, "dialogue": dialogue}
    return staff_page(request, "staff/step.html", context, status=status)


def _step(request: HttpRequest, dialogue: Dialogue, name: str) -> Step:
    step = STEPS.get(name)
    if step is None:
        raise Http404
    person(request.user).require(step.form.permission, dialogue)  # type: ignore[arg-type]
    return step


def _done(request: HttpRequest, dialogue: Dialogue, form: StepForm) -> HttpResponse:
    if form.is_written:
        tell_written(request, dialogue.huvudman, form.done)
    else:
        messages.success(request, str(form.done))
    return redirect("admin:dialogue", dialogue.public_id)
