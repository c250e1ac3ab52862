"""The huvudman's own work after the dialogue: its goals, what has come of them, and what it shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from accounts.personnummer import mask_personnummer
from accounts.templatetags.look import day as in_words
from dialogues.domain.dialogues import DIALOGUES
from dialogues.domain.drafts import ChangedSince, Edit
from dialogues.domain.receipts import register_sent
from dialogues.models import Channel, Dialogue, Goal, GoalFollowUp, GoalKind, Sent, SharedGoal
from dialogues.models import DialogueState as S
from dialogues.rules import represents_huvudman, writes_for_huvudman
from quality_system.models import SuccessFactor

OPEN_FOR_GOALS = frozenset({S.DIALOGUE_HELD, S.FEEDBACK_HELD, S.CLOSED})
"""From the dialogue on; the work goes on when the dialogue is closed."""
MOST = 20
"""Goals of one dialogue."""


def goals_of(dialogue: Dialogue, actor: Actor) -> QuerySet[Goal]:
    """The huvudman's goals, in the order they were written, with what came of them and what is shared.

    Raises PermissionDenied for everyone else, superusers too.
    """
    _require_own(dialogue, actor)
    rows = dialogue.goals.select_related("success_factor").prefetch_related("follow_ups", "shared")
    return rows.order_by("pk")


def happened_since(dialogue: Dialogue, actor: Actor) -> QuerySet[GoalFollowUp]:
    """What the huvudman has written of what has happened, day by day. Raises as `goals_of`."""
    _require_own(dialogue, actor)
    rows = GoalFollowUp.objects.filter(goal__dialogue=dialogue).select_related("goal")
    return rows.order_by("day", "pk")


def shared_goals(dialogue: Dialogue) -> QuerySet[SharedGoal]:
    """What the huvudman shares with the agencies now, as it was when it shared it."""
    return SharedGoal.objects.filter(goal__dialogue=dialogue, withdrawn_at=None).order_by("goal")


@transaction.atomic
def save_goal(
    *,
    dialogue: Dialogue,
    edit: Edit,
    kind: GoalKind,
    text: str,
    success_factor: SuccessFactor | None,
    actor: Actor,
) -> Goal:
    """Write a goal, or change one that is not closed. A shared copy stays as it was shared.

    Raises ChangedSince when another form has saved it, or it is closed or gone, and NotPossible for an empty
    text or one goal too many.
    """
    rows = list(goals_of(_open(dialogue, actor), actor))
    goal = _find(rows, edit.question)
    if goal is None and edit.seen is None:
        goal = _new(dialogue, edit, len(rows))
    elif goal is None or goal.closed_on or goal.saved_in not in (edit.seen, edit.form):
        raise ChangedSince(
            _("Målet har ändrats, avslutats eller tagits bort sedan ni öppnade det. Läs det först.")
        )
    goal.saved_in, goal.kind, goal.success_factor = edit.form, kind, success_factor
    goal.text = _words(text, _("Skriv vad ni vill nå."))
    goal.save()
    return goal


@transaction.atomic
def follow_up_goal(
    *, dialogue: Dialogue, goal: UUID, follow_up: UUID, day: date, text: str, actor: Actor
) -> None:
    """Write what has happened to a goal by a day. `follow_up` is the form's own id: sent twice it is one.

    Raises NotPossible for a day to come, an empty text, or a closed goal.
    """
    row = _open_goal(dialogue, goal, actor)
    if row.follow_ups.filter(public_id=follow_up).exists():
        return
    if day > timezone.localdate():
        raise NotPossible(_("Välj i dag eller en dag som har varit."))
    text = _words(text, _("Skriv vad som har hänt."))
    GoalFollowUp.objects.create(goal=row, public_id=follow_up, day=day, text=text)


@transaction.atomic
def close_goal(*, dialogue: Dialogue, goal: UUID, outcome: str, actor: Actor) -> None:
    """Close a goal with how it turned out. Raises Conflict when it was closed with other words."""
    row = _own_goal(dialogue, goal, actor)
    outcome = _words(outcome, _("Skriv hur det blev."))
    if row.closed_on:
        if row.outcome != outcome:
            raise Conflict(_("Målet är redan avslutat, med andra ord. Det som står där gäller."))
        return
    row.closed_on, row.outcome = timezone.localdate(), outcome
    row.save(update_fields=["closed_on", "outcome", "saved_at"])


@transaction.atomic
def drop_goal(*, dialogue: Dialogue, goal: UUID, actor: Actor) -> None:
    """Take away a goal that nothing has happened to yet. One that is gone stays gone.

    Raises NotPossible when it has been followed up, closed or shared: then it can only be closed.
    """
    row = _find(list(goals_of(_open(dialogue, actor), actor)), goal)
    if row is None:
        return
    if not may_be_dropped(row):
        raise NotPossible(_("Målet har en historia och går inte att ta bort. Avsluta det i stället."))
    row.delete()


def may_be_dropped(goal: Goal) -> bool:
    """Tell whether nothing has happened to the goal that should be remembered."""
    return not (goal.closed_on or goal.follow_ups.all() or goal.shared.all())


@transaction.atomic
def share_goal(*, dialogue: Dialogue, goal: UUID, shared_by: str, actor: Actor) -> SharedGoal:
    """Share a goal as it is now with the agencies: they receive a copy, which takes an earlier one's place.

    Shared again as it was, nothing happens.
    """
    row = _own_goal(dialogue, goal, actor)
    content = content_of(row)
    stands = row.shared.filter(withdrawn_at=None).first()
    if stands and stands.content == content:
        return stands
    row.shared.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    copy = SharedGoal.objects.create(goal=row, content=content, shared_by=shared_by)
    record(actor=actor, verb="goal.shared", subject=dialogue, copy=copy.pk)
    register_sent(
        kind=Sent.GOAL,
        dialogue=dialogue,
        given_by=shared_by,
        channel=Channel.PORTAL,
        actor=actor,
        body=in_one_text(content),
    )
    return copy


@transaction.atomic
def unshare_goal(*, dialogue: Dialogue, goal: UUID, actor: Actor) -> None:
    """Show a goal to the agencies no longer. What they have received stays received."""
    row = _own_goal(dialogue, goal, actor)
    if row.shared.filter(withdrawn_at=None).update(withdrawn_at=timezone.now()):
        record(actor=actor, verb="goal.unshared", subject=dialogue)


def content_of(goal: Goal) -> dict[str, Any]:
    """The goal as it is shared: see `SharedGoal.content`."""
    return {
        "kind": str(goal.kind),
        "text": goal.text,
        "success_factor": goal.success_factor.marked_text if goal.success_factor else "",
        "follow_ups": [{"day": row.day.isoformat(), "text": row.text} for row in goal.follow_ups.all()],
        "closed_on": goal.closed_on.isoformat() if goal.closed_on else "",
        "outcome": goal.outcome,
    }


def in_one_text(content: Mapping[str, Any]) -> str:
    """A shared goal's words, with what has happened day by day and how it turned out."""
    steps = [(step["day"], step["text"]) for step in content["follow_ups"]]
    if content["closed_on"]:
        steps.append((content["closed_on"], content["outcome"]))
    return "\n".join(
        [content["text"], *(f"{in_words(date.fromisoformat(on))}: {text}" for on, text in steps)]
    )


