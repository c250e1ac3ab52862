"""The huvudman's own questions that wait for an answer when the dialogue has been held."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of
from dialogues.domain.own_questions import DIALOGUE_OVER
from dialogues.models import Dialogue, MeetingKind, MeetingState, OwnQuestion, OwnQuestionState, Seat

AFTER_DIALOGUE = 14
"""Days from the dialogue until its questions should be answered, unless the feedback meeting is booked."""
AT_LEAST = 7
"""Days to answer in, however late a question comes."""


def to_answer(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues held with questions that wait: due at the feedback meeting, or two weeks after."""
    waiting = OwnQuestion.objects.filter(dialogue=OuterRef("pk"), state=OwnQuestionState.OPEN)
    first = waiting.order_by("asked_at")
    number = waiting.order_by().values("dialogue").annotate(n=Count("pk"))
    rows = Dialogue.objects.filter(state__in=DIALOGUE_OVER).select_related("huvudman", "batch")
    rows = rows.annotate(
        number=Subquery(number.values("n")),
        asked_at=Subquery(first.values("asked_at")[:1]),
        held_at=Coalesce(_meeting(MeetingKind.DIALOGUE, MeetingState.HELD), "state_since"),
        fed_back_at=_meeting(MeetingKind.FEEDBACK, MeetingState.FIXED, MeetingState.HELD),
    )
    at_latest = Coalesce(day_of("fed_back_at"), day_of("held_at", plus=AFTER_DIALOGUE))
    return rows.filter(number__gt=0).annotate(due=Greatest(at_latest, day_of("asked_at", plus=AT_LEAST)))


def show_to_answer(dialogue: Dialogue, _desk: Desk) -> Todo:
    """Questions to answer, in words."""
    number: int = dialogue.number  # type: ignore[attr-defined]
    what = ngettext("Svara på %(n)s fråga från %(name)s", "Svara på %(n)s frågor från %(name)s", number)
    why = _("Huvudmannens frågor till oss väntar på svar sedan %(day)s.")
    address = reverse("admin:dialogue", args=[dialogue.public_id])
    return Todo(
        what % {"n": number, "name": dialogue.huvudman},
        why % {"day": day(dialogue.asked_at)},  # type: ignore[attr-defined]
        _("Planerare och dialogledare"),
        f"{address}#own-questions",
    )


def _meeting(kind: MeetingKind, *states: MeetingState) -> Subquery:
    seats = Seat.objects.filter(
        dialogue=OuterRef("pk"), kind=kind, is_current=True, meeting__state__in=states
    )
    return Subquery(seats.values("meeting__starts_at")[:1])
