"""How long what a huvudman is asked to do or read takes: the one place where the minutes stand.

A page or a letter takes its minutes from here, with the tags of `minutes_look`.
"""

from __future__ import annotations

from django.utils.translation import ngettext

from dialogues.analysis.parts import MINUTES_BEFORE_DIALOGUE

MINUTES: dict[str, int] = {
    "answer": 2,
    "other_ways": 1,
    "code": 1,
    "sign_in": 1,
    "choose_introduction": 1,
    "questions": 8,
    "question": 2,
    "change_questions": 5,
    "send_questions": 2,
    "time": 2,
    "other_time": 2,
    "cancel": 1,
    "underlag": 30,
    "analysis": MINUTES_BEFORE_DIALOGUE,
    "send_analysis": 5,
    "goals": 10,
    "evaluation": 3,
    "feedback": 10,
    "read_letter": 1,
    "first_sign_in": 2,
    "colleague": 2,
    "contact_check": 2,
    "contact_check_here": 1,
    "own_question": 2,
    "own_answer": 2,
    "needs": 1,
    "summary": 10,
    "brief": 10,
    "participants": 2,
    "goal": 5,
    "follow_up": 3,
    "close_goal": 3,
    "goal_button": 1,
    "share_goal": 1,
}
"""Minutes by what is done: keys are ours, values for somebody who does it for the first time."""

NEEDED = ("answer", "sign_in", "questions", "time")
"""What a huvudman does itself from the invitation to the questions it has sent; all the rest is optional."""


def about_minutes(minutes: int) -> str:
    """A number of minutes in words: "ungefär 2 minuter"."""
    return ngettext("ungefär %(n)s minut", "ungefär %(n)s minuter", minutes) % {"n": minutes}


def needed_minutes() -> int:
    """The minutes of all that is needed."""
    return sum(MINUTES[key] for key in NEEDED)
