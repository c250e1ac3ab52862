"""What the tasks' gates ask of a dialogue's facts, and what they say of it in words."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.domain.machine import NotPossible
from dialogues.domain.carrying import may_answer_until, still_may_change
from dialogues.domain.closing import WHY_NOT
from dialogues.domain.summary_waits import Waits
from dialogues.domain.underlag import require_proposed_time
from dialogues.facts import Facts
from dialogues.models import DialogueState as S
from dialogues.models import MeetingKind
from dialogues.models import UnderlagState as U
from dialogues.timeline import when
from dialogues.turns import Standing
from dialogues.underlag.issuable import require_issuable

Holds = Callable[[Facts], bool]
Words = Callable[[Facts], "str | Promise"]
SETTLED = frozenset({Standing.PROPOSED, Standing.BOOKED, Standing.OVER, Standing.HELD})
"""How a meeting stands when it has a time that is meant."""


def past(*states: S) -> Holds:
    """Holds when the dialogue is in none of the states."""
    return lambda facts: facts.dialogue.state not in states


def has_underlag(*states: U) -> Holds:
    """Holds when the underlag is in one of the states."""
    return lambda facts: facts.underlag is not None and facts.underlag.state in states


def stands(kind: MeetingKind, *how: Standing) -> Holds:
    """Holds when the phase's meeting stands in one of the ways."""
    return lambda facts: facts.stands(kind) in how


def state(*states: S) -> Holds:
    """Holds when the dialogue is in one of the states."""
    return lambda facts: facts.dialogue.state in states


def is_held(facts: Facts) -> bool:
    """Holds when an introduction has been held that the huvudman was at."""
    return facts.stands(MeetingKind.INTRODUCTION) == Standing.HELD and not facts.missed


def can_be_sent(facts: Facts) -> bool:
    """Holds when nothing stands in the way of sending a confirmed underlag."""
    return not why_not_sent(facts)


def why_not_sent(facts: Facts) -> str:
    """What stands in the way of sending a confirmed underlag; empty when nothing does."""
    if facts.underlag is None or facts.underlag.state != U.CONFIRMED:
        return ""
    try:
        require_issuable(facts.underlag)
        require_proposed_time(facts.dialogue)
    except NotPossible as why:
        return str(why)
    return ""


def booked_at(kind: MeetingKind) -> Words:
    """When the phase's meeting is, while it is to come."""

    def words(facts: Facts) -> str:
        if facts.stands(kind) != Standing.BOOKED:
            return ""
        return str(_("Mötet är %(when)s.")) % {"when": when(facts.meetings[kind])}

    return words


def may_still_change(facts: Facts) -> str:
    """Why a huvudman that wants to take part later is not given a later batch yet."""
    last = may_answer_until(facts.dialogue)
    return still_may_change(last) if last else ""


def left_out(kind: MeetingKind) -> Words:
    """Why a part is left out, if it is."""
    return lambda facts: facts.dialogue.skipped_because if facts.dialogue.skipped == kind else ""


def own_waiting(facts: Facts) -> str:
    """How many of the huvudman's own questions wait for an answer."""
    number = facts.own_waiting
    if not number:
        return str(_("Inga frågor är ställda. Det är frivilligt."))
    return ngettext("%(n)s fråga väntar på svar.", "%(n)s frågor väntar på svar.", number) % {"n": number}


def awaited(facts: Facts) -> str | Promise:
    """Who can confirm the underlag."""
    names = " " + str(_("och")) + " "
    return str(_("En dialogledare från %(agencies)s")) % {"agencies": names.join(facts.awaited)}


def waits_not_for(*what: Waits) -> Holds:
    """Holds when the summary does not wait for any of what is named."""
    return lambda facts: facts.summary_waits not in what


def why_summary_waits(facts: Facts) -> str:
    """Why a dialogue is not closed while its summary waits."""
    return str(WHY_NOT[facts.summary_waits])


def own_to_settle(facts: Facts) -> str:
    """What has to be said of the huvudman's questions that still wait when the dialogue is closed."""
    if not facts.own_waiting:
        return ""
    return str(
        _("Huvudmannens frågor väntar på svar. Svara på dem först, eller skriv varför när du avslutar.")
    )
