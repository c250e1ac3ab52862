"""Why a step cannot be taken now, in words, for who comes to it by an old page or a link."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dialogues.domain.dialogues import paused_words
from dialogues.facts import facts_of
from dialogues.gates import TASKS, closed_gate
from dialogues.models import Dialogue
from dialogues.standstill import standstill
from dialogues.turns import Side


def why_closed(dialogue: Dialogue, name: str = "") -> str:
    """Why the step cannot be taken now: the dialogue rests or is over, its task is locked, or it is done or
    not due.
    """
    if dialogue.is_paused:
        return paused_words(dialogue)
    over = standstill(dialogue, Side.STAFF)
    return over.lead if over else _why_locked(dialogue, name) or _not_now()


def _why_locked(dialogue: Dialogue, name: str) -> str:
    task = next((task for task in TASKS if name in (*task.steps, *task.around)), None)
    if task is None:
        return ""
    facts = facts_of(dialogue)
    if task.done(facts):
        return _("Det är redan gjort.") if name in task.steps else _("Mötet är redan hållet.")
    skipped = task.skipped(facts)
    if skipped:
        return str(skipped)
    gate = closed_gate(task, facts)
    return gate.reason(facts) if gate else ""


def _not_now() -> str:
    return _(
        "Det går inte att göra nu: antingen är det redan gjort, eller så är det inte dags för det. Här står "
        "vad som kan göras."
    )
