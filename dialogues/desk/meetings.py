"""Meetings that wait: for somebody from each agency, for another time, to be noted as held."""

from __future__ import annotations

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.templatetags.look import day
from dialogues.desk.todo import Desk, Todo, day_of, due_before, last_done
from dialogues.models import DialogueState, Meeting, MeetingKind, MeetingStaff, MeetingState, Seat

AGENCIES = 2
STAFF_AHEAD = 14
"""Days before a meeting that people from both agencies should be booked."""
STAFF_WITHIN = 3
"""Days to find people in, however near the meeting is."""
ANSWER_AHEAD = 14
"""Days before a proposed time that the huvudman should have answered; then we ring."""
ANSWER_WITHIN = 7
"""Days that the huvudman has to answer in before we ring, however near the proposed time is."""
NEW_TIME_WITHIN = 7
"""Days within which a wish for another time should have a proposal."""
OFFER_WITHIN = 14
"""Days within which a meeting that did not take place should be offered again, or left out."""
NOTE_WITHIN = 3
"""Days within which a meeting should be noted as held."""
ASKED = {DialogueState.UNDERLAG_SENT, DialogueState.DIALOGUE_HELD}
"""States of a dialogue in which the huvudman has been told the proposed time and may accept it."""
PROPOSED = (f"meeting.{MeetingState.PROPOSED}", "meeting.proposal_changed")
"""What the audit log says of a proposal after the first, which is told at once."""
ACCEPT_STEP = {MeetingKind.DIALOGUE: "godta-tid", MeetingKind.FEEDBACK: "aterkoppling-godta-tid"}
NEW_TIME_STEP = {MeetingKind.DIALOGUE: "ny-tid", MeetingKind.FEEDBACK: "aterkoppling-ny-tid"}
HELD_STEP = {MeetingKind.DIALOGUE: "dialog-hallen", MeetingKind.FEEDBACK: "aterkoppling-hallen"}


def lacking_staff(desk: Desk) -> QuerySet[Meeting]:
    """Coming meetings without somebody from each agency."""
    booked = MeetingStaff.objects.filter(meeting=OuterRef("pk"), is_booked=True).order_by().values("meeting")
    agencies = Subquery(
        booked.annotate(n=Count("agency", distinct=True)).values("n"), output_field=IntegerField()
    )
    rows = _meetings(MeetingState.PROPOSED, MeetingState.FIXED).filter(starts_at__gt=desk.now)
    rows = rows.annotate(agencies=Coalesce(agencies, 0), changed_at=last_done(Meeting, "pk"))
    due = due_before("starts_at", ahead=STAFF_AHEAD, since="changed_at", within=STAFF_WITHIN)
    return rows.filter(agencies__lt=AGENCIES).annotate(due=due)


def other_time_wished(_desk: Desk) -> QuerySet[Meeting]:
    """Meetings for which the huvudman wishes another time, with those who were booked for the one before."""
    rows = _meetings(MeetingState.OTHER_WISHED, booked=False)
    rows = rows.annotate(wished_at=last_done(Meeting, "pk", f"meeting.{MeetingState.OTHER_WISHED}"))
    return rows.annotate(due=Coalesce(day_of("wished_at", plus=NEW_TIME_WITHIN), day_of("starts_at")))


def waiting_for_answer(desk: Desk) -> QuerySet[Meeting]:
    """Proposed times to come that the huvudman has been told and has not answered."""
    asked = Seat.objects.filter(meeting=OuterRef("pk"), is_current=True, dialogue__state__in=ASKED)
    rows = _meetings(MeetingState.PROPOSED).filter(Exists(asked), starts_at__gt=desk.now)
    state_since = Subquery(asked.values("dialogue__state_since")[:1])
    rows = rows.annotate(told_at=Greatest(state_since, last_done(Meeting, "pk", *PROPOSED)))
    due = due_before("starts_at", ahead=ANSWER_AHEAD, since="told_at", within=ANSWER_WITHIN)
    return rows.annotate(due=due)


def missed(_desk: Desk) -> QuerySet[Meeting]:
    """Dialogues and feedback meetings that did not take place, to be offered again or left out."""
    waits = Seat.objects.filter(
        meeting=OuterRef("pk"), is_current=True, dialogue__state__in=ASKED, dialogue__skipped=""
    )
    rows = _meetings(MeetingState.MISSED).filter(Exists(waits))
    rows = rows.annotate(noted_at=last_done(Meeting, "pk", f"meeting.{MeetingState.MISSED}"))
    return rows.annotate(due=Coalesce(day_of("noted_at", plus=OFFER_WITHIN), day_of("starts_at")))


def passed_unanswered(desk: Desk) -> QuerySet[Meeting]:
    """Proposed times that have passed."""
    rows = _meetings(MeetingState.PROPOSED).filter(starts_at__lte=desk.now)
    return rows.annotate(due=day_of("starts_at"))


def to_note_as_held(desk: Desk) -> QuerySet[Meeting]:
    """Fixed meetings whose time has passed."""
    rows = _meetings(MeetingState.FIXED).filter(ends_at__lt=desk.now)
    return rows.annotate(due=day_of("ends_at", plus=NOTE_WITHIN))


