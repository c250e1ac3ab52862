"""Things that are there before a portal page is opened."""

import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, User
from dialogues.domain.files import store_file
from dialogues.domain.staffing import book_staff
from dialogues.models import (
    Dialogue,
    Letter,
    LetterAttachment,
    LetterKind,
    LetterState,
    Meeting,
    MeetingKind,
    MeetingState,
    SituationAnalysis,
    SummaryRound,
    Underlag,
    UnderlagState,
)
from dialogues.underlag.content import build_content
from huvudman.models import Contact
from quality_system.models import Edition
from tests.accounts.factories import leader, pair
from tests.dialogues.conflicts import all_declared
from tests.dialogues.factories import seat_at
from tests.dialogues.underlag.material import full_material


def edition() -> Edition:
    """An edition in force."""
    found, _new = Edition.objects.get_or_create(
        state=Edition.State.IN_FORCE, defaults={"name": "Utgåva för test", "valid_from": "2023-07-01"}
    )
    return found


def issued_underlag(dialogue: Dialogue) -> Underlag:
    """An underlag that was sent."""
    now = timezone.now()
    return Underlag.objects.create(
        dialogue=dialogue,
        edition=edition(),
        state=UnderlagState.ISSUED,
        content=build_content(full_material()),
        pdf=store_file(b"%PDF-1.7 prov", "application/pdf"),
        rendered_at=now,
        issued_at=now,
    )


def sent_analysis(dialogue: Dialogue, user: User, words: str = "Vi ser skillnader.") -> SituationAnalysis:
    """A situation analysis that was sent."""
    part = {"slug": "likvardighet", "title": "Likvärdighet", "steps": "1 Var är vi?"}
    return SituationAnalysis.objects.create(
        dialogue=dialogue,
        version=1,
        content={
            "schema": 1,
            "huvudman": dialogue.huvudman.name,
            "cycle": str(dialogue.cycle),
            "parts": [part | {"fields": [{"label": "Vad vi ser", "text": words}]}],
            "ratings": [],
        },
        pdf=store_file(b"%PDF-1.7 analys", "application/pdf"),
        told_by="Anna Ek (skolchef)",
        sent_by=user,
    )


def sent_summary(dialogue: Dialogue, words: str = "Vi talade om stöd.") -> SummaryRound:
    """A version of the summary that waits for the huvudman."""
    return SummaryRound.objects.create(
        dialogue=dialogue,
        number=1,
        content={
            "schema": 1,
            "huvudman": dialogue.huvudman.name,
            "cycle": str(dialogue.cycle),
            "met": "",
            "skolformer": ["grundskola"],
            "parts": [{"title": "Det här talade vi om", "text": words}],
        },
        pdf=store_file(b"%PDF-1.7 sammanfattning", "application/pdf"),
        sent_by=leader(),
        answer_by=timezone.localdate() + datetime.timedelta(days=14),
    )


def both_booked(meeting: Meeting) -> Meeting:
    """The meeting with a leader from each agency, none of whom has a conflict of interest."""
    book_staff(meeting, pair())
    return all_declared(meeting)


def sent_letter(
    dialogue: Dialogue,
    recipient: str,
    *,
    title: str = "Inbjudan till kvalitetsdialog",
    text: str = "Hej!",
    attachment: bytes = b"",
    kind: LetterKind = LetterKind.INVITATION,
    contact: Contact | None = None,
) -> Letter:
    """A letter that was sent, with an attachment if any is given."""
    letter = Letter.objects.create(
        kind=kind,
        contact=contact,
        subject_key=f"dialogue:{dialogue.pk}",
        dialogue=dialogue,
        agency=Agency.objects.get(code="skolverket"),
        recipient=recipient,
        title=title,
        text=text,
        state=LetterState.SENT,
        due_at=timezone.now(),
        sent_at=timezone.now(),
        message_id=f"<{dialogue.pk}-{kind}-{recipient}>",
        sent_bytes=store_file(b"Subject: prov\r\n\r\nHej!", "message/rfc822"),
    )
    if attachment:
        file = store_file(attachment, "text/calendar")
        LetterAttachment.objects.create(letter=letter, file=file, name="mote.ics", media_type="text/calendar")
    return letter


def address(name: str, dialogue: Dialogue, *more: object) -> str:
    return reverse(name, args=[dialogue.public_id, *more])


def front(dialogue: Dialogue) -> str:
    return reverse("portal_huvudman", args=[dialogue.huvudman.public_id])


def text(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def with_proposed_time(dialogue: Dialogue) -> Meeting:
    issued_underlag(dialogue)
    return both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED))
