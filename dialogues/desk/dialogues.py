"""Dialogues that wait: for a phone call, a later batch, a feedback meeting, their end."""

from __future__ import annotations

from django.conf import settings
from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of, due_before, last_done
from dialogues.domain.attendance import ATTENDANCE_CHANGED
from dialogues.domain.closing import that_can_be_closed
from dialogues.domain.skipping import SKIPPED
from dialogues.models import (
    BEFORE_DIALOGUE,
    Dialogue,
    DialogueState,
    Invitation,
    Letter,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
    PaperLetter,
    PaperState,
    QuestionForm,
    Seat,
)

QUESTIONS_AHEAD = 7
"""Days before it is due that the call about the questions is on the list."""
CALL_WITHIN = 7
"""Days to make the call in, however near the dialogue is when its time is fixed."""
AFTER_STEP = 14
"""Days after a step that the next should be taken."""
SHORT = 120
"""Signs of a reason that the list shows."""
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
    offers = Letter.objects.filter(dialogue=OuterRef("pk"), kind=LetterKind.MISSED)
    offers = offers.exclude(state__in=(LetterState.FAILED, LetterState.STOPPED)).order_by("-queued_at")
    posted = PaperLetter.objects.filter(dialogue=OuterRef("pk"), kind=LetterKind.MISSED)
    posted = posted.filter(state__in=(PaperState.WAITING, PaperState.IN_RUN, PaperState.POSTED))
    paper = Subquery(posted.order_by("-written_at").values("written_at")[:1])
    rows = rows.annotate(offered_at=Coalesce(Subquery(offers.values("queued_at")[:1]), paper))
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
    rows = _dialogues(DialogueState.DIALOGUE_HELD).filter(~Exists(seats), skipped="")
    return rows.annotate(due=day_of("state_since", plus=AFTER_STEP))


def to_close(_desk: Desk) -> QuerySet[Dialogue]:
    """Dialogues that can be closed: every part is held or left out, and no summary waits."""
    rows = that_can_be_closed(_dialogues(*DialogueState))
    rows = rows.annotate(ready_at=Greatest("state_since", last_done(Dialogue, "pk", SKIPPED)))
    return rows.annotate(due=day_of("ready_at", plus=AFTER_STEP))


def paused(_desk: Desk) -> QuerySet[Dialogue]:
    """Paused dialogues, due on the day on which somebody wants to look at the pause again, if any."""
    rows = Dialogue.objects.filter(paused_at__isnull=False).select_related("huvudman", "paused_by")
    return rows.annotate(due=F("look_again_on"))


def show_paused(dialogue: Dialogue, _desk: Desk) -> Todo:
    """A paused dialogue, in words."""
    why = _("Pausad sedan %(day)s av %(who)s: %(reason)s")
    reason = Truncator(" ".join(dialogue.paused_reason.split())).chars(SHORT)
    facts = {"day": day(dialogue.paused_at), "who": dialogue.paused_by, "reason": reason}
    address = reverse("admin:dialogue", args=[dialogue.public_id])
    what = _("Se över pausen för %(name)s") % {"name": dialogue.huvudman}
    return Todo(what, why % facts, _("Planerare"), address)


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
    why %= {"day": day(dialogue.missed_at)}  # type: ignore[attr-defined]
    offered_at = dialogue.offered_at  # type: ignore[attr-defined]
    if offered_at:
        told = _("Ett brev om andra möten skrevs %(day)s. Ring om svaret dröjer.")
        why = f"{why} {told % {'day': day(offered_at)}}"
    what = _("Erbjud %(name)s ett annat introduktionsmöte")
    return _todo(what, why, dialogue, "plats")


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
    if dialogue.skipped:
        why = _("En del hoppas över: %(part)s.") % {"part": dialogue.get_skipped_display()}
    return _todo(_("Avsluta dialogen med %(name)s"), why, dialogue, "avsluta")


def _dialogues(*states: DialogueState) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(state__in=states).select_related("huvudman", "batch")


def _todo(what: str, why: str, dialogue: Dialogue, step: str, *, whose: str = "") -> Todo:
    address = reverse("admin:dialogue_step", args=[dialogue.public_id, step])
    return Todo(what % {"name": dialogue.huvudman}, why, whose or _("Planerare och dialogledare"), address)
