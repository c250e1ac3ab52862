"""The prioritised questions: a draft in one's own space, one question a page, checked before it is sent."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor, person
from accounts.domain.machine import NotPossible
from dialogues.domain.drafts import (
    drafts_of,
    drop_draft,
    raise_draft,
    reopen_questions,
    save_draft,
    send_draft,
)
from dialogues.domain.questions import MOST, OPEN_FOR_QUESTIONS
from dialogues.forms.portal import QuestionDraftForm
from dialogues.models import Dialogue, PriorityQuestion, QuestionDraft
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who
from dialogues.views.portal.sub_goals import sub_goals_for

Rows = list[dict[str, object]]


@own_dialogue
def portal_questions(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The questions so far: the draft if there is one, else what was sent. POST reopens what was sent."""
    actor = _actor(request)
    if request.method == "POST":
        return _act(request, dialogue, lambda: reopen_questions(dialogue=dialogue, actor=actor))
    drafts = list(drafts_of(dialogue, actor))
    return show(
        request,
        "questions",
        dialogue,
        here="questions",
        is_open=dialogue.state in OPEN_FOR_QUESTIONS,
        drafts=drafts,
        sent=PriorityQuestion.objects.filter(form__dialogue=dialogue).select_related("sub_goal"),
        next_rank=len(drafts) + 1 if len(drafts) < MOST else None,
    )


@own_dialogue
def portal_question(request: HttpRequest, dialogue: Dialogue, rank: int) -> HttpResponse:
    """One question. What was typed is kept even when something is missing; htmx saves it on the way."""
    draft = _draft(request, dialogue, rank)
    form = QuestionDraftForm(
        request.POST if request.method == "POST" else None,
        sub_goals=sub_goals_for(dialogue),
        initial=_initial(draft),
    )
    if request.method == "POST":
        answer = _keep(request, dialogue, rank, form)
        if answer:
            return answer
    more = {"form": form, "rank": rank, "draft": draft, "most": MOST}
    status = 422 if form.errors else 200
    return show(request, "question", dialogue, here="questions", status=status, **more)


@own_dialogue
def portal_question_drop(request: HttpRequest, dialogue: Dialogue, rank: int) -> HttpResponse:
    """Take away one question, by POST."""
    verb = lambda: drop_draft(dialogue=dialogue, rank=rank, actor=_actor(request))  # noqa: E731
    return _act(request, dialogue, verb)


@own_dialogue
def portal_question_raise(request: HttpRequest, dialogue: Dialogue, rank: int) -> HttpResponse:
    """Give one question higher priority, by POST."""
    verb = lambda: raise_draft(dialogue=dialogue, rank=rank, actor=_actor(request))  # noqa: E731
    return _act(request, dialogue, verb)


@own_dialogue
def portal_questions_check(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Check the answers; POST sends them."""
    actor = _actor(request)
    rows = list(drafts_of(dialogue, actor))
    if not rows:
        return redirect("portal_questions", dialogue.public_id)
    refusal = _send(request, dialogue, actor) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        return redirect("portal_questions_done", dialogue.public_id)
    more = {"rows": _check_rows(dialogue, rows), "refusal": refusal}
    status = 422 if refusal else 200
    return show(request, "questions_check", dialogue, here="questions", status=status, **more)


@own_dialogue
def portal_questions_done(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The receipt: what was sent, and what happens next."""
    sent = list(PriorityQuestion.objects.filter(form__dialogue=dialogue).select_related("sub_goal", "form"))
    if not sent:
        return redirect("portal_questions", dialogue.public_id)
    return show(request, "questions_done", dialogue, here="questions", sent=sent, form_sent=sent[0].form)


def _actor(request: HttpRequest) -> Actor:
    return person(who(request))


def _act(request: HttpRequest, dialogue: Dialogue, verb: Callable[[], object]) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        verb()
    except NotPossible as reason:
        messages.error(request, str(reason))
    return redirect("portal_questions", dialogue.public_id)


def _draft(request: HttpRequest, dialogue: Dialogue, rank: int) -> QuestionDraft | None:
    """The draft at a rank; None for the next free one. Raises Http404 for ranks beyond that."""
    drafts = list(drafts_of(dialogue, _actor(request)))
    if not 1 <= rank <= min(len(drafts) + 1, MOST) or dialogue.state not in OPEN_FOR_QUESTIONS:
        raise Http404
    return drafts[rank - 1] if rank <= len(drafts) else None


def _initial(draft: QuestionDraft | None) -> dict[str, object]:
    if draft is None:
        return {}
    return {"area": draft.area, "text": draft.text, "sub_goal": draft.sub_goal_id or ""}


def _keep(
    request: HttpRequest, dialogue: Dialogue, rank: int, form: QuestionDraftForm
) -> HttpResponse | None:
    """Save what was typed, whole or not; answer where to go, or None to show what is missing."""
    try:
        draft = save_draft(dialogue=dialogue, rank=rank, actor=_actor(request), **form.typed())
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return None
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "portal/saved.html", {"draft": draft})
    return redirect("portal_questions", dialogue.public_id) if form.is_valid() else None


def _send(request: HttpRequest, dialogue: Dialogue, actor: Actor) -> str:
    """Send the draft; answer why not, or nothing when it is sent."""
    told_by = str(contact_of(who(request), dialogue.huvudman))
    try:
        send_draft(dialogue=dialogue, told_by=told_by, actor=actor)
    except NotPossible as reason:
        return str(reason)
    return ""


def _check_rows(dialogue: Dialogue, drafts: list[QuestionDraft]) -> Rows:
    return [
        {
            "label": _("Fråga %(rank)s") % {"rank": draft.rank},
            "value": "\n".join(filter(None, [_area(draft), draft.text, str(draft.sub_goal or "")])),
            "change_url": reverse("portal_question", args=[dialogue.public_id, draft.rank]),
        }
        for draft in drafts
    ]


def _area(draft: QuestionDraft) -> str:
    return draft.get_area_display().capitalize() if draft.area else _("Område saknas")
