"""The prioritised questions: a draft in one's own space, one question a page, checked before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor, person
from accounts.domain.machine import Conflict, NotPossible
from dialogues.domain.drafts import (
    ChangedSince,
    Edit,
    NotReady,
    draft_version,
    drafts_of,
    drop_draft,
    has_room,
    move_draft,
    reopen_questions,
    save_draft,
    send_draft,
    throw_draft,
)
from dialogues.domain.questions import MOST, OPEN_FOR_QUESTIONS, questions_version, versions_told
from dialogues.forms.portal import QuestionDraftForm
from dialogues.forms.steps import answer_in
from dialogues.models import Dialogue, PriorityQuestion, QuestionDraft
from dialogues.queries import questions_that_stand, sub_goals_for
from dialogues.rules import may_write_own_space
from dialogues.underlag.evidence import figure_lines
from dialogues.views.portal.pages import contact_of, own_dialogue, show, who

Rows = list[dict[str, object]]
UP, DOWN = "upp", "ned"


@own_dialogue
def portal_questions(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """The questions so far: the draft if there is one, else what was sent. POST reopens what was sent.

    `?flyttad=` names a question that was just moved, and `?hall=` which way: there the focus stays.
    """
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
        focus=_focus(request, drafts),
        versions=versions_told(dialogue),
        sent=PriorityQuestion.objects.filter(form__dialogue=dialogue).select_related(
            "sub_goal", "form__called_by"
        ),
        new_question=uuid4() if len(drafts) < MOST else None,
    )


@own_dialogue
def portal_question(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """One question by its own id; an id that is not there is a new question. What was typed is kept even when
    something is missing; htmx saves it on the way.
    """
    drafts = list(drafts_of(dialogue, _actor(request)))
    draft = next((row for row in drafts if row.public_id == question), None)
    if request.method == "POST":
        return _save(request, dialogue, question, draft)
    may_add = len(drafts) < MOST and may_write_own_space(who(request), dialogue.huvudman)
    if dialogue.state not in OPEN_FOR_QUESTIONS or (draft is None and not may_add):
        return redirect("portal_questions", dialogue.public_id)
    form = QuestionDraftForm(**_offered(dialogue, draft), initial=_initial(draft))
    edit = Edit(question=question, seen=draft.saved_in if draft else None, form=uuid4())
    return _page(request, dialogue, form, edit, draft=draft)


@own_dialogue
def portal_question_drop(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """Ask whether one question is to be taken away; POST takes it away."""
    actor = _actor(request)
    if request.method == "POST":
        seen = _uuid(request.POST.get("seen"))
        verb = lambda: drop_draft(dialogue=dialogue, question=question, seen=seen, actor=actor)  # noqa: E731
        return _act(request, dialogue, verb)
    draft = drafts_of(dialogue, actor).filter(public_id=question).first()
    if draft is None:
        return redirect("portal_questions", dialogue.public_id)
    return show(request, "question_drop", dialogue, here="questions", draft=draft)


@own_dialogue
def portal_questions_throw(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Ask whether the whole draft is to be thrown away; POST does it, if it is the one read."""
    actor = _actor(request)
    if request.method == "POST":
        read = request.POST.get("read", "")
        return _act(request, dialogue, lambda: throw_draft(dialogue=dialogue, read=read, actor=actor))
    rows = list(drafts_of(dialogue, actor))
    if not rows or dialogue.state not in OPEN_FOR_QUESTIONS:
        return redirect("portal_questions", dialogue.public_id)
    read, shown = draft_version(rows), [_row(row) for row in rows]
    return show(request, "questions_throw", dialogue, here="questions", rows=shown, read=read)


