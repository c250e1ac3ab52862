"""What a huvudman is sent with its underlag, and whether it is still what a person was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.domain.machine import NotPossible
from dialogues.models import Meeting, Underlag
from huvudman.models import Huvudman
from huvudman.queries import Recipient, recipients_of


class ChangedSince(NotPossible):
    """What would be sent is not what the person was shown before saying yes to it."""


@dataclass(frozen=True)
class Parcel:
    """An underlag on its way, with its proposed time; without recipients it is handed over on paper."""

    underlag: Underlag
    meeting: Meeting
    recipients: Sequence[Recipient]

    @property
    def version(self) -> str:
        """A mark that changes with the document, the time, the place or the recipients."""
        time = self.meeting
        parts = [self.underlag.pdf_id, time.pk, time.starts_at.timestamp(), time.ends_at.timestamp()]
        parts += [time.form, time.place, time.link, *sorted(to.email for to in self.recipients)]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def require_seen(self, version: str) -> None:
        """Raise ChangedSince unless `version` is this one; an empty one was never shown to anybody."""
        if version and version != self.version:
            raise ChangedSince(_("Något har ändrats sedan du öppnade sidan. Läs igen innan du skickar."))


def parcel_of(underlag: Underlag, meeting: Meeting) -> Parcel:
    """What is sent now, should the underlag be sent with this meeting's time."""
    return Parcel(underlag, meeting, recipients_of(underlag.dialogue.huvudman))


def pdf_name(huvudman: Huvudman) -> str:
    """The PDF's file name: by the huvudman's name, never its orgnr (it can be a personnummer)."""
    return f"analysunderlag-{slugify(huvudman.name)[:60] or 'huvudman'}.pdf"
