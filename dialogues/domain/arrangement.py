"""When, where and with whom a meeting is meant to be."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from dialogues.models import Meeting, MeetingForm


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
        """When and where, by the names of a meeting's columns. A digital meeting has a link and no place, and
        one in person a place and no link.
        """
        is_digital = self.form == MeetingForm.DIGITAL
        return {
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "form": self.form,
            "place": "" if is_digital else self.place,
            "link": self.link if is_digital else "",
        }

    def is_kept_by(self, meeting: Meeting) -> bool:
        """Tell whether the meeting is when and where it says, whoever comes."""
        return all(getattr(meeting, name) == value for name, value in self.where.items())

    def set_on(self, meeting: Meeting) -> None:
        """Let the meeting be when and where it says; nothing is saved."""
        for name, value in self.where.items():
            setattr(meeting, name, value)