@own_dialogue
def portal_question_raise(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """Give one question higher priority, by POST."""
    return _move(request, dialogue, question, UP)


@own_dialogue
def portal_question_lower(request: HttpRequest, dialogue: Dialogue, question: UUID) -> HttpResponse:
    """Give one question lower priority, by POST."""
    return _move(request, dialogue, question, DOWN)


@own_dialogue
def portal_questions_check(request: HttpRequest, dialogue: Dialogue) -> HttpResponse:
    """Check the answers, beside the questions that they replace; POST sends them, if they are those read."""
    faults, status = _send(request, dialogue) if request.method == "POST" else ([], 200)
    if request.method == "POST" and not faults:
        return redirect("portal_questions_done", dialogue.public_id)
    stands, rows = _what_stands(dialogue), list(drafts_of(dialogue, _actor(request)))
    if not rows or dialogue.state not in OPEN_FOR_QUESTIONS:
        if faults:
            messages.info(request, _("Här finns inget utkast att skicka nu. Sidan visar vad som gäller."))
        return redirect("portal_questions", dialogue.public_id)
    more: dict[str, Any] = {
        "rows": _draft_rows(dialogue, rows),
        "read": draft_version(rows),
        "faults": faults,
        **stands,
    }
    more["leaving"] = _leaving(stands["standing"], more["rows"])
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


def _move(request: HttpRequest, dialogue: Dialogue, question: UUID, way: str) -> HttpResponse:
    steps, actor = (-1 if way == UP else 1), _actor(request)
    verb = lambda: move_draft(dialogue=dialogue, question=question, steps=steps, actor=actor)  # noqa: E731
    answer = _act(request, dialogue, verb)
    if isinstance(answer, HttpResponseRedirect):
        query = urlencode({"flyttad": question, "hall": way})
        return redirect(f"{answer.url}?{query}")
    return answer


def _focus(request: HttpRequest, drafts: list[QuestionDraft]) -> tuple[UUID | None, str]:
    """The question that was just moved, and the button with the focus: the same, while it can go on."""
    moved = _uuid(request.GET.get("flyttad"))
    at = next((n for n, draft in enumerate(drafts) if draft.public_id == moved), None)
    if at is None:
        return None, ""
    up = request.GET.get("hall") == UP
    turned = (up and at == 0) or (not up and at == len(drafts) - 1)
    return moved, UP if up != turned else DOWN


def _act(request: HttpRequest, dialogue: Dialogue, verb: Callable[[], object]) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        verb()
    except NotPossible as reason:
        messages.error(request, str(reason))
    return redirect("portal_questions", dialogue.public_id)


def _initial(draft: QuestionDraft | None) -> dict[str, object]:
    if draft is None:
        return {}
    kept = {name: getattr(draft, name) for name in ("area", "text", "figure", "evidence")}
    return kept | {"sub_goal": draft.sub_goal_id or ""}


def _offered(dialogue: Dialogue, draft: QuestionDraft | None) -> dict[str, Any]:
    """The sub-goals and figures to choose among, and those that the draft has already."""
    figures = figure_lines(dialogue)
    if draft and draft.figure and draft.figure not in figures:
        figures = [draft.figure, *figures]
    return {"sub_goals": sub_goals_for(dialogue, draft.sub_goal_id if draft else None), "figures": figures}


def _save(
    request: HttpRequest, dialogue: Dialogue, question: UUID, draft: QuestionDraft | None
) -> HttpResponse:
    """Save what was typed, whole or not, and go back to the questions; or show it with what is missing.

    A text that may not be kept is not saved: it stands only in the form that comes back.
    """
    form = QuestionDraftForm(request.POST, **_offered(dialogue, draft))
    seen, made = _uuid(request.POST.get("seen")), _uuid(request.POST.get("form"))
    edit = Edit(question=question, seen=seen, form=made or uuid4())
    theirs = None
    refusal = " ".join(str(why) for name in ("text", "evidence") for why in form.errors.get(name, ()))
    try:
        if not refusal:
            draft = save_draft(dialogue=dialogue, edit=edit, actor=_actor(request), **form.typed())
    except NotPossible as reason:
        refusal = str(reason)
        form.add_error(None, refusal)
        if isinstance(reason, ChangedSince):
            edit, theirs, words = _changed(request, dialogue, question)
            draft = theirs
            form.add_error(None, words)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "portal/saved.html", {"draft": draft, "refusal": refusal})
    if form.is_valid():
        return redirect("portal_questions", dialogue.public_id)
    return _page(request, dialogue, form, edit, draft=draft, theirs=theirs, status=409 if theirs else 422)