def show_lacking_staff(meeting: Meeting, _desk: Desk) -> Todo:
    """A meeting without somebody from each agency, in words."""
    there = sorted({str(person.agency) for person in meeting.staff.all()})
    why = _("Mötet är %(day)s. Bara %(agency)s är med.") if there else _("Mötet är %(day)s. Ingen är bokad.")
    facts = {"day": day(meeting.starts_at), "agency": ", ".join(there)}
    what = _("Boka någon från varje myndighet till %(name)s") % {"name": _name(meeting)}
    return Todo(what, why % facts, _("Planerare och dialogledare"), _page(meeting))


def show_other_time(meeting: Meeting, _desk: Desk) -> Todo:
    """A meeting that needs a new time, in words."""
    why = _("Huvudmannen önskar en annan tid: ”%(wish)s”") % {"wish": _short(meeting.wish)}
    what = _("Föreslå ny tid för %(name)s") % {"name": _name(meeting)}
    return Todo(what, why, _whose(meeting), _step(meeting, NEW_TIME_STEP[MeetingKind(meeting.kind)]))


def show_waiting_for_answer(meeting: Meeting, desk: Desk) -> Todo:
    """A proposal that waits for the huvudman, in words; when the answer is long in coming, we ring."""
    is_ours = meeting.due < desk.today  # type: ignore[attr-defined]
    why = _("Mötet är föreslaget till %(day)s. Ring om svaret dröjer.")
    if is_ours:
        why = _("Mötet är föreslaget till %(day)s. Ring och fråga om tiden passar.")
    why, whose = why % {"day": day(meeting.starts_at)}, _whose(meeting) if is_ours else _("Huvudmannen")
    what = _("Svar på föreslagen tid: %(name)s") % {"name": _name(meeting)}
    return Todo(what, why, whose, _step(meeting, ACCEPT_STEP[MeetingKind(meeting.kind)]))


def show_missed(meeting: Meeting, _desk: Desk) -> Todo:
    """A meeting to offer again, in words; its page has the step that leaves the part out too."""
    why = _("Mötet %(day)s blev inte av. Föreslå en ny tid, eller hoppa över delen med ett skäl.")
    what = _("Erbjud en ny tid: %(name)s") % {"name": _name(meeting)}
    return Todo(what, why % {"day": day(meeting.starts_at)}, _whose(meeting), _page(meeting))


def show_passed(meeting: Meeting, _desk: Desk) -> Todo:
    """A proposal whose time has passed, in words; its page has both what to do and what to note."""
    why = _("Tiden som föreslogs, %(day)s, har passerat. Blev mötet av? Anteckna det i så fall.")
    what = _("Föreslå ny tid för %(name)s") % {"name": _name(meeting)}
    return Todo(what, why % {"day": day(meeting.starts_at)}, _whose(meeting), _page(meeting))


def show_to_note(meeting: Meeting, _desk: Desk) -> Todo:
    """A meeting to note as held, in words."""
    why = _("Mötet var %(day)s.") % {"day": day(meeting.starts_at)}
    what = _("Dokumentera %(name)s") % {"name": _name(meeting)}
    step = HELD_STEP.get(MeetingKind(meeting.kind))
    return Todo(what, why, _whose(meeting), _step(meeting, step) if step else _page(meeting))


def _meetings(*states: MeetingState, booked: bool = True) -> QuerySet[Meeting]:
    seats = Seat.objects.filter(is_current=True).exclude(kind=MeetingKind.INTRODUCTION)
    staff = MeetingStaff.objects.filter(is_booked=booked).select_related("user", "agency")
    return (
        Meeting.objects.filter(state__in=states)
        .select_related("batch")
        .prefetch_related(
            Prefetch("taken_seats", seats.select_related("dialogue__huvudman")), Prefetch("staff", staff)
        )
    )


def _seat(meeting: Meeting) -> Seat | None:
    return next(iter(meeting.taken_seats.all()), None)


def _name(meeting: Meeting) -> str:
    """`introduktionsmöte 12 januari 2027`, or `dialog med Exempelkommun`."""
    seat = _seat(meeting)
    kind = meeting.get_kind_display()
    if seat is None:
        return f"{kind} {day(meeting.starts_at)}"
    return _("%(kind)s med %(huvudman)s") % {"kind": kind, "huvudman": seat.dialogue.huvudman}


def _whose(meeting: Meeting) -> str:
    return ", ".join(str(person.user) for person in meeting.staff.all()) or _("Planerare och dialogledare")


def _page(meeting: Meeting) -> str:
    seat = _seat(meeting)
    if seat is None:
        return reverse("admin:introduction", args=[meeting.public_id])
    return reverse("admin:dialogue", args=[seat.dialogue.public_id])


def _step(meeting: Meeting, name: str) -> str:
    seat = _seat(meeting)
    return reverse("admin:dialogue_step", args=[seat.dialogue.public_id, name]) if seat else _page(meeting)


def _short(text: str, length: int = 120) -> str:
    return text if len(text) <= length else f"{text[:length].rstrip()} …"
