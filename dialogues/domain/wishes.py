"""The huvudman's wishes for another time, in its own words: all are kept in the audit log, for good."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import entries, record
from accounts.domain.machine import NotPossible
from dialogues.domain.conflicts import WISHED, require_seen, require_time_that_stands
from dialogues.domain.correspondence import booked
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.meeting_letters import tell_wished
from dialogues.domain.meetings import MEETINGS, PERMISSIONS, only_dialogue, unfix_time
from dialogues.domain.receipts import register_sent
from dialogues.domain.staffing import free_staff
from dialogues.models import Channel, Dialogue, DialogueState, Meeting, Sent
from dialogues.models import MeetingState as S
from dialogues.queries import latest_answer

WISH_ADDED = "meeting.wish_added"


def wish_other_time(
    *,
    meeting: Meeting,
    wish: str,
    actor: Actor,
    given_by: str,
    channel: Channel,
    seen: int | None = None,
) -> Meeting:
    """The huvudman wishes another time, proposed or already fixed; the wish is kept in its own words.

    A second wish, of two who write at the same time, is added to the first. `seen` is the meeting's
    `sequence` when the time was read: raises NotPossible when it is another one now, the huvudman has not
    got the proposal yet, or the meeting was fixed and its time has been.
    """
    wish = wish.strip()
    if not wish:
        raise NotPossible(_("Skriv vilka tider som passar er, så föreslår vi en ny."))
    told: dict[str, Any] = {"given_by": given_by, "channel": channel, "wish": wish}

    def check(row: Meeting) -> None:
        if dialogue.state == DialogueState.INTRODUCED:
            raise NotPossible(_("Förslaget har inte skickats till huvudmannen än."))
        if not row.takes_wishes:
            raise NotPossible(_("Mötets tid har varit. Blev det inte av föreslår myndigheterna en ny."))
        require_seen(row, seen, row.sequence)

    def note_wish(row: Meeting) -> None:
        row.wish = wish
        row.sequence += was_fixed

    def after(row: Meeting) -> None:
        unfix_time(dialogue, actor)
        if was_fixed:
            tell_wished(row, dialogue, list(booked(row)))
        free_staff(row)
        _register(dialogue, actor, by_mail=not was_fixed, **told)

    with transaction.atomic():
        dialogue = DIALOGUES.locked(only_dialogue(meeting))
        row = MEETINGS.locked(meeting)
        require_time_that_stands(row, wish_stands=True)
        if row.state == S.OTHER_WISHED:
            return _add_wish(row, dialogue, actor, **told)
        was_fixed = row.state == S.FIXED
        return MEETINGS.walk(
            row, to=S.OTHER_WISHED, actor=actor, check=check, change=note_wish, after=after, **told
        )


def wishes_digital(dialogue: Dialogue) -> bool:
    """Tell whether the huvudman wished a digital dialogue when it said yes."""
    answer = latest_answer(dialogue)
    return answer is not None and answer.wants_digital


def _add_wish(meeting: Meeting, dialogue: Dialogue, actor: Actor, *, wish: str, **told: Any) -> Meeting:
    """Keep another wish beside the first; the same words, of a button pressed twice, are kept once."""
    actor.require(PERMISSIONS[S.OTHER_WISHED], meeting)
    if wish not in _kept(meeting):
        meeting.wish = f"{meeting.wish}\n\n{wish}".strip()
        meeting.save(update_fields=["wish"])
        record(actor=actor, verb=WISH_ADDED, subject=meeting, wish=wish, **told)
        _register(dialogue, actor, wish=wish, by_mail=True, **told)
    return meeting


def _register(dialogue: Dialogue, actor: Actor, *, wish: str, by_mail: bool, **told: Any) -> None:
    """Write down what was sent; a letter goes out unless one says already that the fixed time is off."""
    register_sent(kind=Sent.WISH, dialogue=dialogue, actor=actor, body=wish, by_mail=by_mail, **told)


def _kept(meeting: Meeting) -> list[str]:
    """The wishes about the time that the meeting has had last."""
    wishes: list[str] = []
    for entry in entries(meeting, WISHED, WISH_ADDED):
        wishes.append(entry.facts.get("wish", ""))
        if entry.verb == WISHED:
            break
    return wishes