def _require_own(dialogue: Dialogue, actor: Actor) -> None:
    if actor.user is None or not represents_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.own_space")


def _open(dialogue: Dialogue, actor: Actor) -> Dialogue:
    """The dialogue, locked, for who may write. Raises PermissionDenied for those who only read, and
    NotPossible when there is no own work yet.
    """
    if actor.user is None or not writes_for_huvudman(actor.user, dialogue):
        raise PermissionDenied("dialogues.own_space")
    locked = DIALOGUES.locked(dialogue)
    if locked.state not in OPEN_FOR_GOALS:
        raise NotPossible(_("Ert fortsatta arbete öppnas när dialogen är hållen."))
    return locked


def _own_goal(dialogue: Dialogue, goal: UUID, actor: Actor) -> Goal:
    row = _find(list(goals_of(_open(dialogue, actor), actor)), goal)
    if row is None:
        raise NotPossible(_("Målet finns inte längre."))
    return row


def _open_goal(dialogue: Dialogue, goal: UUID, actor: Actor) -> Goal:
    row = _own_goal(dialogue, goal, actor)
    if row.closed_on:
        raise NotPossible(_("Målet är avslutat."))
    return row


def _find(rows: list[Goal], goal: UUID) -> Goal | None:
    return next((row for row in rows if row.public_id == goal), None)


def _new(dialogue: Dialogue, edit: Edit, there_are: int) -> Goal:
    if there_are >= MOST:
        raise NotPossible(_("Ni kan ha högst tjugo mål. Avsluta eller ta bort något först."))
    return Goal(dialogue=dialogue, public_id=edit.question)


def _words(text: str, if_empty: str) -> str:
    text = text.strip()
    if not text:
        raise NotPossible(if_empty)
    if mask_personnummer(text) != text:
        raise NotPossible(_("Ta bort personnumret ur texten."))
    return text