def _changed(
    request: HttpRequest, dialogue: Dialogue, question: UUID
) -> tuple[Edit, QuestionDraft | None, str]:
    """What can be done with words for a question that was changed meanwhile: what the form writes to now, the
    question as it stands, if the words can only replace it, and that in words.
    """
    actor = _actor(request)
    as_new = Edit(question=uuid4(), seen=None, form=uuid4())
    if has_room(dialogue, actor):
        return as_new, None, _("Det ni skrev står kvar här. Spara för att lägga till det som en ny fråga.")
    theirs = drafts_of(dialogue, actor).filter(public_id=question).first()
    if theirs is None:
        return (
            as_new,
            None,
            _(
                "Det ni skrev står kvar här, men det finns redan fem frågor, det högsta antalet. Kopiera "
                "texten, eller ta bort en annan fråga och spara sedan här."
            ),
        )
    return (
        Edit(question=question, seen=theirs.saved_in, form=uuid4()),
        theirs,
        _(
            "Det ni skrev står kvar här. Det finns redan fem frågor, det högsta antalet, så det går inte "
            "att lägga till som en ny. Läs frågan så som den står nu, och välj om er text ska ersätta den."
        ),
    )


def _page(
    request: HttpRequest, dialogue: Dialogue, form: QuestionDraftForm, edit: Edit, **more: Any
) -> HttpResponse:
    return show(request, "question", dialogue, here="questions", form=form, edit=edit, most=MOST, **more)


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None


def _send(request: HttpRequest, dialogue: Dialogue) -> tuple[Rows, int]:
    """Send the draft; answer what stands in the way and the page's status, or nothing when it is sent."""
    told_by, seen = str(contact_of(who(request), dialogue.huvudman)), answer_in(request.POST)
    read = request.POST.get("read", "")
    try:
        send_draft(dialogue=dialogue, read=read, told_by=told_by, actor=_actor(request), seen=seen)
    except NotReady as reason:
        return [{"text": words, "url": _url(dialogue, question)} for question, words in reason.faults], 422
    except NotPossible as reason:
        return [{"text": str(reason)}], 409 if isinstance(reason, Conflict) else 422
    return [], 200


def _what_stands(dialogue: Dialogue) -> dict[str, Any]:
    """The questions that sending replaces, and their version."""
    seen = questions_version(dialogue)
    form = questions_that_stand(dialogue)
    return {"seen": seen, "stands": form, "standing": [_row(q) for q in form.rows.all()] if form else []}


def _leaving(standing: Rows, rows: Rows) -> Rows:
    """The questions of what stands that are not among those to be sent, whatever their order."""
    kept = [row["value"] for row in rows]
    return [row for row in standing if row["value"] not in kept]


def _draft_rows(dialogue: Dialogue, drafts: list[QuestionDraft]) -> Rows:
    return [_row(draft) | {"change_url": _url(dialogue, draft.public_id)} for draft in drafts]


def _url(dialogue: Dialogue, question: UUID) -> str:
    return reverse("portal_question", args=[dialogue.public_id, question])


def _row(question: QuestionDraft | PriorityQuestion) -> dict[str, object]:
    area = question.get_area_display().capitalize() if question.area else _("Område saknas")
    goal = question.sub_goal.marked_text if question.sub_goal else ""
    words = [area, question.text, goal, question.figure, question.evidence]
    return {"label": _("Fråga %(rank)s") % {"rank": question.rank}, "value": "\n".join(filter(None, words))}
