"""Saying what one thought of a part, by a personal link or in the portal. GET shows, POST decides.

Nothing of who answers is kept, so these pages can't show or change what was answered.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from accounts.typed import written
from dialogues.domain.evaluations import (
    ALREADY_ANSWERED,
    MINUTES,
    AlreadyAnswered,
    answer_evaluation,
    is_open,
)
from dialogues.forms.evaluating import EvaluationForm
from dialogues.links import BadLink, EndedLink, evaluation_holder, read_evaluation_token
from dialogues.models import Dialogue, EvaluationRequest
from dialogues.views.portal.pages import own_dialogue, show, who


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, token: str) -> HttpResponse:
    """The questions about a part, by a personal link."""
    try:
        asked, _contact = read_evaluation_token(token)
    except EndedLink:
        return render(request, "answering/ended.html", {"texts": written(request)}, status=410)
    except BadLink:
        return render(request, "answering/bad_link.html", status=404)
    form, status = _answered(request, asked, evaluation_holder())
    if status == 302:
        return redirect("evaluation_done")
    return render(request, "evaluation/link.html", _context(asked, form), status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def evaluation_done(request: HttpRequest) -> HttpResponse:
    """The receipt, the same for everyone: its address says nothing of who has answered."""
    return render(request, "evaluation/done.html")


@own_dialogue
def portal_evaluation(request: HttpRequest, dialogue: Dialogue, part: str) -> HttpResponse:
    """The questions about a part, for somebody who is signed in."""
    asked = dialogue.evaluation_requests.filter(part=part).first()
    if asked is None:
        raise Http404
    form, status = _answered(request, asked, person(who(request)))
    if status == 302:
        return redirect("evaluation_done")
    return show(request, "evaluation", dialogue, status=status, **_context(asked, form))


def _answered(request: HttpRequest, asked: EvaluationRequest, actor: Actor) -> tuple[EvaluationForm, int]:
    """The form as it stands after the request, and the status of its page: 302 when the answer was taken."""
    data = request.POST if request.method == "POST" else None
    form = EvaluationForm(data, questionnaire=asked.questionnaire)
    if not form.is_bound:
        return form, 200 if is_open(asked) else 410
    if not is_open(asked) or not form.is_valid():
        return form, 422 if is_open(asked) else 410
    try:
        answer_evaluation(request=asked, answers=form.answers(), text=form.cleaned_data["text"], actor=actor)
    except AlreadyAnswered as reason:
        form.add_error(None, str(reason))
        return form, 409
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return form, 422
    return form, 302


def _context(asked: EvaluationRequest, form: EvaluationForm) -> dict[str, Any]:
    return {
        "asked": asked,
        "form": form,
        "minutes": MINUTES,
        "is_open": is_open(asked),
        "answered": "" if form.is_bound or not asked.is_answered else ALREADY_ANSWERED,
        "huvudman": asked.dialogue.huvudman,
        "back": reverse("portal_huvudman", args=[asked.dialogue.huvudman.public_id]),
    }
