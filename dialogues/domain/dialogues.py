"""The lifecycle of a dialogue: which state may follow which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.machine import Machine, NotPossible
from accounts.templatetags.look import day
from dialogues.models import Dialogue
from dialogues.models import DialogueState as S

OPEN = frozenset(S) - {S.CLOSED, S.CANCELLED}
"""States in which a dialogue is still to be worked with."""
UNTOLD = frozenset({S.PLANNED, S.CANCELLED})
"""States in which a dialogue may be without the huvudman ever having been invited."""

TABLE: dict[str, frozenset[str]] = {
    S.PLANNED: frozenset({S.INVITED, S.CANCELLED}),
    S.INVITED: frozenset({S.ACCEPTED, S.POSTPONED, S.DECLINED, S.CANCELLED}),
    S.POSTPONED: frozenset({S.ACCEPTED, S.DECLINED, S.PLANNED, S.CANCELLED}),
    S.DECLINED: frozenset({S.ACCEPTED, S.POSTPONED}),
    S.ACCEPTED: frozenset({S.POSTPONED, S.DECLINED, S.INTRODUCED, S.CANCELLED}),
    S.INTRODUCED: frozenset({S.UNDERLAG_SENT, S.CANCELLED}),
    S.UNDERLAG_SENT: frozenset({S.TIME_FIXED, S.CLOSED, S.CANCELLED}),
    S.TIME_FIXED: frozenset({S.UNDERLAG_SENT, S.DIALOGUE_HELD, S.CANCELLED}),
    S.DIALOGUE_HELD: frozenset({S.FEEDBACK_HELD, S.CLOSED, S.CANCELLED}),
    S.FEEDBACK_HELD: frozenset({S.CLOSED, S.CANCELLED}),
    S.CLOSED: frozenset(),
    S.CANCELLED: frozenset(),
}

CANCELLABLE = frozenset(state for state, after in TABLE.items() if S.CANCELLED in after)
"""States of a dialogue that can be cancelled: not those in which nothing is to come, as after a no."""

PERMISSIONS: dict[str, str] = {
    S.PLANNED: "dialogues.plan_cycle",
    S.INVITED: "dialogues.invite",
    S.ACCEPTED: "dialogues.answer_invitation",
    S.POSTPONED: "dialogues.answer_invitation",
    S.DECLINED: "dialogues.answer_invitation",
    S.INTRODUCED: "dialogues.run_introduction",
    S.UNDERLAG_SENT: "dialogues.settle_time",
    S.TIME_FIXED: "dialogues.settle_time",
    S.DIALOGUE_HELD: "dialogues.hold_dialogue",
    S.FEEDBACK_HELD: "dialogues.hold_feedback",
    S.CLOSED: "dialogues.close_dialogue",
    S.CANCELLED: "dialogues.cancel_dialogue",
}


class PausedNow(NotPossible):
    """The dialogue is paused: nothing in it is changed until it is taken up again."""


def require_not_paused(dialogue: Dialogue) -> None:
    """Raise PausedNow for a dialogue that is paused."""
    if dialogue.is_paused:
        raise PausedNow(paused_words(dialogue))


def paused_words(dialogue: Dialogue) -> str:
    """Why nothing in a paused dialogue can be changed."""
    text = _("Dialogen är pausad sedan %(day)s, så inget i den går att ändra nu. Allt som finns är kvar.")
    return text % {"day": day(dialogue.paused_at)}


@dataclass(frozen=True)
class DialogueMachine(Machine[Dialogue]):
    """The lifecycle of dialogues. A paused one rests from every verb; but it may be cancelled, as always."""

    def require_open(self, row: Dialogue, to: str = "") -> None:
        """Raise PausedNow for a paused dialogue, unless it is to be cancelled."""
        if to != S.CANCELLED:
            require_not_paused(row)


DIALOGUES = DialogueMachine(model=Dialogue, table=TABLE, permissions=PERMISSIONS)


def move(
    dialogue: Dialogue,
    *,
    to: S,
    actor: Actor,
    check: Callable[[Dialogue], None] | None = None,
    change: Callable[[Dialogue], None] | None = None,
    after: Callable[[Dialogue], None] | None = None,
    again: Callable[[Dialogue], None] | None = None,
    **facts: object,
) -> Dialogue:
    """Move a dialogue to another state and note since when it is there; a pause ends with the dialogue.

    Raises as `Machine.walk`.
    """

    def change_and_date(row: Dialogue) -> None:
        row.state_since = timezone.now()
        end_pause(row)
        if change:
            change(row)

    return DIALOGUES.walk(
        dialogue, to=to, actor=actor, check=check, change=change_and_date, after=after, again=again, **facts
    )


def end_pause(dialogue: Dialogue) -> None:
    """Let the row say that it is not paused; nothing is saved."""
    dialogue.paused_at = dialogue.paused_by = dialogue.look_again_on = None
    dialogue.paused_reason = ""
