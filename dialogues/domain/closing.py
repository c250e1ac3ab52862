"""When a dialogue can be closed: one condition, asked of one dialogue, of many, and by the verb."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.machine import NotPossible
from dialogues.domain.summary_waits import Waits, summary_waits, waits_of
from dialogues.models import Dialogue, DialogueState, SkippedPart

SKIPPED_IN = {
    SkippedPart.DIALOGUE: DialogueState.UNDERLAG_SENT,
    SkippedPart.FEEDBACK: DialogueState.DIALOGUE_HELD,
}
"""In which state of the dialogue a part waits, and so can be left out."""
WHY_NOT: dict[Waits, str | Promise] = {
    Waits.HUVUDMAN: gettext_lazy("Sammanfattningen är skickad och väntar på huvudmannens svar."),
    Waits.DAY_HAS_PASSED: gettext_lazy(
        "Huvudmannen har inte svarat om sammanfattningen. Skriv in svaret, eller avsluta sammanfattningen "
        "utan svar."
    ),
    Waits.AGENCY: gettext_lazy(
        "Huvudmannen har godkänt sammanfattningen. Den väntar på att båda myndigheterna godkänner den."
    ),
    Waits.NEW_VERSION: gettext_lazy(
        "Huvudmannen vill ändra något i sammanfattningen. Skicka en ny version först."
    ),
}
"""Why a dialogue is not closed while its summary waits."""


def are_parts_over(dialogue: Dialogue) -> bool:
    """Tell whether every part is held or left out, in a dialogue that is still open."""
    is_left_out = dialogue.state in SKIPPED_IN.values() and bool(dialogue.skipped)
    return dialogue.state == DialogueState.FEEDBACK_HELD or is_left_out


def can_be_closed(dialogue: Dialogue) -> bool:
    """Tell whether a dialogue can be closed. The huvudman's questions that wait are no hindrance: who closes
    it says why they get no answer. At most one query.
    """
    return are_parts_over(dialogue) and waits_of(dialogue) == Waits.NOTHING


def that_can_be_closed(rows: QuerySet[Dialogue]) -> QuerySet[Dialogue]:
    """Those of the dialogues that can be closed: as `can_be_closed` tells of each."""
    is_left_out = Q(state__in=SKIPPED_IN.values()) & ~Q(skipped="")
    over = rows.filter(Q(state=DialogueState.FEEDBACK_HELD) | is_left_out)
    return over.annotate(summary_waits=summary_waits()).filter(summary_waits=Waits.NOTHING)


def require_can_be_closed(dialogue: Dialogue) -> None:
    """Raise NotPossible when a part is neither held nor left out, or the summary waits. The dialogue is
    locked by the caller, in a state that closing can follow.
    """
    if not are_parts_over(dialogue):
        raise NotPossible(_("En del är inte hållen. Håll den, eller hoppa över den med ett skäl."))
    waits = waits_of(dialogue)
    if waits != Waits.NOTHING:
        raise NotPossible(str(WHY_NOT[waits]))
