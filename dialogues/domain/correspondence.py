"""Writing to everyone concerned, by letters in the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from dialogues.calendar import meeting_calendar
from dialogues.letters import Attachment, queue_letter
from dialogues.models import Dialogue, Letter, LetterKind, Meeting, MeetingStaff
from huvudman.queries import recipients_of

CALENDAR = "text/calendar; charset=utf-8; method={method}"


def write_to_huvudman(
    *,
    kind: LetterKind,
    dialogue: Dialogue,
    occasion: str,
    context: Mapping[str, object] | None = None,
    attachments: Sequence[Attachment] = (),
    agency: str | None = None,
) -> list[Letter]:
    """Queue one letter to each of the huvudman's recipients."""
    return [
        queue_letter(
            kind=kind,
            dialogue=dialogue,
            contact=recipient.contact,
            recipient=recipient.email,
            recipient_name=recipient.name,
            occasion=occasion,
            batch=dialogue.batch,
            context=context,
            attachments=attachments,
            agency=agency,
        )
        for recipient in recipients_of(dialogue.huvudman)
    ]


def write_to_staff(
    *,
    kind: LetterKind,
    dialogue: Dialogue,
    meeting: Meeting,
    occasion: str,
    attachments: Sequence[Attachment],
) -> None:
    """Queue one letter to each person from the agencies who is booked for the meeting."""
    for person in booked(meeting):
        queue_letter(
            kind=kind,
            dialogue=dialogue,
            recipient=person.user.email,
            recipient_name=person.user.name,
            occasion=occasion,
            batch=dialogue.batch,
            context={"meeting": meeting, "for_staff": True},
            attachments=attachments,
        )


def booked(meeting: Meeting) -> QuerySet[MeetingStaff]:
    """The people from the agencies who are booked for the meeting."""
    return meeting.staff.filter(is_booked=True).select_related("user", "agency").order_by("pk")


def calendar_file(meeting: Meeting, dialogue: Dialogue, *, method: str = "REQUEST") -> Attachment:
    """The meeting in a Swedish calendar file: `REQUEST` to enter or update it, `CANCEL` to take it away."""
    with translation.override(settings.LANGUAGE_CODE):
        title = f"{meeting.get_kind_display().capitalize()}: {dialogue.huvudman.name}"
    data = meeting_calendar(
        uid=f"{meeting.public_id}@kvalitetsdialoger",
        sequence=meeting.sequence,
        method=method,
        title=title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        location=meeting.place or meeting.link,
        description=meeting.link,
        organizer="kvalitetsdialog@skolverket.example",
        attendees=[r.email for r in recipients_of(dialogue.huvudman)],
    )
    return Attachment(name="mote.ics", media_type=CALENDAR.format(method=method), data=data)
