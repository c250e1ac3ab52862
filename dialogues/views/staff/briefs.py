"""What those who lead a dialogue need before it, on one page to read and to print."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dialogues.domain.impartial import silent_about, taking_part
from dialogues.domain.own_questions import own_questions_of
from dialogues.models import CentralArea, Dialogue, Meeting, MeetingKind, OwnQuestionState, UnderlagState
from dialogues.queries import questions_that_stand
from dialogues.timeline import current_meetings
from dialogues.views.staff.dialogues import find_dialogue
from dialogues.views.staff.frame import staff_page
from dialogues.views.staff.sections import who_comes_section
from huvudman.models import Skolform
from huvudman.queries import skolformer_of


@never_cache
@require_GET
def brief_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The brief: when and where, who comes, the questions, the central areas, what has been sent."""
    dialogue = find_dialogue(public_id)
    if not request.user.has_perm("dialogues.read_brief", dialogue):
        raise PermissionDenied
    meeting = current_meetings(dialogue).get(MeetingKind.DIALOGUE)
    return staff_page(
        request,
        "staff/brief.html",
        {
            "title": _("Inför dialogen"),
            "dialogue": dialogue,
            "meeting": meeting,
            "people": _people(meeting, dialogue),
            "silent": silent_about(meeting, dialogue) if meeting else [],
            "skolformer": [str(Skolform(code).label) for code in skolformer_of(dialogue.huvudman)],
            "questions": questions_that_stand(dialogue),
            **_areas(dialogue),
            **who_comes_section(request, dialogue),
            "own_questions": own_questions_of(dialogue).exclude(state=OwnQuestionState.WITHDRAWN),
            "analysis": dialogue.analyses.defer("content").first(),
        },
    )


def _people(meeting: Meeting | None, dialogue: Dialogue) -> list[str]:
    if meeting is None:
        return []
    booked = meeting.staff.filter(is_booked=True)
    rows = taking_part(booked, dialogue).select_related("user", "agency").order_by("pk")
    return [f"{row.user} ({row.agency})" for row in rows]


def _areas(dialogue: Dialogue) -> dict[str, Any]:
    """The central areas of the underlag that was sent: strengths and needs."""
    rows = CentralArea.objects.filter(underlag__dialogue=dialogue, underlag__state=UnderlagState.ISSUED)
    rows = rows.order_by("-underlag__version", "rank")
    return {
        "strengths": [row for row in rows if row.kind == CentralArea.Kind.STRENGTH],
        "needs": [row for row in rows if row.kind == CentralArea.Kind.NEED],
    }
