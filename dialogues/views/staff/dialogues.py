"""The staff's list of dialogues, and the page of one dialogue."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import Agency, AuditEntry, User
from dialogues.batch_queries import letterless
from dialogues.documents import documents_of
from dialogues.domain.dialogues import OPEN
from dialogues.domain.meetings import ALONE, TIMED
from dialogues.domain.summary_waits import summary_waits
from dialogues.facts import Facts, facts_of, read
from dialogues.filters import DialogueFilter
from dialogues.gates import WHOLE
from dialogues.goal_words import shared_in_words
from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    LetterState,
    Meeting,
    MeetingState,
    OwnQuestion,
    QuestionForm,
    SummaryRound,
    Underlag,
    UnderlagState,
)
from dialogues.queries import dialogue_rows, earlier_answer, letters_of, questions_that_stand
from dialogues.standstill import standstill
from dialogues.steps import OpenStep, steps_for
from dialogues.task_list import tasks_of
from dialogues.timeline import TITLES, phases
from dialogues.turns import Side, due
from dialogues.views.staff.conflicts_section import conflicts_section
from dialogues.views.staff.frame import page_of, staff_page
from dialogues.views.staff.sections import notes_section, own_questions_section, who_comes_section
from dialogues.views.staff.summary_section import summary_section
from huvudman.queries import postal_address_of, recipients_of

LETTERS_SHOWN = 20
NOT_THERE = (LetterState.FAILED, LetterState.UNCERTAIN, LetterState.RETRY)
"""States of a letter that somebody may have to see to."""
HISTORY_SHOWN = 50
BOTH = 2
"""How many agencies meet a huvudman."""
TOLD_OF_THE_DIALOGUE = (f"meeting.{MeetingState.HELD}", f"underlag.{UnderlagState.ISSUED}")
"""What the dialogue's own entry tells, written in the same moment."""


def dialogue_list(request: HttpRequest) -> HttpResponse:
    """All dialogues, latest change first, filtered by search, state, län, type and batch."""
    wanted = DialogueFilter.from_query(request.GET)
    page = page_of(wanted.apply(dialogue_rows()), request.GET.get("page"))
    context = {"title": _("Dialoger"), "page": page, "filter": wanted, "chips": wanted.chips(request.GET)}
    return staff_page(request, "staff/dialogue_list.html", context)


def dialogue_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One dialogue: timeline, next step, the tasks of each phase, people, documents, letters, history."""
    dialogue = find_dialogue(public_id, to_show=True)
    user: Any = request.user
    there = with_people(dialogue)
    meetings = {row["seat"].kind: row["meeting"] for row in there}
    reading = read(dialogue, meetings)
    facts = facts_of(dialogue, reading)
    steps = steps_for(user, facts.open_steps, dialogue, meetings)
    letters = list(letters_of(dialogue)[:LETTERS_SHOWN])
    return staff_page(
        request,
        "staff/dialogue.html",
        {
            "title": str(dialogue.huvudman),
            "dialogue": dialogue,
            "is_over": dialogue.state not in OPEN,
            "phases": phases(dialogue, meetings, Side.STAFF, missed=facts.missed),
            "due": due(dialogue, meetings, Side.STAFF),
            "steps": whole_or_main(steps, has_declared=_has_declared(user, dialogue)),
            "may_declare": any(step.name == "jav" for step in steps),
            "may_resume": any(step.name == "ateruppta" for step in steps),
            "task_lists": task_lists(facts, user),
            "meetings": there,
            "ours": people_of(there),
            "documents": documents_of(dialogue),
            "answer": facts.answer,
            **_what_was_said(dialogue),
            **notes_section(request, dialogue),
            **own_questions_section(request, dialogue, reading.own_questions),
            **who_comes_section(request, dialogue),
            **summary_section(dialogue, reading.rounds),
            **conflicts_section(request, dialogue, meetings),
            "letters": letters,
            "letters_stopped": any(letter.state in NOT_THERE for letter in letters),
            "contacts": dialogue.huvudman.contacts.order_by("role", "name"),
            "underlag": reading.underlag,
            "paper": dialogue.paper_letters.select_related("run").order_by("-written_at", "-pk"),
            "by_post": postal_address_of(dialogue.huvudman) is not None,
            "no_recipient": dialogue.state in OPEN and not recipients_of(dialogue.huvudman),
            "standstill": standstill(dialogue, Side.STAFF),
            "history": history_of(dialogue),
        },
    )


def find_dialogue(public_id: uuid.UUID, *, to_show: bool = False) -> Dialogue:
    """The dialogue with what its page shows about the huvudman. Raises Http404.

    Only `to_show` has it what turns tell of: read once, and so not for who changes anything.
    """
    declared = ConflictDeclaration.objects.select_related("user", "agency")
    rows = Dialogue.objects.select_related(
        "huvudman__main_kommun__lan__office", "batch", "cycle", "edition", "paused_by"
    )
    rows = rows.prefetch_related(Prefetch("conflict_declarations", declared))
    if to_show:
        told = Exists(QuestionForm.objects.filter(dialogue=OuterRef("pk")))
        rows = rows.annotate(has_told=told, summary_waits=summary_waits())
    return get_object_or_404(rows.annotate(without_letter=letterless()), public_id=public_id)


def with_people(dialogue: Dialogue) -> list[dict[str, Any]]:
    """The dialogue's current seats with their meetings and the people booked."""
    seats = dialogue.seats.filter(is_current=True).select_related("meeting")
    seats = seats.prefetch_related("meeting__staff__user", "meeting__staff__agency").order_by(
        "meeting__starts_at"
    )
    rows: list[dict[str, Any]] = [
        {"seat": s, "meeting": s.meeting, "staff": [p for p in s.meeting.staff.all() if p.is_booked]}
        for s in seats
    ]
    for row in rows:
        row["absent"] = _absent(row["meeting"], {person.agency for person in row["staff"]})
    return rows


