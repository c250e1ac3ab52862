"""Writing to everyone concerned, by letters in the outbox."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts.models import Agency
from dialogues.calendar import meeting_calendar
from dialogues.domain.impartial import ALONE, taking_part
from dialogues.letters import Attachment, queue_letter
from dialogues.letters.relevance import ASK_FOR_AN_ANSWER
from dialogues.models import (
    Dialogue,
    Letter,
    LetterKind,
    Meeting,
    MeetingForm,
    MeetingStaff,
    MeetingState,
    Seat,
)
from dialogues.paper import write_on_paper
from huvudman.models import Contact
from huvudman.queries import recipients_of

TRUE_WITHOUT_LINK = ASK_FOR_AN_ANSWER | {LetterKind.INTRODUCTION, LetterKind.MISSED}
"""Letters with a personal link that are written on paper too: the link is left out."""
CALENDAR = "text/calendar; charset=utf-8; method={method}"


def write_to_huvudman(
    *,
    kind: LetterKind,
    dialogue: Dialogue,
    occasion: str,
    context: Mapping[str, object] | None = None,
    attachments: Sequence[Attachment] = (),
    agency: str | None = None,
    personal: Callable[[Contact | None], Mapping[str, object]] | None = None,
    due_at: datetime.datetime | None = None,
) -> list[Letter]:
    """Queue one letter to each of the huvudman's recipients; `personal` is what its letter alone says. Where
    no e-mail reaches the huvudman, one letter goes on paper, unless it is about a personal link.
    """
    recipients = recipients_of(dialogue.huvudman)
    if not recipients and (personal is None or kind in TRUE_WITHOUT_LINK):
        write_on_paper(
            kind=kind,
            dialogue=dialogue,
            occasion=occasion,
            context=context,
            attachments=attachments,
            agency=agency,
        )
    return [
        queue_letter(
            kind=kind,
            dialogue=dialogue,
            contact=recipient.contact,
            recipient=recipient.email,
            recipient_name=recipient.name,
            occasion=occasion,
            batch=dialogue.batch,
            context={**(context or {}), **(personal(recipient.contact) if personal else {})},
            attachments=attachments,
            agency=agency,
            due_at=due_at,
        )
        for recipient in recipients
    ]


def write_to_staff(
    *,
    kind: LetterKind,
    meeting: Meeting,
    people: Iterable[MeetingStaff],
    dialogue: Dialogue | None = None,
    context: Mapping[str, object] | None = None,
    attachments: Sequence[Attachment] = (),
) -> None:
    """Queue one letter to each of the people from the agencies; without a dialogue, about a group meeting."""
    for person in people:
        queue_letter(
            kind=kind,
            dialogue=dialogue,
            recipient=person.user.email,
            recipient_name=person.user.name,
            occasion=f"{occasion_of(meeting)}-{person.pk}",
            subject_key="" if dialogue else f"meeting:{meeting.pk}",
            batch=dialogue.batch if dialogue else meeting.batch,
            context={"meeting": meeting, "for_staff": True, **(context or {})},
            attachments=attachments,
        )


def occasion_of(meeting: Meeting) -> str:
    """What a letter about this very version of the meeting has as its occasion, at least to begin with."""
    return f"meeting-{meeting.pk}-{meeting.sequence}"


def booked(meeting: Meeting) -> QuerySet[MeetingStaff]:
    """The people from the agencies who are booked for the meeting."""
    people = meeting.staff.filter(is_booked=True)
    return people.select_related("user__staff", "agency").order_by("pk")


def _known(meeting: Meeting, dialogue: Dialogue | None) -> QuerySet[MeetingStaff]:
    """Those who are booked; in a dialogue, those of them who have said that they have no conflict."""
    people = booked(meeting)
    return taking_part(people, dialogue) if dialogue and meeting.kind in ALONE else people


def calendar_file(
    meeting: Meeting,
    dialogue: Dialogue | None,
    *,
    method: str = "REQUEST",
    seat: Seat | None = None,
    people: Iterable[MeetingStaff] | None = None,
) -> Attachment:
    """The meeting in a Swedish calendar file: `REQUEST` to enter or update it, `CANCEL` to take it away,
    `PUBLISH` to pass on to anybody: it names nobody who comes.

    Without a dialogue it is for those from the agencies in a group meeting. With a `seat` the file is about
    that seat in the group: given up and taken again it is another entry in the calendar. `people` are those
    from the agencies whom it is about, if not those who are booked.
    """
    with translation.override(settings.LANGUAGE_CODE):
        about = dialogue.huvudman.name if dialogue else meeting.batch
        title = f"{meeting.get_kind_display().capitalize()}: {about}"
    gives_up = seat is not None and method == "CANCEL"  # a change that the meeting itself does not count
    data = meeting_calendar(
        uid=f"{meeting.public_id}{f'-{seat.pk}' if seat else ''}@kvalitetsdialoger",
        sequence=meeting.sequence + (gives_up and meeting.state != MeetingState.CANCELLED),
        method=method,
        title=title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        location=meeting.where,
        description=meeting.where if meeting.form == MeetingForm.DIGITAL else "",
        organizer=Agency.objects.get(code=settings.LETTER_AGENCY).sender,
        attendees=[]
        if method == "PUBLISH"
        else [
            *([recipient.email for recipient in recipients_of(dialogue.huvudman)] if dialogue else []),
            *(
                []
                if seat
                else [p.user.email for p in (_known(meeting, dialogue) if people is None else people)]
            ),
        ],
        stamp=timezone.now(),
    )
    return Attachment(name="mote.ics", media_type=CALENDAR.format(method=method), data=data)
