"""The portal's front pages: whom one acts for, and where that huvudman's dialogue stands."""

from __future__ import annotations

import datetime
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from dialogues.domain.closing import are_parts_over
from dialogues.domain.evaluations import MINUTES, open_requests
from dialogues.domain.summary_waits import waits_for
from dialogues.facts import Facts
from dialogues.half_years import half_year_name
from dialogues.models import Dialogue, DialogueState
from dialogues.queries import present_dialogue
from dialogues.steps_told import told_of
from dialogues.timeline import PHASES, Phase, phases
from dialogues.turns import Side, due
from dialogues.views.portal.case import Case, case_of
from dialogues.views.portal.mine import all_due
from dialogues.views.portal.pages import frame, portal_page, show, who
from dialogues.views.portal.people import people_and_check
from dialogues.views.portal.tasks import next_task, only_read, tasks
from huvudman.queries import represented_by

PAGE_OF_PHASE = ("introduction", "time", "feedback")


@portal_page
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Whom do you act for? Skipped by those who represent one huvudman."""
    mine = all_due(who(request))
    if not mine:
        raise Http404
    if len(mine) == 1:
        return redirect("portal_huvudman", mine[0].huvudman.public_id)
    return render(request, "portal/choose.html", {"rows": [each.row for each in mine]})


@portal_page
@require_safe
def portal_huvudman(request: HttpRequest, huvudman_id: uuid.UUID) -> HttpResponse:
    """Where the huvudman's dialogue stands, whose turn it is, and what is next."""
    user = who(request)
    huvudman = get_object_or_404(represented_by(user), public_id=huvudman_id)
    dialogue, earlier = present_dialogue(user, huvudman)
    if dialogue is None:
        context = frame(request, huvudman) | people_and_check(huvudman)
        return render(request, "portal/no_dialogue.html", context)
    return _front(request, dialogue, earlier=earlier)


def _front(request: HttpRequest, dialogue: Dialogue, earlier: list[Dialogue]) -> HttpResponse:
    case, around = case_of(dialogue), frame(request, dialogue.huvudman)
    dialogue.summary_waits = waits_for(case.summary)  # type: ignore[attr-defined]  # read once, for all turns
    return show(
        request,
        "front",
        dialogue,
        case=case,
        around=around,
        turn=due(dialogue, case.meetings, Side.HUVUDMAN),
        next=next_task(case),
        parts_over=are_parts_over(dialogue),
        too_late_since=_too_late_since(case),
        phases=_phases(case),
        tasks=tasks(case) if around["may_write"] else only_read(tasks(case)),
        earlier=earlier,
        invited_in=_invited_in(dialogue),
        evaluations=open_requests(dialogue),
        evaluation_minutes=MINUTES,
        **people_and_check(dialogue.huvudman),
    )


def _too_late_since(case: Case) -> datetime.date | None:
    """The last day to answer the invitation, when it has passed and there is no answer."""
    is_waited_for = case.dialogue.state == DialogueState.INVITED and not case.may_answer
    return case.invitation.answer_by if case.invitation and is_waited_for and not case.answer else None


def _invited_in(dialogue: Dialogue) -> str:
    """About when a huvudman that wanted to take part later will be invited, as its letter said."""
    is_carried = dialogue.state == DialogueState.PLANNED  # a plan alone has no page here
    return half_year_name(dialogue.batch.half_year) if is_carried else ""


def _phases(case: Case) -> list[Phase]:
    shown = phases(case.dialogue, case.meetings, Side.HUVUDMAN, missed=case.missed_introduction)
    stories = told_of(_facts(case))
    for phase, kind in zip(shown, PHASES, strict=True):
        phase |= Phase(been=stories[kind].been, to_come=stories[kind].to_come)
    return shown


def _facts(case: Case) -> Facts:
    """What the tasks are told from, as far as the huvudman knows it."""
    return Facts(
        dialogue=case.dialogue,
        meetings=case.meetings,
        underlag=case.underlag,
        answer=case.answer,
        has_questions=case.questions is not None,
        missed=case.missed_introduction,
        summary=case.summary,
    )
