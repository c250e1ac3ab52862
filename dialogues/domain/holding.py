"""Noting that a meeting was held: never before its time, and on the day that it was."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import NotPossible, WrongState
from accounts.templatetags.look import moment
from dialogues.domain.meetings import MEETINGS
from dialogues.domain.order import dialogues_at, require_order
from dialogues.models import Meeting, MeetingState

Deed = Callable[[Meeting], None]


def note_held(
    meeting: Meeting,
    *,
    held_at: datetime.datetime | None,
    actor: Actor,
    after: Deed | None = None,
    again: Deed | None = None,
    **facts: Any,
) -> Meeting:
    """Move a meeting to held. `held_at` is when it began, should that be at another time than was fixed: it
    is the meeting's time then, and its people are free at the other.

    Raises NotPossible when that time has not come or is out of order (`require_order`), or it is noted
    already as held at another. The callbacks are those of `Machine.walk`.
    """

    def set_time(row: Meeting) -> None:
        if held_at and held_at != row.starts_at:
            _set_time(row, held_at)
        _require_possible(row)

    def same(row: Meeting) -> None:
        if again:
            again(row)
        refuse_other_time(row, held_at)

    with transaction.atomic():
        row = MEETINGS.locked(meeting)
        was: dict[str, Any] = {"starts_at_was": row.starts_at.isoformat()} if held_at else {}
        return MEETINGS.walk(
            row,
            to=MeetingState.HELD,
            actor=actor,
            check=set_time,
            after=after,
            again=same,
            **facts,
            **was,
        )


def require_may_be_held(meeting: Meeting, held_at: datetime.datetime) -> None:
    """Raise NotPossible when the meeting cannot have begun at `held_at`; nothing is changed."""
    then = copy.copy(meeting)
    then.starts_at = held_at
    _require_possible(then)


def correct_time(meeting: Meeting, held_at: datetime.datetime) -> Meeting:
    """Let a held meeting have been at another time than was noted, within the caller's transaction and audit
    entry. Raises WrongState when it is not held, and NotPossible as `note_held`.
    """
    row = MEETINGS.locked(meeting)
    if row.state != MeetingState.HELD:
        raise WrongState(_("Mötet är inte hållet än."))
    _set_time(row, held_at)
    _require_possible(row)
    row.save(update_fields=["starts_at", "ends_at"])
    return row


def refuse_other_time(meeting: Meeting, held_at: datetime.datetime | None) -> None:
    """Raise NotPossible when a meeting that is held was so at another time than is said now."""
    if held_at and held_at != meeting.starts_at:
        text = _("Mötet är redan antecknat som hållet %(when)s.")
        raise NotPossible(text % {"when": moment(meeting.starts_at)})


def _set_time(meeting: Meeting, held_at: datetime.datetime) -> None:
    meeting.starts_at, meeting.ends_at = held_at, held_at + (meeting.ends_at - meeting.starts_at)
    meeting.staff.update(during=DateTimeTZRange(empty=True))


def _require_possible(meeting: Meeting) -> None:
    if meeting.starts_at > timezone.now():
        raise NotPossible(_("Mötets tid har inte varit än. Skriv när mötet hölls, om det var tidigare."))
    require_order(meeting, dialogues_at(meeting))
