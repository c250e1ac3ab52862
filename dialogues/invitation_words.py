"""What a huvudman may send its own people about the dialogue: in Swedish, as other letters."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from dialogues.models import Dialogue, Meeting, MeetingForm
from dialogues.timeline import when


def invitation_text(dialogue: Dialogue, meeting: Meeting) -> tuple[str, str]:
    """The subject and the text of a letter to those who come."""
    huvudman = dialogue.huvudman.name
    with translation.override(settings.LANGUAGE_CODE):
        label = "Möteslänk" if meeting.form == MeetingForm.DIGITAL else "Plats"
        where = [f"{label}: {meeting.where}"] if meeting.where else []
        about = [f"När: {when(meeting)}", f"Hur: {meeting.get_form_display()}", *where]
    body = [
        "Hej!",
        "",
        f"{huvudman} ska ha en kvalitetsdialog med Skolverket och Specialpedagogiska skolmyndigheten. "
        "Vi vill gärna ha med dig.",
        "",
        *about,
        "",
        "Det är ett samtal till stöd för vårt utvecklingsarbete. Du behöver inte förbereda något, om vi inte "
        "kommer överens om det.",
        "",
        "Svara gärna och säg om du kan komma, och om du behöver något för att kunna vara med, till exempel "
        "tolk eller hörslinga.",
        "",
        "Vänliga hälsningar",
        huvudman,
    ]
    return f"Kvalitetsdialog {when(meeting)}", "\n".join(body)
