"""When, where and with whom a meeting is meant to be."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.domain.machine import NotPossible
from accounts.models import User
from accounts.templatetags.look import moment
from dialogues.models import Dialogue, Meeting, MeetingForm, MeetingKind


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """When and where people meet, and who comes from the agencies."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime
    staff: Sequence[User]
    form: MeetingForm = MeetingForm.DIGITAL
    place: str = ""
    link: str = ""

    @property
    def where(self) -> dict[str, object]:
        """When and where, by the names of a meeting's columns."""
        return {name: getattr(self, name) for name in ("starts_at", "ends_at", "form", "place", "link")}

    def is_kept_by(self, meeting: Meeting) -> bool:
        """Tell whether the meeting is when and where it says, whoever comes."""
        return all(getattr(meeting, name) == value for name, value in self.where.items())

    def set_on(self, meeting: Meeting) -> None:
        """Let the meeting be when and where it says; nothing is saved."""
        for name, value in self.where.items():
            setattr(meeting, name, value)


def require_after_dialogue(dialogue: Dialogue, kind: str, starts_at: datetime.datetime) -> None:
    """Raise NotPossible for a feedback meeting before the dialogue that it is about."""
    if kind != MeetingKind.FEEDBACK:
        return
    meetings = Meeting.objects.filter(taken_seats__dialogue=dialogue, taken_seats__is_current=True)
    held = meetings.filter(kind=MeetingKind.DIALOGUE).first()
    if held and starts_at < held.starts_at:
        text = _("Återkopplingen kan inte vara före dialogen, som hölls %(when)s.")
        raise NotPossible(text % {"when": moment(held.starts_at)})
