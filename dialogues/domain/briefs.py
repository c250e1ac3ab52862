"""A page about the dialogue reaches those who lead it seven days before, by a letter with its address."""

from __future__ import annotations

import datetime
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from dialogues.domain.correspondence import occasion_of, write_to_staff
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.impartial import taking_part
from dialogues.models import (
    ConflictDeclaration,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    Meeting,
    MeetingKind,
    MeetingStaff,
    MeetingState,
)

logger = logging.getLogger(__name__)

AHEAD = datetime.timedelta(days=7)


def brief_all() -> int:
    """Write to those who lead a dialogue within seven days and have not been written to about its time.

    One dialogue that fails does not stop the others. Answers how many letters were written.
    """
    written = 0
    near = _unbriefed().values("dialogue")  # type: ignore[misc]
    for dialogue in Dialogue.objects.filter(pk__in=near):
        try:
            written += brief(dialogue=dialogue)
        except Exception:
            logger.exception("no brief for dialogue %s", dialogue.pk)
    return written


@transaction.atomic
def brief(*, dialogue: Dialogue) -> int:
    """Write to those who lead the dialogue, if it is within seven days; answer how many letters are new.

    Each is written to once about a time: when it is moved, and fixed anew, again. Nobody is written to who
    has not said that they have no conflict of interest; they are when they have.
    """
    row = DIALOGUES.locked(dialogue)
    seats = row.seats.filter(kind=MeetingKind.DIALOGUE, is_current=True).select_related("meeting")
    seat = seats.first()
    if seat is None or row.state != DialogueState.TIME_FIXED or not _is_near(seat.meeting):
        return 0
    people = taking_part(seat.meeting.staff.filter(is_booked=True), row).select_related("user")
    told = set(Letter.objects.filter(dialogue=row, kind=LetterKind.BRIEF).values_list("occasion", flat=True))
    new = [person for person in people if f"{occasion_of(seat.meeting)}-{person.pk}" not in told]
    write_to_staff(
        kind=LetterKind.BRIEF,
        meeting=seat.meeting,
        people=new,
        dialogue=row,
        context={"brief_url": brief_url(row)},
    )
    return len(new)


def brief_url(dialogue: Dialogue) -> str:
    """The whole address of the brief's page."""
    return settings.BASE_URL.rstrip("/") + reverse("admin:brief", args=[dialogue.public_id])


def _is_near(meeting: Meeting) -> bool:
    now = timezone.now()
    return meeting.state == MeetingState.FIXED and now < meeting.starts_at <= now + AHEAD


def _unbriefed() -> QuerySet[MeetingStaff]:
    """Those who lead a dialogue that is near, without a letter about its very time; with its `dialogue`."""
    now = timezone.now()
    rows = MeetingStaff.objects.filter(
        is_booked=True,
        meeting__kind=MeetingKind.DIALOGUE,
        meeting__state=MeetingState.FIXED,
        meeting__starts_at__gt=now,
        meeting__starts_at__lte=now + AHEAD,
        meeting__taken_seats__is_current=True,
        meeting__taken_seats__dialogue__state=DialogueState.TIME_FIXED,
        meeting__taken_seats__dialogue__paused_at=None,
    ).annotate(dialogue=F("meeting__taken_seats__dialogue"))
    said = ConflictDeclaration.objects.filter(
        dialogue=OuterRef("dialogue"), user=OuterRef("user"), has_conflict=False
    )
    written = Letter.objects.filter(
        kind=LetterKind.BRIEF, dialogue=OuterRef("dialogue"), occasion=OuterRef("occasion")
    )
    return rows.annotate(occasion=_occasion()).filter(Exists(said), ~Exists(written))


def _occasion() -> Concat:
    """As `write_to_staff` names it."""
    parts = [F("meeting_id"), F("meeting__sequence"), F("pk")]
    texts = [Cast(part, CharField()) for part in parts]
    return Concat(Value("meeting-"), texts[0], Value("-"), texts[1], Value("-"), texts[2])
