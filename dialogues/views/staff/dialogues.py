"""The staff's list of dialogues, and the page of one dialogue."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.domain.audit import latest
from accounts.models import AuditEntry
from dialogues.batch_queries import letterless
from dialogues.domain.dialogues import OPEN
from dialogues.domain.meetings import ALONE
from dialogues.domain.wishes import WISH_ADDED, WISHED
from dialogues.filters import DialogueFilter
from dialogues.goal_words import shared_in_words
from dialogues.models import Dialogue, DialogueState, Meeting
from dialogues.queries import dialogue_rows, earlier_answer, latest_answer, letters_of, questions_that_stand
from dialogues.steps import open_steps
from dialogues.timeline import current_meetings, missed_introduction, phases
from dialogues.turns import Side, due
from dialogues.views.staff.frame import page_of, staff_page
from dialogues.views.staff.sections import notes_section
from huvudman.queries import postal_address_of, recipients_of

LETTERS_SHOWN = 20
HISTORY_SHOWN = 50
CANCELLED = f"dialogue.{DialogueState.CANCELLED}"


def dialogue_list(request: HttpRequest) -> HttpResponse:
    """All dialogues, latest change first, filtered by search, state, län, type and batch."""
    wanted = DialogueFilter.from_query(request.GET)
    page = page_of(wanted.apply(dialogue_rows()), request.GET.get("page"))
    context = {"title": _("Dialoger"), "page": page, "filter": wanted, "chips": wanted.chips(request.GET)}
    return staff_page(request, "staff/dialogue_list.html", context)


def dialogue_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One dialogue: timeline, next steps, people, letters, what was said, history."""
    dialogue = find_dialogue(public_id)
    meetings = current_meetings(dialogue)
    return staff_page(
        request,
        "staff/dialogue.html",
        {
            "title": str(dialogue.huvudman),
            "dialogue": dialogue,
            "phases": phases(dialogue, meetings, Side.STAFF, missed=missed_introduction(dialogue)),
            "due": due(dialogue, meetings, Side.STAFF),
            "steps": open_steps(dialogue, meetings, request.user),  # type: ignore[arg-type]
            "meetings": with_people(dialogue),
            **_what_was_said(dialogue),
            **notes_section(request, dialogue),
            "letters": letters_of(dialogue)[:LETTERS_SHOWN],
            "contacts": dialogue.huvudman.contacts.order_by("role", "name"),
            "underlag": dialogue.underlag.order_by("-version"),
            "paper": dialogue.paper_letters.select_related("run").order_by("-written_at", "-pk"),
            "by_post": postal_address_of(dialogue.huvudman) is not None,
            "no_recipient": dialogue.state in OPEN and not recipients_of(dialogue.huvudman),
            "cancelled": latest(dialogue, CANCELLED) if dialogue.state == DialogueState.CANCELLED else None,
            "history": history_of(dialogue),
        },
    )


def find_dialogue(public_id: uuid.UUID) -> Dialogue:
    """The dialogue with what its page shows about the huvudman. Raises Http404."""
    rows = Dialogue.objects.select_related("huvudman__main_kommun__lan__office", "batch", "cycle", "edition")
    return get_object_or_404(rows.annotate(without_letter=letterless()), public_id=public_id)


def with_people(dialogue: Dialogue) -> list[dict[str, Any]]:
    """The dialogue's current seats with their meetings and the people booked."""
    seats = dialogue.seats.filter(is_current=True).select_related("meeting")
    seats = seats.prefetch_related("meeting__staff__user", "meeting__staff__agency").order_by(
        "meeting__starts_at"
    )
    return [
        {"seat": s, "meeting": s.meeting, "staff": [p for p in s.meeting.staff.all() if p.is_booked]}
        for s in seats
    ]


def history_of(dialogue: Dialogue) -> list[AuditEntry]:
    """What was done in the dialogue, and what the huvudman wished about its times, latest first."""
    types = ContentType.objects.get_for_models(Dialogue, Meeting)
    alone = dialogue.seats.filter(kind__in=ALONE).values("meeting")
    wishes = Q(subject_type=types[Meeting], subject_id__in=alone, verb__in=(WISHED, WISH_ADDED))
    own = Q(subject_type=types[Dialogue], subject_id=dialogue.pk)
    return list(AuditEntry.objects.filter(own | wishes)[:HISTORY_SHOWN])


def _what_was_said(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "answer": latest_answer(dialogue),
        "earlier_answer": earlier_answer(dialogue),
        "questions": questions_that_stand(dialogue),
        "analyses": dialogue.analyses.defer("content"),
        "record": getattr(dialogue, "record", None),
        "shared_goals": shared_in_words(dialogue),
    }
