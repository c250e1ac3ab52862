"""Words about what somebody else has done already."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.domain.audit import latest
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry
from accounts.templatetags.look import moment
from dialogues.models import Meeting, MeetingState
from dialogues.timeline import when

WISHED = f"meeting.{MeetingState.OTHER_WISHED}"
"""What the audit log calls it that another time was wished."""


def who_and_when(entry: AuditEntry | None) -> dict[str, str]:
    """Who did what an audit entry says, and when, for a sentence that begins with `%(who)s`."""
    if entry is None:
        return {"who": _("Någon annan"), "when": _("nyss")}
    return {"who": entry.who, "when": moment(entry.at)}


def require_time_that_stands(meeting: Meeting, *, wish_stands: bool) -> None:
    """Raise Conflict when there is no time to answer any more, saying what has come about and by whom.

    `wish_stands` where a wish for another time is no hindrance.
    """
    if meeting.state == MeetingState.OTHER_WISHED and not wish_stands:
        entry = latest(meeting, WISHED)
        told = who_and_when(entry)
        told["who"] = (entry.facts.get("given_by") if entry else "") or told["who"]
        text = _("%(who)s önskade en annan tid %(when)s, så den här går inte att godta. Inget är ändrat nu.")
        raise Conflict(text % told)
    texts = {
        MeetingState.HELD: _("Mötet är redan hållet, så det finns ingen tid att svara på."),
        MeetingState.MISSED: _(
            "Mötet blev inte av, så det finns ingen tid att svara på förrän en ny föreslås."
        ),
        MeetingState.CANCELLED: _("Mötet är avbokat, så det finns ingen tid att svara på."),
    }
    if text := texts.get(MeetingState(meeting.state), ""):
        raise Conflict(text)


def require_seen(meeting: Meeting, seen: int | None, *meant: int) -> None:
    """Raise NotPossible, saying what stands, when the version that was read is none of those meant."""
    if seen is None or seen in meant:
        return
    if meeting.state == MeetingState.FIXED:
        raise NotPossible(already_fixed(meeting))
    raise NotPossible(_("Tiden har ändrats. Läs det nya förslaget."))


def already_fixed(meeting: Meeting) -> str:
    """What to tell who answers a proposal that has been accepted before."""
    return _("Tiden är redan bestämd: %(when)s.") % {"when": when(meeting)}
