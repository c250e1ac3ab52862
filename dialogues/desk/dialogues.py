"""Dialogues that wait: for a phone call, a later batch, a feedback meeting, their end."""

from __future__ import annotations

from django.conf import settings
from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of, due_before, last_done
from dialogues.domain.introductions import ATTENDANCE_CHANGED
from dialogues.models import (
    BEFORE_DIALOGUE,
    Dialogue,
    DialogueState,
    Invitation,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    QuestionForm,
    Seat,
)

QUESTIONS_AHEAD = 7
"""Days before it is due that the call about the questions is on the list."""
CALL_WITHIN = 7
"""Days to make the call in, however near the dialogue is when its time is fixed."""
AFTER_STEP = 14
"""Days after a step that the next should be taken."""
TO_PLACE = 28
"""Days within which a huvudman that wants to take part later should have a later batch."""


def to_call_about_questions(desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues soon to be held about which the huvudman has told us no questions."""
    questions = QuestionForm.objects.filter(dialogue=OuterRef("pk"))
    seat = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.DIALOGUE, is_current=True)
    rows = _dialogues(DialogueState.TIME_FIXED).filter(~Exists(questions))
    seat_with_people = Seat.objects.filter(kind=MeetingKind.DIALOGUE, is_current=True).prefetch_related(
        Prefetch(
            "meeting__staff", MeetingStaff.objects.filter(is_booked=True).select_related("user", "agency")
        )
    )
    rows = rows.annotate(meets_at=Subquery(seat.values("meeting__starts_at")[:1]))
    last = settings.QUESTIONS_CALL_DAYS
    soon = rows.filter(meets_at__gt=desk.now, meets_at__lt=desk.days_ahead(last + QUESTIONS_AHEAD))
    due = due_before("meets_at", ahead=last, since="state_since", within=CALL_WITHIN)
    return soon.annotate(due=due).prefetch_related(Prefetch("seats", seat_with_people, to_attr="meets_us"))


def to_offer_again(_desk: Desk) -> QuerySet[Dialogue]:
    """Huvudmän that could not come to their introduction, have been to none and have no seat in another."""
    seats = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.INTRODUCTION)
    missed = seats.filter(attended=False).order_by("-meeting__ends_at", "-pk")
    settled = seats.filter(Q(attended=True) | Q(attended=None, is_current=True))
    rows = _dialogues(*BEFORE_DIALOGUE).filter(Exists(missed), ~Exists(settled))
    rows = rows.annotate(
        missed=Subquery(missed.values("meeting")[:1]),
        missed_at=Subquery(missed.values("meeting__ends_at")[:1]),
    )
    noted_at = last_done(Meeting, "missed", f"meeting.{MeetingState.HELD}", ATTENDANCE_CHANGED)
    return rows.annotate(noted_at=Greatest(noted_at, "missed_at"), due=day_of("noted_at", plus=AFTER_STEP))


def to_place_later(_desk: Desk) -> QuerySet[Dialogue]:
    """Huvudmän that want to take part later, have no later batch, and can't change their answer any more.

    The time to do it is counted from the day when it can be done.
    """
    own = Invitation.objects.filter(dialogue=OuterRef("pk"), batch=OuterRef("batch"))
    rows = _dialogues(DialogueState.POSTPONED).filter(
        ~Exists(own.filter(answer_by__gte=timezone.localdate()))
    )
    time_is_out = ExpressionWrapper(Subquery(own.values("answer_by")[:1]) + 1 + TO_PLACE, DateField())
    return rows.annotate(due=Greatest(day_of("state_since", plus=TO_PLACE), time_is_out))


def to_book_feedback(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues held that have no feedback meeting."""
    seats = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.FEEDBACK, is_current=True)
    rows = _dialogues(DialogueState.DIALOGUE_HELD).filter(~Exists(seats))
    return rows.annotate(due=day_of("state_since", plus=AFTER_STEP))


def to_close(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues whose feedback has been held."""
    return _dialogues(DialogueState.FEEDBACK_HELD).annotate(due=day_of("state_since", plus=AFTER_STEP))


def show_call_about_questions(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A call about the questions, in words."""
    why = _("Dialogen är %(day)s och inga prioriterade frågor har kommit.")
    facts = {"day": day(dialogue.meets_at)}  # type: ignore[attr-defined]
    who = ", ".join(f"{person.user.name} ({person.agency})" for person in _people(dialogue))
    what = _("Ring %(name)s om prioriterade frågor")
    return _todo(what, why % facts, dialogue, "fragor", **({"whose": who} if who else {}))


def _people(dialogue: Dialogue) -> list[MeetingStaff]:
    """Who are to meet the huvudman, and so ring it."""
    return [person for seat in dialogue.meets_us for person in seat.meeting.staff.all()]  # type: ignore[attr-defined]


def show_offer_again(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A huvudman to offer another introduction, in words."""
    why = _("Kunde inte komma på introduktionsmötet %(day)s och har ingen ny plats.")
    facts = {"day": day(dialogue.missed_at)}  # type: ignore[attr-defined]
    what = _("Erbjud %(name)s ett annat introduktionsmöte")
    return _todo(what, why % facts, dialogue, "plats")


def show_place_later(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A huvudman to give a later place, in words."""
    why = _("Svarade %(day)s att de vill delta senare.") % {"day": day(dialogue.state_since)}
    what = _("Välj en senare omgång för %(name)s")
    return _todo(what, why, dialogue, "senare-omgang", whose=_("Planerare"))


def show_book_feedback(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A feedback meeting to book, in words."""
    why = _("Dialogen dokumenterades %(day)s.") % {"day": day(dialogue.state_since)}
    return _todo(_("Boka återkoppling med %(name)s"), why, dialogue, "boka-aterkoppling")


def show_close(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A dialogue to close, in words."""
    why = _("Återkopplingen dokumenterades %(day)s.") % {"day": day(dialogue.state_since)}
    return _todo(_("Avsluta dialogen med %(name)s"), why, dialogue, "avsluta")


def _dialogues(*states: DialogueState) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(state__in=states).select_related("huvudman", "batch")


def _todo(what: str, why: str, dialogue: Dialogue, step: str, *, whose: str = "") -> Todo:
    address = reverse("admin:dialogue_step", args=[dialogue.public_id, step])
    return Todo(what % {"name": dialogue.huvudman}, why, whose or _("Planerare och dialogledare"), address)
