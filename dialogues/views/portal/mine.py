"""All the huvudmän that a person represents, and what is due for each: the most urgent first."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.look import day
from dialogues.domain.summary_waits import Waits, summary_answer_by, summary_waits, waits_of
from dialogues.models import Dialogue, Invitation, Meeting, QuestionForm, Seat
from dialogues.models import DialogueState as S
from dialogues.queries import dialogues_for, present_of
from dialogues.timeline import when
from dialogues.turns import MEETING_OF, Side, Standing, due, standing
from dialogues.views.portal.tasks import Task
from huvudman.models import Access, Huvudman
from huvudman.queries import contacts_of, represented_by

Meetings = dict[int, dict[str, Meeting]]
"""The current meetings of each dialogue, by kind."""


@dataclass(frozen=True)
class Due:
    """What is due for one huvudman: whose turn it is, by which day (none: no day), and in words."""

    huvudman: Huvudman
    whose: Side | None
    day: datetime.date | None
    what: str
    by_when: str
    only_reads: bool = False
    """Whether others than the user do what is due for the huvudman."""

    @property
    def urgency(self) -> tuple[bool, bool, datetime.date, str]:
        """What sorts the list: the huvudman's turn first, then by day, then by name."""
        return (
            self.whose != Side.HUVUDMAN or self.only_reads,
            self.whose is None,
            self.day or datetime.date.max,
            self.huvudman.name,
        )

    @property
    def row(self) -> Task:
        """The huvudman as a row of the task list."""
        status = {Side.HUVUDMAN: ("now", _("Er tur")), Side.STAFF: ("wait", _("Vår tur"))}
        if self.only_reads:
            status[Side.HUVUDMAN] = "wait", _("Väntar på dem som svarar för er")
        kind, words = status[self.whose] if self.whose else ("off", _("Inget att göra nu"))
        url = reverse("portal_huvudman", args=[self.huvudman.public_id])
        hint = " ".join(filter(None, (self.what, self.by_when)))
        return Task(title=self.huvudman.name, url=url, hint=hint, status=kind, status_text=words)


def all_due(user: User) -> list[Due]:
    """What is due for each huvudman that the user represents, the most urgent first. Five queries."""
    told = QuestionForm.objects.filter(dialogue=OuterRef("pk"))
    rows = dialogues_for(user).annotate(has_told=Exists(told), summary_waits=summary_waits())
    rows = rows.annotate(summary_answer_by=summary_answer_by())
    present = present_of(rows)
    meetings, last_days = _meetings(present.values()), _last_days(present.values())
    found = [
        _due(huvudman, present.get(huvudman.pk), meetings, last_days) for huvudman in represented_by(user)
    ]
    writes = set(contacts_of(user).filter(access=Access.WRITE).values_list("huvudman", flat=True))
    found = [replace(each, only_reads=each.huvudman.pk not in writes) for each in found]
    return sorted(found, key=lambda each: each.urgency)


def _due(
    huvudman: Huvudman, dialogue: Dialogue | None, meetings: Meetings, last_days: dict[int, datetime.date]
) -> Due:
    if dialogue is None:
        return Due(huvudman, None, None, _("Ni får en inbjudan när det är er tur."), "")
    theirs = meetings.get(dialogue.pk, {})
    turn = due(dialogue, theirs, Side.HUVUDMAN)
    if dialogue.is_paused:
        return Due(huvudman, None, None, _("Dialogen är pausad."), "")
    if turn is None:
        return Due(huvudman, None, None, str(dialogue.get_state_display()).capitalize() + ".", "")
    last, words = _day(dialogue, theirs, last_days)
    return Due(huvudman, turn[0], last, turn[1], words)


def _day(
    dialogue: Dialogue, meetings: dict[str, Meeting], last_days: dict[int, datetime.date]
) -> tuple[datetime.date | None, str]:
    """The day that the turn is about, with its words: the last to answer, or that of the meeting."""
    if dialogue.state == S.INVITED and (last := last_days.get(dialogue.pk)):
        return last, _("Svara senast %(day)s.") % {"day": day(last)}
    meeting = meetings.get(MEETING_OF.get(S(dialogue.state), ""))
    stands = standing(meeting)
    if stands != Standing.PROPOSED and waits_of(dialogue) == Waits.HUVUDMAN:
        last = dialogue.summary_answer_by  # type: ignore[attr-defined]
        return last, _("Svara senast %(day)s.") % {"day": day(last)}
    if meeting is None or dialogue.state == S.INTRODUCED:  # the underlag's letter tells of its time
        return None, ""
    if stands == Standing.PROPOSED:
        return _date(meeting), _("Föreslagen tid: %(when)s.") % {"when": when(meeting)}
    if stands == Standing.BOOKED:
        return _date(meeting), _("Mötet är %(when)s.") % {"when": when(meeting)}
    return None, ""


def _date(meeting: Meeting) -> datetime.date:
    return timezone.localdate(meeting.starts_at)


def _meetings(dialogues: Collection[Dialogue]) -> Meetings:
    found: Meetings = {}
    seats = Seat.objects.filter(dialogue__in=dialogues, is_current=True)
    for seat in seats.select_related("meeting"):
        found.setdefault(seat.dialogue_id, {})[seat.kind] = seat.meeting
    return found


def _last_days(dialogues: Collection[Dialogue]) -> dict[int, datetime.date]:
    """The last day to answer, of invitations that can still be answered."""
    rows = Invitation.objects.filter(dialogue__in=dialogues, answer_by__gte=timezone.localdate())
    return dict(rows.order_by("answer_by").values_list("dialogue_id", "answer_by"))