def _absent(meeting: Meeting, there: set[Agency]) -> list[Agency]:
    """The agencies that nobody comes from to a meeting with a time that is still to come."""
    is_complete = len(there) >= BOTH
    if is_complete or meeting.state not in TIMED or meeting.is_over:
        return []
    return list(Agency.objects.exclude(pk__in=[agency.pk for agency in there]).order_by("name"))


def whole_or_main(steps: list[OpenStep], *, has_declared: bool = False) -> list[OpenStep]:
    """The steps that lead forward, and those about the whole dialogue: the others stand by their tasks, and
    what the reader has said of conflicts of interest is changed where it stands.
    """
    said = {"jav"} if has_declared else set()
    return [step for step in steps if step.is_main or step.name in WHOLE and step.name not in said]


def _has_declared(user: User, dialogue: Dialogue) -> bool:
    return any(row.user_id == user.pk for row in dialogue.conflict_declarations.all())


def task_lists(facts: Facts, user: User) -> list[dict[str, Any]]:
    """The tasks of each phase, under its heading; `is_due` where one of them can be done now."""
    lists = tasks_of(facts, user)
    return [
        {
            "kind": kind,
            "title": TITLES[kind],
            "tasks": tasks,
            "done": sum(task.status == "done" for task in tasks),
            "is_due": any(task.status == "open" for task in tasks),
        }
        for kind, tasks in lists.items()
    ]


def people_of(meetings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those from the agencies who are booked, each once, with the meetings that they are booked for."""
    found: dict[int, dict[str, Any]] = {}
    for row in meetings:
        for person in row["staff"]:
            about = {"user": person.user, "agency": person.agency, "meets": []}
            found.setdefault(person.user_id, about)["meets"].append(row["meeting"].get_kind_display())
    return list(found.values())


def history_of(dialogue: Dialogue) -> list[AuditEntry]:
    """What was done in the dialogue, its meetings, its underlag, questions and summary, latest first."""
    types = ContentType.objects.get_for_models(Dialogue, Meeting, OwnQuestion, SummaryRound, Underlag)
    alone = dialogue.seats.filter(kind__in=ALONE).values("meeting")
    parts = {
        Dialogue: [dialogue.pk],
        Meeting: alone,
        OwnQuestion: dialogue.own_questions.values("pk"),
        SummaryRound: dialogue.summary_rounds.values("pk"),
        Underlag: dialogue.underlag.values("pk"),
    }
    about = Q()
    for model, rows in parts.items():
        about |= Q(subject_type=types[model], subject_id__in=rows)
    return list(AuditEntry.objects.filter(about).exclude(verb__in=TOLD_OF_THE_DIALOGUE)[:HISTORY_SHOWN])


def _what_was_said(dialogue: Dialogue) -> dict[str, Any]:
    return {
        "earlier_answer": earlier_answer(dialogue),
        "questions": questions_that_stand(dialogue),
        "analyses": dialogue.analyses.defer("content"),
        "record": getattr(dialogue, "record", None),
        "shared_goals": shared_in_words(dialogue),
    }
