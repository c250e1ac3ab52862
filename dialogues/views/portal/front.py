"""The portal's front pages: whom one acts for, and where that huvudman's dialogue stands."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dialogues.domain.evaluations import MINUTES, open_requests
from dialogues.models import Dialogue
from dialogues.queries import present_dialogue
from dialogues.timeline import Phase, phases
from dialogues.turns import Side, due
from dialogues.views.portal.case import Case, case_of
from dialogues.views.portal.pages import frame, portal_page, show, who
from dialogues.views.portal.tasks import next_task, tasks
from huvudman.models import Huvudman
from huvudman.queries import represented_by

PAGE_OF_PHASE = ("introduction", "time", "feedback")


@portal_page
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    """Whom do you act for? Skipped by those who represent one huvudman."""
    mine = list(represented_by(who(request)).order_by("name"))
    if not mine:
        raise Http404
    if len(mine) == 1:
        return redirect("portal_huvudman", mine[0].public_id)
    return render(request, "portal/choose.html", {"rows": [_row(huvudman) for huvudman in mine]})


@portal_page
@require_safe
def portal_huvudman(request: HttpRequest, huvudman_id: uuid.UUID) -> HttpResponse:
    """Where the huvudman's dialogue stands, whose turn it is, and what is next."""
    user = who(request)
    huvudman = get_object_or_404(represented_by(user), public_id=huvudman_id)
    dialogue, earlier = present_dialogue(user, huvudman)
    if dialogue is None:
        return render(request, "portal/no_dialogue.html", frame(request, huvudman))
    return _front(request, dialogue, earlier=earlier)


def _front(request: HttpRequest, dialogue: Dialogue, earlier: list[Dialogue]) -> HttpResponse:
    case = case_of(dialogue)
    return show(
        request,
        "front",
        dialogue,
        case=case,
        turn=due(dialogue, case.meetings, Side.HUVUDMAN),
        next=next_task(case),
        phases=_phases(case),
        tasks=tasks(case),
        earlier=earlier,
        evaluations=open_requests(dialogue),
        evaluation_minutes=MINUTES,
    )


def _phases(case: Case) -> list[Phase]:
    return phases(case.dialogue, case.meetings, Side.HUVUDMAN, missed=case.missed_introduction)


def _row(huvudman: Huvudman) -> dict[str, object]:
    return {"title": huvudman.name, "url": reverse("portal_huvudman", args=[huvudman.public_id])}
